/** Evaluations with weights, against the same samples repeated as often as their weights say. */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { Dense } from "../../src/layers/index.ts";
import { losses } from "../../src/losses/index.ts";
import { metrics } from "../../src/metrics/index.ts";
import { Model } from "../../src/model/model.ts";
import type { AnyMetric } from "../../src/model/totals.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { Random } from "../../src/random.ts";

const random = new Random(1, "weighted metrics");
const COUNT = 90;
const values = Array.from({ length: COUNT }, () => Array.from({ length: 6 }, () => random.normal()));
const weights = values.map(() => random.below(4));
const repeated = Uint32Array.from(weights.flatMap((weight, i) => new Array<number>(weight).fill(i)));
const cases = [
  ["classes", "categoricalCrossEntropy", "softmax", { labels: values.map(() => random.below(3)) }],
  [
    "flags",
    "binaryCrossEntropy",
    "sigmoid",
    { flags: values.map(() => [0, 0, 0].map(() => random.below(2))) },
  ],
  [
    "numbers",
    "meanSquaredError",
    "linear",
    { numbers: values.map(() => [0, 0, 0].map(() => random.normal())) },
  ],
] as const;

describe.each(cases)("%s", (kind, loss, activation, targets) => {
  it("every metric counts a sample as often as its weight says", async () => {
    const all = Object.values(metrics)
      .map(({ create }): AnyMetric => create())
      .filter((metric) => metric.targets!.includes(kind));
    expect(all.length).toBeGreaterThan(2);
    const layers = [new Dense(5, { activation: "relu" }), new Dense(3, { activation })];
    const model = new Model(layers, { dtype: "float64" }).compile({
      ...{ loss: losses[loss].create({}), metrics: all, optimizer: new SGDOptimizer() },
    });
    await model.build(6);
    const flat = (value: unknown) => [value].flat(3) as number[];
    const weighted = await model.evaluate(samplesFromArrays({ values, ...targets, weights }));
    const plain = await model.evaluate(samplesFromArrays({ values, ...targets }).select(repeated));
    const unweighted = await model.evaluate(samplesFromArrays({ values, ...targets }));
    expect(Object.keys(weighted)).toEqual(Object.keys(plain));
    for (const [name, value] of Object.entries(plain)) {
      const measured = flat((weighted as Record<string, unknown>)[name]);
      const expected = flat(value);
      expect(measured).toHaveLength(expected.length);
      for (const [i, number] of expected.entries())
        expect(measured[i], `${name} ${i}`).toBeCloseTo(number, 12);
    }
    expect(weighted.loss).not.toBe(unweighted.loss);
  });
});
