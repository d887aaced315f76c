/** Samplers and pruners on objectives that fail: a training that diverges above a learning rate. */
import { describe, expect, it } from "vitest";
import { hasValue, valuesWithFailures } from "../../src/tuner/failures.ts";
import type { Objective } from "../../src/tuner/optimize.ts";
import { AshaPruner } from "../../src/tuner/pruners/index.ts";
import { CoarseToFineSampler, GPSampler, GridSampler, TPESampler } from "../../src/tuner/samplers/index.ts";
import { float, int, type Params } from "../../src/tuner/searchSpace.ts";
import { Study, type StudyOptions } from "../../src/tuner/study.ts";
import type { FinishedTrial, Sampler } from "../../src/tuner/trial.ts";
import { trialOf } from "../helpers/tuning.ts";

const space = { rate: float(1e-3, 1e3, { log: true }) };

/** Fails above 1; otherwise the best is at `best`. */
const diverging =
  (best: number): Objective =>
  ({ params }) => {
    const rate = params.rate as number;
    if (rate > 1) throw new Error(`The loss is NaN at step 3 (learning rate ${rate}).`);
    return -Math.abs(Math.log10(rate / best));
  };

const failuresOf = (trials: readonly FinishedTrial[], from: number) =>
  trials.filter(({ number, state }) => number >= from && state === "failed").length;

/** The failures of 40 trials after the first ten, per seed. */
async function failures(make: () => Sampler, best: number, seeds: number, options: StudyOptions = {}) {
  const counts: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const study = new Study({ sampler: make(), seed, space, ...options });
    await study.optimize(diverging(best), { trials: 40 });
    counts.push(failuresOf(study.trials, 10));
  }
  return counts;
}
const mean = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0) / counts.length;

describe("TPE, where half of the range fails", () => {
  // 15 of 30 would be chance; the means here are 0.3 to 0.7 inside, and 3.5 to 3.8 at the edge.
  it.each([
    ["one at a time", {}],
    ["in rounds of four", { roundSize: 4 }],
    ["jointly", { sampler: new TPESampler({ multivariate: true }), space: { ...space, units: int(1, 50) } }],
  ] as [string, StudyOptions][])(
    "fails once or twice in 30 trials, %s, and does not end itself",
    async (_, options) => {
      const counts = await failures(() => new TPESampler(), 0.01, 10, options);
      expect(mean(counts)).toBeLessThan(2);
      expect(Math.max(...counts)).toBeLessThan(6);
    },
  );

  it("fails in a fifth of the trials at most where the best lies beside what fails", async () => {
    expect(mean(await failures(() => new TPESampler(), 0.9, 10))).toBeLessThan(6);
  });

  it("keeps away from what failed in its random beginning, too", async () => {
    let failed = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const study = new Study({ sampler: new TPESampler(), seed, space });
      await study.optimize(diverging(0.01), { trials: 10 });
      failed += failuresOf(study.trials, 0);
    }
    // 50 of 100 would be chance.
    expect(failed).toBeLessThan(35);
  });

  it("goes on from failures alone", async () => {
    const study = new Study({ sampler: new TPESampler({ startup: 0 }), space });
    await study.optimize(() => Number.NaN, { trials: 12, maxConsecutiveFailures: Infinity });
    const rates = study.trials.map(({ params }) => Math.log10(params.rate as number));
    expect(rates.every((rate) => rate >= -3 && rate <= 3)).toBe(true);
    expect(Math.max(...rates) - Math.min(...rates)).toBeGreaterThan(3);
  });

  const table = ({ trials }: Study) => trials.map(({ seconds: _, ...trial }) => trial);

  it("gives the same trials with any number of workers, and when it is resumed at any trial", async () => {
    const options = { sampler: new TPESampler({ startup: 4 }), seed: 3, space, roundSize: 4 };
    const run = async (trials: readonly FinishedTrial[], parallel: number) => {
      const study = new Study({ ...options, trials });
      const objective: Objective = async (trial) => {
        // Later trials of a round end first.
        for (let turns = 4 - trial.indexInRound; turns > 0; turns--) await null;
        return diverging(0.1)(trial);
      };
      await study.optimize(objective, { trials: 24, parallel });
      return study;
    };
    const whole = await run([], 1);
    expect(failuresOf(whole.trials, 0)).toBeGreaterThan(0);
    expect(table(await run([], 3))).toEqual(table(whole));
    for (const from of [3, 9, 16])
      expect(table(await run(whole.trials.slice(0, from), 2))).toEqual(table(whole));
  });
});

