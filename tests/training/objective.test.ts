import { describe, expect, it } from "vitest";
import { TrainingError } from "../../src/errors.ts";
import type { TrainingOutcome } from "../../src/training/job.ts";
import { requireFinite } from "../../src/training/objective.ts";

const measures = { loss: 1, cost: 2, accuracy: 0.5 };
const row = (epoch: number, parts: object = {}) =>
  ({ epoch, learningRate: 0.1, train: measures, validation: measures, seconds: 1, ...parts }) as never;
const outcome = (parts: Partial<TrainingOutcome>): TrainingOutcome => ({
  ...{ rows: [row(1)], steps: 3, trainSeconds: 1, seconds: 1 },
  tensors: [{ name: "dense1.weight", shape: [2], data: Float32Array.of(1, 2) }],
  snapshots: [],
  end: { test: measures, weightsSha256: "00" },
  ...parts,
});

describe("requireFinite", () => {
  it("takes a training of which all is finite", () => {
    requireFinite(outcome({}));
    requireFinite(outcome({ rows: [], end: undefined, tensors: [] }));
    requireFinite(outcome({ rows: [row(1, { validation: undefined })] }));
  });

  // The accuracy is a number in each of them.
  it.each([
    [
      { rows: [row(1), row(2, { train: { ...measures, cost: Infinity } })] },
      "The training cost is Infinity after epoch 2.",
    ],
    [
      { rows: [row(3, { validation: { ...measures, loss: NaN } })] },
      "The validation loss is NaN after epoch 3.",
    ],
    [{ end: { test: { ...measures, loss: NaN }, weightsSha256: "00" } }, "The test loss is NaN."],
    [
      { tensors: [{ name: "dense2.bias", shape: [2], data: Float32Array.of(0, NaN) }] },
      "A number of dense2.bias is NaN.",
    ],
  ])("refuses one that diverged: %#", (parts, message) => {
    expect(() => requireFinite(outcome(parts as Partial<TrainingOutcome>))).toThrow(
      new TrainingError(`${message} Lower eta-max, or check the data.`),
    );
  });
});
