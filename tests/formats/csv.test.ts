/** CSV and TSV: what is found out of a text, its cells, and what is refused. */
import { describe, expect, it } from "vitest";
import { ConfigError, DatasetError } from "../../src/errors.ts";
import type { FormatOptions } from "../../src/formats/format.ts";
import { openInput, openTableSource } from "../../src/formats/open.ts";
import { Random } from "../../src/random.ts";
import type { TableReadOptions, TableSource } from "../../src/tables/table.ts";

type Content = string | Uint8Array;
const bytesOf = (content: Content) =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

const open = async (content: Content, options: FormatOptions = {}, name = "a.csv") =>
  await openTableSource(await openInput({ name, bytes: bytesOf(content) }), options);

/** All rows of a table, with their lines. */
async function rowsOf(source: TableSource, options?: TableReadOptions) {
  const rows: unknown[][] = [];
  const lines: number[] = [];
  for await (const chunk of source.read(options)) {
    expect(chunk.first).toBe(rows.length);
    for (let i = 0; i < chunk.rows; i++) {
      rows.push(chunk.columns.map((cells) => cells[i]));
      lines.push(chunk.lines![i]!);
    }
  }
  return { rows, lines };
}

async function read(content: Content, options: FormatOptions = {}, name?: string) {
  const source = await open(content, options, name);
  const { columns, facts, delimiter } = source;
  return { columns, facts, delimiter, ...(await rowsOf(source)) };
}

/** The text of the DatasetError that reading ends in. */
async function refusal(content: Content, options: FormatOptions = {}): Promise<string> {
  const error = await read(content, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatasetError);
  return (error as Error).message;
}

describe("cells", () => {
  it("of a plain table", async () => {
    expect(await read("a,b\n1,x\n2,\n")).toEqual({
      ...{ columns: ["a", "b"], facts: [], delimiter: "," },
      ...{
        rows: [
          ["1", "x"],
          ["2", ""],
        ],
        lines: [2, 3],
      },
    });
  });

  it("in quotes hold delimiters, line breaks and quotes, and the next row's line counts them", async () => {
    const text = 'a,b\n"x,1","say ""hi"""\n"two\nthree\r\nfour\rfive",2\n6,7';
    const { rows, lines } = await read(text);
    expect(rows).toEqual([
      ["x,1", 'say "hi"'],
      ["two\nthree\r\nfour\rfive", "2"],
      ["6", "7"],
    ]);
    expect(lines).toEqual([2, 3, 7]);
  });

  it("lose the blanks around them, but not those in quotes; a quote inside is a character", async () => {
    const { rows } = await read('a,b,c\n 1 ,\t"  x  " , 5" pipe\n');
    expect(rows).toEqual([["1", "  x  ", '5" pipe']]);
  });

  it.each(["\n", "\r\n", "\r"])("of rows that end with %j, blank lines among them", async (end) => {
    const { columns, rows, lines } = await read(["a,b", "", "1,2", "  ", "3,4", ""].join(end));
    expect(columns).toEqual(["a", "b"]);
    expect(rows).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(lines).toEqual([3, 5]);
  });

  it("behind many blank lines", async () => {
    const { columns, rows, lines } = await read(`${"\n".repeat(300_000)}a;b\n1;2\n`);
    expect({ columns, rows, lines }).toEqual({ columns: ["a", "b"], rows: [["1", "2"]], lines: [300_002] });
  });

  it("of a single column: a blank line is none, but for one in quotes", async () => {
    const { columns, rows, lines } = await read('x\n1\n\n""\n2\n');
    expect({ columns, rows, lines }).toEqual({
      columns: ["x"],
      rows: [["1"], [""], ["2"]],
      lines: [2, 4, 5],
    });
  });

  it("at a file's end: without a newline, after a delimiter, and before the end that DOS marks", async () => {
    expect((await read("a,b\n1,2")).rows).toEqual([["1", "2"]]);
    expect((await read("a,b\n1,")).rows).toEqual([["1", ""]]);
    expect((await read('a,b\n1,"2"')).rows).toEqual([["1", "2"]]);
    expect((await read("a,b\r\n1,2\r\n\x1a")).rows).toEqual([["1", "2"]]);
  });

  it.each(["\n", "\r\n", "\r"])(
    "of rows that are longer than what is looked at first, ended by %j",
    async (end) => {
      const names = Array.from({ length: 20_000 }, (_, i) => `feature${i}`);
      const cells = names.map((_, i) => String(i % 10));
      const text = [names, cells, cells].map((row) => row.join(";") + end).join("");
      const found = await read(text);
      expect(found).toMatchObject({ columns: names, lines: [2, 3], delimiter: ";" });
      expect(found.rows).toEqual([cells, cells]);
    },
  );

  it("of the wanted columns alone", async () => {
    const { rows } = await rowsOf(await open("a,b,c\n1,2,3\n4,5,6\n"), { columns: [0, 2] });
    expect(rows).toEqual([
      ["1", "3"],
      ["4", "6"],
    ]);
    expect((await rowsOf(await open("a,b\n1,2\n"), { columns: [] })).rows).toEqual([[]]);
  });
});

