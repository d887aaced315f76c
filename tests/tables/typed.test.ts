import { describe, expect, it } from "vitest";
import { DatasetError } from "../../src/errors.ts";
import { collectTable } from "../../src/tables/collect.ts";
import { type RowsInMemory, tableOfRows } from "../../src/tables/rows.ts";
import type { Cell } from "../../src/tables/table.ts";
import { type ExpectedColumn, typedChunk } from "../../src/tables/typed.ts";

const chunkOf = (columns: readonly (readonly Cell[])[]) => ({
  ...{ first: 10, rows: columns[0]!.length, columns },
  lines: columns[0]!.map((_, i) => 12 + i),
});
const read = (columns: Readonly<Record<string, readonly Cell[]>>, expected: readonly ExpectedColumn[]) =>
  typedChunk(chunkOf(Object.values(columns)), Object.keys(columns), expected, {
    name: "b.csv",
    place: "line",
  });

describe("typedChunk", () => {
  it("finds columns by name, in the model's order, and leaves out others", () => {
    const table = read({ extra: ["x", "y"], b: ["u", ""], a: ["1", "?"] }, [
      { name: "a", kind: "number" },
      { name: "b", kind: "category" },
    ]);
    expect(table.columns.map(({ name, cells }) => [name, [...cells]])).toEqual([
      ["a", [1, Number.NaN]],
      ["b", [0, -1]],
    ]);
    expect(table.place(1)).toBe("line 13");
  });

  it("reads numbers and dates as the model's were written, and codes as numbers", () => {
    const table = read({ n: ["1.234,5", "007"], d: ["1/2/2025", "-"], p: ["12%", 5] }, [
      { name: "n", kind: "number", style: { decimal: ",", group: "." } },
      { name: "d", kind: "date", style: { first: "month" } },
      { name: "p", kind: "number", style: { decimal: ".", group: "", unit: "%" } },
    ]);
    expect(table.columns.map(({ cells }) => [...cells])).toEqual([
      [1234.5, 7],
      [Date.UTC(2025, 0, 2), Number.NaN],
      [12, 5],
    ]);
  });

  it("takes yes for true, and another text for one that was not seen", () => {
    const table = read({ b: ["Yes", "f", "maybe", "", true, "perhaps", "maybe"] }, [
      { name: "b", kind: "boolean" },
    ]);
    const { cells, values } = table.columns[0]!;
    expect([...cells]).toEqual([1, 0, 2, Number.NaN, 1, 3, 2]);
    expect(values).toEqual(["false", "true", "maybe", "perhaps"]);
  });

  it("keeps some of the texts that are neither yes nor no", () => {
    const texts = Array.from({ length: 1000 }, (_, i) => `text ${i}`);
    const { cells, values } = read({ b: texts }, [{ name: "b", kind: "boolean" }]).columns[0]!;
    expect([...cells]).toEqual(texts.map((_, i) => 2 + Math.min(i, 20)));
    expect(values).toEqual(["false", "true", ...texts.slice(0, 20)]);
  });

  it("takes numbers of a typed file for the texts of categories", () => {
    expect(read({ c: [1, 2, 1] }, [{ name: "c", kind: "category" }]).columns[0]).toMatchObject({
      values: ["1", "2"],
    });
  });

  it("refuses a text where a number is expected, and lists what is absent", () => {
    expect(() => read({ a: ["1", "two"] }, [{ name: "a", kind: "number" }])).toThrow(
      new DatasetError(
        'b.csv, line 13, column "a": "two" is no number, and the model expects one. ' +
          "Correct it, or leave the cell empty if the value is not known.",
      ),
    );
    const ab: ExpectedColumn[] = ["age", "city"].map((name) => ({ name, kind: "category" }));
    expect(() => read({ Age: ["1"], x: ["1"] }, ab)).toThrow(
      'b.csv has no columns "age" and "city", which the model needs. Its columns are "Age" and "x".',
    );
    expect(() => read({ Age: ["1"], city: ["1"] }, ab)).toThrow(
      'b.csv has no column "age", which the model needs. Is "Age" meant?',
    );
  });
});

describe("tableOfRows", () => {
  const cellsOf = async (rows: RowsInMemory) => {
    const table = await collectTable(await tableOfRows("rows", rows));
    return table.columns.map(({ name, kind, cells }) => [name, kind, [...cells]]);
  };
  const expected = [
    ["age", "number", [1, 2, Number.NaN]],
    ["city", "category", [0, 1, 0]],
  ];
  const rows = [{ age: 1, city: "a" }, { age: 2, city: "b" }, { city: "a" }];

  it("takes rows, columns, iterables and asynchronous ones", async () => {
    expect(await cellsOf(rows)).toEqual(expected);
    expect(await cellsOf({ age: [1, 2, undefined], city: ["a", "b", "a"] })).toEqual(expected);
    expect(await cellsOf({ age: new Float64Array([1, 2, Number.NaN]), city: ["a", "b", "a"] })).toEqual(
      expected,
    );
    expect(await cellsOf(new Set(rows))).toEqual(expected);
    async function* slowly() {
      yield* rows;
    }
    expect(await cellsOf(slowly())).toEqual(expected);
  });

  it("takes no rows, and many", async () => {
    expect(await cellsOf([])).toEqual([]);
    const many = Array.from({ length: 10_000 }, (_, i) => ({ n: i / 2 }));
    expect((await collectTable(await tableOfRows("rows", many))).rows).toBe(10_000);
  });

  it("reads arrays again, and iterables once", async () => {
    const array = await tableOfRows("rows", rows);
    const once = await tableOfRows("rows", rows.values());
    for (const source of [array, once]) expect((await collectTable(source)).rows).toBe(3);
    expect((await collectTable(array)).rows).toBe(3);
    await expect(collectTable(once)).rejects.toThrow(
      "rows can be read once only. Give its rows as an array.",
    );
  });

  it("lets an iterable end when it is closed", async () => {
    let ended = false;
    function* endless() {
      try {
        for (;;) yield { n: 1 };
      } finally {
        ended = true;
      }
    }
    const source = await tableOfRows("rows", endless());
    expect((await collectTable(source, {}, { most: 5000 })).rows).toBe(5000);
    expect(ended).toBe(true);
  });

  it.each<[unknown, string]>([
    [5, "rows is 5. Give rows as objects"],
    [[1], "rows, row 0 is 1, expected an object"],
    [[{ a: 1 }, null], "rows, row 1 is null, expected an object"],
    [[{ a: [1] }], 'rows, row 0, column "a": a cell is a text, a number, a boolean, a Date or nothing'],
    [{ a: [1], b: [1, 2] }, 'rows, column "b" has 2 cells, "a" has 1. Give all columns the same length.'],
    [{ a: "text" }, 'rows, column "a" is "text", expected an array of cells.'],
    [[{ "": 1 }], "rows has a column without a name."],
  ])("refuses %j", async (given, message) => {
    await expect(cellsOf(given as RowsInMemory)).rejects.toThrow(message);
  });

  it("refuses a column that comes after a thousand rows of an iterable", async () => {
    const late = Array.from({ length: 1500 }, (_, i) => (i === 1200 ? { a: 1, b: 2 } : { a: 1 }));
    await expect(cellsOf(late.values())).rejects.toThrow(
      'rows, row 1200 has a column "b", which none of the first 1000',
    );
    expect(await cellsOf(late)).toHaveLength(2);
  });
});
