/** Exact per-feature sums over a data set's bytes. */
import { expectShape, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";

export interface MomentsKernels {
  /**
   * sums[j] = Σ_i values[i,j], squares[j] = Σ_i values[i,j]², exact integers (below 2^53).
   * @param sums (1, d), written
   * @param squares (1, d), written
   * @param values (n, d), bytes
   * @param scratch (1, 2·d), overwritten
   * @throws ShapeError if a shape does not follow from the values'
   */
  bytes(
    sums: Tensor<"float64">,
    squares: Tensor<"float64">,
    values: Tensor<"uint8">,
    scratch: Tensor<"uint32">,
  ): void;
}

export const signatures = signaturesOf<MomentsKernels>()({
  bytes: "write sums, write squares, read values, scratch scratch",
});

function check(...[sums, squares, values, scratch]: Parameters<MomentsKernels["bytes"]>): void {
  expectShape("moments.bytes", "sums", sums, 1, values.columns);
  expectShape("moments.bytes", "squares", squares, 1, values.columns);
  expectShape("moments.bytes", "scratch", scratch, 1, 2 * values.columns);
}

/** The definition. */
export const reference: MomentsKernels = {
  bytes(sums, squares, values, scratch) {
    check(sums, squares, values, scratch);
    const d = values.columns;
    sums.data.fill(0);
    squares.data.fill(0);
    for (let i = 0; i < values.rows; i++) {
      for (let j = 0; j < d; j++) {
        const v = values.data[i * d + j]!;
        sums.data[j]! += v;
        squares.data[j]! += v * v;
      }
    }
  },
};

/** The same, in SIMD. */
export function wasm(calls: Calls): MomentsKernels {
  return {
    bytes(sums, squares, values, scratch) {
      check(sums, squares, values, scratch);
      calls.byteMoments({ sums, squares, values, scratch, n: values.rows, d: values.columns });
    },
  };
}
