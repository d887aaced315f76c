/** The formats of tables by name. A new one is its file and a line here. */
import { csv, tsv } from "./csv.ts";
import type { Format } from "./format.ts";
import { idx } from "./idx.ts";
import { jsonl } from "./jsonLines.ts";
import { npy } from "./npy.ts";
import { npz } from "./npz.ts";
import { parquet } from "./parquet.ts";

export const formats: Readonly<Record<string, Format>> = {
  csv,
  tsv,
  jsonl,
  parquet,
  npy,
  npz,
  idx,
};
