/** Rows drawn at random, written as CSV, come back with the lines where they begin, whatever the pieces in which the text comes. */
import { expect, it } from "vitest";
import { RecordReader } from "../../src/formats/text/records.ts";
import { Random } from "../../src/random.ts";

const PARTS = [
  ...["", "a", "1.5", "x y", "ü東\u{1f600}", "a,b", 'say "hi"', '"', '""', ";", "|", " x ", "\x1a"],
  ...["two\nlines", "two\r\nlines", "\r", "\n\n", "\r\n\r\n"],
];
const BLANK_LINES = ["", "", "", "END", "  END", " END  END", "ENDENDEND"];

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A table's text, and its rows. */
function someTable(random: Random, delimiter: string, end: string): { text: string; rows: Row[] } {
  const columns = 1 + random.below(5);
  const rows: Row[] = [];
  let text = "";
  for (let n = random.below(20); n >= 0; n--) {
    text += BLANK_LINES[random.below(BLANK_LINES.length)]!.replaceAll("END", end);
    const cells: string[] = [];
    const written: string[] = [];
    for (let column = 0; column < columns; column++) {
      let cell = "";
      for (let parts = random.below(3); parts > 0; parts--) cell += PARTS[random.below(PARTS.length)]!;
      // The end of a DOS file is no row of its own.
      if (columns === 1) cell = cell.replaceAll("\x1a", "");
      const alone = columns === 1 && cell === "";
      const quoted =
        alone || /["\r\n]|^\s|\s$/.test(cell) || cell.includes(delimiter) || random.below(4) === 0;
      const blanks = delimiter === "\t" ? "" : " ".repeat(random.below(3));
      cells.push(cell);
      written.push(blanks + (quoted ? `"${cell.replaceAll('"', '""')}"` : cell) + blanks);
    }
    rows.push({ line: text.split(/\r\n|\r|\n/).length, cells });
    text += written.join(delimiter) + (n > 0 || random.below(2) === 0 ? end : "");
  }
  return { text, rows };
}

it("of 1,000 tables", async () => {
  for (let seed = 0; seed < 1000; seed++) {
    const random = new Random(seed, "tables");
    const delimiter = [",", ";", "\t", "|"][random.below(4)]!;
    const { text, rows } = someTable(random, delimiter, ["\n", "\r\n", "\r"][random.below(3)]!);
    const found: Row[] = [];
    const reader = await RecordReader.open({
      ...{ name: "a.csv", delimiter },
      onRow: (line, cells) => found.push({ line, cells }),
    });
    for (let start = 0; start < text.length; ) {
      const length = 1 + random.below(random.below(2) === 0 ? 3 : 100);
      await reader.push(text.slice(start, start + length));
      start += length;
    }
    await reader.push("", true);
    expect(found, JSON.stringify(text)).toEqual(rows);
    expect(reader.line).toBe(text.split(/\r\n|\r|\n/).length);
  }
});

it("between blanks, where a quote inside a cell is a character, and one that begins it is none", async () => {
  const found: (readonly string[])[] = [];
  const text = 'name  height\n Ann\t5\'7"   2\nBob  6\'2"  3 \n"C  ""D"\t""  "e\n  f"\n';
  const reader = await RecordReader.open({
    ...{ name: "a.txt", delimiter: " " },
    onRow: (_, cells) => found.push(cells),
  });
  for (const sign of text) await reader.push(sign);
  await reader.push("", true);
  expect(found).toEqual([
    ["name", "height"],
    ["Ann", "5'7\"", "2"],
    ["Bob", "6'2\"", "3"],
    ['C  "D', "", "e\n  f"],
  ]);
});
