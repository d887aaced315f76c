import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadModel, type TrainTableOptions, train, type UnderstoodTable } from "../../src/index.ts";
import type { EpochRow } from "../../src/model/history.ts";
import { shown } from "../../src/options.ts";
import { Random } from "../../src/random.ts";
import { runCli } from "../helpers/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "nnwasm-train-table-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = new Random(5, "test");
const CITIES = ["Bern", "Rom", "Ulm"];

/** Houses whose price follows from rooms and city, with a blank here and there. */
const houses = Array.from({ length: 120 }, (_, i) => {
  const rooms = 1 + random.below(9);
  const city = CITIES[random.below(3)]!;
  const price = 1000 * rooms + 2000 * CITIES.indexOf(city) + 10 * random.normal();
  return {
    rooms: i % 17 === 4 ? undefined : rooms,
    city,
    garden: random.below(2) === 1,
    price: Math.round(price),
    class: price > 7000 ? "dear" : "cheap",
    wet: random.below(10) < rooms,
    cold: city === "Bern",
  };
});

const well = { hidden: [16], epochs: 80, members: 1 };
const quick = { hidden: [8], epochs: 30, seed: 2, members: 1 };

const csv = (rows: readonly object[]) => {
  const names = Object.keys(rows[0]!);
  const text = (row: object) => names.map((name) => (row as Record<string, unknown>)[name] ?? "").join(",");
  return `${[names.join(","), ...rows.map(text)].join("\n")}\n`;
};

