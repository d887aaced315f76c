import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import {
  bytes,
  doubles,
  everyTwins,
  float64Twins,
  floats,
  type Slot,
  type Twins,
  words,
  written,
} from "../helpers/twins.ts";
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

/** {@link crossEntropy} with weights and smoothing, in float64. */
function weighted(
  z: readonly number[],
  labels: readonly number[],
  weights: readonly number[] | undefined,
  smoothing: number,
) {
  const [n, c] = [labels.length, z.length / labels.length];
  const { loss, dz } = float64Twins.check(
    "softmaxCrossEntropy.weighted",
    {
      loss: written(doubles(1, 1)),
      dz: written(floats(n, c)),
      z: floats(n, c, z),
      labels: bytes(n, 1, labels),
      weights: doubles(n, 1, weights),
    },
    (kernels, { loss, dz, z, labels, weights: given }) =>
      kernels.softmaxCrossEntropy.weighted(loss, dz, z, labels, weights && given, smoothing),
  );
  return { loss: loss.data[0]!, dz: [...dz.data] };
}

describe("softmaxCrossEntropy.weighted, by hand", () => {
  it("smooths the label: (1 − ε) · one-hot + ε / c", () => {
    const { loss, dz } = weighted([1, 2, 3], [2], undefined, 0.3);
    const mean = losses123.reduce((sum, each) => sum + each / 3, 0);
    expectClose([loss], [0.7 * losses123[2]! + 0.3 * mean], 1e-15);
    expectClose(dz, [softmax123[0]! - 0.1, softmax123[1]! - 0.1, softmax123[2]! - 0.8], 1e-15);
  });

  it("weighs losses, and gradients by the share of all weights", () => {
    const { loss, dz } = weighted([1, 2, 3, 0, 0, 0], [2, 0], [3, 0.5], 0);
    expectClose([loss], [3 * losses123[2]! + 0.5 * Math.log(3)], 1e-15);
    const [first, second] = [3 / 3.5, 0.5 / 3.5];
    const gradients = [softmax123[0]!, softmax123[1]!, softmax123[2]! - 1].map((v) => first * v);
    expectClose(dz, [...gradients, (-2 / 3) * second, second / 3, second / 3], 1e-15);
  });

  it("gives 0 and no NaN if all weights are 0, and is not changed by a factor of all", () => {
    expect(weighted([1, 2, 3, 0, 0, 0], [2, 0], [0, 0], 0.1)).toEqual({ loss: 0, dz: [0, 0, -0, -0, 0, 0] });
    const { dz } = weighted([1, 2, 3, 0, 0, 0], [2, 0], [3, 0.5], 0.1);
    expectClose(weighted([1, 2, 3, 0, 0, 0], [2, 0], [3e300, 0.5e300], 0.1).dz, dz, 1e-15);
    expectClose(weighted([1, 2, 3, 0, 0, 0], [2, 0], [3e-300, 0.5e-300], 0.1).dz, dz, 1e-15);
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

  it.each(kinds)("weighs and smooths with the definition's bits at every shape, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "weighted");
    const random = new Random(1, "weights");
    const shapes = [0, 1, 5].flatMap((n) => sizes.slice(1).map((c) => [n, c] as const));
    for (const [n, c] of [...shapes, [17, 3], [2, 3072], [1, 65_536]] as const) {
      const weights = doubles(n, 1, () => random.below(4) * random.uniform());
      const z = floats(n, c, next);
      const inBytes = bytes(n, 1, () => random.below(Math.min(c, 256)));
      for (const labels of [inBytes, words(n, 1, () => random.below(c))] as unknown as Slot<"uint8">[]) {
        const slots = { loss: written(doubles(1, 1)), dz: written(floats(n, c)), z, labels, weights };
        for (const smoothing of [0, 0.1, 1]) {
          const what = `softmaxCrossEntropy.weighted, ${labels.dtype}, ${smoothing}`;
          twins.check(what, slots, (kernels, { loss, dz, z, labels, weights }) =>
            kernels.softmaxCrossEntropy.weighted(loss, dz, z, labels, weights, smoothing),
          );
          twins.check(`${what}, no weights`, slots, (kernels, { loss, dz, z, labels }) =>
            kernels.softmaxCrossEntropy.weighted(loss, dz, z, labels, undefined, smoothing),
          );
        }
        twins.check(
          "softmaxCrossEntropy.weighted in place",
          { loss: slots.loss, z: written(z), labels, weights },
          (kernels, { loss, z, labels, weights }) =>
            kernels.softmaxCrossEntropy.weighted(loss, z, z, labels, weights, 0.1),
        );
      }
      twins.check(
        "softmaxCrossEntropy.forward of 16 bits",
        {
          loss: written(doubles(1, 1)),
          dz: written(floats(n, c)),
          z,
          labels: words(n, 1, () => random.below(c)),
        },
        (kernels, { loss, dz, z, labels }) => kernels.softmaxCrossEntropy.forward(loss, dz, z, labels),
      );
    }
  });

  it("gives the bits of `forward` with weights of 1, with none, and for labels of 16 bits", () => {
    const next = numbers("ordinary", twins.precision, "plain");
    for (const [n, c] of [
      [1, 2],
      [7, 3],
      [100, 10],
    ] as const) {
      const z = Array.from({ length: n * c }, next);
      const label = (i: number) => (i * 7) % c;
      const results = (labels: Slot<"uint8">, weights?: Slot<"float64">) => {
        const slots = { loss: written(doubles(1, 1)), dz: written(floats(n, c)), z: floats(n, c, z), labels };
        const { loss, dz } =
          weights === undefined
            ? twins.check("forward", slots, (kernels, { loss, dz, z, labels }) =>
                kernels.softmaxCrossEntropy.forward(loss, dz, z, labels),
              )
            : twins.check(
                "weighted",
                { ...slots, weights },
                (kernels, { loss, dz, z, labels, weights: given }) =>
                  kernels.softmaxCrossEntropy.weighted(loss, dz, z, labels, given, 0),
              );
        return { loss: loss.data[0], dz: [...dz.data] };
      };
      const plain = results(bytes(n, 1, label));
      expect(results(words(n, 1, label) as unknown as Slot<"uint8">)).toEqual(plain);
      expect(
        results(
          bytes(n, 1, label),
          doubles(n, 1, () => 1),
        ),
      ).toEqual(plain);
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
