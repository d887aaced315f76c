/** Which rate AdamW's decay has, by hand. */
import { afterEach, describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { ConfigError } from "../../src/errors.ts";
import { ConstantInitializer, NormalInitializer } from "../../src/initializers/index.ts";
import { Dense } from "../../src/layers/index.ts";
import { MeanSquaredErrorLoss } from "../../src/losses/index.ts";
import { Model } from "../../src/model/model.ts";
import { AdamWOptimizer, type AdamWOptions } from "../../src/optimizers/index.ts";
import type { Schedule } from "../../src/schedules/index.ts";
import { optimizerInWords } from "../../src/settings/ofOptimizers.ts";
import { mergeSettings, resolveSettings } from "../../src/settings/settings.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

const models: Model[] = [];
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.close()));
});

const schedule: Schedule = { at: (step) => 0.1 / (step + 1) };
const DECAY = 0.5;
const STEPS = 3;

/** Weight and bias of a linear model after a few updates on these samples, a batch each. */
async function trained(
  inputs: readonly number[],
  options: AdamWOptions,
  {
    engine = "wasm",
    weights = new ConstantInitializer(2),
  }: { engine?: "wasm" | "js"; weights?: object } = {},
) {
  const initializers = {
    weightInitializer: weights as ConstantInitializer,
    biasInitializer: new ConstantInitializer(3),
  };
  const model = new Model([new Dense(1, initializers)], { dtype: "float64", engine, seed: 4 }).compile({
    loss: new MeanSquaredErrorLoss(),
    optimizer: new AdamWOptimizer({ schedule, weightDecay: DECAY, ...options }),
  });
  models.push(model);
  const values = Float32Array.from(inputs);
  const samples = samplesFromArrays({ values, numbers: [1], features: inputs.length });
  await model.build(inputs.length);
  const first = [...model.tensors()[0]!.data];
  await model.fit(samples, { epochs: STEPS, batchSize: 1, standardize: false });
  const [weight, bias] = model.tensors().map(({ data }) => data as Float64Array);
  return { first, weight: weight!, bias: bias! };
}

describe.each(["wasm", "js"] as const)(
  "without a gradient, on %s, a weight of 4 inputs is multiplied by",
  (engine) => {
    /** (1 − 0.1 · 0.5 · f) · (1 − 0.05 · 0.5 · f) · (1 − 0.1/3 · 0.5 · f) · 2 */
    const left = (factor: number) =>
      2 * (1 - 0.05 * factor) * (1 - 0.025 * factor) * (1 - (0.05 / 3) * factor);

    it.each<[string, AdamWOptions, number]>([
      ["the schedule's rate without factors", {}, 1],
      ["half of it with fan-in", { rateFactors: { weight: "fan-in" } }, 0.5],
      [
        "the schedule's where decay follows that",
        { rateFactors: { weight: "fan-in" }, decayFollows: "schedule" },
        1,
      ],
      [
        "and with any factor",
        { rateFactors: { weight: { factor: 6, fanIn: true } }, decayFollows: "schedule" },
        1,
      ],
      ["nothing where the factor is 0", { rateFactors: { weight: 0 }, decayFollows: "schedule" }, 0],
      ["nothing where the factor is 0, as by default", { rateFactors: { weight: 0 } }, 0],
    ])("%s", async (_what, options, factor) => {
      const { weight } = await trained([0, 0, 0, 0], options, { engine });
      expectClose(weight, new Float64Array(4).fill(left(factor)), 1e-15);
    });

    it("as biases are, if all decay", async () => {
      const options = { decayed: "all", beta1: 0, rateFactors: { bias: 0.25 } } as const;
      const biasOf = async (decayFollows: "schedule" | "parameter") =>
        (await trained([0], { ...options, decayFollows }, { engine })).bias[0]!;
      /** With β₁ = 0 a step is η · g / √v̂: g is 2 · (b − 1), of which only the decay before it differs. */
      const byHand = (decayFactor: number) => {
        let [b, v] = [3, 0];
        for (let t = 1; t <= STEPS; t++) {
          const rate = schedule.at(t - 1);
          const g = 2 * (b - 1);
          v = 0.999 * v + 0.001 * g * g;
          b -= rate * decayFactor * DECAY * b;
          b -= (rate * 0.25 * g) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
        }
        return b;
      };
      expect(await biasOf("schedule")).toBeCloseTo(byHand(1), 12);
      expect(await biasOf("parameter")).toBeCloseTo(byHand(0.25), 12);
    });
  },
);

it("fan-in with a decay that follows the schedule is AdamW on V, where V/√fan_in is the weight", async () => {
  const inputs = [1, -2, 0.5, 3];
  const [beta1, beta2, root] = [0.9, 0.95, Math.sqrt(inputs.length)];
  const { first, weight, bias } = await trained(
    inputs,
    {
      ...{ beta1, beta2, epsilon: 1e-300, decayFollows: "schedule" },
      rateFactors: { weight: "fan-in", bias: 0 },
    },
    { weights: new NormalInitializer(0.7) },
  );
  const v = first.map((value) => value * root);
  const [moments, squares] = [v.map(() => 0), v.map(() => 0)];
  for (let t = 1; t <= STEPS; t++) {
    const rate = schedule.at(t - 1);
    const output = 3 + inputs.reduce((sum, x, i) => sum + (x * v[i]!) / root, 0);
    inputs.forEach((x, i) => {
      const g = (2 * (output - 1) * x) / root;
      moments[i] = beta1 * moments[i]! + (1 - beta1) * g;
      squares[i] = beta2 * squares[i]! + (1 - beta2) * g * g;
      v[i]! -= rate * DECAY * v[i]!;
      v[i]! -= (rate * (moments[i]! / (1 - beta1 ** t))) / Math.sqrt(squares[i]! / (1 - beta2 ** t));
    });
  }
  expectClose(
    weight,
    Float64Array.from(v, (value) => value / root),
    1e-12,
  );
  expect([...bias]).toEqual([3]);
});

it("an unknown rate to follow is refused; the settings have it, and say it where it is not the usual one", () => {
  expect(() => new AdamWOptimizer({ decayFollows: "own" as "schedule" })).toThrow(
    new ConfigError('AdamWOptimizer: decayFollows is "own". There are: "parameter", "schedule".'),
  );
  const resolved = (given: object) =>
    resolveSettings(mergeSettings({ optimizer: "adamw", ...given }), "data", 100);
  expect(resolved({}).decayFollows).toBe("parameter");
  expect(optimizerInWords({ ...resolved({ decayFollows: "schedule" }) })).toBe(
    "adamw (decay follows schedule)",
  );
  expect(() => resolved({ optimizer: "adam", decayFollows: "schedule" })).toThrow(
    "decayFollows is of optimizer adamw, not of adam.",
  );
});
