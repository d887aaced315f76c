import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openInput, openTableSource } from "../../src/formats/open.ts";
import { collectTable } from "../../src/tables/collect.ts";
import { understandingJson, understandingText } from "../../src/tables/describe.ts";
import { type RowsInMemory, tableOfRows } from "../../src/tables/rows.ts";
import type { TableOptions } from "../../src/tables/table.ts";
import { classLabels, classNamesOf, targetRows } from "../../src/tables/targets.ts";
import { understand } from "../../src/tables/understand.ts";

const tableOf = async (rows: RowsInMemory, options: TableOptions = {}) =>
  await collectTable(await tableOfRows("rows", rows), options);
const understood = async (rows: RowsInMemory, options: TableOptions = {}) =>
  understand(await tableOf(rows, options), options);

async function ofFile(path: string, options: TableOptions) {
  const source = await openTableSource(await openInput(path));
  try {
    const table = await collectTable(source, options);
    return { table, understanding: understand(table, options) };
  } finally {
    await source.close();
  }
}

/** Numbers from 0 to `count`, in an order of their own. */
const shuffled = (count: number) => Array.from({ length: count }, (_, i) => (7 * i) % count);
const cycle = <T>(count: number, ...values: T[]) =>
  Array.from({ length: count }, (_, i) => values[i % values.length]!);

describe("roles", () => {
  const roleOf = async (name: string, cells: readonly unknown[], options: TableOptions = {}) => {
    const others = cycle(cells.length, 1.5, 2.5, 3.5);
    const { columns } = await understood({ [name]: cells, other: others }, options);
    const { role, why } = columns[0]!;
    return why === undefined ? role : `${role}: ${why}`;
  };

  it.each<[string, readonly unknown[], string]>([
    ["PassengerId", shuffled(8).map((i) => i + 100), "dropped: an id: each row has another number"],
    ["Unnamed: 0", shuffled(8), "dropped: an id: each row has another number"],
    ["n", Array.from({ length: 25 }, (_, i) => i + 1), "dropped: an id: it numbers the rows from 1"],
    ["year", Array.from({ length: 25 }, (_, i) => i + 1), "feature"],
    ["n", Array.from({ length: 9 }, (_, i) => i + 1), "feature"],
    ["n", Array.from({ length: 25 }, (_, i) => i + 1900), "feature"],
    ["id", ["a", "b", "c"], "dropped: an id: each row has another value"],
    ["c", Array(5).fill("x"), 'dropped: a constant: always "x"'],
    ["c", Array(5).fill(0), 'dropped: a constant: always "0"'],
    ["c", ["x", "", "x"], "feature"],
    ["c", ["", null, "NA"], "dropped: empty: no row has a value"],
    [
      "name",
      shuffled(12).map((i) => `n ${i}`),
      'dropped: free text: each row has another value, such as "n 0"',
    ],
    ["city", cycle(40, "a", "b", "c"), "feature"],
    ["grade", cycle(60, 1, 2, 3), "feature: 3 different whole numbers: --categorical if they are codes"],
    ["flag", cycle(60, 0, 1), "feature"],
  ])("a column %j is a %s", async (name, cells, expected) => {
    expect(await roleOf(name, cells)).toBe(expected);
  });

  it("are what the user says", async () => {
    expect(await roleOf("id", [3, 1, 2, 5], { numeric: ["id"] })).toBe("feature: as it was said");
    const names = shuffled(12).map((i) => `n ${i}`);
    expect(await roleOf("name", names, { categorical: ["name"] })).toBe("feature: as it was said");
    expect(await roleOf("g", cycle(12, 1, 2), { group: ["g"] })).toBe(
      "group: rows with the same value stay together",
    );
    expect(await roleOf("w", cycle(12, 0, 2), { weight: "w" })).toBe("weight: the weights of rows");
    expect(await roleOf("t", shuffled(12), { time: "t" })).toBe("time: rows are held out in its order");
  });

  it("have times that are numbers or dates, of which a missing one is the earliest", async () => {
    const of = async (t: readonly unknown[], options: TableOptions = {}) =>
      await understood(
        { t, x: cycle(t.length, 1.5, 2), y: cycle(t.length, 1, 2.5, 9) },
        { time: "t", ...options },
      );
    const { columns, warnings } = await of(["1.2.2025", "31.1.2025", "", "2.2.2025", "NA"]);
    expect(columns[0]).toMatchObject({ role: "time", kind: "date" });
    expect(warnings).toContain('Time "t" is missing in 2 rows: they are taken for the earliest.');
    await expect(of([...cycle(6, "2025-01", "2025-02")])).rejects.toThrow(
      '--time: column "t" has texts, such as "2025-01", expected numbers, or dates such as 2025-12-31. Write its cells so, or name another column.',
    );
    await expect(of(["001", "002", "003"])).rejects.toThrow("dates such as 2025-12-31. Give --numeric t.");
    await expect(of(["yes", "no", "no"])).rejects.toThrow('column "t" has yes and no, such as "yes"');
    await expect(of(["", "", ""])).rejects.toThrow('column "t" has no values, expected numbers');
    await expect(of([1, 2, 3], { group: ["x"] })).rejects.toThrow(
      "--time and --group exclude each other: rows are held out by their time, or by their group. Leave one of them out.",
    );
    for (const [other, option] of [
      ["target", { target: ["t"] }],
      ["weight", { weight: "t" }],
    ] as const) {
      await expect(of([1, 2, 3], option)).rejects.toThrow(`--${other} and --time both name "t".`);
    }
    await expect(of([1, 2, 3], { drop: ["t"] })).rejects.toThrow('--time and --drop both name "t".');
    await expect(of([1, 2, 3], { categorical: ["t"] })).rejects.toThrow(
      '--time and --categorical both name "t".',
    );
  });

  it("leave a column to learn from, and say where there is none", async () => {
    const n = Array.from({ length: 30 }, (_, i) => i);
    const { columns } = await understood({ n, y: n.map((i) => Math.sqrt(i)) }, { target: ["y"] });
    expect(columns[0]).toMatchObject({ role: "feature", why: "looks like an id, but there is nothing else" });
    await expect(understood({ c: [1, 1, 1], y: [1, 2, 3] }, { target: ["y"] })).rejects.toThrow(
      'rows has no column to predict from: "c" is a constant: always "1". Give a table with more columns, or say what one is: --categorical or --numeric.',
    );
  });
});