describe("a model of a table", () => {
  it("predicts numbers in their own unit", async () => {
    const rows: EpochRow[] = [];
    const drop = ["class", "wet", "cold"];
    const model = await train({
      ...{ data: houses, target: "price", task: "numbers", drop, ...well },
      onEpoch: (row) => void rows.push(row),
    });
    const answers = await model.predict(houses.slice(0, 3));
    expect(answers.map((answer) => Object.keys(answer))).toEqual([["price"], ["price"], ["price"]]);
    const { rmse, mae, r2, loss } = await model.evaluate(houses);
    const errors = (await model.predict(houses)).map(({ price }, i) => price - houses[i]!.price);
    expect(rmse).toBeCloseTo(Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / 120), 1);
    expect(r2).toBeGreaterThan(0.8);
    expect(mae).toBeGreaterThan(10);
    expect(loss).toBeLessThan(0.3);
    expect(rows.length).toBe(80);
    // The weights are those of the best epoch, 24 rows being for validation.
    const best = Math.min(...rows.map(({ validation }) => validation!.loss));
    expect(rows[0]!.validation!.rmse).toBeGreaterThan(rmse);
    expect(best).toBeLessThan(0.3);
  });

  it("predicts classes with the probabilities of all", async () => {
    const drop = ["price", "wet", "cold"];
    const model = await train({ data: houses, target: "class", drop, ...well });
    const [answer] = await model.predict([{ rooms: 9, city: "Ulm", garden: false }]);
    expect(answer).toEqual({
      class: "dear",
      probabilities: { cheap: expect.any(Number), dear: expect.any(Number) },
    });
    expect(model.classNames).toEqual(["cheap", "dear"]);
    expect((await model.evaluate(houses)).accuracy).toBeGreaterThan(0.8);
  });

  it("predicts flags, several at once", async () => {
    const drop = ["price", "class"];
    const model = await train({ data: houses, target: ["wet", "cold"], task: "flags", drop, ...well });
    const [answer] = await model.predict([{ rooms: 9, city: "Bern", garden: false }]);
    expect(answer).toEqual({
      wet: true,
      cold: true,
      probabilities: { wet: expect.any(Number), cold: expect.any(Number) },
    });
    const { accuracy, f1Macro, rocAuc } = await model.evaluate(houses);
    expect([accuracy, f1Macro, rocAuc].every((value) => value > 0.5 && value <= 1)).toBe(true);
  });

  it("is the same from rows, columns, an iterable and a file, to the last bit", async () => {
    const drop = ["class", "wet", "cold"];
    const hash = async (data: TrainTableOptions["data"]) =>
      (await train({ data, target: "price", drop, ...quick, epochs: 2 })).weightsSha256();
    const expected = await hash(houses);
    const file = join(folder, "houses.csv");
    writeFileSync(file, csv(houses));
    expect(await hash(file)).toBe(expected);
    const columns = Object.fromEntries(
      Object.keys(houses[0]!).map((name) => [name, houses.map((row) => row[name as keyof typeof row])]),
    );
    expect(await hash(columns)).toBe(expected);
    async function* all() {
      yield* houses;
    }
    expect(await hash(all())).toBe(expected);
    expect(await hash(houses.with(0, { ...houses[0]!, price: 1 }))).not.toBe(expected);
  });

  it("is saved and opened with its preprocessing", async () => {
    const model = await train({
      data: houses,
      target: "price",
      drop: ["class", "wet", "cold"],
      ...quick,
      epochs: 2,
    });
    const file = join(folder, "model.safetensors");
    await model.save(file);
    const opened = await loadModel(file);
    expect(await opened.predict(houses)).toEqual(await model.predict(houses));
    expect(await opened.evaluate(houses)).toEqual(await model.evaluate(houses));
    expect(opened.toBytes()).toEqual(model.toBytes());
  });

  it("never sees a row that is for validation", async () => {
    let held: UnderstoodTable["rows"] | undefined;
    const described = async (validation: number, changed: (typeof houses)[number][]) => {
      const model = await train({
        ...{
          data: changed,
          target: "price",
          drop: ["class", "wet", "cold"],
          // In batches: the first of all steps has rate 0.
          ...{ ...quick, epochs: 1, batchSize: 16 },
          validation,
        },
        group: "garden",
        onUnderstood: ({ rows }) => {
          held = rows;
        },
      });
      return [model.preprocessing, await model.weightsSha256()] as const;
    };
    const [before, weights] = await described(0.3, houses);
    // One of two groups is for validation: that of which there are fewer rows to be held out.
    const group = houses.filter(({ garden }) => garden).length === held!.validation;
    const wild = houses.map((row) => (row.garden === group ? { ...row, rooms: 1e6, price: -1e6 } : row));
    const [after, others] = await described(0.3, wild);
    expect(JSON.stringify((after as { describe(): object }).describe())).toBe(
      JSON.stringify((before as { describe(): object }).describe()),
    );
    expect(others).toBe(weights);
  });

  it("learns nothing of the latest rows with time, which are for validation, and has no use for it later", async () => {
    const sold = houses.map((row, i) => ({ ...row, sold: new Date(Date.UTC(2020, 0, 1 + ((i * 7) % 120))) }));
    let warnings: readonly string[] = [];
    const of = async (data: readonly object[]) => {
      const model = await train({
        ...{
          data,
          target: "price",
          time: "sold",
          drop: ["class", "wet", "cold"],
          ...quick,
          epochs: 1,
          batchSize: 16,
        },
        onUnderstood: (understood) => {
          warnings = understood.warnings;
        },
      });
      return [await model.weightsSha256(), model.preprocessing, await model.predict(houses)] as const;
    };
    const [weights, preprocessing] = await of(sold);
    expect(warnings).toContain("By sold, 24 rows from 2020-04-06 on are for validation.");
    expect(JSON.stringify((preprocessing as { describe(): object }).describe())).not.toContain("sold");
    const late = new Date(Date.UTC(2020, 3, 6));
    const wild = sold.map((row) => (row.sold >= late ? { ...row, rooms: 1e6, price: -1e6 } : row));
    expect((await of(wild))[0]).toBe(weights);
    const early = sold.map((row) => (row.sold < late ? row : { ...row, sold: new Date(0) }));
    expect((await of(early))[0]).not.toBe(weights);
  });

  it("says before the training what was understood", async () => {
    let told: UnderstoodTable | undefined;
    const wide = houses.map((row, i) => ({ ...row, id: `house ${i}`, same: 1 }));
    await train({
      ...{ data: wide, target: "price", ...quick, epochs: 1 },
      onUnderstood: (understood) => {
        told = understood;
      },
    });
    expect(told!.understanding.task).toMatchObject({ kind: "numbers", target: ["price"] });
    const dropped = told!.understanding.columns.filter(({ role }) => role === "dropped");
    expect(dropped.map(({ name }) => name)).toEqual(["id", "same"]);
    expect(told!.rows).toEqual({ train: 96, validation: 24 });
  });

  it("may have all rows to train on", async () => {
    const rows: EpochRow[] = [];
    const model = await train({
      ...{
        data: houses,
        target: "price",
        drop: ["class"],
        ...quick,
        epochs: 2,
        validation: 0,
        dtype: "float64",
        numbers: "standard",
      },
      onEpoch: (row) => void rows.push(row),
    });
    expect(rows.map(({ validation }) => validation)).toEqual([undefined, undefined]);
    expect(model.precision).toBe("float64");
    expect(JSON.stringify(model.preprocessing)).toBeDefined();
  });

  it("counts rows by a column of weights", async () => {
    const weighted = houses.map((row, i) => ({ ...row, w: i % 2 }));
    const hash = async (weight?: string) =>
      (
        await train({
          data: weighted,
          target: "price",
          ...quick,
          epochs: 2,
          weight,
          drop: weight ? [] : ["w"],
        })
      ).weightsSha256();
    expect(await hash("w")).not.toBe(await hash());
  });

  it("weighs the rows that it is measured on by that column, if they have it", async () => {
    const weighted = houses.map(({ rooms, price, class: name }, i) => ({
      ...{ rooms, price, class: name },
      w: i % 3 === 0 ? "0,5" : i % 3 === 1 ? "1,5" : "0",
    }));
    for (const target of ["price", "class"]) {
      const drop = target === "price" ? ["class"] : ["price"];
      const model = await train({ data: weighted, target, drop, weight: "w", ...quick, epochs: 2 });
      const bytes = model.toBytes();
      const opened = await loadModel(bytes);
      expect(opened.toBytes()).toEqual(bytes);
      const measured = await opened.evaluate(weighted);
      expect(await model.evaluate(weighted)).toEqual(measured);
      // A weight of 1.5 counts as three of 0.5.
      const repeated = weighted.flatMap(({ w, ...row }) =>
        Array.from({ length: w === "0,5" ? 1 : w === "1,5" ? 3 : 0 }, () => row),
      );
      for (const [name, value] of Object.entries(await opened.evaluate(repeated)))
        expect(measured[name as "loss"], name).toBeCloseTo(value as number, 5);
      expect(measured.loss).not.toBeCloseTo((await opened.evaluate(houses)).loss, 4);
      const { w: _, ...none } = weighted[1]!;
      await expect(opened.evaluate(weighted.with(1, none as never))).rejects.toThrow(
        'row 1, column "w": the weight is missing, expected a finite number ≥ 0.',
      );
    }
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    const rows: EpochRow[] = [];
    const model = await train({
      ...{ data: houses, target: "price", ...quick, batchSize: 32, signal: controller.signal },
      onEpoch: (row) => {
        rows.push(row);
        controller.abort();
      },
    });
    expect(rows.length).toBe(1);
    expect((await model.predict(houses)).length).toBe(120);
    const reason = new Error("enough");
    await expect(train({ data: houses, target: "price", signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe("rows that come one after another", () => {
  const asked = { target: "price", drop: ["class"], ...quick, epochs: 1 };
  /** Rows without end. */
  function* endless() {
    for (;;) yield* houses;
  }

  it.each([
    ["at hand, without end", () => endless()],
    [
      "promised, without end",
      () =>
        (async function* () {
          yield* endless();
        })(),
    ],
    [
      "of which the first never comes",
      () => ({
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
      }),
    ],
    [
      "of which a later one never comes",
      () =>
        (async function* () {
          for (let i = 0; i < 20; i++) yield* houses;
          await new Promise(() => {});
        })(),
    ],
  ])("%s, are left when the signal says so", async (_, data) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 100);
    const training = train({ data: data() as Iterable<object>, ...asked, signal: controller.signal });
    await expect(training).rejects.toBe(reason);
  });

  it("end as for await ends them: once, if they have not ended themselves", async () => {
    const reason = new Error("its own");
    let ends = 0;
    const rows = (count: number, last: () => unknown) => {
      let i = 0;
      return {
        [Symbol.asyncIterator]: () => ({
          next: async () => (i < count ? { value: houses[i++ % 120], done: false } : last()),
          return: async () => ++ends && { done: true },
        }),
      } as never;
    };
    await train({ data: rows(120, () => ({ done: true })), ...asked });
    expect(ends).toBe(0);
    const failing = () => {
      throw reason;
    };
    await expect(train({ data: rows(120, failing), ...asked })).rejects.toBe(reason);
    await expect(train({ data: rows(1500, failing), ...asked })).rejects.toBe(reason);
    expect(ends).toBe(0);
    await expect(train({ data: rows(3000, failing), ...asked, target: "prize" })).rejects.toThrow("prize");
    expect(ends).toBe(1);
    const wrong = houses.map((row, i) => (i === 7 ? 5 : row));
    const generated = (function* () {
      try {
        yield* wrong as object[];
      } finally {
        ends++;
      }
    })();
    await expect(train({ data: generated, ...asked })).rejects.toThrow("row 7 is 5");
    expect(ends).toBe(2);
  });

  it("may be promised by a synchronous iterable", async () => {
    const promised = new Set(houses.map((row) => Promise.resolve(row)));
    const model = await train({ data: promised, ...asked });
    expect(await model.weightsSha256()).toBe(await (await train({ data: houses, ...asked })).weightsSha256());
  });
});

it("answers are those to the rows as they were when they were asked for", async () => {
  const model = await train({ data: houses, target: "price", drop: ["class"], ...quick, epochs: 1 });
  const many = Array.from({ length: 3000 }, (_, i) => ({ ...houses[i % 120]! }));
  const expected = await model.predict(many);
  const asked = model.predict(many);
  for (const row of many) row.rooms = 9;
  many.length = 1500;
  expect(await asked).toEqual(expected);
});

/** Rows of which a cell comes behind those by which kinds are decided. */
const cut = ([first, other, last]: readonly unknown[]) =>
  Array.from({ length: 10_001 }, (_, i) => ({
    price: i,
    x: i === 10_000 ? last : i % 2 ? first : other,
  }));

describe("what is wrong is refused", () => {
  const right = { data: houses, target: "price" };
  it.each([
    [undefined, "ConfigError", "train: the options are undefined, expected { data, target }."],
    [
      { ...right, epoch: 3 },
      "ConfigError",
      'train: there is no option "epoch". There are: data, target, task',
    ],
    [
      { target: "price" },
      "ConfigError",
      "train: data is undefined, expected rows as objects, a File, or the path of a file.",
    ],
    [
      { data: houses },
      "ConfigError",
      "train: target is undefined, expected a column's name, or an array of names.",
    ],
    [{ ...right, target: [] }, "ConfigError", "train: target is an array of 0, expected a column's name"],
    [{ ...right, time: 5 }, "ConfigError", "train: time is 5, expected a column's name."],
    [
      { ...right, time: "rooms", group: "city" },
      "ConfigError",
      "train: time and group exclude each other: rows are held out by their time, or by their group.",
    ],
    [
      { ...right, group: 5 },
      "ConfigError",
      "train: group is 5, expected a column's name, or an array of names.",
    ],
    ...[
      ["drop", "class", "an array of columns' names"],
      ["numeric", null, "an array of columns' names"],
      ["categorical", [5], "an array of columns' names"],
      ["missing", "0", "an array of texts"],
      ["missing", new Array(1), "an array of texts"],
      ["weight", ["rooms"], "a column's name"],
      ["weight", null, "a column's name"],
      ["validation", "0.2", "a number of rows, or a share below 1"],
      ["signal", {}, "the signal of an AbortController"],
      ["header", "yes", "true or false"],
    ].map(([name, value, expected]): [object, string, string] => [
      { ...right, [name as string]: value },
      "ConfigError",
      `train: ${name} is ${shown(value)}, expected ${expected}.`,
    ]),
    [
      { ...right, task: "toString" },
      "ConfigError",
      'No task "toString". There are: classes, numbers, flags.',
    ],
    [{ ...right, task: null }, "ConfigError", "No task of type object."],
    [{ ...right, decimal: ";" }, "ConfigError", 'No decimal ";". There are: ., ,.'],
    [{ ...right, dates: 1 }, "ConfigError", "No dates of type number. There are: day-first, month-first."],
    [
      { ...right, data: { [Symbol.iterator]: 5 } },
      "DatasetError",
      "data: its iterator is 5, expected an object",
    ],
    [
      { ...right, data: { [Symbol.asyncIterator]: () => ({ next: () => 5 }) } },
      "DatasetError",
      "data: next() of its iterator gives 5, expected { value, done }.",
    ],
    [{ ...right, onEpoch: 5 }, "ConfigError", "train: onEpoch is 5, expected a function."],
    [{ ...right, target: "prize" }, "ConfigError", "prize"],
    [{ ...right, epochs: 0 }, "ConfigError", "train: epochs is 0, expected an integer ≥ 1."],
    [{ ...right, learningRate: -1 }, "ConfigError", "train: learningRate is -1, expected a number > 0."],
    [{ ...right, hidden: [0] }, "ConfigError", ""],
    [{ ...right, numbers: "log" }, "ConfigError", 'No numbers "log"'],
    [{ ...right, data: 5 }, "DatasetError", "data is 5."],
    [{ ...right, data: [] }, "ConfigError", ""],
    [{ ...right, data: [5] }, "DatasetError", "data, row 0 is 5, expected an object"],
    [{ ...right, data: "none.csv" }, "FileError", "none.csv"],
  ])("%#: %s %s", async (options, name, message) => {
    const error = await train(options as never).catch((reason) => reason);
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) });
  });

  it.each([
    ["target", "nope", 'train: target: data has no column "nope".'],
    ["drop", ["nope"], 'train: drop: data has no column "nope".'],
    ["numeric", ["nope"], 'train: numeric: data has no column "nope".'],
    ["categorical", ["nope"], 'train: categorical: data has no column "nope".'],
    ["weight", "nope", 'train: weight: data has no column "nope".'],
    ["group", "nope", 'train: group: data has no column "nope".'],
    ["time", "nope", 'train: time: data has no column "nope".'],
    ["time", "city", 'train: time: column "city" has texts, such as "'],
    ["weight", "city", 'if it stands for a missing value, give missing ["'],
    ["drop", ["city", "city"], 'train: drop names "city" twice.'],
    ["drop", ["price"], 'train: target and drop both name "price".'],
    ["target", ["price", "city"], "train: target: several targets are either"],
    ["task", "flags", 'train: task "flags": target "price" has values such as'],
    ["target", "name", 'they are no classes. Give another column; task "classes" takes it all the same.'],
    ["numeric", ["city"], 'if it stands for a missing value, give missing ["'],
    ["data", [{ price: 1, x: "1,234" }], 'fractions: decimal "." or decimal ","'],
    [
      "data",
      [1, 2, 3].map((day) => ({ price: day, x: `${day}/2/2025` })),
      'Say it: dates "day-first" or dates "month-first".',
    ],
    ["data", cut([1, 2, "abc"]), 'missing ["abc"]; if the column has categories, categorical ["x"].'],
    ["data", cut(["a", "a", "a"]), "say what one is: categorical or numeric."],
  ])("an option by its own name, and no flag: %#, %s", async (name, value, message) => {
    const named = houses.map((row, i) => ({ ...row, name: `house ${i}` }));
    const error: Error = await train({ data: named, target: "price", [name]: value } as never).catch(
      (reason) => reason,
    );
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("--");
  });

  it("hints and warnings name no flag either", async () => {
    const said: string[] = [];
    const rows = houses.map((row, i) => ({ ...row, kind: i % 3, letter: "abc"[i % 3], half: row.rooms }));
    for (const target of ["price", "kind"]) {
      await train({
        ...{ data: rows, target, ...quick, epochs: 1 },
        onUnderstood: ({ understanding: { task, columns }, warnings }) =>
          void said.push(task!.why, ...warnings, ...columns.map(({ why = "" }) => why)),
      });
    }
    expect(said).toContain("3 different whole numbers: categorical if they are codes");
    expect(said).toContain(
      'its numbers are whole, and only 3 different ones: task "numbers" if they are amounts',
    );
    expect(said.join()).toContain("If it will not be known beforehand, drop it.");
    expect(said.join()).not.toContain("--");
  });

  it.each([
    [{ engine: "gpu" }, 'No engine "gpu". There are: wasm, js.'],
    [{ engine: {} }, "train: engine is an object, expected wasm, js, or a backend."],
    [{ dtype: "float16" }, 'No dtype "float16". There are: float32, float64.'],
    [{ seed: -1 }, "train: seed is -1, expected an integer ≥ 0."],
    [{ threads: 0 }, 'train: threads is 0, expected an integer from 1 to 256, or "auto".'],
    [{ engine: "js", threads: 2 }, 'train: the engine "js" has no 2 threads. Leave threads out.'],
    [{ hidden: 8 }, "train: hidden is 8, expected an array of units, such as [50, 50]."],
    [{ hidden: [8, 0] }, "train: hidden[1] is 0, expected an integer ≥ 1."],
    [{ numbers: "log" }, 'No numbers "log". There are: robust, standard, plain.'],
  ])("before the table is read: %j", async (options, message) => {
    let read = 0;
    const rows = (function* () {
      for (const row of houses) yield { ...row, read: read++ };
    })();
    const training = train({ data: rows, target: "price", ...(options as object) });
    await expect(training).rejects.toThrow(message);
    expect(read).toBe(0);
  });

  it("a text in a column of numbers, with its row", async () => {
    const wrong = houses.map((row, i) => (i === 90 ? { ...row, rooms: "many" } : row));
    await expect(train({ data: wrong, target: "price", numeric: ["rooms"] })).rejects.toThrow(
      /row 90, column "rooms"/,
    );
  });
});

it("nnwasm train FILE --target and train() give the same weights, to the last bit", async () => {
  const file = join(folder, "same.csv");
  writeFileSync(file, csv(houses));
  const settings = [
    "--epochs",
    "3",
    "--seed",
    "4",
    "--layers",
    "12,5",
    "--lr",
    "0.01",
    "--drop",
    "class,wet,cold",
  ];
  const { code, stdout, stderr } = await runCli(
    ["train", "same.csv", "--target", "price", "--json", "--out", "run", ...settings],
    folder,
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const end = events.find(({ event }) => event === "result");
  const given = { seed: 4, epochs: 3, hidden: [12, 5], learningRate: 0.01, drop: ["class", "wet", "cold"] };
  const model = await train({ data: file, target: "price", ...given });
  expect(await model.weightsSha256()).toBe(end.weightsSha256);
  const opened = await loadModel(join(folder, "run"));
  expect(await opened.predict(houses)).toEqual(await model.predict(houses));
  // Without settings, too: the defaults are the same.
  const few = houses.slice(0, 40);
  writeFileSync(file, csv(few));
  const plain = await runCli(
    ["train", "same.csv", "--target", "class", "--drop", "price", "--json", "--out", "other"],
    folder,
  );
  const result = plain.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .at(-1);
  const same = await train({ data: few, target: "class", drop: ["price"] });
  expect(await same.weightsSha256()).toBe(result.weightsSha256);
});
