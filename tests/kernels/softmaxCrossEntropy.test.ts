import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { bytes, doubles, everyTwins, float64Twins, floats, type Twins, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

const [float32Twins] = everyTwins as readonly [Twins, ...Twins[]];

/** The loss over the rows of `z` (n, c), and the gradient. */
function crossEntropy(twins: Twins, z: readonly number[], labels: readonly number[]) {
  const [n, c] = [labels.length, z.length / labels.length];
  const { loss, dz } = twins.check(
    "softmaxCrossEntropy.forward",
    {
      loss: written(doubles(1, 1)),
      dz: written(floats(n, c)),
      z: floats(n, c, z),
      labels: bytes(n, 1, labels),
    },
    (kernels, { loss, dz, z, labels }) => kernels.softmaxCrossEntropy.forward(loss, dz, z, labels),
  );
  return { loss: loss.data[0]!, dz: [...dz.data] };
}

function softmax(twins: Twins, z: readonly number[]) {
  const { y } = twins.check(
    "softmaxCrossEntropy.softmax",
    { y: written(floats(1, z.length)), z: floats(1, z.length, z) },
    (kernels, { y, z }) => kernels.softmaxCrossEntropy.softmax(y, z),
  );
  return [...y.data];
}

// mpmath: e = [exp(k) for k in (1, 2, 3)]; [v / sum(e) for v in e]; [-log(v / sum(e)) for v in e]
const softmax123 = [0.09003057317038046, 0.24472847105479764, 0.6652409557748219];
const losses123 = [2.4076059644443806, 1.4076059644443806, 0.4076059644443806];

describe("softmaxCrossEntropy, by hand", () => {
  it("gives the probabilities of 1, 2, 3, whatever is added to all", () => {
    expectClose(softmax(float64Twins, [1, 2, 3]), softmax123, 1e-15);
    expectClose(softmax(float64Twins, [1001, 1002, 1003]), softmax123, 1e-15);
    expectClose(softmax(float32Twins, [1, 2, 3]), softmax123, 1e-7);
  });

  it.each([0, 1, 2])("has the loss −log p(label) for label %i, and the gradient p − 1 there", (label) => {
    const { loss, dz } = crossEntropy(float64Twins, [1, 2, 3], [label]);
    expectClose([loss], [losses123[label]!], 1e-15);
    expectClose(
      dz,
      softmax123.map((p, j) => (j === label ? p - 1 : p)),
      1e-15,
    );
  });

  it.each([1, 2, 10, 100])("has the loss log c for %i equal logits", (c) => {
    const { loss, dz } = crossEntropy(float64Twins, new Array(c).fill(-7.5), [c - 1]);
    expectClose([loss], [Math.log(c)]);
    expectClose(dz, [...new Array(c - 1).fill(1 / c), 1 / c - 1]);
  });

  it("adds the losses up and divides the gradients by the number of rows", () => {
    const { loss, dz } = crossEntropy(float64Twins, [1, 2, 3, 0, 0, 0], [2, 0]);
    expectClose([loss], [losses123[2]! + Math.log(3)]);
    expectClose(dz, [softmax123[0]! / 2, softmax123[1]! / 2, (softmax123[2]! - 1) / 2, -2 / 6, 1 / 6, 1 / 6]);
  });

  it.each([float32Twins, float64Twins])("is exact for logits of ±10,000, in $name", (twins) => {
    expect(crossEntropy(twins, [1e4, -1e4, -1e4], [0])).toEqual({ loss: 0, dz: [0, 0, 0] });
    expect(crossEntropy(twins, [1e4, -1e4, -1e4], [1])).toEqual({ loss: 20000, dz: [1, -1, 0] });
    expect(softmax(twins, [-1e4, 1e4])).toEqual([0, 1]);
  });

  it("is NaN, and so is seen, when a logit is NaN or infinite", () => {
    expect(crossEntropy(float32Twins, [1, NaN, 2], [0]).loss).toBeNaN();
    expect(crossEntropy(float32Twins, [NaN, 1, 2], [2]).loss).toBeNaN();
    expect(crossEntropy(float32Twins, [Infinity, 1, 2], [0]).loss).toBeNaN();
  });

  it("has the loss 0 for no rows", () => {
    const { loss } = float64Twins.check(
      "softmaxCrossEntropy.forward",
      { loss: written(doubles(1, 1)), dz: floats(0, 3), z: floats(0, 3), labels: bytes(0, 1) },
      (kernels, { loss, dz, z, labels }) => kernels.softmaxCrossEntropy.forward(loss, dz, z, labels),
    );
    expect(loss.data[0]).toBe(0);
  });
});

describe.each(everyTwins)("softmaxCrossEntropy in $name", (twins) => {
  it.each(kinds)("has the definition's bits at every shape, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "softmax");
    const random = new Random(1, "labels");
    const shapes = [0, 1, 2, 5, 17].flatMap((n) => sizes.slice(1).map((c) => [n, c] as const));
    for (const [n, c] of [...shapes, [100, 10], [2, 3072]] as const) {
      const z = floats(n, c, next);
      const labels = bytes(n, 1, () => random.below(Math.min(c, 256)));
      const loss = written(doubles(1, 1));
      twins.check("softmaxCrossEntropy.softmax", { y: written(floats(n, c)), z }, (kernels, { y, z }) =>
        kernels.softmaxCrossEntropy.softmax(y, z),
      );
      twins.check("softmaxCrossEntropy.softmax in place", { z: written(z) }, (kernels, { z }) =>
        kernels.softmaxCrossEntropy.softmax(z, z),
      );
      twins.check(
        "softmaxCrossEntropy.forward",
        { loss, dz: written(floats(n, c)), z, labels },
        (kernels, { loss, dz, z, labels }) => kernels.softmaxCrossEntropy.forward(loss, dz, z, labels),
      );
      twins.check(
        "softmaxCrossEntropy.forward in place",
        { loss, z: written(z), labels },
        (kernels, { loss, z, labels }) => kernels.softmaxCrossEntropy.forward(loss, z, z, labels),
      );
    }
  });

  it("has the definition's bits for logits up to ±10,000", () => {
    const next = numbers("ordinary", twins.precision, "extreme logits");
    for (let c = 1; c <= 20; c++) {
      const z = Array.from({ length: 50 * c }, (_, i) => next() * [1, 30, 300, 1e4][i % 4]!);
      crossEntropy(twins, z, new Array(50).fill(c >> 1));
    }
  });

  const slots = { loss: doubles(1, 1), dz: floats(4, 3), z: floats(4, 3), labels: bytes(4, 1) };
  it.each([
    ["softmaxCrossEntropy.forward: loss is (4, 1), expected (1, 1).", { ...slots, loss: doubles(4, 1) }],
    ["softmaxCrossEntropy.forward: dz is (3, 4), expected (4, 3).", { ...slots, dz: floats(3, 4) }],
    ["softmaxCrossEntropy.forward: labels is (4, 3), expected (4, 1).", { ...slots, labels: bytes(4, 3) }],
  ])("refuses other shapes: %s", (message, wrong) => {
    twins.refuses(message, wrong, (kernels, { loss, dz, z, labels }) =>
      kernels.softmaxCrossEntropy.forward(loss, dz, z, labels),
    );
  });

  it("refuses to write probabilities into another shape", () => {
    twins.refuses(
      "softmaxCrossEntropy.softmax: y is (3, 4), expected (4, 3).",
      { y: floats(3, 4), z: floats(4, 3) },
      (kernels, { y, z }) => kernels.softmaxCrossEntropy.softmax(y, z),
    );
  });
});
