import { describe, expect, it } from "vitest";
import { tableSamples } from "../../src/data/tableSamples.ts";
import { fitPreprocessing } from "../../src/preprocessing/fit.ts";
import { openPreprocessing } from "../../src/preprocessing/open.ts";
import type { TablePreprocessing } from "../../src/preprocessing/preprocessing.ts";
import { scaleOfTargets } from "../../src/preprocessing/scaleOfTargets.ts";
import { Random } from "../../src/random.ts";
import type { Table, TableColumn, Understanding } from "../../src/tables/table.ts";
import { all, column, tableOf, understood } from "../helpers/tables.ts";

const NONE = undefined;

/** Columns of every kind, and targets of every kind. */
const rooms = column("rooms", "number", [1, 2, 3, NONE, 5, 6]);
const city = column("city", "category", ["Rom", "Rom", "Ulm", "Ulm", NONE, "Graz"]);
const street = column("street", "category", ["a", "a", "b", "b", "c", "z"]);
const garden = column("__proto__", "category", ["yes", "no", "yes", NONE, "no", "no"]);
const sold = column("sold", "boolean", [true, false, NONE, true, true, true]);
const built = column("built", "date", [0, 864e5 * 200, NONE, 0, 0, 0]);
const features = [rooms, city, street, garden, sold, built];
const price = column("price", "number", [10, 20, 30, 40, 50, 1000]);
const rent = column("rent", "number", [3, 3, 3, 3, 3, 4]);
const wet = column("wet", "boolean", [true, false, true, false, true, true]);
const cold = column("cold", "number", [1, 0, 0, 0, 1, 0]);
const kind = column("kind", "category", ["b", "a", "b", "a", "c", "c"]);

const training = [0, 1, 2, 3, 4];

function fitOn(
  targets: readonly TableColumn[],
  task: "classes" | "numbers" | "flags",
  classNames?: readonly string[],
  others: readonly TableColumn[] = features,
): { table: Table; fitted: TablePreprocessing } {
  const table = tableOf(...others, ...targets);
  const names = targets.map(({ name }) => name);
  const made = fitPreprocessing(table, understood(table, task, names, classNames), training);
  const text = JSON.stringify(made.describe());
  const fitted = openPreprocessing(JSON.parse(text), "test");
  expect(JSON.stringify(fitted.describe())).toBe(text);
  expect(fitted.featureNames).toEqual(made.featureNames);
  return { table, fitted };
}

