// Trains the rows of tests/fixtures/hashes.json with the built library, and prints a line of JSON for each. With --wide it does so
// with wide vectors, whatever the verdict on them is.
import { readFileSync } from "node:fs";
import { createDescribed } from "../../../dist/described.js";
import * as nnwasm from "../../../dist/index.js";
import { libraryKinds } from "../../../dist/model/kinds.js";
import { widen } from "../../../dist/simd/wide.js";
import { trainer } from "./training.mjs";

export const TABLE = new URL("../../fixtures/hashes.json", import.meta.url);

export const { train, results } = trainer({ ...nnwasm, createDescribed, libraryKinds });

if (process.argv[1]?.endsWith("train.mjs")) {
  if (process.argv.includes("--wide")) await widen();
  for (const row of JSON.parse(readFileSync(TABLE, "utf8")))
    for (const result of await results(row)) console.log(JSON.stringify(result));
}
