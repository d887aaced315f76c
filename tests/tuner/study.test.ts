import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, TrialPruned } from "../../src/errors.ts";
import { Random } from "../../src/random.ts";
import type { Objective } from "../../src/tuner/optimize.ts";
import { AshaPruner, MedianPruner } from "../../src/tuner/pruners/index.ts";
import type { Trial } from "../../src/tuner/runningTrial.ts";
import {
  CoarseToFineSampler,
  GridSampler,
  RandomSampler,
  TPESampler,
} from "../../src/tuner/samplers/index.ts";
import { categorical, float, int, when } from "../../src/tuner/searchSpace.ts";
import { Study, type StudyOptions } from "../../src/tuner/study.ts";
import type { FinishedTrial, Sampler } from "../../src/tuner/trial.ts";
import { trialOf } from "../helpers/tuning.ts";

const space = { x: float(-5, 5), l2: float(1e-5, 1e-1, { log: true }), units: int(1, 64) };

/** A value of the trial's parameters, best at x = 2. */
const bowl = ({ params }: Trial): number => -((Number(params.x) - 2) ** 2) - Number(params.units) / 100;

/** After a wait that only `seed` and the trial decide: whoever is asked first need not end first. */
const afterAWhile = async (seed: number, trial: Trial): Promise<void> => {
  for (let turns = new Random(seed, "wait", trial.number).below(12); turns > 0; turns--)
    await new Promise<void>((resolve) => setImmediate(resolve));
};

/** A learning curve that comes to `bowl` in nine steps; the pruner may end it. */
const curve =
  (seed: number): Objective =>
  async (trial) => {
    for (let step = 1; step <= 9; step++) {
      await afterAWhile(seed + step, trial);
      trial.report(bowl(trial) - 10 / step, step);
      if (await trial.shouldPrune()) throw new TrialPruned("It lags behind.");
    }
    return bowl(trial);
  };

/** What must not depend on the time that things take. */
const table = ({ trials }: Study) => trials.map(({ seconds: _, ...trial }) => trial);

