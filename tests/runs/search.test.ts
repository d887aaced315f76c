/** A search as its subscribers have it. */
import { describe, expect, it } from "vitest";
import { StudyError, TrainingError } from "../../src/errors.ts";
import { planEnsemble, trainEnsemble } from "../../src/runs/ensemble.ts";
import { planSearch, type Search, type SearchEvent, search } from "../../src/runs/search.ts";
import { planTraining, train } from "../../src/runs/train.ts";
import { mergeSettings } from "../../src/settings/settings.ts";
import { applyParams } from "../../src/settings/space.ts";
import { float } from "../../src/tuner/searchSpace.ts";
import { fakePool, keeping, numbersDataset, smallDataset, typesOf } from "../helpers/runs.ts";

const plan = (more: Partial<Search> = {}) =>
  planSearch(
    {
      settings: mergeSettings({ layers: [6], validation: 100, epochs: 2, batch: 50, threads: 1 }),
      space: { l2: float(1e-5, 1e-1, { log: true }) },
      ...{ sampler: "random", samplerOptions: {}, pruner: "none", prunerOptions: {} },
      ...{ objective: "validation.accuracy", trials: 4, maxFailures: 5 },
      ...more,
    },
    smallDataset,
  );
const never = () => new AbortController().signal;
const trialsOf = (events: readonly SearchEvent[]) =>
  events.flatMap((event) => (event.type === "trial" ? [event.trial] : []));
/** What is the same however fast it went. */
const told = ({ number, params, value, state }: ReturnType<typeof trialsOf>[number]) => ({
  ...{ number, params, value, state },
});