describe("the delimiter", () => {
  it.each([
    ["a;b\n1,5;2\n2,5;3\n", ";"],
    ["a\tb\n1,5\t2\n", "\t"],
    ["a|b\nx, y|2\n", "|"],
    ["1,5;2,5\n3,5;4,5\n", ";"],
    ['a,b\n"x;y;z",1\n"u;v",2\n', ","],
    ["a,b\n1;5,2\n1;5,2\n", ","],
    ["1 2  3\n 4 5 6\n", " "],
    ["name  size\nx   1\ny 2 \n", " "],
  ])("of %j is %j", async (text, delimiter) => {
    const source = await open(text);
    expect(source.delimiter).toBe(delimiter);
    expect(source.facts.join()).toContain(
      { ",": "", " ": "delimiter blanks", "\t": "delimiter a tab" }[delimiter] ?? `delimiter "${delimiter}"`,
    );
  });

  it("of a single column is none that stands in it", async () => {
    const { columns, rows, delimiter, facts } = await read("x\n1,5\n2,25\n");
    expect({ columns, rows, delimiter, facts }).toEqual({
      ...{ columns: ["x"], rows: [["1,5"], ["2,25"]], delimiter: ";", facts: [] },
    });
    const { rows: texts } = await read("text\none two\nthree four\n");
    expect(texts).toEqual([["one two"], ["three four"]]);
  });

  it("is told: by the user, by the first line as Excel writes it, by the name", async () => {
    expect((await read("a,b;c\n1,2;3\n", { delimiter: ";" })).rows).toEqual([["1,2", "3"]]);
    expect((await read("sep=|\na|b,c\n1|2\n")).columns).toEqual(["a", "b,c"]);
    expect((await read("a,b\tc\n1,2\t3\n", {}, "a.tsv")).rows).toEqual([["1,2", "3"]]);
    expect((await read("a b\n1 2\n", { delimiter: "space" })).rows).toEqual([["1", "2"]]);
    expect((await read("a\tb\n1\t2\n", { delimiter: "tab" })).columns).toEqual(["a", "b"]);
  });

  it.each(["", "ab", '"', "\n"])("cannot be %j", async (delimiter) => {
    await expect(open("a\n1\n", { delimiter })).rejects.toThrow(
      new ConfigError(
        `The delimiter is ${JSON.stringify(delimiter)}, expected one character, such as ",", ";", "|", "tab" or "space".`,
      ),
    );
  });
});

