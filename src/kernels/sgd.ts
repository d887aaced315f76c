/** The update of stochastic gradient descent. */
import { expectShape, rounding, type Scalar, type Tensor } from "../tensor.ts";
import type { Exports } from "../wasm/exports.generated.ts";
import type { Suffix } from "./suffix.ts";

export interface SgdKernels {
  /**
   * w −= learningRate · dw.
   * @param w any shape, read and written
   * @param dw the shape of w
   * @throws ShapeError if dw's shape is not w's
   */
  update(w: Tensor, dw: Tensor, learningRate: Scalar): void;
  /**
   * w −= learningRate · (dw + lambda · w): the bits of `l2.addGradient`, then `update`, in one pass; dw is only read.
   * @param w any shape, read and written
   * @param dw the shape of w
   */
  updateL2(w: Tensor, dw: Tensor, lambda: number, learningRate: Scalar): void;
}

/** The definition. */
export const reference: SgdKernels = {
  update(w, dw, learningRate) {
    expectShape("sgd.update", "dw", dw, w.rows, w.columns);
    const round = rounding(w.dtype);
    const rate = round(learningRate.value);
    for (let i = 0; i < w.size; i++) w.data[i] = w.data[i]! - round(rate * dw.data[i]!);
  },
  updateL2(w, dw, lambda, learningRate) {
    expectShape("sgd.updateL2", "dw", dw, w.rows, w.columns);
    const round = rounding(w.dtype);
    const rate = round(learningRate.value);
    const factor = round(lambda);
    for (let i = 0; i < w.size; i++) {
      const gradient = round(dw.data[i]! + round(factor * w.data[i]!));
      w.data[i] = w.data[i]! - round(rate * gradient);
    }
  },
};

/** The same to the bit, in SIMD. */
export function wasm(exports: Exports, suffix: Suffix): SgdKernels {
  const update = exports[`sgd${suffix}`];
  const updateL2 = exports[`sgdL2${suffix}`];
  return {
    update(w, dw, learningRate) {
      expectShape("sgd.update", "dw", dw, w.rows, w.columns);
      update(w.data.byteOffset, dw.data.byteOffset, w.size, learningRate.value);
    },
    updateL2(w, dw, lambda, learningRate) {
      expectShape("sgd.updateL2", "dw", dw, w.rows, w.columns);
      updateL2(w.data.byteOffset, dw.data.byteOffset, w.size, lambda, learningRate.value);
    },
  };
}
