import { describe, expect, it } from "vitest";
import { leapSentences } from "../../../src/experiments/chapters/leapSentences.ts";
import { leapingCurve as curve } from "../madeUp.ts";

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
