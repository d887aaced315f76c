/** Whether no number is infinite or NaN. */
import { expectShape, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface FiniteKernels {
  /**
   * result = 1 if every number of x is finite, else 0.
   * @param result (1, 1), written
   * @param x any shape
   * @throws ShapeError if result is not (1, 1)
   */
  all(result: Tensor<"float64">, x: Tensor): void;
}

export const signatures = signaturesOf<FiniteKernels>()({ all: "write result, read x" });

const check = (result: Tensor<"float64">) => expectShape("finite.all", "result", result, 1, 1);

/** The definition. */
export const reference: FiniteKernels = {
  all(result, x) {
    check(result);
    let all = 1;
    for (let i = 0; i < x.size; i++) if (!Number.isFinite(x.data[i])) all = 0;
    result.data[0] = all;
  },
};

/** The same, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): FiniteKernels {
  const allFinite = calls[`allFinite${suffix}`];
  return {
    all(result, x) {
      check(result);
      allFinite({ result, x, n: x.size });
    },
  };
}
