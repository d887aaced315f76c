import { describe, expect, it } from "vitest";
import { ConfigError, DatasetError } from "../../src/errors.ts";
import { collectTable } from "../../src/tables/collect.ts";
import { tableOfRows } from "../../src/tables/rows.ts";
import type { Cell, TableColumn, TableOptions, TableSource } from "../../src/tables/table.ts";

/** A file with these columns, whose rows have lines, some at a time. */
function fileOf(
  columns: Readonly<Record<string, readonly Cell[]>>,
  { delimiter = ",", size = 7 }: { readonly delimiter?: string; readonly size?: number } = {},
): TableSource {
  const names = Object.keys(columns);
  const rows = columns[names[0]!]?.length ?? 0;
  return {
    ...{ name: "a.csv", format: "CSV", facts: [], columns: names, place: "line", delimiter },
    async *read({ columns: wanted = names.map((_, i) => i) } = {}) {
      for (let first = 0; first < rows; first += size) {
        const count = Math.min(size, rows - first);
        yield {
          first,
          rows: count,
          columns: wanted.map((i) => columns[names[i]!]!.slice(first, first + count)),
          lines: Array.from({ length: count }, (_, i) => first + i + 2),
        };
      }
    },
    close: async () => {},
  };
}

const columnOf = async (
  cells: readonly Cell[],
  options?: TableOptions,
  delimiter = ",",
): Promise<TableColumn> => (await collectTable(fileOf({ x: cells }, { delimiter }), options)).columns[0]!;

const summary = async (...args: Parameters<typeof columnOf>) => {
  const { kind, cells, values } = await columnOf(...args);
  return values === undefined || kind === "number"
    ? { kind, cells: [...cells] }
    : { kind, cells: [...cells], values };
};

const NONE = Number.NaN;

