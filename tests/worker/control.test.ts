import { describe, expect, it, vi } from "vitest";
import type { StepReport } from "../../src/model/fitOptions.ts";
import { copyResident } from "../../src/model/residentCopy.ts";
import { TrainingControl } from "../../src/worker/control.ts";
import type { ProgressReport } from "../../src/worker/progress.ts";
import { clusters, network } from "../helpers/samples.ts";

const samples = clusters(400);

describe("TrainingControl", () => {
  it("tells the mean loss of all steps since the report before, once at each epoch's end at least", async () => {
    const [reports, steps]: [ProgressReport[], StepReport[]] = [[], []];
    const control = new TrainingControl({ onProgress: (report) => reports.push(report) });
    const model = network();
    await model.fit(samples, {
      ...{ epochs: 3, batchSize: 50, callbacks: [control] },
      onStep: (report) => steps.push(report),
    });
    expect(reports.length).toBeGreaterThanOrEqual(3);
    let done = 0;
    for (const { epoch, step, meanLoss, loss } of reports) {
      const until = steps.findIndex((each) => each.epoch === epoch && each.step === step) + 1;
      const since = steps.slice(done, until);
      expect(meanLoss).toBeCloseTo(since.reduce((sum, each) => sum + each.loss, 0) / since.length, 12);
      expect(loss).toBe(steps[until - 1]!.loss);
      done = until;
    }
    expect(done).toBe(steps.length);
  });

  it("waits where it is told to, and goes no further when it is cancelled there", async () => {
    const paused: (number | undefined)[] = [];
    const control = new TrainingControl(
      {
        onPaused: (report) => {
          paused.push(report?.step);
          if (paused.length === 1) control.step(2);
          else if (paused.length === 2) control.step(1);
          else control.cancel();
        },
      },
      true,
    );
    const model = network();
    const options = { epochs: 3, batchSize: 50, callbacks: [control], signal: control.signal };
    const { steps, interrupted } = await model.fit(samples, options);
    expect(paused).toEqual([undefined, 2, 3]);
    expect({ steps, interrupted }).toEqual({ steps: 3, interrupted: true });
  });

  it("slows a training down without changing it", async () => {
    const control = new TrainingControl();
    control.slowDown(100);
    const [slow, fast] = [network(), network()];
    const timer = vi.spyOn(globalThis, "setTimeout");
    await slow.fit(samples, { epochs: 5, batchSize: 10, callbacks: [control] });
    const waits = timer.mock.calls.length;
    timer.mockRestore();
    expect(waits).toBeGreaterThan(0);
    await fast.fit(samples, { epochs: 5, batchSize: 10 });
    expect(await slow.weightsSha256()).toBe(await fast.weightsSha256());
  });
});

it("samples in a training's memory are copied from there, in their order", async () => {
  const rows = Uint32Array.from({ length: 100 }, (_, i) => (37 * i) % 400);
  const some = samples.select(rows);
  const model = network();
  expect(copyResident(model, some, 10)).toBeUndefined();
  let copied: ReturnType<typeof copyResident>;
  const onEpoch = () => {
    copied = copyResident(model, some, 60);
  };
  await model.fit(some, { epochs: 1, batchSize: 20, callbacks: [{ onEpoch }] });
  const values = new Uint8Array(100 * 12);
  const labels = new Uint8Array(100);
  await some.read({ values, labels });
  expect(copied).toEqual({
    values: values.slice(0, 60 * 12),
    labels: labels.slice(0, 60),
    weights: undefined,
  });
});