describe("the task", () => {
  const taskOf = async (y: readonly unknown[], options: TableOptions = {}) => {
    const { task } = await understood(
      { x: cycle(y.length, 0.5, 1.5, 2.5, 7), y },
      { target: ["y"], ...options },
    );
    return task;
  };

  it("is found out", async () => {
    expect(await taskOf(cycle(20, "b", "a"))).toEqual({
      kind: "classes",
      target: ["y"],
      why: "its two values are texts",
      classNames: ["a", "b"],
    });
    expect(await taskOf(cycle(6, "yes", "no"))).toMatchObject({ kind: "classes", classNames: ["no", "yes"] });
    expect(await taskOf([0, 1, 1, 0])).toMatchObject({
      kind: "classes",
      classNames: ["0", "1"],
      why: "it is 0 or 1",
    });
    expect(await taskOf(cycle(60, 10, 2, 1))).toMatchObject({
      kind: "classes",
      classNames: ["1", "2", "10"],
    });
    expect(await taskOf(cycle(12, 10, 2, 1))).toMatchObject({ kind: "numbers" });
    expect(await taskOf([0.5, 1, 2])).toMatchObject({
      kind: "numbers",
      why: "it has numbers with fractions",
    });
    expect(await taskOf(shuffled(100))).toMatchObject({
      kind: "numbers",
      why: "it has 100 different numbers",
    });
  });

  it("is what the user says, if the target is that", async () => {
    expect(await taskOf(shuffled(100), { task: "classes" })).toMatchObject({
      kind: "classes",
      why: "as it was said",
    });
    expect(await taskOf([0, 1, 1], { task: "numbers" })).toMatchObject({ kind: "numbers" });
    expect(await taskOf([0, 1, 1], { task: "flags" })).toMatchObject({ kind: "flags" });
    await expect(taskOf(["a", "b"], { task: "numbers" })).rejects.toThrow(
      '"a" is no number, as the column\'s values must be.',
    );
    await expect(taskOf(["a", "b"], { task: "flags" })).rejects.toThrow(
      '--task flags: target "y" has values such as "a", expected yes and no, or 0 and 1.',
    );
  });

  it("of several targets is flags or numbers", async () => {
    const x = cycle(12, 0.5, 1.5);
    const of = (y: readonly unknown[], z: readonly unknown[]) =>
      understood({ x, y, z }, { target: ["y", "z"] });
    expect((await of(cycle(12, 0, 1), cycle(12, "no", "no", "yes"))).task).toMatchObject({ kind: "flags" });
    expect((await of(cycle(12, 0, 1), cycle(12, 1, 2, 3))).task).toMatchObject({ kind: "numbers" });
    await expect(of(cycle(12, "a", "b"), cycle(12, 1, 2, 3))).rejects.toThrow(
      '--target: several targets are either all numbers or all yes and no; "y" has values such as "a".',
    );
  });

  it.each<[readonly unknown[], string]>([
    [
      ["a", "a", "a"],
      'rows, target "y" has one value only, "a": there is nothing to learn. Give another column.',
    ],
    [["", "", ""], 'rows, target "y" has no value in any row. Give a column that has.'],
    [["2025-01-01", "2025-01-02", "2025-01-03"], 'rows, target "y" has dates, which cannot be predicted.'],
    [
      shuffled(30).map((i) => `n${i}`),
      'rows, target "y" has 30 different texts in 30 rows ("n0"), they are no classes.',
    ],
    [[], "rows has no rows. Give a table with some."],
  ])("is refused of %j", async (y, message) => {
    await expect(taskOf(y)).rejects.toThrow(message);
  });
});

