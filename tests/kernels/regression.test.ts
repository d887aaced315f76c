import { describe, expect, it } from "vitest";
import type { Kernels } from "../../src/kernels/index.ts";
import { Random } from "../../src/random.ts";
import type { WeightTensor } from "../../src/targets.ts";
import type { Tensor } from "../../src/tensor.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import {
  bytes,
  doubles,
  everyTwins,
  float32Twins,
  float64Twins,
  floats,
  type Slot,
  type Twins,
  written,
} from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

type Arguments = [Tensor<"float64">, Tensor, Tensor, Tensor, WeightTensor | undefined];
const losses = {
  squared: (kernels: Kernels, ...args: Arguments) => kernels.regression.squared(...args),
  absolute: (kernels: Kernels, ...args: Arguments) => kernels.regression.absolute(...args),
  huber: (kernels: Kernels, ...args: Arguments) => kernels.regression.huber(...args, 0.75),
};
const names = Object.keys(losses) as (keyof typeof losses)[];

/** The loss of the differences `r` in n samples, and the gradient. */
function regression(
  twins: Twins,
  name: keyof typeof losses,
  r: readonly number[],
  weights?: readonly number[],
  n = weights?.length ?? 1,
) {
  const c = r.length / n;
  const { loss, dz } = twins.check(
    `regression.${name}`,
    {
      loss: written(doubles(1, 1)),
      dz: written(floats(n, c)),
      z: floats(
        n,
        c,
        r.map((v) => v + 8),
      ),
      targets: floats(n, c, () => 8),
      weights: doubles(n, 1, weights),
    },
    (kernels, { loss, dz, z, targets, weights: given }) =>
      losses[name](kernels, loss, dz, z, targets, weights && given),
  );
  return { loss: loss.data[0]!, dz: [...dz.data] };
}

describe("regression, by hand", () => {
  it.each([float32Twins, float64Twins])(
    "squared: r² and 2r, means over the numbers of a sample, in $name",
    (twins) => {
      expect(regression(twins, "squared", [3])).toEqual({ loss: 9, dz: [6] });
      expect(regression(twins, "squared", [3, -1])).toEqual({ loss: 5, dz: [3, -1] });
      expect(regression(twins, "squared", [3, -1], undefined, 2)).toEqual({ loss: 10, dz: [3, -1] });
    },
  );

  it("absolute: |r| and its sign, 0 at 0", () => {
    expect(regression(float64Twins, "absolute", [3, -1, 0, 2])).toEqual({
      loss: 1.5,
      dz: [0.25, -0.25, 0, 0.25],
    });
  });

  it("huber: r² / 2 up to delta, a line of the slope delta beyond it", () => {
    // 0.5² / 2; 0.75 · (2 − 0.375); 0.75² / 2 on the edge
    const [inner, outer, edge] = [0.125, 1.21875, 0.28125];
    expect(regression(float64Twins, "huber", [0.5, -2, 0.75, -0.75])).toEqual({
      loss: (inner + outer + edge + edge) / 4,
      dz: [0.125, -0.1875, 0.1875, -0.1875],
    });
  });

  it.each(names)("%s: weighs samples, and gives 0 and no NaN if all weights are 0", (name) => {
    const r = [0.5, -2, 1, 0.25];
    const [first, second] = [
      regression(float64Twins, name, r.slice(0, 2)),
      regression(float64Twins, name, r.slice(2)),
    ];
    const { loss, dz } = regression(float64Twins, name, r, [3, 1]);
    expectClose([loss], [3 * first.loss + second.loss]);
    expectClose(dz, [...first.dz.map((v) => 0.75 * v), ...second.dz.map((v) => 0.25 * v)]);
    const none = regression(float64Twins, name, r, [0, 0]);
    expect(none.loss).toBe(0);
    expectClose(none.dz, [0, 0, 0, 0], 0);
  });

  it.each(names)("%s: is not finite, and so is seen, when an output is not", (name) => {
    expect(regression(float32Twins, name, [1, NaN]).loss).toBeNaN();
    expect(regression(float32Twins, name, [1, -Infinity]).loss).toBe(Infinity);
  });
});

describe.each(everyTwins)("regression in $name", (twins) => {
  it.each(names.flatMap((name) => kinds.map((kind) => [name, kind] as const)))(
    "%s has the definition's bits at every shape, %s values",
    (name, kind) => {
      const next = numbers(kind, twins.precision, "regression", name);
      const random = new Random(1, "weights");
      const shapes = [0, 1, 2, 3, 5, 17].flatMap((n) => sizes.slice(1).map((c) => [n, c] as const));
      for (const [n, c] of [...shapes, [100, 1], [2, 3072]] as const) {
        const weights = doubles(n, 1, () => random.below(4) * random.uniform());
        const [z, targets] = [floats(n, c, next), floats(n, c, next)];
        const slots = { loss: written(doubles(1, 1)), dz: written(floats(n, c)), z, targets, weights };
        twins.check(`regression.${name}`, slots, (kernels, { loss, dz, z, targets, weights }) =>
          losses[name](kernels, loss, dz, z, targets, weights),
        );
        twins.check(`regression.${name}, no weights`, slots, (kernels, { loss, dz, z, targets }) =>
          losses[name](kernels, loss, dz, z, targets, undefined),
        );
        twins.check(
          `regression.${name} in place`,
          { loss: slots.loss, z: written(z), targets, weights },
          (kernels, { loss, z, targets, weights }) => losses[name](kernels, loss, z, z, targets, weights),
        );
      }
    },
  );

  const slots = {
    loss: doubles(1, 1),
    dz: floats(4, 3),
    z: floats(4, 3),
    targets: floats(4, 3),
    weights: doubles(4, 1),
  };
  describe.each(names)("%s", (name) => {
    it.each([
      [`regression.${name}: loss is (4, 1), expected (1, 1).`, { ...slots, loss: doubles(4, 1) }],
      [`regression.${name}: dz is (3, 4), expected (4, 3).`, { ...slots, dz: floats(3, 4) }],
      [`regression.${name}: targets is (4, 1), expected (4, 3).`, { ...slots, targets: floats(4, 1) }],
      [`regression.${name}: weights is (4, 3), expected (4, 1).`, { ...slots, weights: doubles(4, 3) }],
      [
        `regression.${name}: targets are uint8, expected ${twins.precision}, as z is.`,
        { ...slots, targets: bytes(4, 3) as unknown as Slot<"float32"> },
      ],
    ])("refuses other tensors: %s", (message, wrong) => {
      twins.refuses(message, wrong, (kernels, { loss, dz, z, targets, weights }) =>
        losses[name](kernels, loss, dz, z, targets as Tensor, weights),
      );
    });
  });
});
