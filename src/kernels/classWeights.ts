/** The weights of samples by their classes. */
import type { WeightTensor } from "../targets.ts";
import { expectShape, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { checkWeights, placeOfWeights, weightOf } from "./sampleWeights.ts";
import { signaturesOf } from "./signature.ts";

export interface ClassWeightsKernels {
  /**
   * y[i] = table[labels[i]] · weights[i].
   * @param y (n, 1), written; may be `weights`
   * @param table (c, 1), the weight of each class
   * @param labels (n, 1), each < c
   * @param weights (n, 1); undefined: all are 1
   * @throws ShapeError if a shape does not follow from y's
   */
  apply(
    y: WeightTensor,
    table: WeightTensor,
    labels: Tensor<"uint8"> | Tensor<"uint16">,
    weights: WeightTensor | undefined,
  ): void;
}

export const signatures = signaturesOf<ClassWeightsKernels>()({
  apply: "write y, read table, read labels, read weights",
});

function check(...[y, table, labels, weights]: Parameters<ClassWeightsKernels["apply"]>): void {
  const where = "classWeights.apply";
  expectShape(where, "y", y, y.rows, 1);
  expectShape(where, "table", table, table.rows, 1);
  expectShape(where, "labels", labels, y.rows, 1);
  checkWeights(where, weights, y.rows);
}

/** The definition. */
export const reference: ClassWeightsKernels = {
  apply(y, table, labels, weights) {
    check(y, table, labels, weights);
    for (let i = 0; i < y.rows; i++) y.data[i] = table.data[labels.data[i]!]! * weightOf(weights, i);
  },
};

/** The same, in wasm. */
export function wasm(calls: Calls): ClassWeightsKernels {
  const kernels = { uint8: calls.classWeightsBytes, uint16: calls.classWeightsWords };
  return {
    apply(y, table, labels, weights) {
      check(y, table, labels, weights);
      kernels[labels.dtype]({ y, table, labels, weights: placeOfWeights(weights), n: y.rows });
    },
  };
}
