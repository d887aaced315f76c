import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { bytes, doubles, everyTwins, float64Twins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

describe("accuracy, by hand", () => {
  const count = (scores: number[], labels: number[]) => {
    const [n, c] = [labels.length, scores.length / labels.length];
    return float64Twins.check(
      "accuracy.count",
      { correct: written(doubles(1, 1)), scores: floats(n, c, scores), labels: bytes(n, 1, labels) },
      (kernels, { correct, scores, labels }) => kernels.accuracy.count(correct, scores, labels),
    ).correct.data[0];
  };

  it("counts the rows whose largest score stands at their label", () => {
    expect(count([0.1, 0.7, 0.2, 0.5, 0.3, 0.2, 0.1, 0.2, 0.7], [1, 0, 1])).toBe(2);
  });

  it("takes the first of equal scores", () => {
    expect(count([5, 5, 1], [0])).toBe(1);
    expect(count([5, 5, 1], [1])).toBe(0);
    expect(count([0, -0, -0], [0])).toBe(1);
  });

  it("never takes a NaN for the largest, but where a row begins with it", () => {
    expect(count([1, NaN, 2], [2])).toBe(1);
    expect(count([NaN, 1, 2], [0])).toBe(1);
    expect(count([NaN, NaN, NaN], [1])).toBe(0);
  });
});

describe.each(everyTwins)("accuracy in $name", (twins) => {
  it.each(kinds)("counts as the definition does at every shape, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "accuracy");
    const random = new Random(1, "labels");
    for (const c of sizes.filter((size) => size > 0)) {
      for (const n of sizes) {
        twins.check(
          "accuracy.count",
          {
            correct: written(doubles(1, 1)),
            scores: floats(n, c, next),
            labels: bytes(n, 1, () => random.below(Math.min(c, 3))),
          },
          (kernels, { correct, scores, labels }) => kernels.accuracy.count(correct, scores, labels),
        );
      }
    }
  });

  it("refuses shapes that do not go together", () => {
    twins.refuses(
      "accuracy.count: correct is (1, 2), expected (1, 1).",
      { correct: doubles(1, 2), scores: floats(4, 3), labels: bytes(4, 1) },
      (kernels, { correct, scores, labels }) => kernels.accuracy.count(correct, scores, labels),
    );
    twins.refuses(
      "accuracy.count: labels is (3, 1), expected (4, 1).",
      { correct: doubles(1, 1), scores: floats(4, 3), labels: bytes(3, 1) },
      (kernels, { correct, scores, labels }) => kernels.accuracy.count(correct, scores, labels),
    );
  });
});
