/** Files that are small and mean much, or have no end: they are refused before they take memory. */
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { DatasetError } from "../../src/errors.ts";
import { openInput, openTableSource } from "../../src/formats/open.ts";

const MB = 2 ** 20;

/** What comes after `first`: a piece again and again, up to a terabyte. It counts the bytes that are taken. */
function endless(first: string | Uint8Array, piece: string | Uint8Array) {
  const bytes = (content: string | Uint8Array) =>
    typeof content === "string" ? new TextEncoder().encode(content) : content;
  const again = bytes(piece);
  const counted = { taken: 0, ended: false, stdin: chunks() };
  async function* chunks() {
    try {
      yield bytes(first);
      for (let n = 0; n < 2 ** 40; n += again.length) {
        counted.taken += again.length;
        yield again;
      }
    } finally {
      counted.ended = true;
    }
  }
  return counted;
}

/** Reads all of it. @returns the error, and how many rows there were before */
async function refusal(stdin: AsyncIterable<Uint8Array>): Promise<{ message: string; rows: number }> {
  let rows = 0;
  try {
    const source = await openTableSource(await openInput("-", { stdin }));
    for await (const chunk of source.read()) rows += chunk.rows;
  } catch (error) {
    expect(error).toBeInstanceOf(DatasetError);
    return { message: (error as Error).message, rows };
  }
  throw new Error("It was read.");
}

it.each<[string, string, string, string, number]>([
  [
    "a line without an end",
    "a,b\n1,",
    "x".repeat(MB / 4),
    "the standard input, line 2: the row has more than 16777216 characters. Check the delimiter, and that each quote in the row is closed.",
    20 * MB,
  ],
  [
    "a first line without an end",
    "",
    "a,b,c,".repeat(50_000),
    "the standard input, line 1: the line has more than 16777216 characters, expected a row of a table. Check the file.",
    20 * MB,
  ],
  [
    "a text of blank lines",
    "",
    " \n".repeat(100_000),
    "the standard input begins with more than 16777216 blanks, expected a table. Give the right file.",
    20 * MB,
  ],
  [
    "a row of more and more cells",
    "a,b\n",
    "1,".repeat(50_000),
    "the standard input, line 2: the row has more than 16777216 characters. Check the delimiter, and that each quote in the row is closed.",
    20 * MB,
  ],
  [
    "a row of long cells",
    "a,b\n1,2\n",
    `${"x".repeat(500_000)},`,
    "the standard input, line 3: the row has more than 16777216 characters. Check the delimiter, and that each quote in the row is closed.",
    20 * MB,
  ],
  [
    "a quote that opens and does not close",
    'a,b\n1,2\n3,"',
    "x\n".repeat(50_000),
    "the standard input, line 3: the row has more than 16777216 characters. Check the delimiter, and that each quote in the row is closed.",
    20 * MB,
  ],
  [
    "a quote of quotes",
    'a,b\n1,"',
    '""'.repeat(50_000),
    "the standard input, line 2: the row has more than 16777216 characters. Check the delimiter, and that each quote in the row is closed.",
    40 * MB,
  ],
  [
    "an object without an end",
    '{"a": 1}\n{"b": "',
    "x".repeat(MB / 4),
    "the standard input, line 2: an object has more than 16777216 characters. Check the file.",
    20 * MB,
  ],
  [
    "arrays in arrays",
    '{"a": 1}\n{"b": ',
    "[".repeat(MB / 4),
    'the standard input, line 2: an array of the key "b" is within an object, expected a text, a number, true, false or null. Give what it ' +
      "holds a key each.",
    20 * MB,
  ],
])("%s is refused when little of it has been read", async (_, first, piece, message, most) => {
  const stream = endless(first, piece);
  expect((await refusal(stream.stdin)).message).toBe(message);
  expect(stream.taken).toBeLessThan(most);
  expect(stream.ended).toBe(true);
});

it("a small .gz that unpacks to terabytes is refused after 64 MiB and 500 times what was read of it", async () => {
  const row = `${"x".repeat(100_000)},1\n`;
  const piece = gzipSync(row.repeat(100), { level: 9 });
  expect(piece.length).toBeLessThan(20_000);
  const stream = endless(gzipSync("a,b\n"), piece);
  const { message, rows } = await refusal(stream.stdin);
  expect(message).toMatch(
    /^the standard input unpacks to \d+ bytes or more, expected \d+ at most\. Give the right file, or a smaller one\.$/,
  );
  expect(rows * row.length).toBeGreaterThan(64 * MB - 10 * MB);
  expect(rows * row.length).toBeLessThan(300 * MB);
  expect(stream.taken).toBeLessThan(MB);
  // Node lets go of what it unpacks when it comes to it.
  await expect.poll(() => stream.ended).toBe(true);
});

it("blank lines between two rows are no row that is too long", async () => {
  async function* stdin() {
    const blank = new TextEncoder().encode(" \n".repeat(MB));
    yield new TextEncoder().encode("a,b\n1,2\n");
    for (let n = 0; n < 10; n++) yield blank;
    yield new TextEncoder().encode("3,4\n");
  }
  const source = await openTableSource(await openInput("-", { stdin: stdin() }));
  let rows = 0;
  for await (const chunk of source.read()) rows += chunk.rows;
  expect(rows).toBe(2);
});

it("a table without an end is read in constant memory", async () => {
  const stream = endless("a,b,c\n", `${"1.25,some text that is not short,2\n".repeat(5000)}`);
  const source = await openTableSource(await openInput("-", { stdin: stream.stdin }));
  let rows = 0;
  const sizes: number[] = [];
  const kept: unknown[] = [];
  for await (const chunk of source.read()) {
    rows += chunk.rows;
    // A cell that is kept keeps no more than itself.
    kept.push(chunk.columns[1]![0]);
    if (kept.length % 50 > 0) continue;
    globalThis.gc?.();
    sizes.push(process.memoryUsage().heapUsed);
    if (sizes.length === 6) break;
  }
  expect(kept[200]).toBe("some text that is not short");
  expect(rows).toBeGreaterThan(500_000);
  expect(stream.ended).toBe(true);
  // What the cells are parts of would be 32 MB.
  expect(sizes[5]! - sizes[0]!).toBeLessThan(8 * MB);
});
