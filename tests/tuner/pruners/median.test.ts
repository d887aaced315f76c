import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.ts";
import { MedianPruner } from "../../../src/tuner/pruners/index.ts";
import type { FinishedTrial, PrunerContext, Report, TrialState } from "../../../src/tuner/trial.ts";
import { trialOf } from "../../helpers/tuning.ts";

const reportsOf = (values: readonly number[]): Report[] => values.map((value, i) => ({ step: i + 1, value }));

/** Trials that have reported these values after steps 1, 2, …. */
const historyOf = (curves: readonly (readonly number[])[], state: TrialState = "complete"): FinishedTrial[] =>
  curves.map((values, number) => trialOf({}, { number, state, reports: reportsOf(values) }));

/** The context of a trial that has reported these values, and is now at the last of them. */
function contextOf(values: readonly number[], parts: Partial<PrunerContext> = {}): PrunerContext {
  const place = { number: 100, round: 1, indexInRound: 0, step: values.length };
  return { direction: "maximize", ...place, reports: reportsOf(values), history: [], cohort: [], ...parts };
}

describe("MedianPruner", () => {
  // At step 1 the median of the five is 0.3, at step 2 it is 0.4.
  const five = historyOf([
    [0.1, 0.2],
    [0.2, 0.6],
    [0.3, 0.4],
    [0.4, 0.3],
    [0.5, 0.5],
  ]);
  const prunes = (values: readonly number[], history = five, parts: Partial<PrunerContext> = {}) =>
    new MedianPruner().shouldPrune(contextOf(values, { history, ...parts }));

  it("prunes what is worse than the median of the complete trials at the same step, not what equals it", () => {
    expect([[0.29], [0.3], [0.31]].map((values) => prunes(values))).toEqual([true, false, false]);
    expect(
      [
        [0, 0.39],
        [0, 0.4],
        [0, 0.41],
      ].map((values) => prunes(values)),
    ).toEqual([true, false, false]);
  });

  it("takes the best value so far, not the last", () => {
    expect([prunes([0.45, 0.1]), prunes([0.1, 0.35])]).toEqual([false, true]);
  });

  it("takes the smaller value as the better one if the study minimizes", () => {
    const parts = { direction: "minimize" } as const;
    expect([[0.31], [0.3], [0.29]].map((values) => prunes(values, five, parts))).toEqual([
      true,
      false,
      false,
    ]);
    expect([prunes([0.3, 0.9], five, parts), prunes([0.9, 0.41], five, parts)]).toEqual([false, true]);
  });

  it("takes the mean of the two middle values of an even number of trials", () => {
    const six = historyOf([[0], [1], [2], [4], [5], [6]]);
    expect([[2.9], [3]].map((values) => prunes(values, six))).toEqual([true, false]);
  });

  it("prunes nothing until enough trials are complete; those pruned or failed do not count", () => {
    const pruner = new MedianPruner({ startup: 3 });
    const two = historyOf([[1], [1]]);
    const others = [...historyOf([[1], [1]], "pruned"), ...historyOf([[1]], "failed")];
    const verdict = (history: FinishedTrial[]) => pruner.shouldPrune(contextOf([0], { history }));
    expect([verdict(two), verdict([...two, ...others]), verdict(historyOf([[1], [1], [1]]))]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("prunes nothing at the steps of the warm-up, then decides again after every interval", () => {
    const pruner = new MedianPruner({ warmup: 2, interval: 3 });
    const steps = Array.from({ length: 10 }, (_, i) => i + 1);
    expect(steps.filter((step) => pruner.decidesAt(step))).toEqual([3, 6, 9]);
    const history = historyOf(Array.from({ length: 5 }, () => [1, 1, 1, 1]));
    const pruned = [1, 2, 3, 4].filter((step) =>
      pruner.shouldPrune(contextOf(new Array(step).fill(0), { history })),
    );
    expect(pruned).toEqual([3]);
  });

  it("lets a trial go on that none of the others has come as far as", () => {
    expect(prunes([0, 0, 0])).toBe(false);
  });

  it("leaves values that are not finite out, and prunes a trial that has no other", () => {
    const history = historyOf([[NaN], [NaN], [0.25], [Infinity], [0.5]]);
    expect([[0.37], [0.375], [NaN]].map((values) => prunes(values, history))).toEqual([true, false, true]);
    expect(prunes([NaN, 0.4])).toBe(false);
  });

  it("is the same as a count: more than half of the others are better than the trial's best so far", () => {
    const value = fc.integer({ min: 0, max: 20 });
    const curves = fc.integer({ min: 1, max: 6 }).chain((steps) =>
      fc.record({
        own: fc.array(value, { minLength: steps, maxLength: steps }),
        // An odd number, so that the median is one of them.
        others: fc
          .array(fc.array(value, { minLength: steps, maxLength: steps }), { minLength: 5, maxLength: 12 })
          .filter(({ length }) => length % 2 === 1),
        direction: fc.constantFrom("maximize", "minimize"),
      }),
    );
    fc.assert(
      fc.property(curves, ({ own, others, direction }) => {
        const sign = direction === "maximize" ? 1 : -1;
        const best = Math.max(...own.map((x) => sign * x));
        const better = others.filter((curve) => sign * curve[own.length - 1]! > best).length;
        expect(prunes(own, historyOf(others), { direction } as Partial<PrunerContext>)).toBe(
          better > others.length / 2,
        );
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("does not wait: all trials are of one group", () => {
    const pruner = new MedianPruner();
    expect([pruner.name, pruner.waits, pruner.group()]).toEqual(["median", false, 0]);
  });

  it.each([
    [{ startup: -1 }, "startup is -1, expected an integer ≥ 0."],
    [{ warmup: 0.5 }, "warmup is 0.5, expected an integer ≥ 0."],
    [{ interval: 0 }, "interval is 0, expected an integer ≥ 1."],
  ])("refuses %j", (options, message) => {
    expect(() => new MedianPruner(options)).toThrow(new ConfigError(`MedianPruner: ${message}`));
  });
});