describe("a table's preprocessing", () => {
  it("makes features of each column, one after another", () => {
    const { table, fitted } = fitOn([price], "numbers");
    expect(fitted.featureNames).toEqual([
      ...[
        "rooms",
        "rooms missing",
        "city=Ulm",
        "street=a",
        "street=b",
        "street rare",
        "__proto__=yes",
        "sold",
      ],
      ...["built", "built year sin", "built year cos", "built week sin", "built week cos", "built missing"],
    ]);
    const out = new Float64Array(3 * fitted.features);
    const unseen = fitted.encode(table, [5, 2, 4], out);
    expect([...unseen]).toEqual([
      ["city", 1],
      ["street", 1],
    ]);
    const row = (i: number) => Array.from(out.subarray(i * fitted.features, i * fitted.features + 8));
    // Rooms of the training rows: 1, 2, 3, 5; their median is 2.5, the quartiles 1.75 and 3.5.
    const clipped = (x: number) => x / Math.sqrt(1 + (x / 3) ** 2);
    expect(row(0)).toEqual([clipped(3.5 / 1.75), 0, 0, 0, 0, 1, -1, 1]);
    expect(row(1)).toEqual([clipped(0.5 / 1.75), 0, 1, 0, 1, 0, 1, 0]);
    expect(row(2)).toEqual([clipped(2.5 / 1.75), 0, 0, 0, 0, 1, -1, 1]);
  });

  it("finds columns by name, in any order, and passes over others", () => {
    const { table, fitted } = fitOn([price], "numbers");
    const other = tableOf(...[...features, rent].reverse());
    const [a, b] = [new Float64Array(6 * fitted.features), new Float64Array(6 * fitted.features)];
    expect(fitted.encode(other, all(other), a)).toEqual(fitted.encode(table, all(table), b));
    expect(a).toEqual(b);
  });

  it("encodes a row to the same bits, whichever are beside it", () => {
    const { table, fitted } = fitOn([price], "numbers");
    const whole = new Float64Array(6 * fitted.features);
    fitted.encode(table, all(table), whole);
    for (const row of all(table)) {
      const one = new Float64Array(fitted.features);
      fitted.encode(table, [row], one);
      expect(one).toEqual(whole.subarray(row * fitted.features, (row + 1) * fitted.features));
    }
  });

  it("may have numbers by mean and deviation", () => {
    const table = tableOf(rooms, price);
    const understanding = understood(table, "numbers", ["price"]);
    const { columns } = fitPreprocessing(table, understanding, training, { numbers: "standard" });
    expect(columns[0]!.encoder.describe().name).toBe("standard");
  });

  it("does not look at a row that is not trained on", () => {
    for (const [targets, task] of [
      [[price, rent], "numbers"],
      [[kind], "classes"],
      [[wet, cold], "flags"],
    ] as const) {
      const described = (of: readonly TableColumn[]) => {
        const table = tableOf(...of);
        const names = targets.map(({ name }) => name);
        const what = understood(table, task, names, task === "classes" ? ["a", "b", "c"] : undefined);
        return JSON.stringify(fitPreprocessing(table, what, training).describe());
      };
      const before = described([...features, ...targets]);
      const last = (each: TableColumn): TableColumn => {
        const cells = each.cells.slice();
        cells[5] = each.kind === "category" ? -1 : each.kind === "boolean" ? 0 : 1e300;
        return { ...each, cells };
      };
      expect(described([...features, ...targets].map(last))).toBe(before);
    }
  });

  it("needs a target, rows, columns to learn from, and no free text among them", () => {
    const table = tableOf(rooms, price);
    const what = understood(table, "numbers", ["price"]);
    const refuse = (understanding: Understanding, rows: readonly number[], message: string, of = table) => {
      expect(() => fitPreprocessing(of, understanding, rows)).toThrow(message);
    };
    refuse(
      { ...what, task: undefined },
      [0],
      "made.csv: there is no target. Say which column is to be predicted.",
    );
    refuse(what, [], "made.csv: there are no rows to train on.");
    const dropped = what.columns.map((each) => ({ ...each, role: "dropped" as const }));
    refuse({ ...what, columns: dropped }, [0], "made.csv: no column is left to learn from.");
    const text = tableOf({ ...rooms, kind: "text" }, price);
    refuse(understood(text, "numbers", ["price"]), [0], 'Column "rooms" is free text', text);
    const flags = tableOf(rooms, { ...wet, name: "probabilities" });
    refuse(
      understood(flags, "flags", ["probabilities"]),
      [0],
      'a flag cannot be named "probabilities"',
      flags,
    );
    expect(() => fitPreprocessing(table, what, [0], { numbers: "log" as never })).toThrow('No numbers "log"');
  });

  it("refuses a table without a column, or with another kind of it, by name", () => {
    const { fitted } = fitOn([price], "numbers");
    const out = new Float64Array(fitted.features);
    expect(() => fitted.encode(tableOf(rooms, city), [0], out)).toThrow(
      'made.csv: there is no column "street", which the model needs. Its columns are "rooms", "city".',
    );
    const wrong = tableOf(...features.map((each) => (each === city ? { ...rooms, name: "city" } : each)));
    expect(() => fitted.encode(wrong, [0], out)).toThrow(
      'made.csv: column "city" has the kind number, expected category, as the model was trained on.',
    );
    expect(() => fitted.encode(wrong, [0, 1], out)).toThrow("expected 2 ×");
  });
});

describe("answers", () => {
  it("are a class with the probabilities of all: of equal ones the first", () => {
    const { fitted } = fitOn([kind], "classes", ["a", "b", "c"]);
    expect(fitted.decode([0.1, 0.7, 0.2, 0.4, 0.2, 0.4], 2)).toEqual([
      { class: "b", probabilities: { a: 0.1, b: 0.7, c: 0.2 } },
      { class: "a", probabilities: { a: 0.4, b: 0.2, c: 0.4 } },
    ]);
    expect(fitted.decode([], 0)).toEqual([]);
  });

  it("are numbers in their own unit", () => {
    // Prices of the training rows: 10 to 50, with the mean 30 and the deviation √200; rents are all 3.
    const { fitted } = fitOn([price, rent], "numbers");
    const { mean, std } = fitted.target;
    expect([mean, std]).toEqual([
      [30, 3],
      [Math.sqrt(200), 1],
    ]);
    expect(fitted.decode([2, 0, -1, 1.5], 2)).toEqual([
      { price: 2 * Math.sqrt(200) + 30, rent: 3 },
      { price: 30 - Math.sqrt(200), rent: 4.5 },
    ]);
    expect(scaleOfTargets(fitted)).toEqual(std);
    expect(scaleOfTargets(fitted.describe())).toEqual(std);
  });

  it("are flags with their probabilities, true above a half", () => {
    const { fitted } = fitOn([wet, cold], "flags");
    expect(fitted.decode([0.51, 0.5], 1)).toEqual([
      { wet: true, cold: false, probabilities: { wet: 0.51, cold: 0.5 } },
    ]);
  });

  it("have names out of files as they are", () => {
    const names = ["__proto__", "constructor", "b"];
    const odd = { ...kind, values: names };
    const [answer] = fitOn([odd], "classes", names).fitted.decode([0.2, 0.7, 0.1], 1);
    expect(answer!.class).toBe("constructor");
    expect(JSON.stringify(answer!.probabilities)).toBe('{"__proto__":0.2,"constructor":0.7,"b":0.1}');
    const [number] = fitOn([{ ...price, name: "__proto__" }], "numbers", undefined, [rooms]).fitted.decode(
      [0],
      1,
    );
    expect(JSON.stringify(number)).toBe('{"__proto__":30}');
  });
});