describe("collectTable", () => {
  it("reads numbers, and what is missing", async () => {
    const column = await columnOf(["1", "", "2.5", "?", "NA", " -3 ", "-"]);
    expect(column).toMatchObject({ kind: "number", missing: 4, distinct: 3, example: "1" });
    expect([...column.cells]).toEqual([1, NONE, 2.5, NONE, NONE, -3, NONE]);
    expect(column.missingAs).toEqual(["", "?", "NA", "-"]);
  });

  it("reads answers, categories and dates", async () => {
    expect(await summary(["yes", "No", "", "no", "YES"])).toEqual({
      kind: "boolean",
      cells: [1, 0, NONE, 0, 1],
      values: ["No", "yes"],
    });
    expect(await summary(["b", " a", "b ", "null", "a"])).toEqual({
      kind: "category",
      cells: [0, 1, 0, -1, 1],
      values: ["b", "a"],
    });
    expect(await summary(["1970-01-02", "", "1.1.1970"])).toEqual({
      kind: "date",
      cells: [86_400_000, NONE, 0],
    });
  });

  it("takes types as they are", async () => {
    expect(await summary([1, null, 2n, Number.NaN])).toEqual({ kind: "number", cells: [1, NONE, 2, NONE] });
    expect(await summary([true, false, undefined])).toMatchObject({ kind: "boolean", cells: [1, 0, NONE] });
    expect(await summary([new Date(5), null])).toEqual({ kind: "date", cells: [5, NONE] });
    expect(await summary([1, "a", 2])).toMatchObject({ kind: "category", values: ["1", "a", "2"] });
  });

  it("takes codes for categories, unless somebody says that they are numbers", async () => {
    expect(await columnOf(["00123", "10000", "20000"])).toMatchObject({
      kind: "category",
      why: 'codes: "00123" has leading zeros',
    });
    expect(await summary(["00123", "10"], { numeric: ["x"] })).toEqual({ kind: "number", cells: [123, 10] });
  });

  it("takes a sign off that all numbers have, and says it", async () => {
    expect(await columnOf(["12%", "3%", ""])).toMatchObject({
      kind: "number",
      style: { unit: "%" },
      why: "numbers with %, which is taken off",
    });
  });

  it("reads 1,234 as the file's other numbers are written, and asks where nothing tells", async () => {
    const read = async (other: string, delimiter: string) =>
      (await collectTable(fileOf({ x: ["1,234"], y: [other] }, { delimiter }))).columns[0]!.cells[0];
    expect(await read("0.5", "\t")).toBe(1234);
    expect(await read("0,5", "\t")).toBe(1.234);
    await expect(read("5", "\t")).rejects.toThrow(
      'a.csv, column "x": "1,234" can be 1.234 and 1234, and nothing in the file says which. ' +
        "Say what stands before fractions: --decimal . or --decimal ,.",
    );
    expect((await columnOf(["1,234"], { decimal: "," }, "\t")).cells[0]).toBe(1.234);
    expect((await columnOf(["1,234"], { decimal: "." }, "\t")).cells[0]).toBe(1234);
  });

  it("asks where day and month could be either, and takes what is said", async () => {
    await expect(columnOf(["1/2/2025", "3/4/2025"])).rejects.toThrow(
      'a.csv, column "x": in "1/2/2025" the day or the month can come first, and no date of the column says which. ' +
        "Say it: --dates day-first or --dates month-first.",
    );
    const column = await columnOf(["1/2/2025"], { dates: "month-first" });
    expect(column.cells[0]).toBe(Date.UTC(2025, 0, 2));
  });

  it("refuses a text far down in a column of numbers, with its place and what can be done", async () => {
    const cells: string[] = Array.from({ length: 12_000 }, (_, i) => String(i % 100));
    cells[11_000] = "abc";
    const source = fileOf({ rooms: cells }, { size: 1000 });
    await expect(collectTable(source)).rejects.toThrow(
      new DatasetError(
        'a.csv, line 11002, column "rooms": "abc" is no number, as the column\'s other values are. ' +
          "Correct it; or, if it stands for a missing value, give --missing abc; if the column has categories, --categorical rooms.",
      ),
    );
    expect((await collectTable(source, { missing: ["abc"] })).columns[0]).toMatchObject({
      kind: "number",
      missing: 1,
    });
    expect((await collectTable(source, { categorical: ["rooms"] })).columns[0]).toMatchObject({
      kind: "category",
      distinct: 101,
    });
  });

  it("refuses what is too large, infinite, or a code among numbers", async () => {
    await expect(columnOf(["1", "1e999"])).rejects.toThrow('line 3, column "x": "1e999" is no finite number');
    await expect(columnOf([1, Number.POSITIVE_INFINITY])).rejects.toThrow("is no finite number");
    const cells: string[] = Array(10_020).fill("12");
    cells[10_015] = "007";
    await expect(columnOf(cells)).rejects.toThrow("has leading zeros as codes have");
  });

  it("decides on a column when it has its first value", async () => {
    const cells: string[] = Array(10_010).fill("");
    cells[10_005] = "4.5";
    const column = await columnOf(cells);
    expect(column).toMatchObject({ kind: "number", missing: 10_009, example: "4.5" });
    expect(column.cells[10_005]).toBe(4.5);
    expect(await columnOf(["", ""])).toMatchObject({
      kind: "category",
      missing: 2,
      distinct: 0,
      example: "",
    });
  });

  it("lets go of more than 65,536 texts, and refuses them as a target", async () => {
    const cells = Array.from({ length: 65_540 }, (_, i) => `text ${i}`);
    const column = await columnOf([...cells, ""]);
    expect(column).toMatchObject({ kind: "text", distinct: 65_536, missing: 1 });
    expect(column.cells.length).toBe(0);
    await expect(columnOf(cells, { target: ["x"] })).rejects.toThrow(
      'a.csv, column "x" has more than 65,536 different texts, too many for classes.',
    );
  });

  it("does not read what is dropped, and takes tables of no rows and of no columns", async () => {
    const table = await collectTable(fileOf({ a: ["1"], b: ["x"] }), { drop: ["a"] });
    expect(table.columns.map(({ name }) => name)).toEqual(["b"]);
    expect(await collectTable(fileOf({ a: [] }))).toMatchObject({ rows: 0, columns: [{ name: "a" }] });
    expect((await collectTable(fileOf({}))).columns).toEqual([]);
    expect((await collectTable(fileOf({ a: ["1", "2", "3"] }), {}, { most: 2 })).rows).toBe(2);
  });

  it("knows the lines of rows that are longer than a line", async () => {
    const source: TableSource = {
      ...fileOf({ a: [] }),
      async *read() {
        yield { first: 0, rows: 3, columns: [["1", "2", "3"]], lines: [2, 3, 7] };
        yield { first: 3, rows: 1, columns: [["4"]], lines: [8] };
      },
    };
    const table = await collectTable(source);
    expect([0, 1, 2, 3].map(table.place)).toEqual(["line 2", "line 3", "line 7", "line 8"]);
  });

  it("names the column that is probably meant", async () => {
    await expect(collectTable(fileOf({ price: ["1"], Größe: ["2"] }), { target: ["prise"] })).rejects.toThrow(
      new ConfigError(
        '--target: a.csv has no column "prise". Did you mean "price"? Its columns are "price" and "Größe".',
      ),
    );
    await expect(collectTable(fileOf({ a: ["1"] }), { target: ["a"], drop: ["a"] })).rejects.toThrow(
      '--target and --drop both name "a". Leave it out of one of them.',
    );
  });

  it("reads columns that are named as objects' own parts", async () => {
    const rows = [JSON.parse('{ "__proto__": "1", "constructor": "a" }'), { constructor: "b" }];
    const table = await collectTable(await tableOfRows("rows", rows));
    expect(table.columns.map(({ name, missing }) => [name, missing])).toEqual([
      ["__proto__", 1],
      ["constructor", 0],
    ]);
  });
});
