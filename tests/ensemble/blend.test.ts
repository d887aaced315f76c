import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BlendOptions, blended, blendWeights } from "../../src/ensemble/blend.ts";
import { lossOf } from "../../src/ensemble/scores.ts";
import { ConfigError } from "../../src/errors.ts";
import { sigmoid } from "../../src/math.ts";
import { Random } from "../../src/random.ts";
import type { TargetKind } from "../../src/targets.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

interface Case {
  readonly predictions: Float64Array[];
  readonly targets: Float64Array;
  readonly options: BlendOptions;
}

/** Candidates that know the truth with errors of their own; each error, and how much of it they share, is drawn. */
function drawCase(kind: TargetKind, candidates: number, rows: number, width: number, seed: number): Case {
  const random = new Random(seed, "blend");
  const perRow = kind === "classes" ? 1 : width;
  const truth = Float64Array.from({ length: rows * width }, () => random.normal());
  const targets = new Float64Array(rows * perRow);
  for (let i = 0; i < targets.length; i++) {
    if (kind === "numbers") targets[i] = truth[i]!;
    else if (kind === "flags") targets[i] = random.uniform() < sigmoid(2 * truth[i]!) ? 1 : 0;
    else {
      const scores = truth.subarray(i * width, (i + 1) * width);
      targets[i] = scores.indexOf(Math.max(...scores));
    }
  }
  const shared = truth.map(() => random.normal());
  const predictions = Array.from({ length: candidates }, () => {
    const [own, common, gain] = [random.uniform(), random.uniform() / 2, 0.5 + random.uniform()];
    const scores = truth.map((value, i) => gain * (value + own * random.normal() + common * shared[i]!));
    if (kind === "numbers") return scores;
    if (kind === "flags") return scores.map((score) => sigmoid(2 * score));
    return softmax(scores, width);
  });
  return { predictions, targets, options: { kind, width } };
}

function softmax(scores: Float64Array, width: number): Float64Array {
  const powers = scores.map((score) => Math.exp(3 * score));
  return powers.map((power, i) => {
    const first = i - (i % width);
    return power / powers.subarray(first, first + width).reduce((a, b) => a + b, 0);
  });
}

const weightsOf = ({ predictions, targets, options }: Case, more: Partial<BlendOptions> = {}) => [
  ...blendWeights(predictions, targets, { ...options, ...more }),
];

const blendLoss = ({ predictions, targets, options }: Case, weights: ArrayLike<number>) =>
  lossOf(blended(predictions, weights), targets, options);

const clip = (p: number) => Math.min(Math.max(p, 2 ** -23), 1 - 2 ** -23);

/** All weights that are multiples of 1/steps and add up to 1. */
function grid(candidates: number, steps: number): number[][] {
  if (candidates === 1) return [[1]];
  return Array.from({ length: steps + 1 }, (_, i) => i).flatMap((i) =>
    i === steps
      ? [[1, ...new Array<number>(candidates - 1).fill(0)]]
      : grid(candidates - 1, steps - i).map((rest) => [
          i / steps,
          ...rest.map((w) => (w * (steps - i)) / steps),
        ]),
  );
}

const kinds = ["classes", "flags", "numbers"] as const;

