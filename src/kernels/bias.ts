/** A row vector added to every row, and its gradient. */
import { expectShape, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface BiasKernels {
  /**
   * y[i,j] = x[i,j] + bias[j].
   * @param y (n, d), written; may be `x`
   * @param x (n, d)
   * @param bias (1, d)
   * @throws ShapeError if a shape does not follow from x's
   */
  add(y: Tensor, x: Tensor, bias: Tensor): void;
  /**
   * sums[j] = Σ_i x[i,j], from the first row to the last.
   * @param sums (1, d), written
   * @param x (n, d)
   */
  columnSums(sums: Tensor, x: Tensor): void;
}

export const signatures = signaturesOf<BiasKernels>()({
  add: "write y, read x, read bias",
  columnSums: "write sums, read x",
});

function checkAdd(y: Tensor, x: Tensor, bias: Tensor): [number, number] {
  expectShape("bias.add", "bias", bias, 1, x.columns);
  expectShape("bias.add", "y", y, x.rows, x.columns);
  return [x.rows, x.columns];
}

function checkColumnSums(sums: Tensor, x: Tensor): [number, number] {
  expectShape("bias.columnSums", "sums", sums, 1, x.columns);
  return [x.rows, x.columns];
}

/** The definition. */
export const reference: BiasKernels = {
  add(y, x, bias) {
    const [n, d] = checkAdd(y, x, bias);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) y.data[i * d + j] = x.data[i * d + j]! + bias.data[j]!;
    }
  },
  columnSums(sums, x) {
    const [n, d] = checkColumnSums(sums, x);
    const round = rounding(x.dtype);
    for (let j = 0; j < d; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum = round(sum + x.data[i * d + j]!);
      sums.data[j] = sum;
    }
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): BiasKernels {
  const add = calls[`biasAdd${suffix}`];
  const columnSums = calls[`columnSums${suffix}`];
  return {
    add(y, x, bias) {
      const [n, d] = checkAdd(y, x, bias);
      add({ y, x, bias, n, d });
    },
    columnSums(sums, x) {
      const [n, d] = checkColumnSums(sums, x);
      columnSums({ sums, x, n, d });
    },
  };
}
