import { describe, expect, it } from "vitest";
import { everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

const tiny = 5e-324;

describe.each(everyTwins)("relu in $name", (twins) => {
  const denormal = twins.precision === "float32" ? 2 ** -149 : tiny;

  it("keeps what is positive, makes the rest 0, −0 too, and lets NaN pass", () => {
    const x = [1.5, -1.5, 0, -0, denormal, -denormal, Infinity, -Infinity, NaN];
    const { y } = twins.check(
      "relu.forward",
      { y: written(floats(1, 9)), x: floats(1, 9, x) },
      (kernels, { y, x }) => kernels.relu.forward(y, x),
    );
    expect([...y.data]).toEqual([1.5, 0, 0, 0, denormal, 0, Infinity, 0, NaN]);
  });

  it("lets the gradient pass where the output is positive; the derivative at 0 is 0", () => {
    const y = [2, 0, -0, denormal, Infinity, NaN, 1, 0];
    const dy = [10, 20, 30, 40, 50, 60, NaN, NaN];
    const { dx } = twins.check(
      "relu.backward",
      { dx: written(floats(2, 4)), dy: floats(2, 4, dy), y: floats(2, 4, y) },
      (kernels, { dx, dy, y }) => kernels.relu.backward(dx, dy, y),
    );
    expect([...dx.data]).toEqual([10, 0, 0, 40, 50, 0, NaN, 0]);
  });

  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "relu");
    for (const n of [...sizes, 3072]) {
      const [x, dy] = [floats(1, n, next), floats(1, n, next)];
      twins.check("relu.forward", { y: written(floats(1, n)), x }, (kernels, { y, x }) =>
        kernels.relu.forward(y, x),
      );
      twins.check("relu.forward in place", { x: written(x) }, (kernels, { x }) => kernels.relu.forward(x, x));
      twins.check("relu.backward", { dx: written(floats(1, n)), dy, y: x }, (kernels, { dx, dy, y }) =>
        kernels.relu.backward(dx, dy, y),
      );
      twins.check("relu.backward in place", { dy: written(dy), y: x }, (kernels, { dy, y }) =>
        kernels.relu.backward(dy, dy, y),
      );
    }
  });

  it("refuses shapes that do not go together", () => {
    twins.refuses(
      "relu.forward: y is (1, 6), expected (2, 3).",
      { y: floats(1, 6), x: floats(2, 3) },
      (kernels, { y, x }) => kernels.relu.forward(y, x),
    );
    twins.refuses(
      "relu.backward: dx is (3, 2), expected (2, 3).",
      { dx: floats(3, 2), dy: floats(2, 3), y: floats(2, 3) },
      (kernels, { dx, dy, y }) => kernels.relu.backward(dx, dy, y),
    );
    twins.refuses(
      "relu.backward: dy is (2, 2), expected (2, 3).",
      { dx: floats(2, 3), dy: floats(2, 2), y: floats(2, 3) },
      (kernels, { dx, dy, y }) => kernels.relu.backward(dx, dy, y),
    );
  });
});
