/** A reproduction as its subscribers have it. */
import { describe, expect, it } from "vitest";
import { TrainingError } from "../../src/errors.ts";
import {
  FRESH_TRAININGS,
  planReproduction,
  type RecordedTraining,
  type Reproduction,
  type ReproductionEnd,
  type ReproductionEvent,
  reproduce,
} from "../../src/runs/reproduce.ts";
import { type FakePoolOptions, fakePool, keeping, smallDataset, typesOf } from "../helpers/runs.ts";

const plan = (more: Partial<Reproduction> = {}) =>
  planReproduction(
    {
      ...{ ids: ["fig1", "tab2-1"], seeds: [1, 2], trainingMetrics: "running" as const },
      ...{ changes: { epochs: 1, validation: 100 }, appendix: false, freshSearch: false },
      ...more,
    },
    smallDataset,
  );
const never = () => new AbortController().signal;
const trainingsOf = (events: readonly ReproductionEvent[]) =>
  events.flatMap((event) => (event.type === "training" ? [event.training] : []));
const names = (trainings: readonly RecordedTraining[]) => trainings.map(({ id, seed }) => `${id} ${seed}`);
const hashes = (trainings: readonly RecordedTraining[]) =>
  trainings.map(({ id, seed, weightsSha256 }) => `${id} ${seed} ${weightsSha256}`);
const ALL = ["fig1 1", "tab2-1 1", "fig1 2", "tab2-1 2"];

/** Runs it to its end. */
async function run(
  options: FakePoolOptions = {},
  asked: Partial<Reproduction> = {},
  before: readonly RecordedTraining[] = [],
) {
  const { heard, subscriber } = keeping<ReproductionEvent>();
  const { open } = fakePool(smallDataset, options);
  const end = await reproduce(plan(asked), before, open, { subscriber, signal: never() });
  return { heard, end: complete(end) };
}

function complete(end: ReproductionEnd) {
  if (end.type !== "result") throw new Error("It was stopped.");
  return end;
}

