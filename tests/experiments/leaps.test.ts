import { describe, expect, it } from "vitest";
import { leapSentences, leapsOf } from "../../src/experiments/leaps.ts";

/** A curve with these validation losses, and an accuracy that follows `accuracy`. */
const curve = (losses: readonly number[], accuracy: (epoch: number) => number = () => 0.5, seed = 1) => ({
  seed,
  rows: losses.map((loss, i) => ({
    epoch: i + 1,
    learningRate: 0.1,
    train: { loss: 1, cost: 1, accuracy: accuracy(i + 1) },
    validation: { loss, cost: loss, accuracy: accuracy(i + 1) },
    ...{ steps: 1, seconds: 1, trainSeconds: 1, stepsPerSecond: 1 },
  })),
});

describe("leapsOf", () => {
  it.each<[string, number[], object[]]>([
    ["nothing", [], []],
    ["one epoch", [5], []],
    ["a fall from a high beginning", [50, 2, 1.5], []],
    ["a slow rise", [1, 1.5, 2, 2.5, 3, 3.5], []],
    ["the double, and no more", [1.5, 3, 1.5], []],
    ["one leap", [2, 1.5, 19, 1.4], [{ seed: 1, before: 2, top: 3, epochs: [3] }]],
    ["one over two epochs", [2, 1.5, 12, 19, 1.4], [{ seed: 1, before: 2, top: 4, epochs: [3, 4] }]],
    [
      "two",
      [2, 1.5, 19, 1.4, 9],
      [
        { seed: 1, before: 2, top: 3, epochs: [3] },
        { seed: 1, before: 4, top: 5, epochs: [5] },
      ],
    ],
    ["a loss that is not a number in between", [2, NaN, 19], [{ seed: 1, before: 1, top: 3, epochs: [3] }]],
  ])("of %s", (_, losses, expected) => {
    const { seed, rows } = curve(losses);
    const known = rows.map((row) =>
      Number.isNaN(row.validation.loss) ? { ...row, train: row.validation } : row,
    );
    expect(leapsOf({ seed, rows: known })).toEqual(expected);
  });
});

describe("leapSentences", () => {
  it("says that the accuracy falls too, and then nothing of single samples", () => {
    const [only, ...others] = leapSentences(
      [curve([1.5, 1.4, 19], (epoch) => (epoch === 3 ? 0.1 : 0.5))],
      true,
      10,
    );
    expect(only).toContain(
      "The accuracy falls with it: 0.1000 in training and 0.1000 in validation after epoch 3, 0.5000 in training and " +
        "0.5000 in validation after epoch 2.",
    );
    expect(others).toEqual([]);
  });

  it("names six epochs, and counts the others", () => {
    const losses = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1.5 : 10));
    const [only] = leapSentences([curve(losses)], false, 10);
    expect(only).toMatch(
      /after epoch 10 .*, 1\.00 in training and 10\.00 in validation after epoch 12 .* and as high after 4 more\./,
    );
  });

  it("has a sentence for each seed, and the reason once", () => {
    const text = leapSentences(
      [curve([1.5, 19, 1]), curve([1.5, 1.4, 1]), curve([1.5, 9, 1], undefined, 3)],
      true,
      4,
    );
    expect(text.map((sentence) => sentence.slice(0, 12))).toEqual([
      ...["Seed 1’s los", "Seed 3’s los", "So a few sam", "The losses a"],
    ]);
    expect(text[2]).toContain("ln 4 = 1.39");
  });
});
