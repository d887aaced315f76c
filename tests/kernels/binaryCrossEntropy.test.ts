import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import {
  bytes,
  doubles,
  everyTwins,
  float32Twins,
  float64Twins,
  floats,
  type Twins,
  written,
} from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

/** The loss over the rows of `z` (n, c), and the gradient. */
function binary(
  twins: Twins,
  z: readonly number[],
  flags: readonly number[],
  weights?: readonly number[],
  n = weights?.length ?? 1,
) {
  const c = z.length / n;
  const { loss, dz } = twins.check(
    "binaryCrossEntropy.forward",
    {
      loss: written(doubles(1, 1)),
      dz: written(floats(n, c)),
      z: floats(n, c, z),
      flags: bytes(n, c, flags),
      weights: doubles(n, 1, weights),
    },
    (kernels, { loss, dz, z, flags, weights: given }) =>
      kernels.binaryCrossEntropy.forward(loss, dz, z, flags, weights && given),
  );
  return { loss: loss.data[0]!, dz: [...dz.data] };
}

// mpmath, 40 digits: log1p(exp(-k)), 1 / (1 + exp(-k)) for k in (0.5, 2, 40).
const softplus = { 0.5: 0.4740769841801067, 2: 0.1269280110429725, 40: 4.248354255291589e-18 };
const sigmoid = { 0.5: 0.6224593312018546, 2: 0.8807970779778824 };

describe("binaryCrossEntropy, by hand", () => {
  it("has the loss −log σ(z) for a flag of 1, −log(1 − σ(z)) for one of 0, and the gradient σ(z) − flag", () => {
    expectClose([binary(float64Twins, [2], [1]).loss], [softplus[2]], 1e-15);
    expectClose([binary(float64Twins, [2], [0]).loss], [2 + softplus[2]], 1e-15);
    expectClose(binary(float64Twins, [2], [1]).dz, [sigmoid[2] - 1], 1e-15);
    expectClose(binary(float64Twins, [2], [0]).dz, [sigmoid[2]], 1e-15);
    expectClose(binary(float64Twins, [-0.5], [0]).dz, [1 - sigmoid[0.5]], 1e-15);
    expectClose([binary(float64Twins, [0], [1]).loss], [Math.LN2], 1e-15);
  });

  it("keeps the small loss of a sure and right score, to its last digits", () => {
    const { loss, dz } = binary(float64Twins, [40], [1]);
    expectClose([loss / softplus[40], dz[0]! / softplus[40]], [1, -1], 1e-15);
    const single = binary(float32Twins, [20, 20], [1, 1], undefined, 2);
    expectClose([single.loss / 2 / 2.0611536181902037e-9], [1], 3e-7);
  });

  it.each([float32Twins, float64Twins])("does not overflow at ±10,000, in $name", (twins) => {
    expect(binary(twins, [1e4, -1e4, 1e4, -1e4], [1, 0, 0, 1])).toEqual({
      loss: 5000,
      dz: [-0, 0, 0.25, -0.25],
    });
  });

  it("takes the mean over the flags of a sample, and weighs samples", () => {
    const { loss, dz } = binary(float64Twins, [2, -2, 0.5, 0.5], [1, 1, 0, 1], [3, 1]);
    const rows = [(2 * softplus[2] + 2) / 2, (2 * softplus[0.5] + 0.5) / 2] as const;
    expectClose([loss], [3 * rows[0] + rows[1]], 1e-15);
    const [s, t] = [sigmoid[2], sigmoid[0.5]];
    expectClose(dz, [(3 / 8) * (s - 1), (-3 / 8) * s, t / 8, (t - 1) / 8], 1e-15);
  });

  it("gives 0 and no NaN if all weights are 0", () => {
    expect(binary(float64Twins, [2, -2], [1, 0], [0, 0])).toEqual({ loss: 0, dz: [-0, 0] });
  });

  it("is NaN, and so is seen, when a score is NaN", () => {
    expect(binary(float32Twins, [1, NaN], [0, 1]).loss).toBeNaN();
  });
});

describe.each(everyTwins)("binaryCrossEntropy in $name", (twins) => {
  it.each(kinds)("has the definition's bits at every shape, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "binary");
    const random = new Random(1, "flags");
    const shapes = [0, 1, 2, 3, 5, 17].flatMap((n) => sizes.slice(1).map((c) => [n, c] as const));
    for (const [n, c] of [...shapes, [100, 1], [2, 3072]] as const) {
      const flags = bytes(n, c, () => random.below(2));
      const weights = doubles(n, 1, () => random.below(4) * random.uniform());
      const z = floats(n, c, next);
      const slots = { loss: written(doubles(1, 1)), dz: written(floats(n, c)), z, flags, weights };
      twins.check("binaryCrossEntropy.forward", slots, (kernels, { loss, dz, z, flags, weights }) =>
        kernels.binaryCrossEntropy.forward(loss, dz, z, flags, weights),
      );
      twins.check("binaryCrossEntropy.forward, no weights", slots, (kernels, { loss, dz, z, flags }) =>
        kernels.binaryCrossEntropy.forward(loss, dz, z, flags, undefined),
      );
      twins.check(
        "binaryCrossEntropy.forward in place",
        { loss: slots.loss, z: written(z), flags, weights },
        (kernels, { loss, z, flags, weights }) =>
          kernels.binaryCrossEntropy.forward(loss, z, z, flags, weights),
      );
    }
  });

  const slots = {
    loss: doubles(1, 1),
    dz: floats(4, 3),
    z: floats(4, 3),
    flags: bytes(4, 3),
    weights: doubles(4, 1),
  };
  it.each([
    ["binaryCrossEntropy.forward: loss is (4, 1), expected (1, 1).", { ...slots, loss: doubles(4, 1) }],
    ["binaryCrossEntropy.forward: dz is (3, 4), expected (4, 3).", { ...slots, dz: floats(3, 4) }],
    ["binaryCrossEntropy.forward: flags is (4, 1), expected (4, 3).", { ...slots, flags: bytes(4, 1) }],
    ["binaryCrossEntropy.forward: weights is (3, 1), expected (4, 1).", { ...slots, weights: doubles(3, 1) }],
  ])("refuses other shapes: %s", (message, wrong) => {
    twins.refuses(message, wrong, (kernels, { loss, dz, z, flags, weights }) =>
      kernels.binaryCrossEntropy.forward(loss, dz, z, flags, weights),
    );
  });
});