describe("the header", () => {
  it.each([
    ["names over numbers", "age,name\n1,x\n2,y\n", true],
    ["names over dates", "day\n2020-01-02\n2020-01-03T10:00Z\n", true],
    ["names over numbers some of which are missing", "a,b\n?,x\nNA,x\n3,x\n", true],
    ["names over texts", "Class,V1\nyes,n\nno,y\n", true],
    ["a number", "1,x\n2,y\n", false],
    ["numbers with a missing one", "5.1,?,3\n4.9,2,1\n", false],
    ["texts that come again", "red,yes\nblue,no\nred,no\n", false],
    ["texts of which two are the same", "x,x\ny,z\n", false],
    ["numbers that count on, as of columns without names", "0,1,2\n5.1,3.5,1.4\n4.9,3.0,1.4\n", true],
    ["names like numbers and times over them", "e1,T1,2nd,x_3\n1e5,10:30,7,2020-01-02T10:30Z\n", true],
    ["numbers and times of all kinds", "1e5,10:30 pm,$7,-3.5%\n2e5,11:30 am,$8,4%\n", false],
    ["years", "country,2018,2019,2020\nx,1.5,2,3\ny,4,5,7\n", true],
    ["numbers that count on, in all rows", "1,2,3\n4,5,6\n", false],
    ["names over nothing", "a,b\n", true],
    ["a row of numbers alone", "1,2\n", false],
  ])("%s", async (_, text, header) => {
    const { columns, facts } = await open(text);
    expect(facts.includes("no header")).toBe(!header);
    expect(columns[0] === "column1").toBe(!header);
  });

  it("is told", async () => {
    expect(await read("1,2\n3,4\n", { header: true })).toMatchObject({
      columns: ["1", "2"],
      rows: [["3", "4"]],
    });
    expect(await read("a,b\n3,4\n", { header: false })).toMatchObject({
      ...{
        columns: ["column1", "column2"],
        rows: [
          ["a", "b"],
          ["3", "4"],
        ],
        lines: [1, 2],
      },
    });
  });

  it("with names that are blank, or come again, is mended, and it is said", async () => {
    const { columns, facts } = await open(",a,a,column1,a 2,,a\n1,2,3,4,5,6,7\n");
    expect(columns).toEqual(["column1 2", "a", "a 3", "column1", "a 2", "column6", "a 4"]);
    expect(facts).toEqual([
      'columns without a name: now "column1 2", "column6"',
      'names that come again: now "a 3", "a 4"',
    ]);
  });

  it("may hold what objects have of themselves", async () => {
    const { columns, rows } = await read("__proto__,constructor\n1,2\n");
    expect({ columns, rows }).toEqual({ columns: ["__proto__", "constructor"], rows: [["1", "2"]] });
  });

  it("may lack the name of the rows' names, or a delimiter that ends all rows", async () => {
    expect(await read('"x","y"\n"r1",1,2\n"r2",3,4\n')).toMatchObject({ columns: ["column1", "x", "y"] });
    const ends = await read("x,y\n1,2,\n3,4,\n");
    expect(ends).toMatchObject({
      columns: ["x", "y"],
      rows: [
        ["1", "2"],
        ["3", "4"],
      ],
    });
    expect(ends.facts).toEqual(["a delimiter at the end of each row"]);
    expect(await read("x,y,\n1,2,\n")).toMatchObject({
      columns: ["x", "y", "column3"],
      rows: [["1", "2", ""]],
    });
  });
});