describe("study", () => {
  it("finds the best of its trials, the first of equals", async () => {
    const study = new Study({ sampler: new GridSampler({ points: 3 }), space: { x: float(-1, 1) } });
    await study.optimize(({ params }) => Number(params.x) ** 2, { trials: 10 });
    expect(study.trials.map(({ params, value }) => [params.x, value])).toEqual([
      [-1, 1],
      [0, 0],
      [1, 1],
    ]);
    expect(study.best).toMatchObject({ number: 0, value: 1, state: "complete" });
    const least = new Study({
      sampler: new GridSampler({ points: 3 }),
      space: { x: float(-1, 1) },
      direction: "minimize",
    });
    await least.optimize(({ params }) => Number(params.x) ** 2, { trials: 10 });
    expect(least.best).toMatchObject({ number: 1, value: 0 });
    expect(least.ranked.map(({ number }) => number)).toEqual([1, 0, 2]);
  });

  it("asks and tells", async () => {
    const study = new Study({ space });
    expect(study.best).toBeUndefined();
    const trial = study.ask();
    expect(Object.keys(trial.params)).toEqual(["x", "l2", "units"]);
    trial.setAttribute("test", 0.5);
    expect(await study.tell(trial, { value: 3 })).toMatchObject({
      number: 0,
      round: 0,
      state: "complete",
      value: 3,
      attributes: { test: 0.5 },
      distributions: space,
    });
    await expect(study.tell(trial, { value: 3 })).rejects.toThrow(
      "Trial 0 is not under way. Tell once what ask() gave.",
    );
  });

  it("lets an objective suggest what it needs, one depending on another", async () => {
    const study = new Study({ seed: 4 });
    await study.optimize(
      (trial) => {
        const kind = trial.suggestCategorical("kind", ["linear", "deep"]);
        const layers = kind === "deep" ? trial.suggestInt("layers", 1, 4) : 0;
        expect(trial.suggestCategorical("kind", ["linear", "deep"])).toBe(kind);
        return layers + trial.suggestFloat("rate", 1e-3, 1, { log: true });
      },
      { trials: 12 },
    );
    const names = study.trials.map(({ params }) => Object.keys(params).join(" "));
    expect(new Set(names)).toEqual(new Set(["kind rate", "kind layers rate"]));
    expect(
      study.trials.every(
        ({ params, distributions }) => Object.keys(params).length === Object.keys(distributions).length,
      ),
    ).toBe(true);
  });

  it("refuses a name that comes back with a distribution which does not hold its value", async () => {
    const trial = new Study({ space: { x: float(1, 2) } }).ask();
    const { x } = trial.params;
    expect(() => trial.suggestFloat("x", 5, 6)).toThrow(
      `Trial 0: x is ${x} already, which the distribution asked for now does not hold. Ask for one name with one distribution.`,
    );
  });

  it("leaves out the parameters whose condition is not met", () => {
    const study = new Study({
      seed: 2,
      roundSize: Infinity,
      space: { bn: categorical([false, "after"]), momentum: when(float(0.5, 0.99), "bn", ["after"]) },
    });
    const params = Array.from({ length: 20 }, () => study.ask().params);
    expect(params.every(({ bn, momentum }) => (bn === "after") === (momentum !== undefined))).toBe(true);
    expect(new Set(params.map(({ bn }) => bn)).size).toBe(2);
  });

  it.each([new RandomSampler(), new TPESampler({ startup: 2 }), new CoarseToFineSampler()])(
    "begins with the parameters that it is given, and goes on from there: $name",
    async (sampler) => {
      const starts = [{ units: 16, l2: 0.01, x: 1 }];
      const run = async (trials: number, before: FinishedTrial[] = [], parallel = 1) => {
        const study = new Study({ sampler, space, starts, trials: before });
        await study.optimize(bowl, { trials, parallel });
        return study.trials.map(({ number, params, value }) => ({ number, params, value }));
      };
      const whole = await run(12);
      expect(Object.entries(whole[0]!.params)).toEqual([
        ["x", 1],
        ["l2", 0.01],
        ["units", 16],
      ]);
      expect(await run(12, [], 3)).toEqual(whole);
      const study = new Study({ sampler, space, starts });
      await study.optimize(bowl, { trials: 5 });
      expect(await run(12, study.trials)).toEqual(whole);
      // What a random sampler proposes for another number does not depend on it.
      const without = new Study({ sampler: new RandomSampler(), space });
      await without.optimize(bowl, { trials: 3 });
      if (sampler.name === "random") expect(whole[2]!.params).toEqual(without.trials[2]!.params);
    },
  );

  it("refuses to begin with what is no trial of its space", () => {
    const begin =
      (starts: object, more: StudyOptions = {}) =>
      () =>
        new Study({ space: { x: float(0, 1) }, starts: starts as never, ...more });
    expect(begin([{ x: 2 }])).toThrow(
      "Study: starts[0]: x is 2, which is not in its range. Give a value of the space's.",
    );
    expect(begin([{ x: 0 }, {}])).toThrow("Study: starts[1]: x is undefined, which is not in its range.");
    expect(begin([{ x: 0, y: 1 }])).toThrow(
      'Study: starts[0]: "y" is no parameter of such a trial (x). Leave it out.',
    );
    expect(begin([3])).toThrow("Study: starts[0]: the parameters are 3, expected an object.");
    expect(begin({})).toThrow("Study: starts is an object, expected an array of parameters.");
    expect(begin([{ x: 0 }], { sampler: new GridSampler() })).toThrow(
      "Study: starts, and grid goes through the whole space by itself. Leave them out, or take another sampler.",
    );
  });

  it("shows a sampler the rounds before, and of its own round no more than what was proposed", async () => {
    const seen: unknown[] = [];
    const spy: Sampler = {
      name: "spy",
      sample(_name, _distribution, { number, round, indexInRound, history, pending }) {
        seen.push([number, round, indexInRound, history.map((t) => t.number), pending.map((t) => t.number)]);
        return number;
      },
    };
    const study = new Study({ sampler: spy, roundSize: 2, space: { x: float(0, 9) } });
    await study.optimize(({ number }) => number, { trials: 5 });
    expect(seen).toEqual([
      [0, 0, 0, [], []],
      [1, 0, 1, [], [0]],
      [2, 1, 0, [0, 1], []],
      [3, 1, 1, [0, 1], [2]],
      [4, 2, 0, [0, 1, 2, 3], []],
    ]);
  });

  it("does not begin a round before the last one has ended", () => {
    const study = new Study({ space, roundSize: 2, sampler: new TPESampler() });
    study.ask();
    study.ask();
    expect(() => study.ask()).toThrow(
      "Trial 2 is of round 1 and trial 0, of an earlier one, has not ended. Tell its value first.",
    );
  });

  it("records a trial that fails, and one whose value is no number, and goes on", async () => {
    const study = new Study({ space });
    await study.optimize(
      ({ number }) => {
        if (number === 1) throw new Error("Out of luck.");
        return number === 2 ? Number.NaN : number;
      },
      { trials: 4 },
    );
    expect(study.trials.map(({ state, value, error }) => [state, value, error])).toEqual([
      ["complete", 0, undefined],
      ["failed", undefined, "Out of luck."],
      ["failed", undefined, "The value is NaN, expected a finite number."],
      ["complete", 3, undefined],
    ]);
  });

  it("ends when too many fail in a row, and keeps what there is", async () => {
    const study = new Study({ space });
    const run = study.optimize(
      ({ number }) => {
        if (number > 2) throw new Error("No memory.");
        return 1;
      },
      { trials: 100, maxConsecutiveFailures: 3 },
    );
    await expect(run).rejects.toThrow(
      "3 trials in a row have failed, 3 to 5; the last one said: No memory. Mend the cause, narrow the search space, or allow more.",
    );
    expect(study.trials.length).toBe(6);
  });

  it("goes on after failures that have been mended, and counts anew", async () => {
    const broken = new Study({ space });
    const fails = () => {
      throw new Error("No memory.");
    };
    await expect(broken.optimize(fails, { trials: 9, maxConsecutiveFailures: 3 })).rejects.toThrow();
    const mended = new Study({ space, trials: broken.trials });
    await mended.optimize(bowl, { trials: 9, maxConsecutiveFailures: 3 });
    expect(mended.trials.map(({ state }) => state)).toEqual([
      ...new Array(3).fill("failed"),
      ...new Array(6).fill("complete"),
    ]);
    const again = new Study({ space, trials: mended.trials });
    await expect(again.optimize(fails, { trials: 20, maxConsecutiveFailures: 3 })).rejects.toThrow(
      "3 trials in a row have failed, 9 to 11; the last one said: No memory.",
    );
  });

  it("takes a trial's end once, however quickly it is told twice", async () => {
    const kept: FinishedTrial[] = [];
    const study = new Study({
      space,
      onFinished: async (trial) => {
        await new Promise<void>((resolve) => setImmediate(resolve));
        kept.push(trial);
      },
    });
    const trial = study.ask();
    const [first, second] = await Promise.allSettled([
      study.tell(trial, { value: 1 }),
      study.tell(trial, { value: 2 }),
    ]);
    expect([first!.status, second!.status, kept.length]).toEqual(["fulfilled", "rejected", 1]);
  });

  it("knows the round of a trial of any number at once", () => {
    const study = new Study({ sampler: new TPESampler(), roundSize: 7 });
    expect(study.roundOf(999_999)).toEqual({ round: 142_857, first: 999_999, size: 7 });
    expect(study.roundOf(6)).toEqual({ round: 0, first: 0, size: 7 });
    expect(new Study().roundOf(10 ** 9)).toEqual({ round: 0, first: 0, size: Infinity });
    expect(new Study({ roundSize: 2 }).roundOf(5)).toEqual({ round: 2, first: 4, size: 2 });
  });

  it("ends when the signal says so, without the trials under way; their numbers come again", async () => {
    const stop = new AbortController();
    const study = new Study({ space, roundSize: 4 });
    const objective: Objective = async (trial) => {
      await afterAWhile(1, trial);
      if (trial.number === 6 && !stop.signal.aborted) stop.abort(new Error("Enough."));
      return bowl(trial);
    };
    await expect(study.optimize(objective, { trials: 12, parallel: 3, signal: stop.signal })).rejects.toThrow(
      "Enough.",
    );
    expect(study.trials.some(({ number }) => number === 6)).toBe(false);
    await study.optimize(objective, { trials: 12, parallel: 3 });
    const whole = await new Study({ space, roundSize: 4 }).optimize(bowl, { trials: 12 });
    expect(table(study)).toEqual(table(whole));
  });

  it.each([
    [
      "step 0 is not above",
      (trial: Trial) => trial.report(1, 0),
      "Trial 0: step 0 was reported after 0, expected a larger integer.",
    ],
    [
      "a value is not finite",
      (trial: Trial) => trial.report(Infinity, 1),
      "Trial 0: the value after step 1 is Infinity, expected a finite number.",
    ],
  ])("refuses a report of which %s", (_title, report, message) => {
    expect(() => report(new Study().ask())).toThrow(message);
  });

  it.each([
    ["none", undefined],
    ["median", new MedianPruner({ startup: 0 })],
    ["ASHA", new AshaPruner()],
  ])("does not prune what has reported nothing (%s)", async (_name, pruner) => {
    expect(await new Study({ ...(pruner && { pruner }) }).ask().shouldPrune()).toBe(false);
  });

  it("takes TrialPruned before the first report for a pruned trial, which has no value", async () => {
    const study = new Study({ space, direction: "minimize" });
    await study.optimize(
      (trial) => {
        if (trial.number === 0) throw new TrialPruned();
        trial.report(7, 1);
        if (trial.number === 1) throw new TrialPruned();
        // One of another copy of nnwasm.
        if (trial.number === 2) throw Object.assign(new Error("So be it."), { name: "TrialPruned" });
        return 3;
      },
      { trials: 4, maxConsecutiveFailures: 1 },
    );
    const told = study.trials.map(({ state, value, error }) => [state, value, error]);
    expect(told).toEqual([
      ["pruned", undefined, undefined],
      ["pruned", 7, undefined],
      ["pruned", 7, undefined],
      ["complete", 3, undefined],
    ]);
    expect("value" in study.trials[0]!).toBe(false);
    expect(study.best!.number).toBe(3);
    expect(study.ranked.map(({ number }) => number)).toEqual([3, 1, 2, 0]);
    const asked = new Study({ space });
    const [one, two] = [asked.ask(), asked.ask()];
    two.report(5, 1);
    expect(await asked.tell(one, { state: "pruned" })).not.toHaveProperty("value");
    expect(await asked.tell(two, { state: "pruned" })).toMatchObject({ state: "pruned", value: 5 });
  });

  it("refuses trials of before that another study had", () => {
    const trial = trialOf(space, { number: 3, round: 3, value: 1 });
    const sampler = new TPESampler();
    expect(() => new Study({ sampler, roundSize: 2, trials: [trial] })).toThrow(
      "Trial 3 of before was in round 3, expected 1. Go on with the sampler and the round size that the study began with.",
    );
    expect(() => new Study({ sampler, trials: [trial, trial] })).toThrow("Trial 3 of before is there twice.");
  });

  it.each([
    [{ roundSize: 0 }, "The round size is 0, expected an integer ≥ 1, or Infinity."],
    [{ direction: "up" as "maximize" }, 'No direction "up". There are: maximize, minimize.'],
  ])("refuses the options %o", (options, message) => {
    expect(() => new Study(options)).toThrow(message);
  });
});