describe("a search", () => {
  it("tells its start, what it reads, that it is ready, its trials, and its result", async () => {
    const { heard, subscriber } = keeping<SearchEvent>();
    const pool = fakePool(smallDataset);
    const end = await search(plan(), [], pool.open, { subscriber, signal: never() });
    const types = typesOf(heard);
    expect(types.slice(0, 3)).toEqual(["start", "reading", "ready"]);
    expect(types.slice(-2)).toEqual(["trained", "result"]);
    expect(new Set(types.slice(3, -2))).toEqual(new Set(["epoch", "trial"]));
    expect(heard.filter(({ type }) => type === "epoch")).toHaveLength(8);
    expect(end).toBe(heard.at(-1));
    if (end.type !== "result") throw new Error("It was stopped.");
    expect(end.trials.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
    expect(end.best).toBe(end.ranked[0]);
    expect(pool.state.closed).toBe(true);
  });

  it("gives the same trials with one worker as with three, and goes on from some of them", async () => {
    const run = async (workers: number, before: Parameters<typeof search>[1] = []) => {
      const { heard, subscriber } = keeping<SearchEvent>();
      const { open } = fakePool(smallDataset, { workers });
      const end = await search(plan(), before, open, { subscriber, signal: never() });
      if (end.type !== "result") throw new Error("It was stopped.");
      return { trials: end.trials, heard };
    };
    const one = await run(1);
    const three = await run(3);
    expect(three.trials.map(told)).toEqual(one.trials.map(told));
    const before = one.trials.filter(({ number }) => number !== 1);
    const rest = await run(2, before);
    expect(rest.heard[0]).toMatchObject({ type: "start", trials: before });
    expect(trialsOf(rest.heard).map(told)).toEqual([told(one.trials[1]!)]);
    expect(rest.trials.map(told)).toEqual(one.trials.map(told));
  });

  it("proposes nothing that depends on a trial before the trial was heard", async () => {
    const order: string[] = [];
    const { open } = fakePool(smallDataset, {
      workers: 1,
      before: ({ settings }) => void order.push(`${settings.l2}`),
    });
    const asked = plan({ sampler: "tpe", samplerOptions: { startup: 1 }, roundSize: 1, trials: 3 });
    await search(asked, [], open, {
      subscriber: async (event) => {
        if (event.type !== "trial") return;
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`trial ${event.trial.number}`);
      },
      signal: never(),
    });
    expect(order.filter((_, i) => i % 2 === 1)).toEqual(["trial 0", "trial 1", "trial 2"]);
  });

  it("trains a trial in parts where the pruner decides, to the bits of the whole", async () => {
    const run = async (more: Partial<Search>) => {
      const { open, state } = fakePool(smallDataset);
      const { subscriber } = keeping<SearchEvent>();
      const end = await search(plan(more), [], open, { subscriber, signal: never() });
      if (end.type !== "result") throw new Error("It was stopped.");
      return { trials: end.trials, jobs: state.jobs };
    };
    const whole = await run({});
    const parts = await run({ pruner: "median", prunerOptions: { minimum: 1, warmup: 0 } });
    expect(parts.jobs).toBeGreaterThan(whole.jobs);
    for (const trial of parts.trials.filter(({ state }) => state === "complete")) {
      expect(trial.attributes).toEqual(whole.trials[trial.number]!.attributes);
    }
  });

  it("has the value of the epoch that is kept, whole or in parts, and the bits of the training that keeps it", async () => {
    const settings = mergeSettings({
      ...{ layers: [30], validation: 100, epochs: 8, batch: 20, threads: 1, keep: "best" },
      ...{ etaMax: 0.05, etaMin: 0.001, lrSchedule: "constant", l2: 0 },
    });
    const space = { etaMax: float(0.02, 0.08) };
    const run = async (more: Partial<Search>) => {
      const { open } = fakePool(smallDataset);
      const { subscriber } = keeping<SearchEvent>();
      const asked = plan({ settings, space, objective: "validation.loss", ...more });
      const end = await search(asked, [], open, { subscriber, signal: never() });
      if (end.type !== "result") throw new Error("It was stopped.");
      return end.trials;
    };
    const whole = await run({});
    for (const { value, reports } of whole) {
      expect(value).toBe(Math.min(...reports.map((report) => report.value)));
    }
    expect(whole.some(({ value, reports }) => value !== reports.at(-1)!.value)).toBe(true);
    const parts = await run({ pruner: "median", prunerOptions: { minimum: 1, warmup: 0 } });
    for (const trial of parts.filter(({ state }) => state === "complete")) {
      expect(trial.attributes).toEqual(whole[trial.number]!.attributes);
    }
    const { params, attributes } = whole[0]!;
    const training = await planTraining(applyParams(settings, params), smallDataset);
    const end = await train(training, { subscriber: () => {}, signal: never() });
    if (end.type !== "result") throw new Error("It was stopped.");
    expect(attributes).toEqual({ test: end.test, weightsSha256: end.trained.weightsSha256 });
    await training.model.close();
  });

  it("refuses to keep the best epoch without validation samples", () => {
    const settings = mergeSettings({ layers: [6], validation: 0, epochs: 2, keep: "best" });
    expect(() => plan({ settings, objective: "train.loss" })).toThrow(
      "keep best: there are no validation samples. Give validation more than 0, or keep last.",
    );
  });

  it("that is stopped keeps what has ended, and ends as interrupted", async () => {
    const stop = new AbortController();
    const { heard, subscriber } = keeping<SearchEvent>();
    const { open, state } = fakePool(smallDataset, { workers: 1, signal: stop.signal });
    const end = await search(plan(), [], open, {
      subscriber: (event) => {
        if (event.type === "trial" && event.trial.number === 1) stop.abort(new Error("Enough."));
        return subscriber(event);
      },
      signal: stop.signal,
    });
    expect(end).toEqual({ type: "interrupted", trials: trialsOf(heard).length });
    expect(trialsOf(heard).map(({ number }) => number)).toEqual([0, 1]);
    expect(state.closed).toBe(true);
  });

  it("ends with the error of too many failures, which it tells", async () => {
    const { heard, subscriber } = keeping<SearchEvent>();
    const before = () => {
      throw new TrainingError("It diverged.");
    };
    const { open, state } = fakePool(smallDataset, { workers: 1, before });
    const running = search(plan({ maxFailures: 2 }), [], open, { subscriber, signal: never() });
    await expect(running).rejects.toThrow(StudyError);
    expect(trialsOf(heard).map(({ state, error }) => [state, error])).toEqual([
      ["failed", "It diverged."],
      ["failed", "It diverged."],
    ]);
    expect(heard.at(-1)).toMatchObject({ type: "failed", error: { name: "StudyError" } });
    expect(state.closed).toBe(true);
  });
});

describe("a subscriber that refuses", () => {
  it.each(["start", "ready", "trained", "result"] as const)(
    "%s ends the search with its error",
    async (type) => {
      const { subscriber } = keeping<SearchEvent>((event) => event.type === type);
      const { open } = fakePool(smallDataset);
      const running = search(plan({ trials: 1 }), [], open, { subscriber, signal: never() });
      await expect(running).rejects.toThrow(`No ${type}.`);
    },
  );

  it("a trial ends the search with its error; trials that end meanwhile are told", async () => {
    const { heard, subscriber } = keeping<SearchEvent>(
      (event) => event.type === "trial" && event.trial.number === 0,
    );
    const { open, state } = fakePool(smallDataset, { workers: 2 });
    const running = search(plan(), [], open, { subscriber, signal: never() });
    await expect(running).rejects.toThrow("No trial.");
    // Which of the others have ended by then is a matter of time.
    const told = trialsOf(heard).map(({ number }) => number);
    expect(told).toContain(1);
    expect(told).not.toContain(0);
    expect(heard.at(-1)).toMatchObject({ type: "failed", error: { message: "No trial." } });
    expect(state.closed).toBe(true);
  });

  it("an epoch ends the search when the next trial has been told", async () => {
    const { heard, subscriber } = keeping<SearchEvent>(({ type }) => type === "epoch");
    const { open } = fakePool(smallDataset, { workers: 1 });
    const running = search(plan(), [], open, { subscriber, signal: never() });
    await expect(running).rejects.toThrow("No epoch.");
    expect(trialsOf(heard).map(({ number }) => number)).toEqual([0]);
  });
});

