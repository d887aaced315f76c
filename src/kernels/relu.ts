/** The rectifier and its derivative. */
import { expectShape, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import type { Offers } from "./call.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface ReluKernels {
  /**
   * y = x where x > 0 or x is NaN, else 0. A NaN passes, so that a broken training shows in its loss.
   * @param y the shape of x, written; may be `x`
   * @throws ShapeError if y's shape is not x's
   */
  forward(y: Tensor, x: Tensor): void;
  /**
   * dx = dy where y > 0, else 0: the derivative at 0 is 0.
   * @param dx the shape of y, written; may be `dy`
   * @param dy the shape of y
   * @param y what `forward` wrote
   */
  backward(dx: Tensor, dy: Tensor, y: Tensor): void;
}

export const signatures = signaturesOf<ReluKernels>()({
  forward: "write y, read x",
  backward: "write dx, read dy, read y",
});

export const offers: Offers<"relu"> = {
  forward: ({ y, x }) => ({
    activation: {
      y,
      x,
      afterProduct: (product) => ({ family: "matmul", name: "multiplyBiasRelu", args: { ...product, y } }),
    },
  }),
};

function checkForward(y: Tensor, x: Tensor): number {
  expectShape("relu.forward", "y", y, x.rows, x.columns);
  return x.size;
}

function checkBackward(dx: Tensor, dy: Tensor, y: Tensor): number {
  expectShape("relu.backward", "dx", dx, y.rows, y.columns);
  expectShape("relu.backward", "dy", dy, y.rows, y.columns);
  return y.size;
}

/** The definition. */
export const reference: ReluKernels = {
  forward(y, x) {
    const n = checkForward(y, x);
    for (let i = 0; i < n; i++) y.data[i] = Math.max(0, x.data[i]!);
  },
  backward(dx, dy, y) {
    const n = checkBackward(dx, dy, y);
    for (let i = 0; i < n; i++) dx.data[i] = y.data[i]! > 0 ? dy.data[i]! : 0;
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): ReluKernels {
  const forward = calls[`reluForward${suffix}`];
  const backward = calls[`reluBackward${suffix}`];
  return {
    forward(y, x) {
      const n = checkForward(y, x);
      forward({ y, x, n });
    },
    backward(dx, dy, y) {
      const n = checkBackward(dx, dy, y);
      backward({ dx, dy, y, n });
    },
  };
}
