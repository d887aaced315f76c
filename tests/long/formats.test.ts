/** Many changed files of each format: each is read to its end, or refused by one of our errors, in a second and in memory. */
import { expect, it } from "vitest";
import { fuzzedFormats } from "../helpers/fuzzedFormats.ts";
import { fuzz } from "../helpers/mutations.ts";

/** Of each format. NNWASM_FUZZ_FILES is another number, NNWASM_FUZZ_SEED draws others. */
const FILES = Number(process.env.NNWASM_FUZZ_FILES ?? 200_000);
const SEED = Number(process.env.NNWASM_FUZZ_SEED ?? 2);

it.each(Object.entries(fuzzedFormats))(`%s: ${FILES} changed files`, async (name, format) => {
  const report = await fuzz(format, { files: FILES, seed: SEED });
  console.log(`${name}: ${JSON.stringify(report)}`);
  expect(Object.values(report).reduce((sum, count) => sum + count)).toBe(FILES);
  expect(report.read).toBeGreaterThan(FILES / 100);
  expect(report.read).toBeLessThan(FILES);
});
