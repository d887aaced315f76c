/** A training as its subscribers have it. */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Dataset, Samples } from "../../src/data/dataset.ts";
import { DatasetError, TrainingError } from "../../src/errors.ts";
import type { TrainingCheckpoint } from "../../src/model/checkpoint.ts";
import { readCheckpoint } from "../../src/model/resume.ts";
import { planTraining, type TrainingEvent, train } from "../../src/runs/train.ts";
import { mergeSettings, type TrainSettings } from "../../src/settings/settings.ts";
import { keeping, smallDataset, typesOf } from "../helpers/runs.ts";

const plan = (more: Partial<TrainSettings> = {}, dataset: Dataset = smallDataset) =>
  planTraining(
    mergeSettings({ layers: [6], validation: 100, epochs: 2, batch: 50, threads: 1 }, more),
    dataset,
  );
const never = () => new AbortController().signal;

describe("a training", () => {
  it("tells its start, what it reads, each step and epoch, its weights and its result, in this order", async () => {
    const { heard, subscriber } = keeping<TrainingEvent>();
    const end = await train(await plan(), { subscriber, signal: never() });
    expect(typesOf(heard).filter((type) => type !== "threads")).toEqual([
      "start",
      "reading",
      "step",
      "epoch",
      "step",
      "epoch",
      "trained",
      "result",
    ]);
    const steps = heard.filter((event) => event.type === "step");
    expect(steps.map(({ epoch, step }) => [epoch, step])).toEqual(
      [1, 2].flatMap((epoch) => [1, 2, 3, 4, 5, 6].map((step) => [epoch, step])),
    );
    const rows = heard.flatMap((event) => (event.type === "epoch" ? [event.row] : []));
    expect(end).toBe(heard.at(-1));
    expect(end).toMatchObject({ type: "result", trained: { epochs: 2, steps: 12, threads: 1 } });
    expect(end).toMatchObject({ validation: rows[1]!.validation });
  });

  it("gives the bits of the same training by fit() alone", async () => {
    const { subscriber } = keeping<TrainingEvent>();
    const end = await train(await plan(), { subscriber, signal: never() });
    const { model, split } = await plan();
    await model.fit(split.train, { epochs: 2, batchSize: 50, validation: split.validation });
    expect(end).toMatchObject({
      trained: { weightsSha256: await model.weightsSha256() },
      test: await model.evaluate(split.test!),
    });
  });

  it("that is stopped tells its weights, and ends as interrupted", async () => {
    const stop = new AbortController();
    const { heard, subscriber } = keeping<TrainingEvent>();
    const end = await train(await plan({ epochs: 1000 }), {
      subscriber: (event) => {
        if (event.type === "epoch" && event.row.epoch === 3) stop.abort(new Error("Enough."));
        return subscriber(event);
      },
      signal: stop.signal,
    });
    expect(typesOf(heard).slice(-2)).toEqual(["trained", "interrupted"]);
    expect(end).toMatchObject({ type: "interrupted", reason: { message: "Enough." } });
    expect(end.trained!.epochs).toBeGreaterThanOrEqual(3);
    expect(end.trained!.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("that is stopped while it reads has no weights to tell", async () => {
    const stop = new AbortController();
    stop.abort(new Error("Enough."));
    const { heard, subscriber } = keeping<TrainingEvent>();
    const end = await train(await plan(), { subscriber, signal: stop.signal });
    expect(typesOf(heard)).not.toContain("trained");
    expect(end).toMatchObject({ type: "interrupted", trained: undefined });
  });

  it("that diverges tells so before it throws, and no weights", async () => {
    const { heard, subscriber } = keeping<TrainingEvent>();
    const diverging = await plan({ lrSchedule: "constant", etaMax: 1e30 });
    const running = train(diverging, { subscriber, signal: never() });
    await expect(running).rejects.toThrow(TrainingError);
    expect(heard.at(-1)).toMatchObject({ type: "failed", error: { name: "TrainingError" } });
    expect(typesOf(heard)).not.toContain("trained");
  });
});

describe("a subscriber that refuses", () => {
  it.each(["start", "step", "epoch", "trained", "result"] as const)(
    "%s ends the training with its error",
    async (type) => {
      const { heard, subscriber } = keeping<TrainingEvent>((event) => event.type === type);
      await expect(train(await plan(), { subscriber, signal: never() })).rejects.toThrow(`No ${type}.`);
      expect(typesOf(heard)).not.toContain("result");
    },
  );

  it("an epoch is told of the failure with the model as it is, and may refuse that too", async () => {
    const { heard, subscriber } = keeping<TrainingEvent>(({ type }) => type === "epoch");
    const running = await plan();
    await expect(train(running, { subscriber, signal: never() })).rejects.toThrow("No epoch.");
    expect(heard.at(-1)).toMatchObject({ type: "failed", error: { message: "No epoch." } });
    const deaf = keeping<TrainingEvent>(({ type }) => type === "epoch" || type === "failed");
    await expect(train(await plan(), { subscriber: deaf.subscriber, signal: never() })).rejects.toThrow(
      "No epoch.",
    );
  });
});

describe("a training that goes on", () => {
  /** Trains until after an epoch, if one is given. */
  async function part(dataset: Dataset, from?: TrainingCheckpoint, until?: number) {
    const stop = new AbortController();
    let bytes = new Uint8Array();
    const { subscriber } = keeping<TrainingEvent>();
    const end = await train(await plan({ epochs: 3, checkpointEvery: 0 }, dataset), {
      subscriber: (event) => {
        if (event.type === "epoch" && event.row.epoch === until) stop.abort(new Error("Enough."));
        return subscriber(event);
      },
      ...{ signal: stop.signal, from },
      saveCheckpoint: async (saved) => {
        bytes = saved.slice();
      },
    });
    return { end, checkpoint: await readCheckpoint(bytes) };
  }
  const { test } = smallDataset;

  /** The test samples, with a change. */
  async function changed(change: (values: Uint8Array, labels: Uint8Array) => void): Promise<Samples> {
    const { count, features, classes } = test;
    const [values, labels] = [new Uint8Array(count * features), new Uint8Array(count)];
    await test.read({ values, labels });
    change(values, labels);
    return samplesFromArrays({ values, labels, features, classes });
  }

  it("on other test samples is refused: a value, a label, their order or number", async () => {
    const { checkpoint } = await part(smallDataset, undefined, 1);
    const others = [
      await changed((values) => values.fill(255 - values[77]!, 77, 78)),
      await changed((_, labels) => labels.fill((labels[49]! + 1) % 10, 49)),
      test.select(Uint32Array.from({ length: 50 }, (_, i) => 49 - i)),
      test.select(Uint32Array.from({ length: 49 }, (_, i) => i)),
    ];
    for (const other of others) {
      const error: unknown = await part({ ...smallDataset, test: other }, checkpoint).catch(
        (reason) => reason,
      );
      expect(error).toBeInstanceOf(DatasetError);
      expect((error as Error).message).toMatch(
        /^the checkpoint: the training was begun on other data: the test samples are not the same \("50 of 3072 uint8, 1 uint8: [0-9a-f]{32}", now "(50|49) of 3072 uint8, 1 uint8: [0-9a-f]{32}"\)\. Give the same samples in the same order, or begin anew\.$/,
      );
    }
  });

  it("on the same ones ends as if nothing had been, from a checkpoint that knows nothing of them as well", async () => {
    const whole = await part(smallDataset);
    const { checkpoint } = await part(smallDataset, undefined, 1);
    const { notes, ...older } = checkpoint;
    expect(notes).toMatchObject({ testSamples: expect.stringMatching(/^50 of 3072 uint8, 1 uint8: /) });
    const same = { ...smallDataset, test: await changed(() => {}) };
    for (const from of [checkpoint, older as TrainingCheckpoint]) {
      const { end, checkpoint: last } = await part(same, from);
      expect(end).toMatchObject({
        trained: { weightsSha256: whole.end.trained!.weightsSha256 },
        test: (whole.end as typeof end & { type: "result" }).test,
      });
      expect(last.notes).toMatchObject({ testSamples: (notes as { testSamples: string }).testSamples });
    }
  });

  it("counts the seconds for which checkpoints held it up from its beginning", async () => {
    const { checkpoint } = await part(smallDataset, undefined, 1);
    const held = { ...checkpoint, notes: { ...(checkpoint.notes as object), checkpointSeconds: 100 } };
    const { end, checkpoint: last } = await part(smallDataset, held);
    expect(end.trained!.checkpointSeconds).toBeGreaterThan(100);
    expect(end.trained!.checkpointSeconds).toBeLessThan(150);
    expect(last.notes).toMatchObject({ checkpointSeconds: end.trained!.checkpointSeconds });
  });
});