describe("a search whose trials are measured over folds", () => {
  const settings = mergeSettings({
    ...{ layers: [8], validation: 0, epochs: 3, batch: 50, threads: 1, standardize: "none", cv: 3, l2: 1e-3 },
    ...{ etaMax: 0.05 },
  });
  const asked: Search = {
    ...{ settings, space: { l2: float(1e-5, 1e-1, { log: true }) }, objective: "validation.rmse" },
    ...{ sampler: "tpe", samplerOptions: { startup: 2 }, pruner: "none", prunerOptions: {} },
    ...{ trials: 4, maxFailures: 1, start: true },
  };
  const run = async (more: Partial<Search> = {}, workers = 2, before: Parameters<typeof search>[1] = []) => {
    const { heard, subscriber } = keeping<SearchEvent>();
    const { open } = fakePool(numbersDataset, { workers });
    const plan = planSearch({ ...asked, ...more }, numbersDataset);
    const end = await search(plan, before, open, { subscriber, signal: never() });
    if (end.type !== "result") throw new Error("It was stopped.");
    return { trials: end.trials, heard };
  };

  it("has the values and the bits of the ensembles that these settings train, the first of the settings themselves", async () => {
    const { trials, heard } = await run();
    expect(trials.map(({ params }) => params.l2 === 1e-3)).toEqual([true, false, false, false]);
    expect(heard.filter(({ type }) => type === "epoch")).toHaveLength(4 * 3);
    for (const { params, value, attributes, reports } of trials.slice(0, 2)) {
      expect(reports).toHaveLength(3);
      const ensemble = await planEnsemble(applyParams(settings, params), numbersDataset);
      const openPool = fakePool(numbersDataset).open;
      const end = await trainEnsemble(ensemble, { subscriber: () => {}, signal: never(), openPool });
      if (end.type !== "result") throw new Error("It was stopped.");
      const { crossValidation, weightsSha256 } = end.trained;
      expect(value).toBe(crossValidation.rmse);
      expect(attributes).toEqual({ test: end.test, weightsSha256 });
    }
  });

  it("has the same trials with any number of workers, and goes on from some of them", async () => {
    const one = await run({}, 1);
    const three = await run({}, 3);
    expect(three.trials.map(told)).toEqual(one.trials.map(told));
    const rest = await run({}, 2, [one.trials[2]!]);
    expect(rest.trials.map(told)).toEqual(one.trials.map(told));
  });

  it("prunes by what all networks of a trial have on their held-out rows", async () => {
    const whole = await run();
    const pruned = await run({
      ...{
        pruner: "median",
        prunerOptions: { startup: 1 },
        sampler: "random",
        samplerOptions: {},
      },
      ...{ space: { etaMax: float(1e-4, 0.05, { log: true }) }, roundSize: 1 },
    });
    expect(pruned.trials[0]!.attributes).toEqual(whole.trials[0]!.attributes);
    expect(pruned.trials.some(({ state }) => state === "pruned")).toBe(true);
  });

  it("refuses what a cross-validation does not measure, and a start that is no trial", () => {
    const begin = (more: Partial<Search>) => () => planSearch({ ...asked, ...more }, numbersDataset);
    expect(begin({ objective: "train.loss" })).toThrow(
      "train.loss: a cross-validation has no such measure. Give objective validation.loss or a metric of validation, or validation in place of cv.",
    );
    expect(begin({ objective: "validation.cost" })).toThrow(
      "validation.cost: a cross-validation has no such",
    );
    expect(begin({ space: { l2: float(0.1, 1) } })).toThrow(
      "start: space l2 does not have the value of the settings. Widen it, or give l2 a value of it.",
    );
    expect(begin({ sampler: "grid", samplerOptions: {} })).toThrow(
      "start: grid goes through the whole space by itself. Leave it out, or take another sampler.",
    );
  });
});
