import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { Dense } from "../../src/layers/index.ts";
import { MeanSquaredErrorLoss } from "../../src/losses/index.ts";
import { MaeMetrics, R2Metrics } from "../../src/metrics/index.ts";
import { Model } from "../../src/model/model.ts";
import { permutationImportance } from "../../src/model/permutationImportance.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { permutation, Random } from "../../src/random.ts";
import { clusters, network } from "../helpers/samples.ts";

/** y = 2 a + c, exactly; b is of no use. */
async function linear(metrics = [new MaeMetrics()]): Promise<Model> {
  const model = new Model([new Dense(1)], { dtype: "float64" }).compile({
    ...{ loss: new MeanSquaredErrorLoss(), optimizer: new SGDOptimizer({ schedule: 0.1 }), metrics },
  });
  await model.load([
    { name: "dense1.weight", shape: [3, 1], data: Float64Array.of(2, 0, 1) },
    { name: "dense1.bias", shape: [1], data: Float64Array.of(0) },
  ]);
  return model as unknown as Model;
}

const rows = [
  [1, 5, 0],
  [2, 1, 3],
  [4, 2, -1],
  [-3, 0, 2],
];
const samples = samplesFromArrays({ values: rows, numbers: rows.map(([a, , c]) => 2 * a! + c!) });

describe("permutationImportance", () => {
  it("is the mean rise of the loss over the permutations, worked out by hand", async () => {
    const { columns, loss, metric, ...told } = await permutationImportance(await linear(), samples, {
      ...{ repeats: 3, seed: 7 },
    });
    expect(told).toEqual({ samples: 4, of: 4, repeats: 3, seed: 7 });
    expect(loss).toBe(0);
    expect(metric).toEqual({ name: "mae", better: "less", value: 0 });
    for (const [g, factor] of [2, 0, 1].entries()) {
      const errors = [0, 1, 2].map((r) => {
        const order = permutation(4, new Random(7, "importance", g, r));
        return rows.map((row, i) => factor * (rows[order[i]!]![g]! - row[g]!));
      });
      const losses = errors.map((its) => its.reduce((sum, e) => sum + e * e, 0) / 4);
      const maes = errors.map((its) => its.reduce((sum, e) => sum + Math.abs(e), 0) / 4);
      const column = columns.find(({ name }) => name === `feature ${g}`)!;
      for (const [values, its] of [
        [losses, column.loss],
        [maes, column.metric!],
      ] as const) {
        const mean = values.reduce((a, b) => a + b) / 3;
        expect(its.mean).toBeCloseTo(mean, 12);
        expect(its.sd).toBeCloseTo(Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 2), 12);
      }
    }
    expect(columns.at(-1)).toEqual({
      name: "feature 1",
      loss: { mean: 0, sd: 0 },
      metric: { mean: 0, sd: 0 },
    });
    expect(columns[0]!.name).toBe("feature 0");
  });

  it("counts the drop of a metric of which more is better", async () => {
    const model = await linear([new R2Metrics()] as never);
    const { metric, columns } = await permutationImportance(model, samples, { repeats: 1 });
    expect(metric).toEqual({ name: "r2", better: "more", value: 1 });
    expect(columns[0]!.metric!.mean).toBeGreaterThan(0);
    expect(columns[0]!.metric!.sd).toBe(0);
  });

  it("permutes the features of a group together: what they say to each other stays", async () => {
    const pairs = [
      [1, 0, -2],
      [3, 0, -6],
      [-2, 0, 4],
    ];
    // 2 a + c is 0 in every row, and in every row with a and c of another.
    const zeros = samplesFromArrays({ values: pairs, numbers: [0, 0, 0] });
    const groups = [
      { name: "all", at: 0, width: 3 },
      { name: "a", at: 0, width: 1 },
    ];
    const { columns } = await permutationImportance(await linear(), zeros, { groups, repeats: 4 });
    expect(columns.map(({ name }) => name)).toEqual(["a", "all"]);
    expect(columns[1]!.loss).toEqual({ mean: 0, sd: 0 });
    expect(columns[0]!.loss.mean).toBeGreaterThan(0);
  });

  it("takes some of many samples at random, the same for the same seed", async () => {
    const model = network({ classes: 4 });
    const many = clusters(600);
    await model.fit(many, { epochs: 2 });
    const run = (seed: number) =>
      permutationImportance(model as unknown as Model, many, { most: 300, repeats: 2, seed });
    const [first, again, other] = [await run(3), await run(3), await run(4)];
    expect([first.samples, first.of]).toEqual([300, 600]);
    expect(again).toEqual(first);
    expect(other.loss).not.toBe(first.loss);
    expect(first.metric).toMatchObject({ name: "accuracy", better: "more" });
    // As evaluate() has it: over all, there is nothing at random but the permutations.
    const all = await permutationImportance(model as unknown as Model, many, { repeats: 1 });
    const { loss, accuracy } = await model.evaluate(many);
    expect([all.loss, all.metric!.value]).toEqual([loss, accuracy]);
    await model.close();
  });

  it("weighs samples as the model does", async () => {
    const weighted = samplesFromArrays({ values: rows, numbers: [1, 1, 1, 1], weights: [0, 0, 0, 0] });
    const { columns, loss } = await permutationImportance(await linear(), weighted);
    expect([loss, ...columns.map((column) => column.loss.mean)]).toEqual([0, 0, 0, 0]);
  });

  it("tells of its progress, and ends when it is asked to", async () => {
    const seen: string[] = [];
    const model = await linear();
    await permutationImportance(model, samples, {
      ...{ repeats: 2, onProgress: (done, total) => seen.push(`${done}/${total}`) },
    });
    expect(seen).toEqual(["1/7", "2/7", "3/7", "4/7", "5/7", "6/7", "7/7"]);
    const abort = new AbortController();
    const ended = permutationImportance(model, samples, {
      ...{ signal: abort.signal, onProgress: () => abort.abort(new Error("enough")) },
    });
    await expect(ended).rejects.toThrow("enough");
  });

  it("refuses groups of features that there are not, and what it does not know", async () => {
    const model = await linear();
    const groups = [{ name: "d", at: 2, width: 2 }];
    await expect(permutationImportance(model, samples, { groups })).rejects.toThrow(
      'permutationImportance: groups[0] is { name: "d", at: 2, width: 2 }, expected a name and features among the 3 that a sample has.',
    );
    await expect(permutationImportance(model, samples, { repeats: 0 })).rejects.toThrow("repeats");
    await expect(permutationImportance(model, samples, { trees: 3 } as never)).rejects.toThrow("trees");
  });
});