describe("samples of a table", () => {
  const read = async (samples: ReturnType<typeof tableSamples>) => {
    const { count, features: d, classes, targets, weighted } = samples;
    const target = {
      values: new Float64Array(count * d),
      labels:
        targets?.kind === "numbers"
          ? new Float64Array(count * classes)
          : new Uint8Array(count * (targets?.width ?? 1)),
      ...(weighted && { weights: new Float64Array(count) }),
    };
    await samples.read(target);
    return target;
  };

  it("have targets by the names of the classes", async () => {
    const { table, fitted } = fitOn([kind], "classes", ["c", "a", "b"]);
    const samples = tableSamples(table, fitted);
    expect(samples).toMatchObject({ count: 6, features: 14, classes: 3, classNames: ["c", "a", "b"] });
    expect(samples).toMatchObject({ targets: undefined, weighted: false, elementType: "float64" });
    const { values, labels } = await read(samples);
    expect([...labels]).toEqual([2, 1, 2, 1, 0, 0]);
    expect(Array.from(samples.labels!())).toEqual([2, 1, 2, 1, 0, 0]);
    const some = samples.select(Uint32Array.of(4, 1, 4)).select(Uint32Array.of(1, 0));
    expect(Array.from(some.labels!())).toEqual([1, 0]);
    const part = await read(some);
    expect(part.values).toEqual(Float64Array.of(...values.subarray(14, 28), ...values.subarray(56, 70)));
    expect(await read(tableSamples(table, fitted, [1, 4]))).toEqual(part);
  });

  it("have classes that are numbers, booleans or dates", () => {
    const labels = (target: TableColumn, names: readonly string[]) => {
      const { table, fitted } = fitOn([target], "classes", names);
      return Array.from(tableSamples(table, fitted).labels!());
    };
    expect(labels(cold, ["0", "1"])).toEqual([1, 0, 0, 0, 1, 0]);
    expect(labels({ ...wet, values: ["false", "true"] }, ["false", "true"])).toEqual([1, 0, 1, 0, 1, 1]);
    const answers: TableColumn = { ...wet, values: ["no", "yes"] };
    expect(labels(answers, ["no", "yes"])).toEqual([1, 0, 1, 0, 1, 1]);
  });

  it("have standardised numbers, flags, and weights", async () => {
    const weights = column("w", "number", [1, 0, 0.5, 2, 1, 1]);
    const numbers = fitOn([price, rent], "numbers", undefined, [...features, weights]);
    const samples = tableSamples(numbers.table, numbers.fitted, [4, 5], { weight: "w" });
    expect(samples).toMatchObject({ targets: { kind: "numbers", width: 2 }, classes: 2, weighted: true });
    const found = await read(samples);
    const deviation = Math.sqrt(200);
    expect([...found.labels]).toEqual([20 / deviation, 0, 970 / deviation, 1]);
    expect([...found.weights!]).toEqual([1, 1]);
    const flags = fitOn([wet, cold], "flags");
    const { labels } = await read(tableSamples(flags.table, flags.fitted));
    expect([...labels]).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0]);
  });

  it("encode nothing before they are read", async () => {
    const { table, fitted } = fitOn([kind], "classes", ["a", "b", "c"]);
    let calls = 0;
    const watched = Object.create(fitted, {
      encode: { value: (...all: Parameters<typeof fitted.encode>) => ++calls && fitted.encode(...all) },
    }) as TablePreprocessing;
    const some = tableSamples(table, watched).select(Uint32Array.of(0, 1));
    some.labels!();
    expect(calls).toBe(0);
    await read(some);
    expect(calls).toBe(1);
  });

  it("are as many as there are rows: none, one, and more than are encoded at once", async () => {
    const { table, fitted } = fitOn([price], "numbers");
    expect((await read(tableSamples(table, fitted, []))).values.length).toBe(0);
    expect((await read(tableSamples(table, fitted, [3]))).values.length).toBe(14);
    const many = Array.from({ length: 9000 }, (_, i) => i % 6);
    const { values } = await read(tableSamples(table, fitted, many));
    const six = (await read(tableSamples(table, fitted))).values;
    expect(values.subarray(0, 84)).toEqual(six);
    expect(values.subarray(-84)).toEqual(six);
  });

  it("end the reading when they are told to", async () => {
    const { table, fitted } = fitOn([price], "numbers");
    const target = { values: new Float64Array(84), labels: new Float64Array(6) };
    await expect(tableSamples(table, fitted).read(target, { signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it("say where a target or a weight is wrong", async () => {
    const { fitted } = fitOn([kind], "classes", ["a", "b", "c"]);
    const of = (cells: readonly (string | undefined)[], weights = [1, 1, 1, 1, 1, 1]) =>
      tableOf(...features, column("kind", "category", cells), column("w", "number", weights));
    const refuse = async (table: Table, message: string, options = {}) => {
      const samples = tableSamples(table, fitted, undefined, options);
      await expect(read(samples)).rejects.toThrow(message);
    };
    const unseen = of(["a", "b", "z", "a", "a", "a"]);
    await refuse(
      unseen,
      'made.csv, line 4, column "kind": the target is "z", expected one of the 3 classes: "a", "b", "c".',
    );
    expect(() => tableSamples(unseen, fitted).labels!()).toThrow('"z"');
    const absent = of(["a", NONE, "a", "a", "a", "a"]);
    await refuse(
      absent,
      'made.csv, line 3, column "kind": the target is missing, expected one of the 3 classes',
    );
    const right = ["a", "b", "a", "a", "a", "a"];
    const weighted = of(right, [1, 1, 1, 1, -2, Number.NaN]);
    await refuse(weighted, 'line 6, column "w": the weight is -2, expected a finite number ≥ 0.', {
      weight: "w",
    });
    expect(() => tableSamples(weighted, fitted, undefined, { weight: "u" })).toThrow('no column "u"');
    expect(() => tableSamples(tableOf(...features), fitted)).toThrow('no column "kind"');
    const flags = fitOn([wet, cold], "flags");
    const two = tableOf(...features, wet, column("cold", "number", [1, 0, 2, 0, 0, 0]));
    await expect(read(tableSamples(two, flags.fitted))).rejects.toThrow(
      'line 4, column "cold": the target is "2", expected true or false.',
    );
  });
});

describe("a description", () => {
  const { fitted } = fitOn([price, rent], "numbers");
  const right = {
    ...fitted.describe(),
    weight: { name: "w", kind: "number", style: { decimal: ",", group: "" } },
  };
  const [first] = right.columns;
  const classes = fitOn([kind], "classes", ["a", "b", "c"]).fitted.describe();
  const flags = fitOn([wet], "flags").fitted.describe();

  it.each([
    [null, "m is null, expected an object with kind, version, columns, target, weight, missing."],
    [[], "m is an array of 0, expected an object"],
    [{ ...right, kind: "tables" }, 'm: its kind is "tables", expected "table".'],
    [{ ...right, version: 2 }, "m: its version is 2, expected 1. Update nnwasm."],
    [{ ...right, missing: ["a", 1] }, "m: missing is not an array of texts."],
    [{ ...right, missing: "a" }, 'm: missing is "a", expected an array of 1 to 10000.'],
    [{ ...right, more: 1 }, 'm has "more", expected kind, version, columns, target, weight, missing.'],
    [{ ...right, weight: "w" }, 'm: weight is "w", expected an object with name, kind, style.'],
    [
      { ...right, weight: { name: "w", kind: "boolean" } },
      'm: weight: its kind is "boolean", expected number.',
    ],
    [{ ...right, weight: { name: "rooms", kind: "number" } }, 'm: the column "rooms" is there twice.'],
    [{ ...right, columns: [] }, "m: columns has 0 entries, expected an array of 1 to 100000."],
    [{ ...right, columns: [1] }, "m: column 0 is 1, expected an object"],
    [{ ...right, columns: [first, first] }, 'm: the column "rooms" is there twice.'],
    [{ ...right, columns: [{ ...first, name: "price" }] }, 'm: the column "price" is there twice.'],
    [{ ...right, columns: [{ ...first, name: "" }] }, 'm: column 0: its name is "", expected a text.'],
    [
      { ...right, columns: [{ ...first, kind: "text" }] },
      'm: column 0: its kind is "text", expected number or',
    ],
    [{ ...right, columns: [{ ...first, style: { decimal: ";", group: "" } }] }, "m: column 0: "],
    [{ ...right, target: undefined }, "m: target is undefined, expected an object"],
    [{ ...right, target: { ...right.target, kind: "toString" } }, 'm: target: its kind is "toString"'],
    [
      { ...right, target: { ...right.target, std: [0, 1] } },
      "m: target: std[0] is 0, expected a finite number",
    ],
    [{ ...right, target: { ...right.target, mean: [1] } }, "m: target: mean has 1 numbers, expected 2"],
    [{ ...right, target: { ...right.target, mean: [null, 1] } }, "m: target: mean[0] is null"],
    [
      { ...right, target: { ...right.target, classNames: ["a"] } },
      "m: target: it has classNames, and its kind is numbers.",
    ],
    [{ ...classes, target: { ...classes.target, classNames: [] } }, "m: target: classNames has 0 entries"],
    [
      { ...classes, target: { ...classes.target, classNames: ["a", "a"] } },
      "m: target: its classNames are not different texts.",
    ],
    [
      { ...classes, target: { ...classes.target, columns: [kind, kind] } },
      "m: target: columns has 2 entries, expected an array of 1 to 1.",
    ],
    [
      { ...flags, target: { kind: "flags", columns: [{ name: "probabilities", kind: "boolean" }] } },
      'a flag is named "probabilities"',
    ],
    [
      { ...flags, target: { kind: "flags", columns: [{ name: "x", kind: "category" }] } },
      'its kind is "category", expected boolean or number.',
    ],
  ])("that is wrong is refused: %j", (description, message) => {
    expect(() => openPreprocessing(description, "m")).toThrow(message);
  });

  it("that is anything makes a preprocessing, or one of our errors, and never features that are no numbers", () => {
    const random = new Random(17, "test");
    const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
    const values = [
      ...[
        null,
        true,
        false,
        0,
        -0,
        1,
        -1,
        0.5,
        1e308,
        -1e308,
        5e-324,
        4294967296,
        "",
        "a",
        "__proto__",
        "numbers",
      ],
      ...["date", "number", "robust", [], {}, ["a", "b"], [1, 2], { name: "boolean", options: {} }],
    ];
    /** Changes one thing somewhere in a value out of JSON. */
    const mutate = (value: unknown): unknown => {
      if (typeof value !== "object" || value === null || random.below(8) === 0)
        return structuredClone(pick(values));
      const keys = Object.keys(value);
      const key = pick([...keys, "extra"]);
      const entries = (value as Record<string, unknown>)[key];
      const changed = random.below(6) === 0 ? undefined : mutate(entries);
      if (Array.isArray(value)) {
        const at = Number(key);
        if (!Number.isInteger(at)) return [...value, ...value.slice(0, 1)];
        return changed === undefined ? value.toSpliced(at, 1) : value.toSpliced(at, 1, changed);
      }
      return { ...value, [key]: changed };
    };
    const tables = [right, classes, flags];
    const table = tableOf(...features, price, rent, kind, wet);
    let [opened, refused] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      let description: unknown = structuredClone(tables[i % 3]);
      for (let n = random.below(3); n >= 0; n--) description = mutate(description);
      const text = JSON.stringify(description) ?? "null";
      let made: TablePreprocessing;
      try {
        made = openPreprocessing(JSON.parse(text), "m");
      } catch (error) {
        expect(error, text).toMatchObject({ name: "ConfigError" });
        refused++;
        continue;
      }
      opened++;
      expect(openPreprocessing(JSON.parse(JSON.stringify(made.describe())), "m").describe()).toEqual(
        made.describe(),
      );
      const out = new Float64Array(6 * made.features);
      try {
        made.encode(table, all(table), out);
      } catch (error) {
        expect(error, text).toMatchObject({ name: "DatasetError" });
        continue;
      }
      expect(out.every(Number.isFinite), text).toBe(true);
      const outputs = made.target.classNames?.length ?? made.target.columns.length;
      expect(made.decode(new Float64Array(outputs).fill(1e30), 1).length).toBe(1);
    }
    expect([opened > 100, refused > 1000], `${opened} opened, ${refused} refused`).toEqual([true, true]);
  });
});
