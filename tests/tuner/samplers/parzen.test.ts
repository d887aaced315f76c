import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.ts";
import { Random } from "../../../src/random.ts";
import { ParzenEstimator, type ParzenOptions } from "../../../src/tuner/samplers/parzen.ts";
import { defaultWeights } from "../../../src/tuner/samplers/tpe.ts";
import {
  categorical,
  type Distribution,
  float,
  int,
  type Params,
  type ParamValue,
} from "../../../src/tuner/searchSpace.ts";
import { chiSquared, kolmogorovSmirnov } from "../../helpers/distributions.ts";
import { expectClose } from "../../helpers/expectNumbers.ts";

function estimator(
  space: Readonly<Record<string, Distribution>>,
  observations: readonly Params[],
  options: Partial<ParzenOptions> = {},
): ParzenEstimator {
  const defaults = { priorWeight: 1, weights: defaultWeights, endpoints: false };
  return new ParzenEstimator(Object.entries(space), observations, { ...defaults, ...options });
}

const ofX = (values: readonly ParamValue[]): Params[] => values.map((x) => ({ x }));

/** Of one parameter, x. */
const estimatorOfX = (
  distribution: Distribution,
  values: readonly ParamValue[],
  options?: Partial<ParzenOptions>,
) => estimator({ x: distribution }, ofX(values), options);

const range = float(-6, 10);
const rate = float(1e-5, 1e-1, { log: true });
const letters = categorical(["a", "b", "c"]);
const many = Array.from({ length: 30 }, (_, i) => ((i * 7) % 30) / 30);