describe("a reproduction", () => {
  it("tells its start, what it reads, each training, each row when it is whole, and its result", async () => {
    const { heard, end } = await run({ workers: 1 });
    expect(typesOf(heard).slice(0, 2)).toEqual(["start", "reading"]);
    expect(typesOf(heard).slice(-2)).toEqual(["trained", "result"]);
    const parts = heard.flatMap((event) => {
      if (event.type === "training") return [`${event.training.id} ${event.training.seed}`];
      return event.type === "experiment" ? [`row ${event.row.experiment.id}`] : [];
    });
    expect(parts.filter((part) => !part.startsWith("row")).sort()).toEqual([...ALL].sort());
    for (const id of ["fig1", "tab2-1"]) {
      expect(parts.indexOf(`row ${id}`)).toBeGreaterThan(parts.indexOf(`${id} 1`));
      expect(parts.indexOf(`row ${id}`)).toBeGreaterThan(parts.indexOf(`${id} 2`));
    }
    expect(end.rows.map(({ experiment, values }) => [experiment.id, values.length])).toEqual([
      ["fig1", 2],
      ["tab2-1", 2],
    ]);
  });

  it("gives its trainings in the plan's order, whatever the order of their ends", async () => {
    const { heard, end } = await run({
      before: ({ settings: { seed, bn } }) =>
        new Promise((resolve) => setTimeout(resolve, (seed === 1 ? 300 : 0) + (bn === false ? 150 : 0))),
    });
    expect(names(trainingsOf(heard))).not.toEqual(ALL);
    expect(names(end.trainings)).toEqual(ALL);
    expect(hashes((await run()).end.trainings)).toEqual(hashes(end.trainings));
  });

  it("finds those of an earlier run, and does the others", async () => {
    const { end } = await run();
    const before = [end.trainings[2]!, end.trainings[0]!];
    const rest = await run({}, {}, before);
    expect(rest.heard.flatMap((event) => (event.type === "found" ? [event.training] : []))).toEqual([
      end.trainings[0],
      end.trainings[2],
    ]);
    expect(names(trainingsOf(rest.heard)).sort()).toEqual(["tab2-1 1", "tab2-1 2"]);
    expect(hashes(rest.end.trainings)).toEqual(hashes(end.trainings));
  });

  it("takes a training that diverges for a result", async () => {
    const { end } = await run({
      before: ({ settings }) => {
        if (settings.bn === false) throw new TrainingError("It diverged.");
      },
    });
    const [first] = end.trainings;
    expect(first).toMatchObject({ id: "fig1", test: null, error: "It diverged.", rows: [], epochs: 1 });
    expect(end.rows[0]).toMatchObject({ values: [], mean: undefined });
  });

  it("searches anew, and finds in another run what it has proposed", async () => {
    const asked = { ids: ["tab2-1"], seeds: [1], freshSearch: true };
    const { end } = await run({}, asked);
    expect(end.fresh).toHaveLength(FRESH_TRAININGS);
    expect(end.trainings).toHaveLength(1 + FRESH_TRAININGS);
    const before = end.trainings.filter((_, i) => i !== 5);
    const rest = await run({ workers: 1 }, asked, before);
    expect(names(trainingsOf(rest.heard))).toEqual(names([end.trainings[5]!]));
    expect(hashes(rest.end.trainings)).toEqual(hashes(end.trainings));
  });

  it("that is stopped keeps what has ended, and ends as interrupted", async () => {
    const stop = new AbortController();
    const { heard, subscriber } = keeping<ReproductionEvent>();
    const { open, state } = fakePool(smallDataset, {
      signal: stop.signal,
      before: ({ settings }) => {
        if (settings.seed === 1) return;
        stop.abort(new Error("Enough."));
        throw stop.signal.reason;
      },
    });
    const end = await reproduce(plan(), [], open, { subscriber, signal: stop.signal });
    expect(end).toEqual({ type: "interrupted", trainings: trainingsOf(heard).length });
    expect(heard.at(-1)).toBe(end);
    expect(state.closed).toBe(true);
  });
});

describe("what ends a reproduction", () => {
  it("is an error of a training that is no divergence; others that end with it are told first", async () => {
    const { heard, subscriber } = keeping<ReproductionEvent>();
    const { open, state } = fakePool(smallDataset, {
      before: ({ settings }) => {
        if (settings.bn === false) throw new Error("No memory.");
      },
    });
    const running = reproduce(plan({ seeds: [1] }), [], open, { subscriber, signal: never() });
    await expect(running).rejects.toThrow("No memory.");
    expect(names(trainingsOf(heard))).toEqual(["tab2-1 1"]);
    expect(heard.at(-1)).toMatchObject({ type: "failed", error: { message: "No memory." } });
    expect(state.closed).toBe(true);
  });

  it.each(["start", "epoch", "training", "experiment", "trained", "result"] as const)(
    "is a subscriber that refuses: %s",
    async (type) => {
      const { heard, subscriber } = keeping<ReproductionEvent>((event) => event.type === type);
      const { open } = fakePool(smallDataset);
      const running = reproduce(plan({ ids: ["tab2-1"], seeds: [1] }), [], open, {
        ...{ subscriber, signal: never() },
      });
      await expect(running).rejects.toThrow(`No ${type}.`);
      expect(typesOf(heard)).not.toContain("result");
    },
  );

  it("is a subscriber that refuses a training of the search", async () => {
    const { subscriber } = keeping<ReproductionEvent>(
      (event) => event.type === "training" && event.training.id === "fresh-1-2",
    );
    const { open } = fakePool(smallDataset, { workers: 1 });
    const asked = plan({ ids: ["tab2-1"], seeds: [1], freshSearch: true });
    await expect(reproduce(asked, [], open, { subscriber, signal: never() })).rejects.toThrow("No training.");
  });
});