describe("what should be known", () => {
  const x = cycle(40, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5);
  const y = cycle(40, "a", "b");

  it("is a copy of the target, which is dropped", async () => {
    const { columns, warnings } = await understood({ x, copy: y, y }, { target: ["y"] });
    expect(columns[1]).toMatchObject({ role: "dropped", why: 'a copy of "y"' });
    expect(warnings[0]).toBe('Column "copy" is equal to the target "y" in every row: it is dropped.');
  });

  it("is the target in other words, or in another unit", async () => {
    const words = y.map((value) => (value === "a" ? "red" : "blue"));
    expect((await understood({ x, words, y }, { target: ["y"] })).warnings[0]).toMatch(
      /^Column "words" tells the target "y"/,
    );
    const price = shuffled(40).map((i) => i + 0.5);
    const cents = price.map((value) => 100 * value + 3);
    const { warnings, columns } = await understood({ x, cents, price }, { target: ["price"] });
    expect(warnings[0]).toMatch(/^Column "cents" is the target "price" in another unit/);
    expect(columns[1]!.role).toBe("feature");
    expect((await understood({ x, price }, { target: ["price"] })).warnings).toEqual([]);
  });

  it("is nothing of columns with more values than are counted", async () => {
    // Both count to 70,000 in steps of their own, and go together otherwise in each round.
    const many = (step: number, shift = 0) =>
      Float64Array.from(
        { length: 4 * 70_001 },
        (_, i) => ((i * step + shift * Math.floor(i / 70_001)) % 70_001) / 8,
      );
    const { warnings, task } = await understood({ x: many(7), y: many(11, 1) }, { target: ["y"] });
    expect(warnings).toEqual([]);
    expect(task).toMatchObject({ kind: "numbers" });
    const ids = Float64Array.from({ length: 70_000 }, (_, i) => (i * 3) % 70_000);
    const { columns } = await understood({ id: ids, x: many(7).subarray(0, 70_000) });
    expect(columns[0]).toMatchObject({ role: "dropped", why: "an id: each row has another number" });
  });

  it("is rows without a target, which are left out", async () => {
    const holes = y.map((value, i) => (i % 10 === 3 ? "" : value));
    const table = await tableOf({ x, y: holes }, { target: ["y"] });
    expect(understand(table, { target: ["y"] }).warnings[0]).toBe('4 rows without "y" are left out.');
    expect([...targetRows(table, ["y"])]).toEqual(holes.flatMap((value, i) => (value === "" ? [] : [i])));
  });

  it("is classes with few rows, and rows that repeat", async () => {
    const rare = y.map((value, i) => (i === 5 ? "once" : i === 7 || i === 8 ? "twice" : value));
    expect(
      (await understood({ x: shuffled(40).map((i) => i / 8), y: rare }, { target: ["y"] })).warnings,
    ).toEqual([
      'The class "once" has one row only: what is learned of it cannot be checked.',
      'The class "twice" has 2 rows only: too few to be learned well.',
    ]);
    expect((await understood({ x, y }, { target: ["y"] })).warnings).toEqual([
      "26 rows repeat another one in all columns that are used.",
    ]);
  });

  it("is a weight that is none", async () => {
    const of = (w: readonly unknown[]) => understood({ w, x: [1, 2, 4] }, { weight: "w" });
    await expect(of([1, -2, 1])).rejects.toThrow(
      'rows, row 1, column "w": the weight is -2, expected a number from 0 on. Correct it.',
    );
    await expect(of([1, null, 1])).rejects.toThrow("the weight is missing");
    await expect(of([0, 0, 0])).rejects.toThrow("all weights are 0");
    await expect(of(["a", "b", "c"])).rejects.toThrow('"a" is no number');
  });
});

