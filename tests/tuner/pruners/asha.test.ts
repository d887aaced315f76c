import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.ts";
import { exp, log } from "../../../src/math.ts";
import { Random } from "../../../src/random.ts";
import { AshaPruner, type AshaPrunerOptions, NopPruner } from "../../../src/tuner/pruners/index.ts";
import type { Direction, Pruner } from "../../../src/tuner/trial.ts";

interface Arrival {
  readonly number: number;
  readonly value: number;
}

/** Those of the trials at a rung that go on. */
function survivors(
  pruner: Pruner,
  cohort: readonly Arrival[],
  step: number,
  direction: Direction = "maximize",
): number[] {
  const rest = { direction, round: 0, indexInRound: 0, reports: [], step, history: [], cohort };
  return cohort.map(({ number }) => number).filter((number) => !pruner.shouldPrune({ ...rest, number }));
}

const cohortOf = (values: readonly number[], first = 0): Arrival[] =>
  values.map((value, i) => ({ number: first + i, value }));

/** A round of trials with these learning curves, all groups in step: the steps spent, and who came to the end. */
function runRound(
  pruner: Pruner,
  curves: readonly (readonly number[])[],
): { spent: number; ended: number[] } {
  let running = curves.map((_, number) => number);
  let spent = 0;
  for (let step = 1; step <= curves[0]!.length; step++) {
    spent += running.length;
    const at = running.map((number) => ({ number, value: curves[number]![step - 1]! }));
    running = running.filter((number) => {
      const group = pruner.group(number);
      if (!pruner.decidesAt(step, group)) return true;
      const cohort = at.filter((other) => pruner.group(other.number) === group);
      const context = {
        direction: "maximize",
        number,
        round: 0,
        indexInRound: number,
        step,
        cohort,
      } as const;
      return !pruner.shouldPrune({ ...context, reports: [], history: [] });
    });
  }
  return { spent, ended: running };
}

/**
 * Validation accuracies of n networks, after 1, 2, … epochs: they rise from 0.1 to a limit between 0.3 and 0.55, slowly
 * or fast, value(t) = limit − (limit − 0.1) · rate^t, with a scatter of 0.005.
 */
function learningCurves(n: number, epochs: number, seed: number): number[][] {
  return Array.from({ length: n }, (_, number) => {
    const random = new Random(seed, "learning curve", number);
    const limit = 0.3 + 0.25 * random.uniform();
    const logRate = log(0.55 + 0.3 * random.uniform());
    return Array.from(
      { length: epochs },
      (_, t) => limit - (limit - 0.1) * exp(logRate * (t + 1)) + 0.005 * random.normal(),
    );
  });
}

