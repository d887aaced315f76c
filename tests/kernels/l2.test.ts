import { describe, expect, it } from "vitest";
import { expectClose } from "../helpers/expectNumbers.ts";
import { doubles, everyTwins, float32Twins, float64Twins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

describe("l2, by hand", () => {
  it("has the penalty ½ · lambda · Σ w²", () => {
    // 0.5 · 0.1 · (1 + 4 + 9 + 16 + 25) = 2.75
    const { penalty } = float64Twins.check(
      "l2.penalty",
      { penalty: written(doubles(1, 1)), w: floats(1, 5, [1, -2, 3, -4, 5]) },
      (kernels, { penalty, w }) => kernels.l2.penalty(penalty, w, 0.1),
    );
    expectClose(penalty.data, [2.75]);
  });

  it("adds the squares in float64, of float32 weights too", () => {
    // Each square is 1 + 2^-11 + 2^-24, whose last bit float32 cannot hold.
    const { penalty } = float32Twins.check(
      "l2.penalty",
      { penalty: written(doubles(1, 1)), w: floats(1, 4, () => 1 + 2 ** -12) },
      (kernels, { penalty, w }) => kernels.l2.penalty(penalty, w, 2),
    );
    expect(penalty.data[0]).toBe(4 * (1 + 2 ** -11 + 2 ** -24));
  });

  it("has the penalty 0 for no weights", () => {
    const { penalty } = float64Twins.check(
      "l2.penalty",
      { penalty: written(doubles(1, 1)), w: floats(0, 3) },
      (kernels, { penalty, w }) => kernels.l2.penalty(penalty, w, 0.1),
    );
    expect(penalty.data[0]).toBe(0);
  });

  it("adds lambda · w to the gradient", () => {
    const { dw } = float64Twins.check(
      "l2.addGradient",
      { dw: written(floats(1, 3, [1, 2, 3])), w: floats(1, 3, [10, -10, 0]) },
      (kernels, { dw, w }) => kernels.l2.addGradient(dw, w, 0.5),
    );
    expect([...dw.data]).toEqual([6, -3, 3]);
  });
});

describe.each(everyTwins)("l2 in $name", (twins) => {
  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "l2");
    for (const n of [...sizes, 3072]) {
      const w = floats(1, n, next);
      twins.check("l2.penalty", { penalty: written(doubles(1, 1)), w }, (kernels, { penalty, w }) =>
        kernels.l2.penalty(penalty, w, 0.005),
      );
      twins.check("l2.addGradient", { dw: written(floats(1, n, next)), w }, (kernels, { dw, w }) =>
        kernels.l2.addGradient(dw, w, 0.005),
      );
    }
  });

  it("refuses shapes that do not go together", () => {
    twins.refuses(
      "l2.penalty: penalty is (1, 2), expected (1, 1).",
      { penalty: doubles(1, 2), w: floats(2, 3) },
      (kernels, { penalty, w }) => kernels.l2.penalty(penalty, w, 0.005),
    );
    twins.refuses(
      "l2.addGradient: dw is (3, 2), expected (2, 3).",
      { dw: floats(3, 2), w: floats(2, 3) },
      (kernels, { dw, w }) => kernels.l2.addGradient(dw, w, 0.005),
    );
  });
});