describe("classes", () => {
  it("are found by their texts, as numbers and as answers", async () => {
    const { columns } = await tableOf({ n: ["10", "2", ""], t: ["b", "a", "é"], w: ["Yes", "no", "NO"] });
    const [numbers, texts, words] = columns as [never, never, never];
    expect([numbers, texts, words].map((column) => classNamesOf(column))).toEqual([
      ["2", "10"],
      ["a", "b", "é"],
      ["no", "Yes"],
    ]);
    expect([...classLabels(numbers, ["2", "10"])]).toEqual([1, 0, -1]);
    expect([...classLabels(texts, ["b", "a"])]).toEqual([0, 1, -2]);
    expect([...classLabels(words, ["no", "yes"])]).toEqual([1, 0, 0]);
    expect([...classLabels(words, ["x", "yes"])]).toEqual([-2, -2, -2]);
  });
});

describe("a table of passengers", () => {
  const path = fileURLToPath(new URL("../fixtures/tables/passengers.train.csv", import.meta.url));

  it("is described as a person would", async () => {
    const { table, understanding } = await ofFile(path, { target: ["outcome"] });
    expect(
      understandingText(understanding, { ...table, name: "passengers.train.csv" }, { width: 80 }),
    ).toEqual([
      "passengers.train.csv: CSV, 84 rows, 14 columns",
      "",
      "column    is        missing  values                                  example",
      "outcome   target          0  lost: 41, saved: 41, unknown: 2         saved",
      "class     number          0  1 to 3                                  1",
      "sex       category   4 (5%)  male: 48, female: 32                    female",
      "age       number     3 (4%)  1 to 54                                 43",
      "siblings  number          0  0 to 3                                  0",
      "parents   number          0  0 to 2                                  0",
      "fare      number     3 (4%)  3.91 to 199.4                           21.49",
      "port      category   3 (4%)  Southampton: 50, Cherbourg: 20, 1 more  Southampton",
      "born      date       1 (1%)  1854-08-24 to 1911-10-13                1869-02-23",
      "größe_cm  number     3 (4%)  82 to 183                               160",
      "",
      "Dropped:",
      "  PassengerId  an id: each row has another number",
      '  name         free text: each row has another value, such as "Salkjelsvik, Mrs.',
      "               Henry (Rosalie O'Connor)\"",
      '  ticket       free text: 83 different values in 84 rows, such as "217718"',
      '  cabin        free text: 18 different values in 18 rows, such as "B83"',
      "",
      "Worth a look:",
      "  class     3 different whole numbers: --categorical if they are codes",
      "  siblings  4 different whole numbers: --categorical if they are codes",
      "  parents   3 different whole numbers: --categorical if they are codes",
      "",
      "To be predicted: outcome, one of three classes (its three values are texts).",
      'Note: The class "unknown" has 2 rows only: too few to be learned well.',
    ]);
  });

  it("is JSON, too", async () => {
    const { table, understanding } = await ofFile(path, { target: ["outcome"] });
    const json = JSON.parse(JSON.stringify(understandingJson(understanding, table)));
    expect(json).toMatchObject({
      format: "CSV",
      rows: 84,
      task: { kind: "classes", classNames: ["lost", "saved", "unknown"] },
    });
    expect(json.columns).toHaveLength(14);
    expect(json.columns[5]).toMatchObject({
      name: "age",
      role: "feature",
      kind: "number",
      missing: 3,
      range: [1, 54],
    });
  });

  it("fits in any width, with what a terminal would obey escaped", async () => {
    const rows = {
      "\x1b[2Jevil": cycle(30, "\x1b[31mred", "b\u202e", "c".repeat(300)),
      ["名前".repeat(20)]: cycle(30, 0.5, 1e300, -1e-300),
      y: cycle(30, "\n", "b", "\u0007"),
    };
    const understanding = await understood(rows, { target: ["y"] });
    for (const width of [60, 80, 120]) {
      const lines = understandingText(
        understanding,
        { name: "\x1b]0;x", format: "CSV", facts: [] },
        { width },
      );
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
      expect(lines.filter((line) => /[\0-\x1f\u202e]/.test(line))).toEqual([]);
      expect(lines.filter((line) => line.length > width + 8)).toEqual([]);
    }
  });

  it("shows as many columns as are asked for", async () => {
    const { table, understanding } = await ofFile(path, { target: ["outcome"] });
    const lines = understandingText(understanding, table, { most: 3 });
    expect(lines).toContain("… and 7 columns more: nnwasm data describe shows all.");
    expect(lines.filter((line) => /^(outcome|class|sex|age) /.test(line))).toHaveLength(3);
  });
});

