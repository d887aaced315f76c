/** What the browser runs: the rows of the table of hashes, one after another. */
import { createDescribed } from "../../src/described.ts";
import * as nnwasm from "../../src/index.ts";
import { libraryKinds } from "../../src/model/kinds.ts";
import { trainer } from "../compat/hashes/training.mjs";
import table from "../fixtures/hashes.json" with { type: "json" };

const { results } = trainer({ ...nnwasm, createDescribed, libraryKinds });
const rows: unknown[] = [];
try {
  for (const row of table) rows.push(...(await results(row)));
} catch (error) {
  rows.push({ error: String(error) });
}
await fetch("results", { method: "POST", body: JSON.stringify(rows) });
