/** JSON lines: columns, cells, and what is refused. */
import { describe, expect, it } from "vitest";
import { DatasetError } from "../../src/errors.ts";
import { openInput, openTableSource } from "../../src/formats/open.ts";
import { Random } from "../../src/random.ts";
import type { TableSource } from "../../src/tables/table.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const open = async (text: string, name = "a.jsonl") =>
  await openTableSource(await openInput({ name, bytes: encode(text) }));

async function rowsOf(source: TableSource, columns?: readonly number[]) {
  const rows: unknown[][] = [];
  const lines: number[] = [];
  for await (const chunk of source.read({ columns })) {
    for (let i = 0; i < chunk.rows; i++) {
      rows.push(chunk.columns.map((cells) => cells[i]));
      lines.push(chunk.lines![i]!);
    }
  }
  return { rows, lines };
}

async function read(text: string, name?: string) {
  const source = await open(text, name);
  return { columns: source.columns, format: source.format, ...(await rowsOf(source)) };
}

async function refusal(text: string): Promise<string> {
  const error = await read(text).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatasetError);
  return (error as Error).message;
}

describe("JSON lines", () => {
  it("give cells with their types; what is absent or null is missing", async () => {
    const text = '{"a": 1, "b": "x\\n\\"y\\""}\n\n{"b": null, "c": true}\r\n{"a": -2.5e3, "c": false}';
    expect(await read(text)).toEqual({
      columns: ["a", "b", "c"],
      format: "JSON lines",
      rows: [
        [1, 'x\n"y"', null],
        [null, null, true],
        [-2500, null, false],
      ],
      lines: [1, 3, 4],
    });
  });

  it("may be an array, or objects over several lines", async () => {
    const rows = [[1], [2]];
    expect(await read('[{"a": 1},\n {"a": 2}]\n', "a.json")).toMatchObject({
      format: "JSON",
      rows,
      lines: [1, 2],
    });
    expect(await read("[\n]\n[", "a.json").catch((error) => error.message)).toContain('line 3: "["');
    expect(await read('{\n "a": 1\n}\n{\n "a": 2\n}\n')).toMatchObject({
      format: "JSON lines",
      rows,
      lines: [1, 4],
    });
  });

  it("may name columns as objects name what they have of themselves", async () => {
    const { columns, rows } = await read('{"a": 1}\n{"__proto__": 2, "toString": 3}\n{"constructor": 4}\n');
    expect(columns).toEqual(["a", "__proto__", "toString", "constructor"]);
    expect(rows).toEqual([
      [1, null, null, null],
      [null, 2, 3, null],
      [null, null, null, 4],
    ]);
  });

  it("have the keys of the first 1,000 rows: a later one is ignored", async () => {
    const row = '{"a": 1}\n';
    expect((await open(`${row.repeat(999)}{"b": 2}\n`)).columns).toEqual(["a", "b"]);
    const late = await read(`${row.repeat(1000)}{"a": 3, "b": 2}\n`);
    expect(late.columns).toEqual(["a"]);
    expect(late.rows.at(-1)).toEqual([3]);
  });

  it("give the wanted columns alone; a blank name is mended", async () => {
    const source = await open('{"a": 1, "": 2, "c": 3}\n');
    expect(source.columns).toEqual(["a", "column2", "c"]);
    expect((await rowsOf(source, [1, 2])).rows).toEqual([[2, 3]]);
  });

  it("have texts without halves of surrogate pairs", async () => {
    const { rows } = await read('{"a": "x\\ud800y", "b": "\\ud83d\\ude00"}\n');
    expect(rows).toEqual([["x\ufffdy", "\ud83d\ude00"]]);
  });

  it("are found out without a name that tells", async () => {
    expect((await open('\n {"a": 1}\n', "data")).format).toBe("JSON lines");
    expect((await open('[\n{"a": 1}]', "data")).format).toBe("JSON");
    expect((await open("[a],b\n1,2\n", "data")).format).toBe("CSV");
  });
});

describe("refused, with the line, are", () => {
  it.each<[string, string, string]>([
    [
      "an object within one",
      '{"a": 1}\n{"a": {"b": 1}}\n',
      'a.jsonl, line 2: an object of the key "a" is within an object, expected a text, a number, true, false or null. Give ' +
        "what it holds a key each.",
    ],
    [
      "an array within one",
      '{"a": 1}\n{"b": 2, "c": [1]}\n',
      'a.jsonl, line 2: an array of the key "c" is within an object, expected a text, a number, true, false or null. Give ' +
        "what it holds a key each.",
    ],
    [
      "what is no JSON",
      "{\"a\": 1}\n{'a': 2}\n",
      "a.jsonl, line 2: \"{'a': 2}\" is no JSON. Check its quotes, commas and colons.",
    ],
    [
      "a text that is not closed",
      '{"a": 1}\n{"a": "x}\n{"a": 2}\n',
      'a.jsonl, line 2: a text of the key "a" is not closed at the line\'s end. Close it with ".',
    ],
    [
      "another value",
      '{"a": 1}\n[1, 2]\n',
      'a.jsonl, line 2: "[", expected an object for each row: {"a": 1, "b": "x"}. Check the file.',
    ],
    [
      "what follows an array",
      '[{"a": 1}]\n{"a": 2}\n',
      'a.jsonl, line 2: "{", expected nothing after the array. Check the file.',
    ],
    [
      "objects of an array without a comma",
      '[{"a": 1}\n{"a": 2}]\n',
      'a.jsonl, line 2: "{", expected an object for each row: {"a": 1, "b": "x"}. Check the file.',
    ],
    [
      "the end within an object",
      '{"a": 1}\n{"a": 2\n',
      "a.jsonl, line 2: the file ends within an object. Fetch or make it again.",
    ],
    [
      "the end within an array",
      '[{"a": 1},\n{"a": 2}\n',
      "a.jsonl, line 3: the file ends before its array does. Fetch or make it again.",
    ],
    [
      "a number beyond those of 64 bits",
      '{"a": 1}\n{"a": 1e999}\n',
      'a.jsonl, line 2, column "a": the number is beyond those of 64 bits (about 1.8e308). Mend it.',
    ],
    [
      "no rows",
      "{}\n",
      'a.jsonl has no object with a key, expected one for each row: {"a": 1, "b": "x"}. Give the right file.',
    ],
    [
      "a NUL",
      '{"a": "\0"}\n',
      "a.jsonl, line 1: a character is NUL, expected text. Give a text file, or its encoding.",
    ],
  ])("%s", async (_, text, message) => {
    expect(await refusal(text)).toBe(message);
  });

  it("an object beyond the limit", async () => {
    const text = `{"a": 1}\n{"a": "${"x".repeat(2 ** 24)}"}\n`;
    expect(await refusal(text)).toBe(
      "a.jsonl, line 2: an object has more than 16777216 characters. Check the file.",
    );
  });
});

it("a stream that is cut anywhere gives the same", async () => {
  const text = '[{"a": "\\"\ud83d\ude00}{", "b": 1},\r\n\r\n{"b": 2}\r\n]\r\n';
  const whole = await read(text);
  expect(whole.rows).toEqual([
    ['"\ud83d\ude00}{', 1],
    [null, 2],
  ]);
  const bytes = encode(text);
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed, "pieces");
    const stdin = (async function* () {
      for (let start = 0; start < bytes.length; ) {
        const end = start + 1 + random.below(5);
        yield bytes.subarray(start, end);
        start = end;
      }
    })();
    const source = await openTableSource(await openInput("-", { stdin }));
    expect(await rowsOf(source)).toEqual({ rows: whole.rows, lines: [1, 3] });
  }
});
