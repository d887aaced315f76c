import { describe, expect, it } from "vitest";
import { expectClose } from "../helpers/expectNumbers.ts";
import { everyTwins, float64Twins, floats, type Twins, written } from "../helpers/twins.ts";
import { kinds, matrixShapes, numbers } from "../helpers/values.ts";

type Numbers = readonly number[];

function forward(
  twins: Twins,
  [n, d]: [number, number],
  x: Numbers,
  gamma: Numbers,
  beta: Numbers,
  epsilon: number,
) {
  // With momentum 0 the averages are the batch's own mean and variance.
  return twins.check(
    "batchNorm.forward",
    {
      y: written(floats(n, d)),
      xHat: written(floats(n, d)),
      invStd: written(floats(1, d)),
      mean: written(floats(1, d)),
      variance: written(floats(1, d)),
      x: floats(n, d, x),
      gamma: floats(1, d, gamma),
      beta: floats(1, d, beta),
    },
    (kernels, { y, xHat, invStd, mean, variance, x, gamma, beta }) =>
      kernels.batchNorm.forward(y, xHat, invStd, mean, variance, x, gamma, beta, epsilon, 0),
  );
}

describe("batchNorm, by hand", () => {
  it("normalises 3 samples of 2 features", () => {
    // Columns (1, 3, 5) and (2, 6, 10): means 3 and 6, variances 8/3 and 32/3; with epsilon 4/3 the
    // deviations are 2 and √12.
    const t = forward(float64Twins, [3, 2], [1, 2, 3, 6, 5, 10], [1, 2], [0, 100], 4 / 3);
    expectClose(t.mean.data, [3, 6]);
    expectClose(t.variance.data, [8 / 3, 32 / 3]);
    expectClose(t.invStd.data, [1 / 2, 1 / Math.sqrt(12)]);
    const h = 4 / Math.sqrt(12);
    expectClose(t.xHat.data, [-1, -h, 0, 0, 1, h]);
    expectClose(t.y.data, [-1, 100 - 2 * h, 0, 100, 1, 100 + 2 * h]);
  });

  it("gives a feature that does not vary its beta", () => {
    const { y, variance } = forward(float64Twins, [2, 1], [7, 7], [3], [0.5], 1e-5);
    expect([...variance.data, ...y.data]).toEqual([0, 0.5, 0.5]);
  });

  it("keeps variances exact where the squares of the values would cancel", () => {
    // E[x²] − E[x]² of these is 0 in float32; the deviations are ±1.
    const { variance } = forward(everyTwins[0]!, [2, 1], [1e6 - 1, 1e6 + 1], [1], [0], 1e-5);
    expect([...variance.data]).toEqual([1]);
  });

  it("moves the averages by the share that momentum leaves", () => {
    const vector = (values: Numbers) => floats(1, 3, values);
    const slots = {
      y: written(floats(2, 3)),
      xHat: written(floats(2, 3)),
      invStd: written(floats(1, 3)),
      movingMean: written(vector([0, 10, -4])),
      movingVariance: written(vector([4, 0, 8])),
      // Means 1, 20 and −4, variances 0, 4 and 16.
      x: floats(2, 3, [1, 18, -8, 1, 22, 0]),
      gamma: vector([1, 1, 1]),
      beta: vector([0, 0, 0]),
    };
    const { movingMean, movingVariance } = float64Twins.check(
      "batchNorm.forward",
      slots,
      ({ batchNorm }, { y, xHat, invStd, movingMean, movingVariance, x, gamma, beta }) =>
        batchNorm.forward(y, xHat, invStd, movingMean, movingVariance, x, gamma, beta, 1e-5, 0.75),
    );
    expectClose(movingMean.data, [0.25, 12.5, -4]);
    expectClose(movingVariance.data, [3, 1, 10]);
  });

  it("normalises with the moving averages in inference", () => {
    // Deviations √(3 + 1) = 2 and √(0 + 1) = 1.
    const { y } = float64Twins.check(
      "batchNorm.inference",
      {
        y: written(floats(2, 2)),
        x: floats(2, 2, [5, 1, 9, 2]),
        gamma: floats(1, 2, [10, 3]),
        beta: floats(1, 2, [1, -1]),
        movingMean: floats(1, 2, [7, 0]),
        movingVariance: floats(1, 2, [3, 0]),
      },
      (kernels, { y, x, gamma, beta, movingMean, movingVariance }) =>
        kernels.batchNorm.inference(y, x, gamma, beta, movingMean, movingVariance, 1),
    );
    expectClose(y.data, [-9, 2, 11, 5]);
  });

  it("goes back through the mean and the variance", () => {
    // dBeta = 1 + 2 + 6, dGamma = −1 + 6, dx = 2 · 1 · (dy − 9/3 − xHat · 5/3)
    const { dx, dGamma, dBeta } = float64Twins.check(
      "batchNorm.backward",
      {
        dx: written(floats(3, 1)),
        dGamma: written(floats(1, 1)),
        dBeta: written(floats(1, 1)),
        dy: floats(3, 1, [1, 2, 6]),
        xHat: floats(3, 1, [-1, 0, 1]),
        gamma: floats(1, 1, [2]),
        invStd: floats(1, 1, [1]),
      },
      (kernels, { dx, dGamma, dBeta, dy, xHat, gamma, invStd }) =>
        kernels.batchNorm.backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd),
    );
    expectClose(dBeta.data, [9]);
    expectClose(dGamma.data, [5]);
    expectClose(dx.data, [-2 / 3, -2, 8 / 3]);
  });

  it("goes back as central differences of its forward pass say", () => {
    const next = numbers("ordinary", "float64", "batchNorm gradient");
    const [n, d] = [5, 3];
    const draw = (count: number) => Array.from({ length: count }, next);
    const [x, gamma, beta, dy] = [draw(n * d), draw(d), draw(d), draw(n * d)];
    /** Σ y · dy: its gradient is what backward() computes from dy. */
    const scalar = (x: Numbers, gamma: Numbers, beta: Numbers) =>
      [...forward(float64Twins, [n, d], x, gamma, beta, 0.1).y.data].reduce(
        (sum, y, i) => sum + y * dy[i]!,
        0,
      );
    const h = 1e-5;
    const gradient = (values: Numbers, of: (values: Numbers) => number) =>
      values.map((_, at) => {
        const moved = (by: number) => values.map((value, i) => (i === at ? value + by : value));
        return (of(moved(h)) - of(moved(-h))) / (2 * h);
      });
    const expected = {
      dx: gradient(x, (moved) => scalar(moved, gamma, beta)),
      dGamma: gradient(gamma, (moved) => scalar(x, moved, beta)),
      dBeta: gradient(beta, (moved) => scalar(x, gamma, moved)),
    };
    const t = forward(float64Twins, [n, d], x, gamma, beta, 0.1);
    const [xHat, invStd] = [t.xHat.data.slice(), t.invStd.data.slice()];
    const actual = float64Twins.check(
      "batchNorm.backward",
      {
        dx: written(floats(n, d)),
        dGamma: written(floats(1, d)),
        dBeta: written(floats(1, d)),
        dy: floats(n, d, dy),
        xHat: floats(n, d, xHat),
        gamma: floats(1, d, gamma),
        invStd: floats(1, d, invStd),
      },
      (kernels, { dx, dGamma, dBeta, dy, xHat, gamma, invStd }) =>
        kernels.batchNorm.backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd),
    );
    expectClose(actual.dx.data, expected.dx, 1e-8, "dx");
    expectClose(actual.dGamma.data, expected.dGamma, 1e-8, "dGamma");
    expectClose(actual.dBeta.data, expected.dBeta, 1e-8, "dBeta");
  });
});