const folder = process.env.NNWASM_DATA;
const has = folder !== undefined && existsSync(`${folder}/tables`);

describe.skipIf(!has)(`public tables${has ? "" : " (NNWASM_DATA has none)"}`, () => {
  it.each<[string, string, string, number]>([
    ["iris", "target", "3 classes", 4],
    ["wine", "target", "3 classes", 13],
    ["breast-cancer", "target", "2 classes", 30],
    ["digits", "target", "10 classes", 61],
    ["pimaindiansdiabetes2", "diabetes", "2 classes", 8],
    ["housevotes84", "Class", "2 classes", 16],
    ["vehicle", "Class", "4 classes", 18],
    ["satellite", "classes", "6 classes", 36],
    ["letterrecognition", "lettr", "26 classes", 16],
    ["diabetes", "target", "numbers", 10],
    ["servo", "Class", "numbers", 4],
    ["ozone", "V4", "numbers", 12],
  ])("%s: %s is %s, from %d features", async (name, target, task, features) => {
    const { understanding } = await ofFile(`${folder}/tables/${name}.train.csv`, { target: [target] });
    const found = understanding.task!;
    expect(found.kind === "classes" ? `${found.classNames!.length} classes` : found.kind).toBe(task);
    expect(understanding.columns.filter(({ role }) => role === "feature")).toHaveLength(features);
  });
});

it("shows cells of a million characters within a second, blanks that could stand before a unit among them", async () => {
  const texts = ["x".repeat(1e6), `1${" ".repeat(1e6 - 2)}b`, "😀".repeat(5e5), "short"];
  const table = { text: cycle(40, ...texts), size: shuffled(40) };
  const start = performance.now();
  const lines = understandingText(await understood(table), { name: "rows", format: "rows", facts: [] });
  expect(performance.now() - start).toBeLessThan(1000);
  expect(lines.find((line) => line.startsWith("text"))).toContain(`1${" ".repeat(18)}…: 10, 3 more`);
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(80);
});
