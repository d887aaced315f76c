import { describe, expect, it } from "vitest";
import { everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, matrixShapes, numbers } from "../helpers/values.ts";

describe.each(everyTwins)("scale in $name", (twins) => {
  it("multiplies every column by its factor", () => {
    const { y } = twins.check(
      "scale.multiply",
      { y: written(floats(2, 3)), x: floats(2, 3, [1, 2, 3, 4, 5, 6]), factor: floats(1, 3, [10, 0, -1]) },
      (kernels, { y, x, factor }) => kernels.scale.multiply(y, x, factor),
    );
    expect([...y.data]).toEqual([10, 0, -3, 40, 0, -6]);
  });

  it("sums the products of each column, from the first row to the last", () => {
    const huge = twins.precision === "float32" ? 2 ** 25 : 2 ** 54;
    const { dFactor } = twins.check(
      "scale.gradient",
      {
        dFactor: written(floats(1, 2)),
        dy: floats(3, 2, [1, huge, 2, 1, 3, -huge]),
        x: floats(3, 2, [4, 1, 5, 1, 6, 1]),
      },
      (kernels, { dFactor, dy, x }) => kernels.scale.gradient(dFactor, dy, x),
    );
    // huge + 1 is huge.
    expect([...dFactor.data]).toEqual([32, 0]);
  });

  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "scale");
    for (const [n, d] of matrixShapes) {
      const [x, dy, factor] = [floats(n, d, next), floats(n, d, next), floats(1, d, next)];
      twins.check("scale.multiply", { y: written(floats(n, d)), x, factor }, (kernels, t) =>
        kernels.scale.multiply(t.y, t.x, t.factor),
      );
      twins.check("scale.multiply in place", { x: written(x), factor }, (kernels, t) =>
        kernels.scale.multiply(t.x, t.x, t.factor),
      );
      twins.check("scale.gradient", { dFactor: written(floats(1, d)), dy, x }, (kernels, t) =>
        kernels.scale.gradient(t.dFactor, t.dy, t.x),
      );
    }
  });

  it("refuses shapes that do not go together", () => {
    twins.refuses(
      "scale.multiply: factor is (1, 2), expected (1, 3).",
      { y: floats(2, 3), x: floats(2, 3), factor: floats(1, 2) },
      (kernels, { y, x, factor }) => kernels.scale.multiply(y, x, factor),
    );
    twins.refuses(
      "scale.multiply: y is (3, 2), expected (2, 3).",
      { y: floats(3, 2), x: floats(2, 3), factor: floats(1, 3) },
      (kernels, { y, x, factor }) => kernels.scale.multiply(y, x, factor),
    );
    twins.refuses(
      "scale.gradient: dFactor is (2, 3), expected (1, 3).",
      { dFactor: floats(2, 3), dy: floats(2, 3), x: floats(2, 3) },
      (kernels, { dFactor, dy, x }) => kernels.scale.gradient(dFactor, dy, x),
    );
    twins.refuses(
      "scale.gradient: dy is (3, 2), expected (2, 3).",
      { dFactor: floats(1, 3), dy: floats(3, 2), x: floats(2, 3) },
      (kernels, { dFactor, dy, x }) => kernels.scale.gradient(dFactor, dy, x),
    );
  });
});