const seeds = Array.from({ length: 20 }, (_, seed) => seed);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("AshaPruner", () => {
  it("decides at minimum · η^k, below the maximum", () => {
    const steps = Array.from({ length: 100 }, (_, i) => i + 1);
    const rungs = (options: AshaPrunerOptions, group = 0) =>
      steps.filter((step) => new AshaPruner(options).decidesAt(step, group));
    expect(rungs({})).toEqual([1, 3, 9, 27, 81]);
    expect(rungs({ minimum: 2, reduction: 4 })).toEqual([2, 8, 32]);
    expect(rungs({ maximum: 27 })).toEqual([1, 3, 9]);
    expect(rungs({ minimum: 5, reduction: 2, brackets: 3 }, 1)).toEqual([10, 20, 40, 80]);
    expect(rungs({ minimum: 5, reduction: 2, brackets: 3 }, 2)).toEqual([20, 40, 80]);
  });

  it("lets the best third go on, rounded up", () => {
    const pruner = new AshaPruner();
    expect(survivors(pruner, cohortOf([0.5, 0.1, 0.4, 0.9, 0.3, 0.2]), 3)).toEqual([0, 3]);
    expect(survivors(pruner, cohortOf([0.5, 0.1, 0.4, 0.9]), 3)).toEqual([0, 3]);
    expect(survivors(pruner, cohortOf([0.5, 0.1, 0.4]), 3)).toEqual([0]);
    expect(survivors(pruner, cohortOf([0.5, 0.1, 0.4]), 3, "minimize")).toEqual([1]);
    expect(survivors(pruner, cohortOf([0.5]), 3)).toEqual([0]);
  });

  it("lets the lower number go on of two with the same value", () => {
    expect(survivors(new AshaPruner({ reduction: 2 }), cohortOf([0.5, 0.5, 0.5, 0.5], 7), 1)).toEqual([7, 8]);
  });

  it("ends a trial whose value is not finite, even where there is room", () => {
    const pruner = new AshaPruner({ reduction: 2 });
    expect(survivors(pruner, cohortOf([NaN, Infinity, -Infinity, 0.1]), 1)).toEqual([3]);
    expect(survivors(pruner, cohortOf([NaN]), 1)).toEqual([]);
  });

  it("decides nothing between rungs", () => {
    expect(survivors(new AshaPruner(), cohortOf([0.5, 0.1, 0.4]), 2)).toEqual([0, 1, 2]);
  });

  it("never ends the best of a cohort, and lets ⌈n / η⌉ go on, none of them worse than one that ended", () => {
    const cohorts = fc.record({
      values: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 40 }),
      reduction: fc.integer({ min: 2, max: 5 }),
      direction: fc.constantFrom<Direction>("maximize", "minimize"),
    });
    fc.assert(
      fc.property(cohorts, ({ values, reduction, direction }) => {
        const sign = direction === "maximize" ? 1 : -1;
        const on = survivors(new AshaPruner({ reduction }), cohortOf(values), 1, direction);
        const off = values.filter((_, number) => !on.includes(number)).map((value) => sign * value);
        const scores = on.map((number) => sign * values[number]!);
        expect(on).toHaveLength(Math.ceil(values.length / reduction));
        expect(Math.max(...scores)).toBe(Math.max(...scores, ...off));
        expect(Math.min(...scores)).toBeGreaterThanOrEqual(Math.max(-Infinity, ...off));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("halves 9 trials to 3 and 1: 9 · 1 + 3 · 2 + 1 · 6 steps of 81", () => {
    const curves = Array.from({ length: 9 }, (_, number) => new Array<number>(9).fill(number));
    expect(runRound(new AshaPruner({ maximum: 9 }), curves)).toEqual({ spent: 21, ended: [8] });
    expect(runRound(new NopPruner(), curves).spent).toBe(81);
  });

  it("deals a round to brackets in Hyperband's proportions, any beginning of it nearly so", () => {
    // Li et al. 2018, η = 3, s_max = 4: 81, 34 (of ⌈5/4 · 27⌉), 15, 8 and 5 configurations.
    const pruner = new AshaPruner({ brackets: 5 });
    const counts = new Array<number>(5).fill(0);
    for (let i = 0; i < 143; i++) {
      counts[pruner.group(i)]! += 1;
      const shares = [81, 34, 15, 8, 5].map((share) => (share * (i + 1)) / 143);
      shares.forEach((share, s) => {
        expect(Math.abs(counts[s]! - share), `bracket ${s} after ${i}`).toBeLessThan(1.5);
      });
    }
    expect(counts).toEqual([81, 34, 15, 8, 5]);
    expect([0, 1, 2, 3].map((i) => new AshaPruner().group(i))).toEqual([0, 0, 0, 0]);
  });

  it("deals the same, in whatever order it is asked", () => {
    const [up, down] = [new AshaPruner({ brackets: 3 }), new AshaPruner({ brackets: 3 })];
    const places = Array.from({ length: 40 }, (_, i) => i);
    const dealt = places.map((i) => up.group(i));
    expect(places.toReversed().map((i) => down.group(i))).toEqual(dealt.toReversed());
    expect(dealt.slice(0, 17).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]);
  });

  // Stated before it was run: at most 0.4 of the epochs, and of the range of 0.25 between the worst network and the
  // best, 0.01 lost on average, 0.04 at most.
  it.each([
    ["27 trials of 27 epochs", 27, 27, { minimum: 3 }],
    ["81 trials of 81 epochs", 81, 81, { minimum: 3 }],
    ["81 trials of 27 epochs", 81, 27, { minimum: 3 }],
    ["81 trials of 27 epochs, in 2 brackets", 81, 27, { minimum: 3, brackets: 2 }],
  ])("spends ≤ 0.4 of the epochs for as good a best: %s", (_, trials, epochs, options) => {
    const lost = seeds.map((seed) => {
      const curves = learningCurves(trials, epochs, seed);
      const all = runRound(new NopPruner(), curves);
      const some = runRound(new AshaPruner({ ...options, maximum: epochs }), curves);
      expect(all.spent).toBe(trials * epochs);
      expect(some.spent).toBeLessThanOrEqual(0.4 * all.spent);
      const best = (numbers: number[]) => Math.max(...numbers.map((number) => curves[number]!.at(-1)!));
      return best(all.ended) - best(some.ended);
    });
    expect(mean(lost)).toBeLessThanOrEqual(0.01);
    expect(Math.max(...lost)).toBeLessThanOrEqual(0.04);
  });

  it("waits and is reproducible, unless it is asynchronous, and then says so", () => {
    const [barriers, loose] = [new AshaPruner(), new AshaPruner({ asynchronous: true })];
    expect([barriers.name, barriers.waits]).toEqual(["asha", true]);
    expect([loose.name, loose.waits]).toEqual(["asha (asynchronous, not reproducible)", false]);
  });

  it("lets the first of a rung go on if it is asynchronous, and the order of arrival decide", () => {
    const pruner = new AshaPruner({ asynchronous: true });
    const lucky = (arrivals: readonly Arrival[]) =>
      arrivals.filter(({ number }, i) => survivors(pruner, arrivals.slice(0, i + 1), 1).includes(number));
    const arrivals = cohortOf([0.1, 0.2, 0.3]);
    expect(lucky(arrivals).map(({ number }) => number)).toEqual([0, 1, 2]);
    expect(lucky(arrivals.toReversed()).map(({ number }) => number)).toEqual([2]);
  });

  it.each([
    [{ minimum: 0 }, "minimum is 0, expected an integer ≥ 1."],
    [{ reduction: 1 }, "reduction is 1, expected an integer ≥ 2."],
    [{ reduction: 2.5 }, "reduction is 2.5, expected an integer ≥ 2."],
    [{ brackets: 0 }, "brackets is 0, expected an integer ≥ 1."],
    [{ maximum: NaN }, "maximum is NaN, expected an integer ≥ 1."],
    [
      { brackets: 4, maximum: 20 },
      "with 4 brackets the last starts after step 20. Give fewer, or a lower minimum.",
    ],
    [
      { brackets: 99 },
      "with 99 brackets the last starts after step 9007199254740991. Give fewer, or a lower minimum.",
    ],
  ])("refuses %j", (options, message) => {
    expect(() => new AshaPruner(options)).toThrow(new ConfigError(`AshaPruner: ${message}`));
  });
});
