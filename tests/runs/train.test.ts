/** A training as its subscribers have it. */
import { describe, expect, it } from "vitest";
import { TrainingError } from "../../src/errors.ts";
import { planTraining, type TrainingEvent, train } from "../../src/runs/train.ts";
import { mergeSettings, type TrainSettings } from "../../src/settings/settings.ts";
import { keeping, smallDataset, typesOf } from "../helpers/runs.ts";

const plan = (more: Partial<TrainSettings> = {}) =>
  planTraining(
    mergeSettings({ layers: [6], validation: 100, epochs: 2, batch: 50, threads: 1 }, more),
    smallDataset,
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
      test: await model.evaluate(split.test),
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