describe("the encoding", () => {
  const text = "name,größe\nMünchen,1\n\u6771\u4eac,2\n\ud83d\ude00,3\n";
  const columns = ["name", "größe"];
  const rows = [
    ["München", "1"],
    ["\u6771\u4eac", "2"],
    ["\ud83d\ude00", "3"],
  ];
  const utf16 = (content: string) => new Uint8Array(Buffer.from(content, "utf16le"));
  const swapped = (bytes: Uint8Array) => bytes.map((_, i) => bytes[i ^ 1]!);

  it.each<[string, Uint8Array, string[]]>([
    ["UTF-8", bytesOf(text), []],
    ["UTF-8 with its mark", bytesOf(`\ufeff${text}`), []],
    ["UTF-16 with its mark", utf16(`\ufeff${text}`), ["UTF-16"]],
    ["UTF-16 the other way round with its mark", swapped(utf16(`\ufeff${text}`)), ["UTF-16"]],
    ["UTF-16", utf16(text), ["UTF-16"]],
    ["UTF-16 the other way round", swapped(utf16(text)), ["UTF-16"]],
  ])("%s is found out", async (_, content, facts) => {
    expect(await read(content)).toMatchObject({ columns, rows, facts });
  });

  it("Windows-1252 is found out where it is no UTF-8, in the first row or far below", async () => {
    const latin = (content: string) => new Uint8Array(Buffer.from(content, "latin1"));
    expect(await read(latin("größe\n1\n"))).toMatchObject({ columns: ["größe"], facts: ["Windows-1252"] });
    expect((await read(latin("price\n\x80 5\n"))).rows).toEqual([["\u20ac 5"]]);
    const far = latin(`${"city,n\n"}${"Berlin,1\n".repeat(50_000)}Köln,2\n`);
    const { rows: last, facts } = await read(far);
    expect(last.at(-1)).toEqual(["Köln", "2"]);
    expect(facts).toEqual(["Windows-1252"]);
  });

  it("is told", async () => {
    expect((await read(new Uint8Array([0x61, 10, 0xc3, 0xa9]), { encoding: "cp1252" })).rows).toEqual([
      ["Ã©"],
    ]);
    await expect(open("a\n", { encoding: "ebcdic" })).rejects.toThrow(
      new ConfigError('No encoding "ebcdic". There are: utf-8, utf-16le, utf-16be, windows-1252.'),
    );
  });

  it("that is broken off in the middle is refused, with the line", async () => {
    const bytes = bytesOf(`é\n${"ab\n".repeat(100_000)}xy\n`);
    bytes[bytes.length - 2] = 0xff;
    expect(await refusal(bytes)).toBe(
      "a.csv, line 100002: a character is not valid UTF-8. Save the file as UTF-8, or tell its encoding: windows-1252.",
    );
  });
});

describe("refused, with the place, are", () => {
  const next =
    "Mend the row: a cell with the delimiter or a line break in it stands in quotes. Or tell another delimiter.";

  it("rows with more or fewer cells", async () => {
    expect(await refusal("a,b\n1,2\n3\n")).toBe(
      `a.csv, line 3: the row has 1 cell, expected 2, as in the first rows ("," separates them). ${next}`,
    );
    expect(await refusal("a,b\n1,2\n\n3,4,5\n")).toBe(
      `a.csv, line 4: the row has 3 cells, expected 2, as in the first rows ("," separates them). ${next}`,
    );
    // A trailing delimiter may be a number with a comma in it, unless all rows have it.
    expect(await refusal("a,b\n1,2\n3,4,\n")).toContain("line 3: the row has 3 cells, expected 2");
  });

  it("a cell behind the delimiter that ends the first rows", async () => {
    const text = `x,y\n${"1,2,\n".repeat(300)}1,2,3\n`;
    expect(await refusal(text)).toBe(
      'a.csv, line 302: "3" follows the last column, expected nothing, as in the first rows. Mend the row, or give the ' +
        "column a name.",
    );
  });

  it("a quote that is not closed, with the line where its row begins", async () => {
    const open = "a quote that opens in the row is not closed before the file ends. Close it, or remove it.";
    expect(await refusal(`a,b\n1,2\n3,"4\n${"5,6\n".repeat(10)}`)).toBe(`a.csv, line 3, column "b": ${open}`);
    expect(await refusal('a,b\n1,2\n"3\n3","4\n')).toBe(`a.csv, line 3, column "b": ${open}`);
  });

  it("what follows a closing quote", async () => {
    expect(await refusal('a,b\n"x"y,2\n')).toBe(
      'a.csv, line 2, column "a": a text follows a closing quote, expected a delimiter or the end of the line. Write a ' +
        'quote inside of quotes twice, "a ""word""", or remove a quote that nothing closes.',
    );
  });

  it("a NUL", async () => {
    const what = "a character is NUL, expected text. Give a text file, or its encoding.";
    expect(await refusal("a,b\n1,2\n3,\0\n")).toBe(`a.csv, line 3: ${what}`);
    expect(await refusal(`a,b\n${"1,2\n".repeat(100_000)}3,\0\n`)).toBe(`a.csv, line 100002: ${what}`);
  });

  it.each(["", "\n\n", "  \r\n", "\ufeff", "\n".repeat(300_000)])("a file without a text", async (text) => {
    expect(await refusal(text)).toBe("a.csv is empty, expected a table. Give the right file.");
  });

  it("a cell, a row or a number of columns beyond the limits", async () => {
    expect(await refusal(`a,b\n1,${"x".repeat(2 ** 20 + 1)}\n`)).toBe(
      'a.csv, line 2, column "b": the cell has more than 1048576 characters. Check the delimiter.',
    );
    expect(await refusal(`a,b\n1,"${"x\n".repeat(2 ** 20)}`)).toBe(
      'a.csv, line 2, column "b": a quote that opens in the row is not closed before the file ends. Close it, or remove it.',
    );
    expect(await refusal(`${"x,".repeat(100_001)}\n`)).toBe(
      "a.csv, line 1: the row has more than 100000 cells. Check the delimiter.",
    );
    const cell = `"${"x".repeat(2 ** 20 - 10)}",`;
    expect(await refusal(`a,b\n${cell.repeat(17)}\n`)).toBe(
      "a.csv, line 2: the row has more than 16777216 characters. Check the delimiter, and that each quote in the row is " +
        "closed.",
    );
  });
});

