/** Softmax, and its cross-entropy with the gradient in one pass. */
import { exp, expf, log, logf } from "../math.ts";
import { expectShape, type FloatArray, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface SoftmaxCrossEntropyKernels {
  /**
   * y[i,j] = exp(z[i,j] − max_j z[i,j]) / Σ_j exp(z[i,j] − max_j z[i,j]).
   * @param y (n, c), written; may be `z`
   * @param z (n, c), logits, c ≥ 1
   * @throws ShapeError if a shape does not follow from z's
   */
  softmax(y: Tensor, z: Tensor): void;
  /**
   * loss = −Σ_i log softmax(z)[i, label(i)]: the sum over the batch, from max-shifted log-probabilities.
   * dz[i,j] = (softmax(z)[i,j] − [j = label(i)]) / n: the gradient of the *mean*.
   * @param loss (1, 1), float64, written
   * @param dz (n, c), written; may be `z`
   * @param z (n, c), logits
   * @param labels (n, 1), each < c
   */
  forward(loss: Tensor<"float64">, dz: Tensor, z: Tensor, labels: Tensor<"uint8">): void;
}

export const signatures = signaturesOf<SoftmaxCrossEntropyKernels>()({
  softmax: "write y, read z",
  forward: "write loss, write dz, read z, read labels",
});

function checkForward(loss: Tensor<"float64">, dz: Tensor, z: Tensor, labels: Tensor<"uint8">): void {
  expectShape("softmaxCrossEntropy.forward", "loss", loss, 1, 1);
  expectShape("softmaxCrossEntropy.forward", "dz", dz, z.rows, z.columns);
  expectShape("softmaxCrossEntropy.forward", "labels", labels, z.rows, 1);
}

/** out[j] = exp(z[j] − max z), from `at` on. Returns the maximum and the sum. */
function exponentials(
  out: FloatArray,
  z: FloatArray,
  at: number,
  c: number,
): { maximum: number; sum: number } {
  const single = z instanceof Float32Array;
  const round = single ? Math.fround : (v: number) => v;
  const e = single ? expf : exp;
  let maximum = z[at]!;
  for (let j = 1; j < c; j++) if (z[at + j]! > maximum) maximum = z[at + j]!;
  let sum = 0;
  for (let j = 0; j < c; j++) {
    const v = e(round(z[at + j]! - maximum));
    out[at + j] = v;
    sum = round(sum + v);
  }
  return { maximum, sum };
}

/** The definition. */
export const reference: SoftmaxCrossEntropyKernels = {
  softmax(y, z) {
    expectShape("softmaxCrossEntropy.softmax", "y", y, z.rows, z.columns);
    const c = z.columns;
    for (let i = 0; i < z.rows; i++) {
      const { sum } = exponentials(y.data, z.data, i * c, c);
      for (let j = 0; j < c; j++) y.data[i * c + j]! /= sum;
    }
  },
  forward(loss, dz, z, labels) {
    checkForward(loss, dz, z, labels);
    const [n, c] = [z.rows, z.columns];
    const round = rounding(z.dtype);
    const logarithm = z.dtype === "float32" ? logf : log;
    let total = 0;
    for (let i = 0; i < n; i++) {
      const label = labels.data[i]!;
      const logit = z.data[i * c + label]!;
      const { maximum, sum } = exponentials(dz.data, z.data, i * c, c);
      total -= round(round(logit - maximum) - logarithm(sum));
      for (let j = 0; j < c; j++) {
        const probability = round(dz.data[i * c + j]! / sum);
        dz.data[i * c + j] = (j === label ? round(probability - 1) : probability) / n;
      }
    }
    loss.data[0] = total;
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): SoftmaxCrossEntropyKernels {
  const softmax = calls[`softmax${suffix}`];
  const forward = calls[`softmaxCrossEntropy${suffix}`];
  return {
    softmax(y, z) {
      expectShape("softmaxCrossEntropy.softmax", "y", y, z.rows, z.columns);
      softmax({ y, z, n: z.rows, c: z.columns });
    },
    forward(loss, dz, z, labels) {
      checkForward(loss, dz, z, labels);
      forward({ loss, dz, z, labels, n: z.rows, c: z.columns });
    },
  };
}