const kinds: [string, () => StudyOptions, number][] = [
  ["random", () => ({ sampler: new RandomSampler() }), 12],
  ["coarse-to-fine", () => ({ sampler: new CoarseToFineSampler({ coarse: 6, fine: 4 }) }), 14],
  ["TPE in rounds of 4", () => ({ sampler: new TPESampler({ startup: 4 }), roundSize: 4 }), 14],
  ["median", () => ({ pruner: new MedianPruner({ startup: 2, warmup: 1 }), roundSize: 4 }), 14],
  ["ASHA", () => ({ sampler: new RandomSampler(), pruner: new AshaPruner({ reduction: 3 }) }), 12],
  [
    "TPE with ASHA in rounds of 6",
    () => ({
      sampler: new TPESampler({ startup: 6 }),
      pruner: new AshaPruner({ reduction: 3 }),
      roundSize: 6,
    }),
    15,
  ],
];

describe.each(kinds)("a study with %s", (_name, options, trials) => {
  const run = async (seed: number, parallel: number, more: StudyOptions = {}) => {
    const study = new Study({ ...options(), space, seed: 3, ...more });
    return await study.optimize(curve(seed), { trials, parallel });
  };

  it("gives the same trials whatever the number of workers and whoever ends first", async () => {
    const expected = table(await run(0, 1));
    expect(expected.length).toBe(trials);
    const pruned = expected.filter(({ state }) => state === "pruned").length;
    if (options().pruner !== undefined) expect(pruned).toBeGreaterThan(0);
    else expect(pruned).toBe(0);
    for (const [seed, parallel] of [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 8],
    ] as const)
      expect(table(await run(seed, parallel))).toEqual(expected);
  });

  it("cut off anywhere, goes on to the same trials", async () => {
    // In the order in which they ended: any beginning of it is what a killed search leaves.
    const log: FinishedTrial[] = [];
    const whole = table(await run(5, 3, { onFinished: (trial) => void log.push(trial) }));
    await fc.assert(
      fc.asyncProperty(fc.nat(trials), fc.nat(1000), async (kept, seed) => {
        const study = await run(seed, 1 + (seed % 4), { trials: log.slice(0, kept) });
        expect(table(study)).toEqual(whole);
      }),
      { numRuns: 12 },
    );
  });
});