describe("the others, where half of the range fails", () => {
  it("GP: a failure or two after its first round", async () => {
    const counts = await failures(() => new GPSampler({ candidates: 64 }), 0.01, 2, { roundSize: 4 });
    expect(mean(counts)).toBeLessThan(5);
  });

  it("coarse-to-fine refines around the best that did not fail", async () => {
    const study = new Study({ sampler: new CoarseToFineSampler(), space });
    await study.optimize(diverging(0.01), { trials: 20, maxConsecutiveFailures: Infinity });
    expect(failuresOf(study.trials, 0)).toBeGreaterThan(0);
    expect(failuresOf(study.trials, 10)).toBe(0);
  });

  it("grid tries each combination once, failed or not, and again none when it is resumed", async () => {
    const options = { sampler: new GridSampler({ points: 4 }), space: { ...space, units: int(1, 3) } };
    const run = async (trials: readonly FinishedTrial[]) =>
      await new Study({ ...options, trials }).optimize(diverging(0.01), {
        trials: 99,
        maxConsecutiveFailures: Infinity,
      });
    const whole = await run([]);
    const texts = (trials: readonly FinishedTrial[]) => trials.map(({ params }) => JSON.stringify(params));
    expect(new Set(texts(whole.trials)).size).toBe(12);
    expect(failuresOf(whole.trials, 0)).toBe(6);
    expect(texts((await run(whole.trials.slice(0, 8))).trials)).toEqual(texts(whole.trials));
  });

  it("successive halving counts who failed on the way among those who came: a third of nine goes on", async () => {
    const study = new Study({
      sampler: new GridSampler({ points: 9 }),
      pruner: new AshaPruner(),
      roundSize: 9,
      space: { x: float(0, 8) },
    });
    await study.optimize(
      async (trial) => {
        const x = trial.params.x as number;
        if (x >= 3 && x < 7) throw new Error("It diverged.");
        for (let epoch = 1; epoch <= 3; epoch++) {
          // One goes on from the first rung, and fails before the second.
          if (epoch === 2 && x === 8) throw new Error("It diverged late.");
          trial.report(x, epoch);
          if (await trial.shouldPrune()) throw Object.assign(new Error(), { name: "TrialPruned" });
        }
        return x;
      },
      { trials: 9 },
    );
    // Of 0, 1, 2, 7, 8 and four failures three go on: 2, 7, 8; of these one, as one of the three has failed.
    expect(study.trials.map(({ state, reports }) => `${state} ${reports.length}`)).toEqual([
      ...[
        "pruned 1",
        "pruned 1",
        "pruned 3",
        "failed 0",
        "failed 0",
        "failed 0",
        "failed 0",
        "complete 3",
        "failed 1",
      ],
    ]);
  });
});

describe("valuesWithFailures", () => {
  const trials = (...values: (number | undefined)[]) =>
    values.map((value, number) =>
      trialOf(space, {
        number,
        params: {} as Params,
        ...(value === undefined ? { state: "failed" } : { value }),
      }),
    );
  it("puts them as far below the worst as the best is above it", () => {
    expect(valuesWithFailures(trials(1, undefined, 3), "maximize")).toEqual([1, -1, 3]);
    expect(valuesWithFailures(trials(1, undefined, 3), "minimize")).toEqual([1, 5, 3]);
    expect(valuesWithFailures(trials(2, undefined), "maximize")).toEqual([2, 0]);
    expect(valuesWithFailures(trials(0, undefined), "minimize")).toEqual([0, 1]);
    expect(valuesWithFailures(trials(1e308, undefined, -1e308), "maximize")).toEqual([
      ...[1e308, -Number.MAX_VALUE, -1e308],
    ]);
    expect(valuesWithFailures(trials(3, 4), "maximize")).toEqual([3, 4]);
  });

  it("tells by the state and the value which have one", () => {
    const states = [
      { value: 1 },
      { value: NaN },
      {},
      { state: "failed", value: 1 },
      { state: "pruned", value: 1 },
      { state: "pruned" },
    ];
    expect(states.map((parts) => hasValue(trialOf(space, parts as Partial<FinishedTrial>)))).toEqual([
      ...[true, false, false, false, true, false],
    ]);
  });
});
