/** Some changed files of each format; tests/long/formats.test.ts reads as many as there is time for. */
import { expect, it } from "vitest";
import { fuzzedFormats } from "../helpers/fuzzedFormats.ts";
import { fuzz } from "../helpers/mutations.ts";

const FILES = 300;

it.each(Object.entries(fuzzedFormats))(
  "%s: changed files are read, or refused by our errors",
  async (_, format) => {
    const report = await fuzz(format, { files: FILES, seed: 1 });
    // Both happen, or the changes are too coarse, or too fine.
    expect(report.read).toBeGreaterThan(FILES / 50);
    expect(report.read).toBeLessThan(FILES);
  },
);
