/** The L2 penalty on weights, and its gradient. */
import { expectShape, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import type { Offers } from "./call.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface L2Kernels {
  /**
   * penalty = ½ · lambda · Σ w², in float64.
   * @param penalty (1, 1), written
   * @param w any shape
   * @throws ShapeError if penalty is not (1, 1)
   */
  penalty(penalty: Tensor<"float64">, w: Tensor, lambda: number): void;
  /**
   * dw += lambda · w.
   * @param dw the shape of w, read and written
   */
  addGradient(dw: Tensor, w: Tensor, lambda: number): void;
}

export const signatures = signaturesOf<L2Kernels>()({
  penalty: "write penalty, read w, value lambda",
  addGradient: "update dw, read w, value lambda",
});

export const offers: Offers<"l2"> = {
  addGradient: (args) => ({
    inPackedLayout: (packed) => ({
      family: "l2",
      name: "addGradient",
      args: { ...args, dw: packed(args.dw), w: packed(args.w) },
    }),
  }),
};

/** The definition. It has four interleaved sums, because the order of additions decides the last bits. */
export const reference: L2Kernels = {
  penalty(penalty, w, lambda) {
    expectShape("l2.penalty", "penalty", penalty, 1, 1);
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < w.size; i++) sums[i & 3]! += w.data[i]! * w.data[i]!;
    penalty.data[0] = 0.5 * lambda * (sums[0]! + sums[1]! + (sums[2]! + sums[3]!));
  },
  addGradient(dw, w, lambda) {
    expectShape("l2.addGradient", "dw", dw, w.rows, w.columns);
    const round = rounding(w.dtype);
    const factor = round(lambda);
    for (let i = 0; i < w.size; i++) dw.data[i] = dw.data[i]! + round(factor * w.data[i]!);
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): L2Kernels {
  const penaltyOf = calls[`l2Penalty${suffix}`];
  const addGradient = calls[`l2Gradient${suffix}`];
  return {
    penalty(penalty, w, lambda) {
      expectShape("l2.penalty", "penalty", penalty, 1, 1);
      penaltyOf({ penalty, w, n: w.size, lambda });
    },
    addGradient(dw, w, lambda) {
      expectShape("l2.addGradient", "dw", dw, w.rows, w.columns);
      addGradient({ dw, w, n: w.size, lambda });
    },
  };
}
