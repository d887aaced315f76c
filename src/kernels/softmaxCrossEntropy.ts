/** Softmax, and its cross-entropy with the gradient in one pass. */
import { exp, expf, log, logf } from "../math.ts";
import type { WeightTensor } from "../targets.ts";
import { expectShape, type FloatArray, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { checkWeights, placeOfWeights, scaleGradient, weightOf } from "./sampleWeights.ts";
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
  forward(loss: Tensor<"float64">, dz: Tensor, z: Tensor, labels: LabelTensor): void;
  /**
   * The same with weights and with label smoothing, the label's share of 1 being q[i,j]:
   *
   *   q[i,j]  = (1 − smoothing) · [j = label(i)] + smoothing / c
   *   loss    = −Σ_i w_i · Σ_j q[i,j] · log softmax(z)[i,j]
   *   dz[i,j] = (softmax(z)[i,j] − q[i,j]) · w_i / Σ_i w_i
   *
   * With neither it gives the bits of `forward`.
   * @param weights (n, 1), each ≥ 0; undefined: all are 1. If all are 0, loss and gradient are 0
   * @param smoothing from 0 to 1
   */
  weighted(
    loss: Tensor<"float64">,
    dz: Tensor,
    z: Tensor,
    labels: LabelTensor,
    weights: WeightTensor | undefined,
    smoothing: number,
  ): void;
}

/** Classes: bytes, or 16 bits each. */
export type LabelTensor = Tensor<"uint8"> | Tensor<"uint16">;

export const signatures = signaturesOf<SoftmaxCrossEntropyKernels>()({
  softmax: "write y, read z",
  forward: "write loss, write dz, read z, read labels",
  weighted: "write loss, write dz, read z, read labels, read weights, value smoothing",
});

function check(
  name: "forward" | "weighted",
  loss: Tensor<"float64">,
  dz: Tensor,
  z: Tensor,
  labels: LabelTensor,
): void {
  const where = `softmaxCrossEntropy.${name}`;
  expectShape(where, "loss", loss, 1, 1);
  expectShape(where, "dz", dz, z.rows, z.columns);
  expectShape(where, "labels", labels, z.rows, 1);
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
    check("forward", loss, dz, z, labels);
    crossEntropy(loss, dz, z, labels, undefined, 0);
  },
  weighted(loss, dz, z, labels, weights, smoothing) {
    check("weighted", loss, dz, z, labels);
    checkWeights("softmaxCrossEntropy.weighted", weights, z.rows);
    crossEntropy(loss, dz, z, labels, weights, smoothing);
  },
};

function crossEntropy(...args: Parameters<SoftmaxCrossEntropyKernels["weighted"]>): void {
  const [loss, dz, z, labels, weights, smoothing] = args;
  const [n, c] = [z.rows, z.columns];
  const round = rounding(z.dtype);
  const logarithm = z.dtype === "float32" ? logf : log;
  const [atLabel, others] = [round(1 - smoothing + smoothing / c), round(smoothing / c)];
  let total = 0;
  for (let i = 0; i < n; i++) {
    const label = labels.data[i]!;
    const logits = z.data.slice(i * c, (i + 1) * c);
    const { maximum, sum } = exponentials(dz.data, z.data, i * c, c);
    const logSum = logarithm(sum);
    let term = round(round(logits[label]! - maximum) - logSum);
    if (smoothing !== 0) {
      let all = 0;
      for (const logit of logits) all += round(logit - maximum);
      term = (1 - smoothing) * term + smoothing * (all / c - logSum);
    }
    total -= weightOf(weights, i) * term;
    for (let j = 0; j < c; j++) {
      const probability = round(dz.data[i * c + j]! / sum);
      dz.data[i * c + j] = probability - (j === label ? atLabel : others);
    }
  }
  scaleGradient(dz, weights, n);
  loss.data[0] = total;
}

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): SoftmaxCrossEntropyKernels {
  const softmax = calls[`softmax${suffix}`];
  const forward = calls[`softmaxCrossEntropy${suffix}`];
  const weighted = {
    uint8: calls[`weightedCrossEntropy${suffix}Bytes`],
    uint16: calls[`weightedCrossEntropy${suffix}Words`],
  };
  const call = (...args: Parameters<SoftmaxCrossEntropyKernels["weighted"]>) => {
    const [loss, dz, z, labels, weights, smoothing] = args;
    const sizes = { n: z.rows, c: z.columns };
    weighted[labels.dtype]({ loss, dz, z, labels, weights: placeOfWeights(weights), smoothing, ...sizes });
  };
  return {
    softmax(y, z) {
      expectShape("softmaxCrossEntropy.softmax", "y", y, z.rows, z.columns);
      softmax({ y, z, n: z.rows, c: z.columns });
    },
    forward(loss, dz, z, labels) {
      check("forward", loss, dz, z, labels);
      if (labels.dtype === "uint8") forward({ loss, dz, z, labels, n: z.rows, c: z.columns });
      else call(loss, dz, z, labels, undefined, 0);
    },
    weighted(loss, dz, z, labels, weights, smoothing) {
      check("weighted", loss, dz, z, labels);
      checkWeights("softmaxCrossEntropy.weighted", weights, z.rows);
      call(loss, dz, z, labels, weights, smoothing);
    },
  };
}
