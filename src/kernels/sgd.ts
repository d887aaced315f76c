/** The update of stochastic gradient descent. */
import { expectShape, rounding, type Scalar, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import type { Offers } from "./call.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";
import type { TeamCalls } from "./teamCalls.ts";

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

export const signatures = signaturesOf<SgdKernels>()({
  update: "update w, read dw, value learningRate",
  updateL2: "update w, read dw, value lambda, value learningRate",
});

export const offers: Offers<"sgd"> = {
  update: ({ w, dw, learningRate }) => ({
    update: {
      value: w,
      gradient: dw,
      withL2: (lambda) => ({ family: "sgd", name: "updateL2", args: { w, dw, lambda, learningRate } }),
      inFirstLayer: (first) => ({
        family: "firstLayer",
        name: "update",
        args: { ...first, lambda: 0, learningRate },
      }),
    },
  }),
  updateL2: ({ w, dw, lambda, learningRate }) => ({
    update: {
      value: w,
      gradient: dw,
      inFirstLayer: (first) => ({
        family: "firstLayer",
        name: "update",
        args: { ...first, lambda, learningRate },
      }),
    },
  }),
};

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

/** The least weights for which the threads of a team share an update. */
const TEAM_WEIGHTS = 2 ** 17;

/**
 * The same to the bit, in SIMD.
 * @param team the exports, called in all threads
 */
export function wasm(calls: Calls, suffix: Suffix, team: TeamCalls): SgdKernels {
  const callers = (w: Tensor) => (w.size < TEAM_WEIGHTS ? calls : team.calls);
  return {
    update(w, dw, learningRate) {
      expectShape("sgd.update", "dw", dw, w.rows, w.columns);
      const update = callers(w)[`sgd${suffix}`];
      update({ w, dw, n: w.size, learningRate: learningRate.value });
    },
    updateL2(w, dw, lambda, learningRate) {
      expectShape("sgd.updateL2", "dw", dw, w.rows, w.columns);
      const update = callers(w)[`sgdL2${suffix}`];
      update({ w, dw, n: w.size, lambda, learningRate: learningRate.value });
    },
  };
}
