import { describe, expect, it } from "vitest";
import { everyTwins, float32Twins, float64Twins, floats, written } from "../helpers/twins.ts";
import { kinds, matrixShapes, numbers } from "../helpers/values.ts";

describe("bias, by hand", () => {
  it("adds the bias to every row", () => {
    const { y } = float64Twins.check(
      "bias.add",
      { y: written(floats(2, 3)), x: floats(2, 3, [1, 2, 3, 4, 5, 6]), bias: floats(1, 3, [10, 20, 30]) },
      (kernels, { y, x, bias }) => kernels.bias.add(y, x, bias),
    );
    expect([...y.data]).toEqual([11, 22, 33, 14, 25, 36]);
  });

  it("sums every column", () => {
    const { sums } = float64Twins.check(
      "bias.columnSums",
      { sums: written(floats(1, 2)), x: floats(3, 2, [1, 10, 2, 20, 4, 40]) },
      (kernels, { sums, x }) => kernels.bias.columnSums(sums, x),
    );
    expect([...sums.data]).toEqual([7, 70]);
  });

  it("adds from the first row to the last, rounding every sum", () => {
    // 2^24 + 1 is 2^24 in float32, a tie that goes to the even one.
    const x = floats(3, 1, [16777216, 1, -16777216]);
    const sum = (twins: typeof float32Twins) =>
      twins.check("bias.columnSums", { sums: written(floats(1, 1)), x }, (kernels, { sums, x }) =>
        kernels.bias.columnSums(sums, x),
      ).sums.data[0];
    expect([sum(float32Twins), sum(float64Twins)]).toEqual([0, 1]);
  });

  it("gives zeros for the columns of no rows", () => {
    const { sums } = float64Twins.check(
      "bias.columnSums",
      { sums: written(floats(1, 3)), x: floats(0, 3) },
      (kernels, { sums, x }) => kernels.bias.columnSums(sums, x),
    );
    expect([...sums.data]).toEqual([0, 0, 0]);
  });
});

describe.each(everyTwins)("bias in $name", (twins) => {
  it.each(kinds)("has the definition's bits at every shape, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "bias");
    for (const [n, d] of matrixShapes) {
      const values = (size: number) => Array.from({ length: size }, next);
      const slots = { x: floats(n, d, values(n * d)), bias: floats(1, d, values(d)) };
      twins.check("bias.add", { y: written(floats(n, d)), ...slots }, (kernels, { y, x, bias }) =>
        kernels.bias.add(y, x, bias),
      );
      twins.check("bias.add in place", { ...slots, x: written(slots.x) }, (kernels, { x, bias }) =>
        kernels.bias.add(x, x, bias),
      );
      twins.check("bias.columnSums", { sums: written(floats(1, d)), x: slots.x }, (kernels, { sums, x }) =>
        kernels.bias.columnSums(sums, x),
      );
    }
  });

  it("refuses shapes that do not go together", () => {
    twins.refuses(
      "bias.add: bias is (1, 4), expected (1, 3).",
      { y: floats(2, 3), x: floats(2, 3), bias: floats(1, 4) },
      (kernels, { y, x, bias }) => kernels.bias.add(y, x, bias),
    );
    twins.refuses(
      "bias.add: y is (3, 2), expected (2, 3).",
      { y: floats(3, 2), x: floats(2, 3), bias: floats(1, 3) },
      (kernels, { y, x, bias }) => kernels.bias.add(y, x, bias),
    );
    twins.refuses(
      "bias.columnSums: sums is (3, 1), expected (1, 3).",
      { sums: floats(3, 1), x: floats(2, 3) },
      (kernels, { sums, x }) => kernels.bias.columnSums(sums, x),
    );
  });
});
