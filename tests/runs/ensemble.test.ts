import { afterAll, describe, expect, it } from "vitest";
import { ConfigError, TrainingError } from "../../src/errors.ts";
import type { Model } from "../../src/model/model.ts";
import {
  type EnsembleComplete,
  type EnsembleEvent,
  type EnsembleInterrupted,
  planEnsemble,
  trainEnsemble,
} from "../../src/runs/ensemble.ts";
import { mergeSettings, type TrainSettings } from "../../src/settings/settings.ts";
import type { TrainedMember } from "../../src/training/memberFile.ts";
import { fakePool, flagsDataset, keeping, numbersDataset, smallDataset, typesOf } from "../helpers/runs.ts";

const quick: Partial<TrainSettings> = {
  layers: [8],
  epochs: 3,
  batch: 50,
  threads: 1,
  members: 3,
  standardize: "none",
};
const made: Model[] = [];
afterAll(async () => {
  for (const model of made) await model.close();
});

async function train(
  settings: Partial<TrainSettings> = {},
  {
    dataset = numbersDataset,
    done,
    workers,
    signal = new AbortController().signal,
  }: {
    readonly dataset?: typeof numbersDataset;
    readonly done?: readonly TrainedMember[];
    readonly workers?: number;
    readonly signal?: AbortSignal;
  } = {},
) {
  const plan = await planEnsemble(mergeSettings({ ...quick, ...settings }), dataset);
  const { heard, subscriber } = keeping<EnsembleEvent>();
  const pool = fakePool(dataset, { ...(workers !== undefined && { workers }), signal });
  const end = await trainEnsemble(plan, { subscriber, signal, openPool: pool.open, done });
  const trained = heard.find((event) => event.type === "trained");
  if (trained?.type === "trained") made.push(trained.model);
  const members = heard.flatMap((event) => (event.type === "member" ? [event.trained] : []));
  return { plan, heard, end, members, model: trained?.type === "trained" ? trained.model : undefined, pool };
}

describe("an ensemble", () => {
  it("tells of its members, then of the model, then of the result", async () => {
    const { heard, end, plan, pool, model } = await train();
    expect(typesOf(heard).filter((type) => !["epoch", "member"].includes(type))).toEqual([
      "start",
      "reading",
      "trained",
      "result",
    ]);
    expect(heard.filter(({ type }) => type === "member")).toHaveLength(3);
    expect(heard.filter(({ type }) => type === "epoch")).toHaveLength(9);
    expect(plan).toMatchObject({ folds: 3, rounds: 1 });
    expect(pool.state).toEqual({ closed: true, jobs: 3 });
    const { trained, test } = end as EnsembleComplete;
    expect(trained).toMatchObject({ members: 3, weightsSha256: await model!.weightsSha256() });
    expect(test).toEqual(await model!.evaluate(numbersDataset.test));
    const { rmse, r2, loss } = trained.crossValidation;
    expect([rmse, r2, loss].every(Number.isFinite)).toBe(true);
    expect(trained.combination.rows).toEqual(Uint32Array.from({ length: 300 }, (_, i) => i));
  });

  it("has the same bits with other numbers of workers, and when it goes on with some members", async () => {
    const whole = await train({ members: 4, cv: 2 }, { workers: 1 });
    const side = await train({ members: 4, cv: 2 }, { workers: 4 });
    const done = whole.members.filter(({ number }) => number % 2 === 1);
    const goneOn = await train({ members: 4, cv: 2 }, { done });
    const [result, ...others] = [whole, side, goneOn].map(({ end }) => {
      const { trained, test } = end as EnsembleComplete;
      const { trainSeconds: _, ...facts } = trained;
      return { facts, test };
    });
    for (const other of others) expect(other).toEqual(result);
    expect(goneOn.pool.state.jobs).toBe(2);
    expect(goneOn.heard[0]).toMatchObject({ type: "start", done: [1, 3] });
    const all = await train({ members: 4, cv: 2 }, { done: whole.members });
    expect(all.pool.state.jobs).toBe(0);
    expect((all.end as EnsembleComplete).trained.weightsSha256).toBe(result!.facts.weightsSha256);
  });

  it.each([
    ["classes", smallDataset, "accuracy"],
    ["flags", flagsDataset, "rocAuc"],
  ] as const)("of %s is measured on rows that its members did not see", async (_, dataset, metric) => {
    const { end, model } = await train({ l2: 0, epochs: 10 }, { dataset });
    const { trained } = end as EnsembleComplete;
    expect(trained.crossValidation[metric]).toBeGreaterThan(0);
    expect(trained.combination.temperature).toBeGreaterThan(0);
    // All rows were trained on: their own score is better than that by cross-validation.
    const { loss } = await model!.evaluate(dataset.training);
    expect(loss).toBeLessThan(trained.crossValidation.loss);
  });

  it("that is stopped says how many members are trained", async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    const { end, heard } = await train({}, { signal: aborted });
    expect(end).toEqual({
      type: "interrupted",
      reason: aborted.reason,
      members: 0,
    } satisfies EnsembleInterrupted);
    expect(heard.at(-1)).toBe(end);
  });

  it("fails with a member that diverges", async () => {
    await expect(train({ etaMin: 1e20, etaMax: 1e30 })).rejects.toThrow(TrainingError);
  });
});

describe("refused are", () => {
  const plan = (settings: Partial<TrainSettings>, dataset = numbersDataset) =>
    planEnsemble(mergeSettings({ ...quick, ...settings }), dataset, {}, (key) => `--${key}`);

  it.each<[Partial<TrainSettings>, string]>([
    [
      { standardize: "feature" },
      "--members: each network would bring the inputs of own numbers to scale by its own rows, and they are to answer as one. " +
        "Give --standardize none.",
    ],
    [
      { members: 7 },
      "--members is 7, and each of 5 folds, unless --cv says otherwise, has as many members. Give 5 or 10.",
    ],
    [{ members: 3, cv: 4 }, "--members is 3, and each of --cv 4 has as many members. Give 4."],
    [
      { patience: 3 },
      "--patience is for a training of one network: of an ensemble, the rows that are held out choose the epoch. Leave it out.",
    ],
    [
      { keep: "best" },
      "--keep is for a training of one network: of an ensemble, the rows that are held out choose the epoch. Leave it out.",
    ],
  ])("%j", async (settings, message) => {
    await expect(plan(settings)).rejects.toThrow(new ConfigError(message));
  });

  it("too few rows", async () => {
    const one = { ...numbersDataset, training: numbersDataset.training.select(Uint32Array.of(0)) };
    await expect(plan({ batch: 1 }, one)).rejects.toThrow(
      "own numbers has 1 row to train on: too few to hold some out. Give --members 1.",
    );
  });
});
