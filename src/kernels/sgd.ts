/** The updates of stochastic gradient descent. */
import { expectShape, flushing, rounding, type Scalar, type Tensor } from "../tensor.ts";
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
  /**
   * g = dw + lambda · w (dw if lambda is 0); velocity = momentum · velocity + g; then w −= learningRate · velocity, or with
   * `nesterov` w −= learningRate · (g + momentum · velocity). A velocity below the least normal number becomes 0.
   * @param w any shape, read and written
   * @param dw the shape of w
   * @param velocity the shape of w, read and written; 0 before the first update
   */
  updateMomentum(
    w: Tensor,
    dw: Tensor,
    velocity: Tensor,
    lambda: number,
    momentum: number,
    nesterov: boolean,
    learningRate: Scalar,
  ): void;
}

export const signatures = signaturesOf<SgdKernels>()({
  update: "update w, read dw, value learningRate",
  updateL2: "update w, read dw, value lambda, value learningRate",
  updateMomentum:
    "update w, read dw, update velocity, value lambda, value momentum, value nesterov, value learningRate",
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
    inPackedLayout: (packed) => ({
      family: "sgd",
      name: "update",
      args: { w: packed(w), dw: packed(dw), learningRate },
    }),
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
    inPackedLayout: (packed) => ({
      family: "sgd",
      name: "updateL2",
      args: { w: packed(w), dw: packed(dw), lambda, learningRate },
    }),
  }),
  updateMomentum: (args) => ({
    update: {
      value: args.w,
      gradient: args.dw,
      ...(args.lambda === 0 && {
        withL2: (lambda) => ({ family: "sgd", name: "updateMomentum", args: { ...args, lambda } }),
      }),
    },
    inPackedLayout: (packed) => ({
      family: "sgd",
      name: "updateMomentum",
      args: { ...args, w: packed(args.w), dw: packed(args.dw), velocity: packed(args.velocity) },
    }),
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
  updateMomentum(w, dw, velocity, lambda, momentum, nesterov, learningRate) {
    checkMomentum(w, dw, velocity);
    const [round, flush] = [rounding(w.dtype), flushing(w.dtype)];
    const [rate, factor, kept] = [round(learningRate.value), round(lambda), round(momentum)];
    for (let i = 0; i < w.size; i++) {
      const g = factor === 0 ? dw.data[i]! : round(dw.data[i]! + round(factor * w.data[i]!));
      velocity.data[i] = flush(round(round(kept * velocity.data[i]!) + g));
      const step = nesterov ? round(g + round(kept * velocity.data[i]!)) : velocity.data[i]!;
      w.data[i] = w.data[i]! - round(rate * step);
    }
  },
};

function checkMomentum(w: Tensor, dw: Tensor, velocity: Tensor): void {
  expectShape("sgd.updateMomentum", "dw", dw, w.rows, w.columns);
  expectShape("sgd.updateMomentum", "velocity", velocity, w.rows, w.columns);
}

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
    updateMomentum(w, dw, v, lambda, momentum, nesterov, learningRate) {
      checkMomentum(w, dw, v);
      const update = callers(w)[`sgdMomentum${suffix}`];
      update({ w, dw, v, n: w.size, lambda, momentum, nesterov, learningRate: learningRate.value });
    },
  };
}
