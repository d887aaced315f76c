/** The update of Adam and AdamW. */
import { integerPower } from "../math.ts";
import { expectShape, flushing, rounding, type Scalar, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import type { Offers } from "./call.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";
import type { TeamCalls } from "./teamCalls.ts";

export interface AdamKernels {
  /**
   * Adam's update number t (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), with PyTorch's corrections:
   *
   *   g  = dw + lambda · w                    dw if lambda is 0
   *   m  = beta1 · m + (1 − beta1) · g        v  = beta2 · v + (1 − beta2) · g²
   *   w −= η · decay · w                      not if decay is 0 (Loshchilov and Hutter, 2019)
   *   w −= η / (1 − beta1ᵗ) · m / (√v / √(1 − beta2ᵗ) + epsilon)
   *
   * m and v below the least normal number of the tensors' precision become 0; so does, if lambda is not 0, a weight nearer to 0 than
   * 2^−63 (float64: 2^−511), whose square would be: the penalty takes weights that no sample needs ever nearer to 0, where
   * processors take a hundred times as long. Where lambda or η · decay rounds to 0 in the tensors' precision, it counts as 0.
   * @param w any shape, read and written
   * @param dw the shape of w
   * @param m the moving average of gradients, of the shape of w, read and written; 0 before the first update
   * @param v that of their squares, likewise
   * @param lambda λ of an L2 penalty, whose gradient goes through the averages; 0 for none
   * @param decay the share of w, times η, that is taken off beside them; 0 for none
   * @param beta1 from 0 to below 1
   * @param beta2 from 0 to below 1
   * @param epsilon > 0
   * @param learningRate η
   * @param updates t, 1 at first
   * @throws ShapeError if a shape is not w's
   */
  update(
    w: Tensor,
    dw: Tensor,
    m: Tensor,
    v: Tensor,
    lambda: number,
    decay: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    learningRate: Scalar,
    updates: Scalar,
  ): void;
}

export const signatures = signaturesOf<AdamKernels>()({
  update:
    "update w, read dw, update m, update v, value lambda, value decay, value beta1, value beta2, value epsilon, value learningRate, value updates",
});

export const offers: Offers<"adam"> = {
  update: (args) => ({
    update: {
      value: args.w,
      gradient: args.dw,
      ...(args.lambda === 0 && {
        withL2: (lambda) => ({ family: "adam", name: "update", args: { ...args, lambda } }),
      }),
    },
    inPackedLayout: (packed) => ({
      family: "adam",
      name: "update",
      args: { ...args, w: packed(args.w), dw: packed(args.dw), m: packed(args.m), v: packed(args.v) },
    }),
  }),
};

type Update = Parameters<AdamKernels["update"]>;

/** 1 − betaᵗ, for the numbers that were asked for last: a step asks for the same two for every parameter. */
function memory(): (beta: number, t: number) => number {
  let [lastBeta, lastT, last] = [Number.NaN, Number.NaN, Number.NaN];
  return (beta, t) => {
    if (beta !== lastBeta || t !== lastT) {
      [lastBeta, lastT, last] = [beta, t, 1 - integerPower(beta, t)];
    }
    return last;
  };
}
const correctionOfMean = memory();
const correctionOfSquares = memory();

/** Checks the shapes, and makes the numbers of update t: they are the same for the definition and for wasm. */
function prepare(...[w, dw, m, v, , decay, beta1, beta2, , learningRate, updates]: Update) {
  expectShape("adam.update", "dw", dw, w.rows, w.columns);
  expectShape("adam.update", "m", m, w.rows, w.columns);
  expectShape("adam.update", "v", v, w.rows, w.columns);
  const t = updates.value;
  return {
    decay: learningRate.value * decay,
    rate: learningRate.value / correctionOfMean(beta1, t),
    root: 1 / Math.sqrt(correctionOfSquares(beta2, t)),
  };
}

/** The definition. */
export const reference: AdamKernels = {
  update(...args) {
    const numbers = prepare(...args);
    const [w, dw, m, v, lambda, , beta1, beta2, epsilon] = args;
    const [round, flush] = [rounding(w.dtype), flushing(w.dtype)];
    const [rate, root, decay] = [round(numbers.rate), round(numbers.root), round(numbers.decay)];
    const [penalty, least] = [round(lambda), round(epsilon)];
    const [kept1, fresh1] = [round(beta1), round(1 - beta1)];
    const [kept2, fresh2] = [round(beta2), round(1 - beta2)];
    const tiny = penalty === 0 ? 0 : w.dtype === "float32" ? 2 ** -63 : 2 ** -511;
    for (let i = 0; i < w.size; i++) {
      let value = w.data[i]!;
      let g = dw.data[i]!;
      if (penalty !== 0) g = round(g + round(penalty * value));
      if (decay !== 0) value = round(value - round(decay * value));
      m.data[i] = flush(round(round(kept1 * m.data[i]!) + round(fresh1 * g)));
      v.data[i] = flush(round(round(kept2 * v.data[i]!) + round(round(fresh2 * g) * g)));
      const divisor = round(round(round(Math.sqrt(v.data[i]!)) * root) + least);
      const moved = round(value - round(rate * round(m.data[i]! / divisor)));
      w.data[i] = Math.abs(moved) < tiny ? 0 : moved;
    }
  },
};

/** The least weights for which the threads of a team share an update. */
const TEAM_WEIGHTS = 2 ** 15;

/**
 * The same to the bit, in SIMD.
 * @param team the exports, called in all threads
 */
export function wasm(calls: Calls, suffix: Suffix, team: TeamCalls): AdamKernels {
  return {
    update(...args) {
      const numbers = prepare(...args);
      const [w, dw, m, v, lambda, , beta1, beta2, epsilon] = args;
      const adam = (w.size < TEAM_WEIGHTS ? calls : team.calls)[`adam${suffix}`];
      adam({ w, dw, m, v, n: w.size, lambda, beta1, beta2, epsilon, ...numbers });
    },
  };
}