describe("a pruner that waits", () => {
  it("lets no trial wait for one that aborts the study before the others run", async () => {
    const stop = new AbortController();
    const study = new Study({ space, pruner: new AshaPruner(), roundSize: 3 });
    const objective: Objective = async (trial) => {
      if (trial.number === 0) stop.abort(new Error("Enough."));
      if (trial.number === 0) return 1;
      trial.report(1, 1);
      await trial.shouldPrune();
      return 1;
    };
    await expect(study.optimize(objective, { trials: 3, signal: stop.signal })).rejects.toThrow("Enough.");
    expect(study.trials).toEqual([]);
  });

  it("lets a trial that fails hold nobody up", async () => {
    const study = new Study({
      space,
      pruner: new AshaPruner({ reduction: 2 }),
      sampler: new RandomSampler(),
    });
    await study.optimize(
      async (trial) => {
        if (trial.number === 2) throw new Error("Broken.");
        return await curve(1)(trial);
      },
      { trials: 6 },
    );
    expect(study.trials.map(({ state }) => state).filter((state) => state === "failed")).toEqual(["failed"]);
    expect(study.trials.some(({ state }) => state === "pruned")).toBe(true);
    expect(study.best!.value).toBe(Math.max(...study.trials.map(({ value }) => value ?? -Infinity)));
  });

  it("gives up the trials that wait when the study ends", async () => {
    const study = new Study({
      space,
      pruner: new AshaPruner({ reduction: 2 }),
      sampler: new RandomSampler(),
    });
    const run = study.optimize(
      async (trial) => {
        if (trial.number < 2) throw new Error("Broken.");
        return await curve(1)(trial);
      },
      { trials: 6, maxConsecutiveFailures: 2 },
    );
    await expect(run).rejects.toThrow("2 trials in a row have failed, 0 to 1; the last one said: Broken.");
    expect(study.trials.map(({ number }) => number)).toEqual([0, 1]);
  });
});