describe("a large table", () => {
  it("comes in chunks of some rows, with its progress, and can be read again", async () => {
    const source = await open(`a,b\n${"1,2\n".repeat(10_000)}`);
    const shares: number[] = [];
    const sizes: number[] = [];
    for await (const { rows } of source.read({ onProgress: (share) => shares.push(share) })) sizes.push(rows);
    expect(sizes).toEqual([2048, 2048, 2048, 2048, 1808]);
    expect(shares.at(-1)).toBe(1);
    expect((await rowsOf(source)).rows.length).toBe(10_000);
    await source.close();
  });

  it("with many columns comes in chunks of fewer rows", async () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `c${i}`);
    const row = names.map((_, i) => i).join(",");
    const source = await open(`${names.join(",")}\n${`${row}\n`.repeat(15)}`);
    expect(source.columns).toEqual(names);
    const sizes: number[] = [];
    for await (const { rows } of source.read()) sizes.push(rows);
    expect(sizes).toEqual([13, 2]);
  });

  it("ends when the signal says so", async () => {
    const controller = new AbortController();
    const source = await open(`a,b\n${"1,2\n".repeat(200_000)}`);
    const reason = new Error("enough");
    let rows = 0;
    const reading = (async () => {
      for await (const chunk of source.read({ signal: controller.signal })) {
        rows += chunk.rows;
        controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(rows).toBeLessThan(200_000);
  });
});

describe("a stream", () => {
  /** The content in pieces of one to seven bytes. */
  async function* pieces(content: Uint8Array, random: Random) {
    for (let start = 0; start < content.length; ) {
      const end = start + 1 + random.below(7);
      yield content.subarray(start, end);
      start = end;
    }
  }

  it.each([
    'a,b\r\n"x\r\ny","say ""hi"""\r\n1,2\r\n',
    "\ufeffgröße;b\n\ud83d\ude00;2\n\n3;4",
    'a,b\r"",\r"1",2\r',
    " 1  2\t3 \n4 5 6\n",
    'a,b\n1,"2\n3',
    "a,b\n1,2\n3\n",
  ])("of %j is cut anywhere, and gives the same", async (text) => {
    for (const encoded of [bytesOf(text), new Uint8Array(Buffer.from(text, "utf16le"))]) {
      const outcome = async (source: Promise<TableSource>) => {
        try {
          const { name: _, columns, facts, ...rest } = await source;
          return { columns, facts, ...(await rowsOf({ name: "", columns, facts, ...rest })) };
        } catch (error) {
          return (error as Error).message.replace(/^[^,]+,/, "");
        }
      };
      const whole = await outcome(open(encoded));
      for (let seed = 0; seed < 20; seed++) {
        const stdin = pieces(encoded, new Random(seed, "pieces"));
        expect(await outcome(openInput("-", { stdin }).then((input) => openTableSource(input)))).toEqual(
          whole,
        );
      }
    }
  });
});
