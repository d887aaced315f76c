import { describe, expect, it } from "vitest";
import { typedSamples } from "../../src/data/typedSamples.ts";
import { fitPreprocessing } from "../../src/preprocessing/fit.ts";
import { collectTable } from "../../src/tables/collect.ts";
import { type RowObject, tableOfRows } from "../../src/tables/rows.ts";
import { understand } from "../../src/tables/understand.ts";
import { labellingOf, newTargets } from "../../src/targets.ts";

/** Rows of which the texts have decimal commas. */
const rowsOf = (count: number): RowObject[] =>
  Array.from({ length: count }, (_, i) => ({
    x: `${i % 9},5`,
    city: ["Bern", "Rom", "Ulm"][i % 3],
    price: `${i},25`,
    w: `${i % 2},5`,
  }));

const TARGET = { target: ["price"], weight: "w" } as const;

async function fitted(rows: readonly RowObject[] = rowsOf(40)) {
  const table = await collectTable(await tableOfRows("train", rows), TARGET);
  const all = Array.from({ length: table.rows }, (_, i) => i);
  return fitPreprocessing(table, understand(table, TARGET), all);
}

async function read(rows: readonly RowObject[], options = {}) {
  const preprocessing = await fitted();
  const typed = await typedSamples(await tableOfRows("test", rows), preprocessing, options);
  const { samples } = typed;
  const labelling = labellingOf(samples);
  const target = {
    values: new Float64Array(samples.count * samples.features),
    labels: newTargets(samples.count, labelling, "float64"),
    weights: labelling.weighted ? new Float64Array(samples.count) : undefined,
  };
  await samples.read(target);
  const { mean, std } = preprocessing.target;
  return { ...typed, ...target, prices: Array.from(target.labels, (y) => y * std![0]! + mean![0]!) };
}

describe("the rows of another table", () => {
  it("are a model's samples, of one chunk and of several: columns in any order, others passed over", async () => {
    for (const count of [1, 2, 40, 4096, 4097, 9000]) {
      const rows = rowsOf(count).map(({ x, city, price, w }) => ({ more: "?", w, price, city, x }));
      const { samples, prices, weights, leftOut } = await read(rows);
      expect([samples.count, samples.features, leftOut]).toEqual([count, 4, 0]);
      expect(prices.every((price, i) => Math.abs(price - (i + 0.25)) < 1e-6 * (i + 1))).toBe(true);
      expect(Array.from(weights!)).toEqual(rows.map((_, i) => (i % 2) + 0.5));
    }
  });

  it("are weighed by the training's column if they have it, or by the one that is told", async () => {
    const without = rowsOf(5).map(({ w: _, ...row }) => row);
    expect((await read(without)).weights).toBeUndefined();
    const other = without.map((row, i) => ({ ...row, v: i }));
    expect(Array.from((await read(other, { weight: "v" })).weights!)).toEqual([0, 1, 2, 3, 4]);
    // By a feature, which is read as the model reads it.
    expect(Array.from((await read(without, { weight: "x" })).weights!)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
    await expect(read(without, { weight: "v" })).rejects.toThrow(
      expect.objectContaining({
        name: "ConfigError",
        message: 'test has no column "v" with weights. Its columns are "x", "city" and "price".',
      }),
    );
    for (const [weight, told] of [
      ["-1", "-1"],
      ["", "missing"],
    ]) {
      const wrong = rowsOf(5).map((row, i) => (i === 3 ? { ...row, w: weight } : row));
      await expect(read(wrong)).rejects.toThrow(
        `column "w": the weight is ${told}, expected a finite number`,
      );
    }
  });

  it("without a target are left out, and what is missing or not seen in the others is counted", async () => {
    const rows = [
      { x: "1,5", city: "Paris", price: "1,25" },
      { x: "", city: "Rome", price: "" },
      { x: null, city: undefined, price: "2,25" },
      { city: "Oslo", price: "3,25" },
    ];
    const { samples, leftOut, missing, unseen, prices } = await read(rows);
    expect([samples.count, leftOut]).toEqual([3, 1]);
    expect([...missing]).toEqual([
      ["x", 2],
      ["city", 1],
    ]);
    expect([...unseen]).toEqual([["city", 2]]);
    expect(prices).toEqual([1.25, 2.25, 3.25].map((price) => expect.closeTo(price, 6)));
  });

  it.each([
    [[], {}, 'test has no columns "x", "city" and "price", which the model needs. Its columns are none.'],
    [[{ x: "1", city: "Rom", price: "" }], {}, "test: no row has a value of price, which is to be compared"],
    [[{ x: "1", price: "1" }], {}, 'test has no column "city", which the model needs.'],
    [[{ x: "1", city: "Rom" }], {}, 'test has no column "price", which the model needs.'],
    [[{ x: "many", city: "Rom", price: "1" }], {}, 'row 1, column "x": "many" is no number'],
    [[{ x: "1", city: "Rom", price: Number.POSITIVE_INFINITY }], {}, 'column "price"'],
    [[{ x: {}, city: "Rom", price: "1" }], {}, 'row 0, column "x": a cell is a text'],
  ])("that are wrong are refused: %j", async (rows, options, message) => {
    await expect(read(rows as RowObject[], options)).rejects.toThrow(
      expect.objectContaining({ name: "DatasetError", message: expect.stringContaining(message) }),
    );
  });

  it("are read until the signal says so", async () => {
    const reason = new Error("enough");
    await expect(read(rowsOf(5), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