describe("what callers without types pass", () => {
  const from = (options: unknown) => () => new Study(options as StudyOptions);
  const trial = trialOf(space, { value: 1, params: { x: 1 } });
  const ofBefore = (parts: object) => ({ trials: [{ ...trial, ...parts }] });
  const NOT_ONE = "Study: of the trials of before, number 0 from 0: ";
  it.each([
    [
      { samplr: 1 },
      'Study: there is no option "samplr". There are: sampler, pruner, direction, seed, space, roundSize, starts, trials, onFinished.',
    ],
    [{ sampler: "tpe" }, 'Study: the sampler is "tpe", expected a sampler, such as new TPESampler().'],
    [
      { sampler: TPESampler },
      "Study: the sampler is a function, expected a sampler, such as new TPESampler().",
    ],
    [{ pruner: "asha" }, 'Study: the pruner is "asha", expected a pruner, such as new MedianPruner().'],
    [{ direction: "max" }, 'No direction "max". There are: maximize, minimize.'],
    [{ seed: "1" }, 'Study: the seed is "1", expected an integer from 0 to 2^53 − 1.'],
    [{ roundSize: "3" }, 'The round size is "3", expected an integer ≥ 1, or Infinity.'],
    [{ onFinished: 3 }, "Study: onFinished is 3, expected a function."],
    [{ trials: 5 }, "Study: the trials of before are 5, expected an array."],
    [{ trials: [null] }, `${NOT_ONE}it is null, expected an object. Give what study.trials gave.`],
    [
      ofBefore({ number: "0" }),
      `${NOT_ONE}number is "0", expected an integer ≥ 0. Give what study.trials gave.`,
    ],
    [
      ofBefore({ state: "lost" }),
      `${NOT_ONE}state is "lost", expected complete, pruned, failed. Give what study.trials gave.`,
    ],
    [
      ofBefore({ params: { x: NaN } }),
      `${NOT_ONE}x is NaN, expected a finite number, a text, true, false, null or an array. Give what study.trials gave.`,
    ],
    [
      ofBefore({ params: JSON.parse('{"__proto__": 1}') }),
      'The name of a parameter is "__proto__", expected a text such as "l2". Give another.',
    ],
    [
      ofBefore({ reports: undefined }),
      `${NOT_ONE}reports is undefined, expected an array of { step, value }. Give what study.trials gave.`,
    ],
  ])("a study refuses %j", (options, message) => {
    expect(from(options)).toThrow(new ConfigError(message));
  });

  it.each([
    [[5, { trials: 1 }], "optimize: the objective is 5, expected a function of a trial."],
    [[() => 1], "trials is undefined, expected an integer ≥ 1."],
    [[() => 1, { trials: "3" }], 'trials is "3", expected an integer ≥ 1.'],
    [
      [() => 1, { trials: 3, workers: 2 }],
      'optimize: there is no option "workers". There are: trials, parallel, maxConsecutiveFailures, signal.',
    ],
    [[() => 1, { trials: 3, signal: {} }], "optimize: signal is an object, expected an AbortSignal."],
  ])("optimize refuses %j", async (args, message) => {
    const study = new Study({ space });
    await expect(study.optimize(...(args as [never, never]))).rejects.toThrow(new ConfigError(message));
  });

  it.each([NaN, Infinity, -Infinity, undefined, null, "0.5", 5n, [1], {}, true])(
    "an objective that gives %s has failed, however it is told",
    async (value) => {
      const study = new Study({ space });
      await study.optimize(() => value as never, { trials: 1 });
      await study.tell(study.ask(), { value: value as never });
      expect(study.best).toBeUndefined();
      for (const trial of study.trials) {
        expect(trial.state).toBe("failed");
        expect(trial).not.toHaveProperty("value");
        expect(trial.error).toMatch(/^The value is .*, expected a finite number\.$/);
      }
    },
  );

  it("a thing that is thrown is a failed trial, whatever it is", async () => {
    const things = [null, undefined, 5, Object.create(null), "text", { message: 5 }, new Error("Error")];
    const study = new Study({ space });
    await study.optimize(
      ({ number }) => {
        throw things[number];
      },
      { trials: things.length, maxConsecutiveFailures: Infinity },
    );
    expect(study.trials.map(({ error }) => error)).toEqual([
      ...["null", "undefined", "5", "an object", "text", "an object", "Error"],
    ]);
  });

  it("tell refuses other states, options and trials", async () => {
    const study = new Study({ space });
    const trial = study.ask();
    await expect(study.tell(trial, { state: "done" as never })).rejects.toThrow(
      new ConfigError('tell: no state "done". There are: complete, pruned, failed.'),
    );
    await expect(study.tell(trial, { values: 1 } as never)).rejects.toThrow(
      new ConfigError('tell: there is no option "values". There are: value, state, error.'),
    );
    await expect(study.tell(0 as never, { value: 1 })).rejects.toThrow(
      "tell: the trial is 0, expected what ask() gave.",
    );
    expect(await study.tell(trial, { state: "failed", value: 3 })).not.toHaveProperty("value");
  });

  it("trials of before whose value JSON has lost have failed", () => {
    const lost = JSON.parse(
      JSON.stringify([
        { ...trial, value: NaN },
        { ...trial, number: 1, state: "pruned", value: undefined },
        { ...trial, number: 2, state: "failed", value: 3 },
        { ...trial, number: 3, value: 4 },
      ]),
    );
    const study = new Study({ space, trials: lost });
    expect(study.trials.map(({ state, value, error }) => [state, value, error])).toEqual([
      ["failed", undefined, "The value is null, expected a finite number."],
      ["pruned", undefined, undefined],
      ["failed", undefined, undefined],
      ["complete", 4, undefined],
    ]);
    expect(study.best!.number).toBe(3);
  });
});