describe("ParzenEstimator", () => {
  // Optuna 5.0.0: _ParzenEstimator(observations, space, _ParzenEstimatorParameters(priorWeight, True, endpoints,
  // default_weights, True)).log_pdf(at), with consider_magic_clip, as ours always has.
  it.each<[string, Distribution, ParamValue[], Partial<ParzenOptions>, ParamValue[], number[]]>([
    [
      "a float",
      ...([range, [0.5, -1.5, 3, 2.75], {}, [-6, 0.5, 2.9, 10]] as const),
      [-3.871485109600115, -2.233112584513396, -2.29088633453064, -4.323538674282897],
    ],
    [
      "a float with endpoints",
      ...([range, [0.5, -1.5, 3, 2.75], { endpoints: true }, [-6, 0.5, 2.9, 10]] as const),
      [-3.418529931944465, -2.325047563885289, -2.390260447513481, -3.797920704213233],
    ],
    [
      "a float with a heavy prior",
      ...([range, [0.5, -1.5, 3, 2.75], { priorWeight: 3 }, [-6, 0.5, 2.9, 10]] as const),
      [-3.464304092073428, -2.3529331503853026, -2.3986139076319475, -3.654114424896988],
    ],
    [
      "a single observation",
      ...([range, [7], {}, [-6, 0.5, 2.9, 10]] as const),
      [-2.99084819089997, -2.7533205819018938, -2.714257804423638, -2.7603614669171246],
    ],
    [
      "the prior alone",
      ...([range, [], {}, [-6, 0.5, 2.9, 10]] as const),
      [-2.856610921748832, -2.736005452998832, -2.7331929529988317, -2.856610921748832],
    ],
    [
      "a logarithmic float",
      ...([rate, [1e-3, 2e-3, 0.05], {}, [1e-5, 1e-3, 0.1]] as const),
      [-3.2567325791358575, -1.933063666598374, -2.3317711439192683],
    ],
    [
      "an integer",
      ...([int(1, 9), [2, 3, 9], {}, [1, 3, 6, 9]] as const),
      [-2.0377007555954223, -1.9577037639325705, -2.3516712314892327, -2.500371935090012],
    ],
    [
      "a logarithmic integer",
      ...([int(1, 100, { log: true }), [2, 3, 64], {}, [1, 3, 50, 100]] as const),
      [-1.5424191298143461, -2.5199814267865777, -5.8259457862418795, -6.599644977860878],
    ],
    [
      "a choice",
      ...([letters, ["a", "a", "c"], { priorWeight: 2 }, ["a", "b", "c"]] as const),
      [-0.8835009090511643, -1.3730491343698699, -1.0986122886681096],
    ],
    [
      "30 observations, the oldest of less weight",
      ...([float(0, 1), many, {}, [0, 0.5, 1]] as const),
      [-0.8563241564199008, -0.037429301837969775, -0.9243075467265518],
    ],
  ] as never)(
    "has the log density of %s that Optuna has",
    (_title, distribution, values, options, at, logs) => {
      const parzen = estimatorOfX(distribution, values, options);
      expectClose(
        ofX(at).map((params) => parzen.logDensity(params)),
        logs,
        1e-13,
      );
    },
  );

  it("has the joint log density that Optuna has: the parameters of an observation stay together", () => {
    const joint = estimator({ x: float(0, 1), n: int(1, 9), c: letters }, [
      { x: 0.2, n: 2, c: "a" },
      { x: 0.25, n: 3, c: "a" },
      { x: 0.9, n: 9, c: "c" },
    ]);
    const at = [
      { x: 0.2, n: 2, c: "a" },
      { x: 0.9, n: 9, c: "c" },
      { x: 0.5, n: 5, c: "b" },
    ];
    expectClose(
      at.map((params) => joint.logDensity(params)),
      [-1.8759153707106586, -3.127532245928834, -3.8588701954968947],
      1e-13,
    );
  });

  it("integrates to 1 over its range, and over its logarithm if it has one", () => {
    const steps = 20_000;
    const integral = (parzen: ParzenEstimator, at: (t: number) => number, length: number) => {
      let sum = 0;
      for (let i = 0; i < steps; i++) sum += Math.exp(parzen.logDensity({ x: at((i + 0.5) / steps) }));
      return (sum * length) / steps;
    };
    expectClose(
      [
        integral(estimatorOfX(range, [-6, -1, 3, 3, 9.9]), (t) => -6 + 16 * t, 16),
        integral(estimatorOfX(range, [9.9], { endpoints: true, priorWeight: 0.1 }), (t) => -6 + 16 * t, 16),
        integral(estimatorOfX(rate, [1e-5, 3e-4, 0.1]), (t) => 10 ** (-5 + 4 * t), 4 * Math.LN10),
      ],
      [1, 1, 1],
      1e-7,
    );
  });

  it.each<[string, Distribution, ParamValue[], ParamValue[]]>([
    ["integers", int(-3, 4), [-3, 0, 0, 4], [-3, -2, -1, 0, 1, 2, 3, 4]],
    ["logarithmic integers", int(1, 6, { log: true }), [1, 1, 5], [1, 2, 3, 4, 5, 6]],
    ["choices", letters, ["b", "b", "c"], ["a", "b", "c"]],
  ])("sums to 1 over %s", (_title, distribution, observations, values) => {
    const parzen = estimatorOfX(distribution, observations);
    const sum = ofX(values).reduce((total, params) => total + Math.exp(parzen.logDensity(params)), 0);
    expectClose([sum], [1], 1e-14);
  });

  it("draws as its density says", () => {
    const random = new Random(1, "parzen");
    const drawn = (parzen: ParzenEstimator) => Array.from({ length: 4000 }, () => parzen.sample(random).x!);

    const numbers = estimatorOfX(range, [-5, 2, 3]);
    const steps = 4000;
    const cumulative = [0];
    for (let i = 0; i < steps; i++) {
      const x = -6 + (16 * (i + 0.5)) / steps;
      cumulative.push(cumulative[i]! + (Math.exp(numbers.logDensity({ x })) * 16) / steps);
    }
    const cdf = (x: number) => cumulative[Math.round(((x + 6) / 16) * steps)]!;
    expect(kolmogorovSmirnov(drawn(numbers) as number[], cdf)).toBeLessThan(1);

    for (const [distribution, observations, values] of [
      [int(1, 6, { log: true }), [1, 1, 5], [1, 2, 3, 4, 5, 6]],
      [letters, ["b", "b", "c"], ["a", "b", "c"]],
    ] as const) {
      const parzen = estimatorOfX(distribution, observations);
      const sample = drawn(parzen);
      const counts = values.map((value) => sample.filter((other) => other === value).length);
      const probabilities = ofX(values).map((params) => Math.exp(parzen.logDensity(params)));
      expect(chiSquared(counts, probabilities)).toBeLessThan(1);
    }
  });

  it("stays finite where only the prior reaches, and beside a hundred equal observations", () => {
    const far = estimatorOfX(float(0, 1), new Array(200).fill(0));
    expect(far.logDensity({ x: 1 })).toBeGreaterThan(-10);
    expect(far.logDensity({ x: 0 })).toBeLessThan(5);
    expect(estimatorOfX(int(1, 100_000), new Array(200).fill(1)).logDensity({ x: 100_000 })).toBeGreaterThan(
      -20,
    );
  });

  it.each([
    [[1], "[1]"],
    [[1, -1], "[1,-1]"],
    [[1, NaN], "[1,null]"],
  ])("refuses the weights %j of two observations", (weights, text) => {
    expect(() => estimatorOfX(range, [1, 2], { weights: () => weights })).toThrow(
      new ConfigError(`TPESampler: weights(2) is ${text}, expected 2 finite numbers ≥ 0.`),
    );
  });
});