describe.each(everyTwins)("batchNorm in $name", (twins) => {
  it.each(kinds)("has the definition's bits at every shape, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "batchNorm");
    const epsilon = 1e-5;
    for (const [n, d] of matrixShapes) {
      const [matrix, vector] = [floats(n, d, next), floats(1, d, next)];
      const statistics = {
        xHat: written(floats(n, d)),
        invStd: written(floats(1, d)),
        movingMean: written(floats(1, d, next)),
        movingVariance: written(floats(1, d, () => Math.abs(next()))),
        gamma: vector,
        beta: floats(1, d, next),
      };
      twins.check(
        "batchNorm.forward",
        { y: written(floats(n, d)), x: matrix, ...statistics },
        ({ batchNorm }, { y, xHat, invStd, movingMean, movingVariance, x, gamma, beta }) =>
          batchNorm.forward(y, xHat, invStd, movingMean, movingVariance, x, gamma, beta, epsilon, 0.9),
      );
      twins.check(
        "batchNorm.forward in place",
        { x: written(matrix), ...statistics },
        ({ batchNorm }, { xHat, invStd, movingMean, movingVariance, x, gamma, beta }) =>
          batchNorm.forward(x, xHat, invStd, movingMean, movingVariance, x, gamma, beta, epsilon, 0.9),
      );
      const inference = {
        gamma: vector,
        beta: floats(1, d, next),
        movingMean: floats(1, d, next),
        movingVariance: floats(1, d, () => Math.abs(next())),
      };
      twins.check(
        "batchNorm.inference",
        { y: written(floats(n, d)), x: matrix, ...inference },
        (kernels, { y, x, gamma, beta, movingMean, movingVariance }) =>
          kernels.batchNorm.inference(y, x, gamma, beta, movingMean, movingVariance, epsilon),
      );
      twins.check(
        "batchNorm.inference in place",
        { x: written(matrix), ...inference },
        (kernels, { x, gamma, beta, movingMean, movingVariance }) =>
          kernels.batchNorm.inference(x, x, gamma, beta, movingMean, movingVariance, epsilon),
      );
      const backward = {
        dGamma: written(floats(1, d)),
        dBeta: written(floats(1, d)),
        dy: matrix,
        xHat: floats(n, d, next),
        gamma: vector,
        invStd: floats(1, d, next),
      };
      twins.check(
        "batchNorm.backward",
        { dx: written(floats(n, d)), ...backward },
        (kernels, { dx, dGamma, dBeta, dy, xHat, gamma, invStd }) =>
          kernels.batchNorm.backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd),
      );
      twins.check(
        "batchNorm.backward in place",
        { ...backward, dy: written(matrix) },
        (kernels, { dGamma, dBeta, dy, xHat, gamma, invStd }) =>
          kernels.batchNorm.backward(dy, dGamma, dBeta, dy, xHat, gamma, invStd),
      );
    }
  });

  const shapes = {
    y: floats(2, 3),
    xHat: floats(2, 3),
    mean: floats(1, 3),
    variance: floats(1, 3),
    invStd: floats(1, 3),
    x: floats(2, 3),
    gamma: floats(1, 3),
    beta: floats(1, 3),
  };
  it.each([
    ["batchNorm.forward: y is (3, 3), expected (2, 3).", { ...shapes, y: floats(3, 3) }],
    ["batchNorm.forward: xHat is (2, 4), expected (2, 3).", { ...shapes, xHat: floats(2, 4) }],
    ["batchNorm.forward: movingMean is (3, 1), expected (1, 3).", { ...shapes, mean: floats(3, 1) }],
    ["batchNorm.forward: movingVariance is (1, 2), expected (1, 3).", { ...shapes, variance: floats(1, 2) }],
    ["batchNorm.forward: invStd is (2, 3), expected (1, 3).", { ...shapes, invStd: floats(2, 3) }],
    ["batchNorm.forward: gamma is (1, 4), expected (1, 3).", { ...shapes, gamma: floats(1, 4) }],
    ["batchNorm.forward: beta is (1, 0), expected (1, 3).", { ...shapes, beta: floats(1, 0) }],
  ])("refuses other shapes: %s", (message, slots) => {
    twins.refuses(message, slots, (kernels, { y, xHat, invStd, mean, variance, x, gamma, beta }) =>
      kernels.batchNorm.forward(y, xHat, invStd, mean, variance, x, gamma, beta, 1e-5, 0.9),
    );
  });

  it("refuses other shapes in inference and backward", () => {
    twins.refuses(
      "batchNorm.inference: movingVariance is (1, 2), expected (1, 3).",
      { ...shapes, wrong: floats(1, 2) },
      (kernels, { y, x, gamma, beta, mean, wrong }) =>
        kernels.batchNorm.inference(y, x, gamma, beta, mean, wrong, 1e-5),
    );
    twins.refuses(
      "batchNorm.backward: dGamma is (1, 2), expected (1, 3).",
      { ...shapes, wrong: floats(1, 2) },
      (kernels, { y, wrong, beta, x, xHat, gamma, invStd }) =>
        kernels.batchNorm.backward(y, wrong, beta, x, xHat, gamma, invStd),
    );
    twins.refuses(
      "batchNorm.backward: xHat is (1, 3), expected (2, 3).",
      shapes,
      (kernels, { y, mean, beta, x, variance, gamma, invStd }) =>
        kernels.batchNorm.backward(y, mean, beta, x, variance, gamma, invStd),
    );
  });
});
