/** The same cells as the package csv-parse reads, of tables drawn at random. */
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { openInput, openTableSource } from "../../src/formats/open.ts";
import { Random } from "../../src/random.ts";

const CELLS = [
  "",
  "a",
  "1.5",
  "x y",
  "ü\u6771\ud83d\ude00",
  "a,b",
  'say "hi"',
  '"',
  "two\nlines",
  "two\r\nlines",
  "\r",
  ";",
  "|",
];

function someCell(random: Random, delimiter: string): string {
  let cell = "";
  for (let n = random.below(3); n > 0; n--) cell += CELLS[random.below(CELLS.length)]!;
  const quoted = /["\r\n]/.test(cell) || cell.includes(delimiter) || random.below(4) === 0;
  return quoted ? `"${cell.replaceAll('"', '""')}"` : cell;
}

it("the cells of 500 tables are those that csv-parse finds", async () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = new Random(seed, "tables");
    const delimiter = [",", ";", "\t", "|"][random.below(4)]!;
    const end = ["\n", "\r\n", "\r"][random.below(3)]!;
    const columns = 2 + random.below(5);
    const row = () => Array.from({ length: columns }, () => someCell(random, delimiter)).join(delimiter);
    const lines = Array.from({ length: 1 + random.below(20) }, row);
    const text = lines.join(end) + (random.below(2) === 0 ? end : "");
    const expected = parse(text, { delimiter, record_delimiter: end, trim: true });
    const input = await openInput({ name: "a.csv", bytes: new TextEncoder().encode(text) });
    const source = await openTableSource(input, { delimiter, header: false });
    const rows: unknown[][] = [];
    for await (const chunk of source.read()) {
      for (let i = 0; i < chunk.rows; i++) rows.push(chunk.columns.map((cells) => cells[i]));
    }
    expect(rows, JSON.stringify(text)).toEqual(expected);
  }
});