describe.each(kinds)("a blend for %s", (kind) => {
  it.each([
    [2, 1000],
    [3, 60],
  ])("of %d candidates has no greater loss than any on a fine grid", (candidates, steps) => {
    let blends = 0;
    for (let seed = 0; seed < 12; seed++) {
      const drawn = drawCase(kind, candidates, 60, 3, seed);
      const found = weightsOf(drawn);
      expectClose([found.reduce((a, b) => a + b, 0)], [1]);
      expect(found.every((weight) => weight === 0 || weight >= 0.05)).toBe(true);
      const kept = found.flatMap((weight, k) => (weight === 0 ? [] : [k]));
      if (kept.length === candidates) blends++;
      const rest = { ...drawn, predictions: kept.map((k) => drawn.predictions[k]!) };
      const least = Math.min(...grid(kept.length, steps).map((weights) => blendLoss(rest, weights)));
      expect(blendLoss(drawn, found)).toBeLessThanOrEqual(least + 1e-9);
      // What was dropped would have gained little: there is none with a weight of 0.1 that gains more than it.
      const all = Math.min(
        ...grid(candidates, candidates === 2 ? 20 : 10).map((weights) => blendLoss(drawn, weights)),
      );
      expect(blendLoss(drawn, found)).toBeLessThan(all + 0.005);
    }
    expect(blends).toBeGreaterThan(2);
  });

  it("is at the least loss for many candidates and hostile ones: no kept candidate would gain by more weight", () => {
    const cases = fc.record({
      candidates: fc.integer({ min: 1, max: 8 }),
      rows: fc.integer({ min: 1, max: 40 }),
      width: fc.integer({ min: kind === "classes" ? 2 : 1, max: 4 }),
      seed: fc.nat(),
      // How many of the candidates are certain of everything, right or wrong.
      certain: fc.integer({ min: 0, max: 3 }),
    });
    const property = fc.property(cases, ({ candidates, rows, width, seed, certain }) => {
      const drawn = drawCase(kind, candidates, rows, width, seed);
      for (const each of drawn.predictions.slice(0, certain)) {
        each.forEach((value, i) => {
          each[i] = kind === "numbers" ? value * 1e6 : Math.round(value);
        });
      }
      // What is clipped already is clipped no more: neither of each candidate, in the fit, nor of the blend, in the loss.
      if (kind !== "numbers") {
        for (const each of drawn.predictions) each.set(each.map(clip));
      }
      const weights = weightsOf(drawn);
      const kept = weights.flatMap((weight, k) => (weight === 0 ? [] : [k]));
      const least = Math.min(0.05, 0.5 / candidates);
      expect(weights.every((weight) => weight === 0 || weight >= least)).toBe(true);
      const loss = blendLoss(drawn, weights);
      for (const k of kept) {
        const moved = weights.map((weight, i) => 0.999 * weight + (i === k ? 0.001 : 0));
        expect(blendLoss(drawn, moved)).toBeGreaterThanOrEqual(loss - 1e-9 * Math.max(1, loss));
      }
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  it("has one candidate as it is, and the first of equal ones", () => {
    const drawn = drawCase(kind, 2, 20, 2, 5);
    const [first, second] = drawn.predictions as [Float64Array, Float64Array];
    expect(weightsOf({ ...drawn, predictions: [second] })).toEqual([1]);
    expect(weightsOf({ ...drawn, predictions: [second, second.slice(), second] })).toEqual([1, 0, 0]);
    const [a, b] = weightsOf(drawn);
    const twice = { ...drawn, predictions: [first, second, first.slice(), second.slice()] };
    expectClose(weightsOf(twice), [a!, b!, 0, 0], 1e-6);
  });

  it("takes a perfect candidate alone", () => {
    const drawn = drawCase(kind, 3, 40, 2, 6);
    const { targets, predictions } = drawn;
    const perfect =
      kind === "classes"
        ? predictions[0]!.map((_, i) => (targets[Math.floor(i / 2)] === i % 2 ? 1 : 0))
        : targets;
    expect(weightsOf({ ...drawn, predictions: [...predictions, perfect] })).toEqual([0, 0, 0, 1]);
  });

  it("drops a constant one that is wrong beside those that know the truth", () => {
    const drawn = drawCase(kind, 2, 200, 2, 7);
    const constant = drawn.predictions[0]!.map((_, i) =>
      kind === "numbers" ? 5 : i % 2 === 0 ? 0.99 : 0.01,
    );
    const weights = weightsOf({ ...drawn, predictions: [constant, ...drawn.predictions] });
    expect(weights[0]).toBe(0);
  });

  it("takes a row of weight 2 as two rows, and one of weight 0 as none", () => {
    const drawn = drawCase(kind, 3, 30, 2, 8);
    const perRow = kind === "classes" ? 1 : 2;
    const pick = (rows: readonly number[]): Case => ({
      ...drawn,
      predictions: drawn.predictions.map((each) =>
        Float64Array.from(rows.flatMap((row) => [...each.subarray(2 * row, 2 * row + 2)])),
      ),
      targets: Float64Array.from(
        rows.flatMap((row) => [...drawn.targets.subarray(perRow * row, perRow * (row + 1))]),
      ),
    });
    const counts = Array.from({ length: 30 }, (_, row) => row % 3);
    const repeated = counts.flatMap((count, row) => new Array<number>(count).fill(row));
    expectClose(weightsOf(drawn, { weights: counts }), weightsOf(pick(repeated)), 1e-6);
    // Only their proportions count, unless there is a prior.
    const tenfold = counts.map((count) => 10 * count);
    expectClose(weightsOf(drawn, { weights: tenfold }), weightsOf(drawn, { weights: counts }), 1e-6);
  });

  it("comes nearer to equal weights the more rows the prior is worth", () => {
    const drawn = drawCase(kind, 3, 40, 3, 1);
    const distance = (prior: number) =>
      weightsOf(drawn, { prior }).reduce((sum, weight) => sum + (weight - 1 / 3) ** 2, 0);
    const distances = [0, 5, 20, 100, 1e6].map(distance);
    expect([...distances].sort((a, b) => b - a)).toEqual(distances);
    expect(distances[0]).toBeGreaterThan(0.005);
    expect(distances[4]).toBeLessThan(1e-6);
  });

  it("keeps good ones of very many", () => {
    const drawn = drawCase(kind, 40, 300, 2, 9);
    const weights = weightsOf(drawn);
    expect(weights.every((weight) => weight === 0 || weight >= 0.0125)).toBe(true);
    expectClose([weights.reduce((a, b) => a + b, 0)], [1]);
    const alone = drawn.predictions.map((_, k) =>
      blendLoss(
        drawn,
        weights.map((_, i) => (i === k ? 1 : 0)),
      ),
    );
    expect(blendLoss(drawn, weights)).toBeLessThanOrEqual(Math.min(...alone) + 1e-9);
  });
});

describe("blends by hand", () => {
  it("are the shares of rows on which each is right, if none is right where another is", () => {
    // The loss is −(3 log w₀ + log w₁) / 4.
    const predictions = [Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0), Float64Array.of(0, 1, 0, 1, 0, 1, 0, 1)];
    const weights = blendWeights(predictions, [0, 0, 0, 1], { kind: "classes", width: 2 });
    expectClose(weights, [0.75, 0.25], 1e-6);
    const flags = [Float64Array.of(1, 1, 1, 1), Float64Array.of(0, 0, 0, 0)];
    expectClose(blendWeights(flags, [1, 1, 1, 0], { kind: "flags", width: 1 }), [0.75, 0.25], 1e-6);
    // (3 + 4/2) / 8 and (1 + 4/2) / 8.
    const withPrior = blendWeights(predictions, [0, 0, 0, 1], { kind: "classes", width: 2, prior: 4 });
    expectClose(withPrior, [0.625, 0.375], 1e-6);
  });

  it("are least squares for numbers, with as much of a ridge as the prior has rows", () => {
    // Errors (1, 0) and (0, 2): w² + 4·(1 − w)² is least at 10w = 8.
    const predictions = [Float64Array.of(4, 7), Float64Array.of(3, 9)];
    expectClose(blendWeights(predictions, [3, 7], { kind: "numbers", width: 1 }), [0.8, 0.2]);
    // σ² = ½: w² + 4·(1 − w)² + 2 · 3 · ½ · (w² + (1 − w)²) is least at 22w = 14.
    const options = { kind: "numbers", width: 1, prior: 3 } as const;
    expectClose(blendWeights(predictions, [3, 7], options), [14 / 22, 8 / 22]);
  });

  it("are exact at the ends of what numbers can be", () => {
    for (const scale of [1e-300, 1e300]) {
      const predictions = [Float64Array.of(scale, 0), Float64Array.of(0, -scale / 2)];
      expectClose(blendWeights(predictions, [0, 0], { kind: "numbers", width: 1 }), [0.2, 0.8]);
    }
  });

  it("have the bits that they had", () => {
    const weights = weightsOf(drawCaseWithoutEngine());
    expect(weights).toEqual([0, 0.30022701680534736, 0.46249009993336215, 0.23728288326129052]);
  });
});

/** Candidates whose bits do not depend on the engine. */
function drawCaseWithoutEngine(): Case {
  const random = new Random(3, "bits");
  const targets = Float64Array.from({ length: 50 }, () => random.below(2));
  const predictions = Array.from({ length: 4 }, () =>
    targets.map((target) => sigmoid((2 * target - 1 + random.normal()) * 1.5)),
  );
  return { predictions, targets, options: { kind: "flags", width: 1 } };
}

describe("refusals", () => {
  const one = Float64Array.of(0.25, 0.75);
  const classes = { kind: "classes", width: 2 };
  const refused: [string, unknown, unknown, object, string][] = [
    [
      "no candidates",
      [],
      [],
      classes,
      "blendWeights: there are none, expected an array with the predictions of each candidate.",
    ],
    [
      "a candidate instead of candidates",
      one,
      [1],
      classes,
      "blendWeights: they are a Float64Array, expected an array with the predictions of each candidate.",
    ],
    [
      "lengths that differ",
      [one, Float64Array.of(1)],
      [1],
      classes,
      "blendWeights: candidate 1 has 1 predictions, expected 2 as the first.",
    ],
    [
      "float32",
      [Float32Array.of(1, 0)],
      [1],
      classes,
      "blendWeights: the predictions are a Float32Array, expected a Float64Array.",
    ],
    [
      "no rows",
      [new Float64Array(0)],
      [],
      classes,
      "blendWeights: there are 0 predictions, expected 2 for each row, and one row or more.",
    ],
    [
      "half a row",
      [Float64Array.of(1, 0, 1)],
      [1],
      classes,
      "blendWeights: there are 3 predictions, expected 2 for each row, and one row or more.",
    ],
    [
      "targets of other rows",
      [one],
      [1, 0],
      classes,
      "blendWeights: targets has 2 entries, expected an array of 1.",
    ],
    [
      "a class that there is not",
      [one],
      [2],
      classes,
      "blendWeights: targets[0] is 2, expected a class below 2.",
    ],
    ["half a class", [one], [0.5], classes, "blendWeights: targets[0] is 0.5, expected a class below 2."],
    [
      "a flag of 2",
      [one],
      [1, 2],
      { kind: "flags", width: 1 },
      "blendWeights: targets[1] is 2, expected 0 or 1.",
    ],
    [
      "no probability",
      [Float64Array.of(0.5, 1.5)],
      [1],
      classes,
      "blendWeights: predictions[1] is 1.5, expected a probability from 0 to 1.",
    ],
    [
      "NaN",
      [Float64Array.of(NaN, 1)],
      [0, 0],
      { kind: "numbers", width: 1 },
      "blendWeights: predictions[0] is NaN, expected a number within ±1e300.",
    ],
    [
      "a width of 0",
      [one],
      [1],
      { kind: "numbers", width: 0 },
      "blendWeights: width is 0, expected an integer ≥ 1.",
    ],
    [
      "a kind that there is not",
      [one],
      [1],
      { kind: "class", width: 2 },
      'blendWeights: kind is "class", expected classes, numbers, flags.',
    ],
    [
      "a weight below 0",
      [one],
      [1],
      { ...classes, weights: [-1] },
      "blendWeights: weights[0] is -1, expected a finite number ≥ 0.",
    ],
    [
      "weights of 0",
      [one],
      [1],
      { ...classes, weights: [0] },
      "blendWeights: all weights are 0, expected one above 0. Leave them out.",
    ],
    [
      "weights of other rows",
      [one],
      [1],
      { ...classes, weights: [1, 1] },
      "blendWeights: weights has 2 entries, expected an array of 1.",
    ],
    [
      "a prior below 0",
      [one],
      [1],
      { ...classes, prior: -1 },
      "blendWeights: prior is -1, expected a finite number ≥ 0.",
    ],
    [
      "an option that there is not",
      [one],
      [1],
      { ...classes, priors: 1 },
      'blendWeights: there is no option "priors". There are: kind, width, weights, prior.',
    ],
  ];

  it.each(refused)("name %s", (_, predictions, targets, options, message) => {
    const run = () =>
      blendWeights(predictions as Float64Array[], targets as number[], options as BlendOptions);
    expect(run).toThrow(new ConfigError(message));
  });

  it("name weights that are not one for each", () => {
    const message = "blended: there are 2 weights, expected 1, one for each candidate.";
    expect(() => blended([one], [1, 0])).toThrow(new ConfigError(message));
  });
});
