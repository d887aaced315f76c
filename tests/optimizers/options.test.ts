/** The options of optimizers: their ranges, their defaults, what they are described as. */
import { describe, expect, it } from "vitest";
import { createDescribed } from "../../src/described.ts";
import { ConfigError } from "../../src/errors.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import {
  AdamOptimizer,
  AdamWOptimizer,
  type Optimizer,
  optimizers,
  SGDOptimizer,
} from "../../src/optimizers/index.ts";
import { schedules } from "../../src/schedules/index.ts";
import { optimizerInWords } from "../../src/settings/ofOptimizers.ts";
import { DEFAULTS, mergeSettings, resolveSettings, type TrainSettings } from "../../src/settings/settings.ts";
import { everyOptimizer } from "../helpers/optimizers.ts";

type Make = new (options: object) => Optimizer;

it.each<[Make, object, string]>([
  [SGDOptimizer, { momentum: 1 }, "SGDOptimizer: momentum is 1, expected a number ≥ 0 and < 1."],
  [SGDOptimizer, { momentum: "0.9" }, 'SGDOptimizer: momentum is "0.9", expected a number ≥ 0 and < 1.'],
  [SGDOptimizer, { nesterov: 1 }, "SGDOptimizer: nesterov is 1, expected true or false."],
  [SGDOptimizer, { nesterov: true }, "SGDOptimizer: nesterov needs a momentum. Give one, such as 0.9."],
  [
    SGDOptimizer,
    { beta1: 0.9 },
    'SGDOptimizer: there is no option "beta1". There are: schedule, clipNorm, rateFactors, momentum, nesterov.',
  ],
  [AdamOptimizer, { beta1: -0.1 }, "AdamOptimizer: beta1 is -0.1, expected a number ≥ 0 and < 1."],
  [AdamOptimizer, { beta2: NaN }, "AdamOptimizer: beta2 is NaN, expected a number ≥ 0 and < 1."],
  [AdamOptimizer, { epsilon: 0 }, "AdamOptimizer: epsilon is 0, expected a finite number > 0."],
  [AdamWOptimizer, { weightDecay: -1 }, "AdamWOptimizer: weightDecay is -1, expected a finite number ≥ 0."],
  [AdamWOptimizer, { decayed: "none" }, 'AdamWOptimizer: decayed is "none". There are: "matrices", "all".'],
  [SGDOptimizer, { clipNorm: 0 }, "SGDOptimizer: clipNorm is 0, expected a finite number > 0."],
  [
    AdamOptimizer,
    { clipNorm: Infinity },
    "AdamOptimizer: clipNorm is Infinity, expected a finite number > 0.",
  ],
  [
    SGDOptimizer,
    { rateFactors: [0.1] },
    "SGDOptimizer: rateFactors is an array of 1, expected factors by parameter, such as { bias: 0.1 }.",
  ],
  ...[-1, "fanIn", null, { factor: 2 }, { factor: 2, fanIn: true, more: 1 }].map(
    (bias): [Make, object, string] => [
      AdamOptimizer,
      { rateFactors: { bias } },
      `AdamOptimizer: rateFactors.bias is ${typeof bias === "object" && bias !== null ? "an object" : JSON.stringify(bias)}, ` +
        'expected a finite number ≥ 0, "fan-in" or { factor: 2, fanIn: true }.',
    ],
  ),
])("%o refuses %o", (make, options, message) => {
  expect(() => new make(options)).toThrow(new ConfigError(message));
});

it.each(everyOptimizer)("%s is made again from its description", (_what, make) => {
  const optimizer = make();
  const kinds = { optimizers, schedules } as unknown as Parameters<typeof createDescribed>[0];
  const text = JSON.parse(JSON.stringify(optimizer.describe!())) as unknown;
  expect(createDescribed(kinds, "optimizers", text, "test")).toEqual(optimizer);
});

describe("rate factors", () => {
  const model = (rateFactors: object) =>
    new Model(denseNetwork({ hidden: [4], classes: 3, batchNormalization: "after" })).compile({
      loss: new CategoricalCrossEntropyLoss(),
      optimizer: new SGDOptimizer({ rateFactors: rateFactors as Record<string, number> }),
    });

  it("are refused for names that no parameter has, and for vectors that have no inputs", async () => {
    await expect(model({ bias: 0.1, wieght: 2 }).build(5)).rejects.toThrow(
      new ConfigError(
        `The optimizer's rateFactors: no parameter is called "wieght". There are: weight, bias, gamma, beta.`,
      ),
    );
    await expect(model({ bias: "fan-in" }).build(5)).rejects.toThrow(
      new ConfigError(
        `The optimizer's rateFactors: bias is a vector, which has no inputs for "fan-in". Give it a number.`,
      ),
    );
  });
});

describe("the settings of a training", () => {
  const resolved = (settings: Partial<TrainSettings>) =>
    resolveSettings(mergeSettings(settings), "data", 1000);

  it("have their optimizer's options and rate, and no others", () => {
    const options = [
      ...([
        "momentum",
        "nesterov",
        "beta1",
        "beta2",
        "epsilon",
        "weightDecay",
        "clipNorm",
        "etaMax",
      ] as const),
    ];
    const found = (settings: Partial<TrainSettings>) =>
      Object.fromEntries(
        options.flatMap((name) =>
          resolved(settings)[name] === undefined ? [] : [[name, resolved(settings)[name]]],
        ),
      );
    expect(found({})).toEqual({ momentum: 0, nesterov: false, etaMax: 0.1 });
    expect(found({ optimizer: "adam" })).toEqual({
      ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, etaMax: 0.001 },
    });
    expect(found({ optimizer: "adamw", beta2: 0.95, epsilon: 1e-7, clipNorm: 1, etaMax: 0.04 })).toEqual({
      ...{ beta1: 0.9, beta2: 0.95, epsilon: 1e-7, weightDecay: 0.01, clipNorm: 1, etaMax: 0.04 },
    });
    expect(DEFAULTS).not.toHaveProperty("momentum");
  });

  it("are told with the optimizer where they are not the usual ones", () => {
    const words = (settings: Partial<TrainSettings>) => optimizerInWords({ ...resolved(settings) });
    expect(words({})).toBe("sgd");
    expect(words({ momentum: 0.9, nesterov: true })).toBe("sgd (momentum 0.9, nesterov)");
    expect(words({ optimizer: "adam", beta1: 0.9 })).toBe("adam");
    expect(words({ optimizer: "adamw", weightDecay: 0.1, clipNorm: 1 })).toBe(
      "adamw (weight decay 0.1, clip norm 1)",
    );
  });

  it("refuse an option of another optimizer by name", () => {
    expect(() => resolved({ beta1: 0.9 })).toThrow(
      new ConfigError(
        "beta1 is of optimizer adam or adamw, not of sgd. Leave it out, or choose that optimizer.",
      ),
    );
    expect(() => resolved({ optimizer: "adam", weightDecay: 0.1 })).toThrow(
      "weightDecay is of optimizer adamw, not of adam.",
    );
  });
});
