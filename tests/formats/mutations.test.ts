/** Some changed files of each format; tests/long/formats.test.ts reads as many as there is time for. */
import { expect, it } from "vitest";
import { formats } from "../../src/formats/index.ts";
import { openInput, openTableSource, STANDARD_INPUT } from "../../src/formats/open.ts";
import { Random } from "../../src/random.ts";
import { fuzzedFormats } from "../helpers/fuzzedFormats.ts";
import { fuzz, mutated } from "../helpers/mutations.ts";

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

it("every format has files to be changed", () => {
  expect(Object.keys(fuzzedFormats)).toEqual(expect.arrayContaining(Object.keys(formats)));
});

/** All that reading gives: what was found out and all rows, or the error. */
async function outcomeOf(input: ReturnType<typeof openInput>, format: string | undefined): Promise<unknown> {
  try {
    const source = await openTableSource(await input, { format });
    const rows: unknown[] = [];
    for await (const chunk of source.read()) {
      for (let i = 0; i < chunk.rows; i++)
        rows.push([chunk.lines![i], ...chunk.columns.map((cells) => cells[i])]);
    }
    return { facts: source.facts, columns: source.columns, rows };
  } catch (error) {
    return (error as Error).message;
  }
}

async function* pieces(file: Uint8Array, random: Random) {
  for (let start = 0; start < file.length; ) {
    const end = start + 1 + random.below(random.below(20) === 0 ? 1000 : 6);
    yield file.subarray(start, end);
    start = end;
  }
}

it.each(["csv", "tsv", "jsonl"])(
  "%s: a changed file that comes in pieces gives the same rows, or error",
  async (name) => {
    const format = fuzzedFormats[name]!;
    const random = new Random(3, "pieces", name);
    const whole = await format.files(random);
    for (let i = 0; i < 200; i++) {
      const bytes = mutated(whole[random.below(whole.length)]!, random, format).slice(0, 2000);
      const expected = await outcomeOf(openInput({ name: STANDARD_INPUT, bytes }), name);
      const inPieces = await outcomeOf(openInput("-", { stdin: pieces(bytes, random) }), name);
      expect(inPieces, Buffer.from(bytes).toString("base64")).toEqual(expected);
    }
  },
);
