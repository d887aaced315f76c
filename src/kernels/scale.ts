/** A factor for every feature, and its gradient. */
import { expectShape, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import type { Offers } from "./call.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface ScaleKernels {
  /**
   * y[i,j] = x[i,j] · factor[j]; with dy for x, the gradient by x.
   * @param y (n, d), written; may be `x`
   * @param x (n, d)
   * @param factor (1, d)
   * @throws ShapeError if a shape does not follow from x's
   */
  multiply(y: Tensor, x: Tensor, factor: Tensor): void;
  /**
   * dFactor[j] = Σ_i dy[i,j] · x[i,j], from the first row to the last.
   * @param dFactor (1, d), written
   * @param dy (n, d)
   * @param x (n, d)
   */
  gradient(dFactor: Tensor, dy: Tensor, x: Tensor): void;
}

export const signatures = signaturesOf<ScaleKernels>()({
  multiply: "write y, read x, read factor",
  gradient: "write dFactor, read dy, read x",
});

export const offers: Offers<"scale"> = {
  multiply: ({ y, x, factor }) => ({
    affine: {
      y,
      x,
      hasShift: false,
      compose(scale, shift) {
        for (let j = 0; j < scale.length; j++) {
          scale[j]! *= factor.data[j]!;
          shift[j]! *= factor.data[j]!;
        }
      },
    },
  }),
};

function checkMultiply(y: Tensor, x: Tensor, factor: Tensor): [number, number] {
  expectShape("scale.multiply", "factor", factor, 1, x.columns);
  expectShape("scale.multiply", "y", y, x.rows, x.columns);
  return [x.rows, x.columns];
}

function checkGradient(dFactor: Tensor, dy: Tensor, x: Tensor): [number, number] {
  expectShape("scale.gradient", "dFactor", dFactor, 1, x.columns);
  expectShape("scale.gradient", "dy", dy, x.rows, x.columns);
  return [x.rows, x.columns];
}

/** The definition. */
export const reference: ScaleKernels = {
  multiply(y, x, factor) {
    const [n, d] = checkMultiply(y, x, factor);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) y.data[i * d + j] = x.data[i * d + j]! * factor.data[j]!;
    }
  },
  gradient(dFactor, dy, x) {
    const [n, d] = checkGradient(dFactor, dy, x);
    const round = rounding(x.dtype);
    for (let j = 0; j < d; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum = round(sum + round(dy.data[i * d + j]! * x.data[i * d + j]!));
      dFactor.data[j] = sum;
    }
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): ScaleKernels {
  const multiply = calls[`scale${suffix}`];
  const gradient = calls[`scaleGradient${suffix}`];
  return {
    multiply(y, x, factor) {
      const [n, d] = checkMultiply(y, x, factor);
      multiply({ y, x, factor, n, d });
    },
    gradient(dFactor, dy, x) {
      const [n, d] = checkGradient(dFactor, dy, x);
      gradient({ dFactor, dy, x, n, d });
    },
  };
}
