/** Counts the samples that are classified right. */
import { expectShape, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { LabelTensor } from "./softmaxCrossEntropy.ts";
import type { Suffix } from "./suffix.ts";

export interface AccuracyKernels {
  /**
   * The number of rows whose largest score is that of their label. The first of equal scores counts.
   * @param correct (1, 1), float64, written
   * @param scores (n, c), probabilities or logits (softmax keeps their order), c ≥ 1
   * @param labels (n, 1)
   * @throws ShapeError if a shape does not follow from the scores'
   */
  count(correct: Tensor<"float64">, scores: Tensor, labels: LabelTensor): void;
}

export const signatures = signaturesOf<AccuracyKernels>()({
  count: "write correct, read scores, read labels",
});

function check(correct: Tensor<"float64">, scores: Tensor, labels: LabelTensor): void {
  expectShape("accuracy.count", "correct", correct, 1, 1);
  expectShape("accuracy.count", "labels", labels, scores.rows, 1);
}

/** The definition. */
export const reference: AccuracyKernels = {
  count(correct, scores, labels) {
    check(correct, scores, labels);
    const c = scores.columns;
    let count = 0;
    for (let i = 0; i < scores.rows; i++) {
      let best = 0;
      for (let j = 1; j < c; j++) if (scores.data[i * c + j]! > scores.data[i * c + best]!) best = j;
      if (best === labels.data[i]) count++;
    }
    correct.data[0] = count;
  },
};

/** The same as `reference`, in wasm. */
export function wasm(calls: Calls, suffix: Suffix): AccuracyKernels {
  const counts = { uint8: calls[`accuracy${suffix}Bytes`], uint16: calls[`accuracy${suffix}Words`] };
  return {
    count(correct, scores, labels) {
      check(correct, scores, labels);
      counts[labels.dtype]({ correct, scores, labels, n: scores.rows, c: scores.columns });
    },
  };
}
