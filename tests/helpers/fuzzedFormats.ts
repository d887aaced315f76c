/** The formats whose files are changed at random: small whole files of each, and what means something in them. */
import { gzipSync } from "node:zlib";
import { fuzzedIdx, fuzzedNpy, fuzzedNpz, fuzzedParquet } from "./fuzzedArrays.ts";
import { fuzzedJpeg, fuzzedPng } from "./fuzzedImages.ts";
import { fuzzedCsv, fuzzedJsonLines, fuzzedTsv } from "./fuzzedTexts.ts";
import type { FuzzedFormat } from "./mutations.ts";

/** By what they are read: the formats of src/formats, ".gz", and others that have files. */
export const fuzzedFormats: Readonly<Record<string, FuzzedFormat>> = {
  csv: fuzzedCsv,
  tsv: fuzzedTsv,
  jsonl: fuzzedJsonLines,
  parquet: fuzzedParquet,
  npy: fuzzedNpy,
  npz: fuzzedNpz,
  idx: fuzzedIdx,
  gz: {
    ...fuzzedCsv,
    files: async (random) => (await fuzzedCsv.files(random)).map((file) => gzipSync(file)),
    tokens: [[0x1f, 0x8b, 8], [0, 0, 0, 0], [0xff, 0xff], [8], [4]],
    name: "a.csv.gz",
    format: undefined,
  },
  png: fuzzedPng,
  jpeg: fuzzedJpeg,
};
