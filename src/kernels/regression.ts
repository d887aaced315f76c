/** The losses of numbers, and their gradients. */
import { ShapeError } from "../errors.ts";
import type { WeightTensor } from "../targets.ts";
import { rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { checkElementwise, elementwiseLoss } from "./elementwiseLoss.ts";
import { placeOfWeights } from "./sampleWeights.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

/**
 * From the differences r[i,j] = z[i,j] − targets[i,j], in the precision of z:
 *
 *   loss    = Σ_i w_i · (Σ_j l(r[i,j])) / c                    in float64
 *   dz[i,j] = l′(r[i,j]) · w_i / (c · Σ_i w_i)
 *
 * with loss (1, 1), written; dz (n, c), written, may be `z`; z (n, c), c ≥ 1; targets (n, c) in z's precision; weights
 * (n, 1), each ≥ 0, or undefined: all are 1. If all weights are 0, loss and gradient are 0.
 */
export interface RegressionKernels {
  /** l(r) = r², l′(r) = 2r. @throws ShapeError if a shape does not follow from z's */
  squared(
    loss: Tensor<"float64">,
    dz: Tensor,
    z: Tensor,
    targets: Tensor,
    weights: WeightTensor | undefined,
  ): void;
  /** l(r) = |r|, l′(r) = sign(r), 0 at 0. @throws ShapeError if a shape does not follow from z's */
  absolute(
    loss: Tensor<"float64">,
    dz: Tensor,
    z: Tensor,
    targets: Tensor,
    weights: WeightTensor | undefined,
  ): void;
  /**
   * l(r) = r² / 2 if |r| ≤ delta, else delta · (|r| − delta / 2); l′(r) = r, but at most delta and at least −delta.
   * @param delta > 0, rounded to z's precision
   * @throws ShapeError if a shape does not follow from z's
   */
  huber(
    loss: Tensor<"float64">,
    dz: Tensor,
    z: Tensor,
    targets: Tensor,
    weights: WeightTensor | undefined,
    delta: number,
  ): void;
}

export const signatures = signaturesOf<RegressionKernels>()({
  squared: "write loss, write dz, read z, read targets, read weights",
  absolute: "write loss, write dz, read z, read targets, read weights",
  huber: "write loss, write dz, read z, read targets, read weights, value delta",
});

type Arguments = Parameters<RegressionKernels["squared"]>;

function check(name: keyof RegressionKernels, [loss, dz, z, targets, weights]: Arguments): void {
  const where = `regression.${name}`;
  checkElementwise(where, loss, dz, z, targets, "targets", weights);
  if (targets.dtype !== z.dtype) {
    throw new ShapeError(`${where}: targets are ${targets.dtype}, expected ${z.dtype}, as z is.`);
  }
}

/** The definition. */
export const reference: RegressionKernels = {
  squared(...args) {
    check("squared", args);
    const round = rounding(args[2].dtype);
    elementwiseLoss(...args, (z, t) => {
      const r = round(z - t);
      return [r * r, r + r];
    });
  },
  absolute(...args) {
    check("absolute", args);
    const round = rounding(args[2].dtype);
    elementwiseLoss(...args, (z, t) => {
      const r = round(z - t);
      return [Math.abs(r), r > 0 ? 1 : r < 0 ? -1 : 0];
    });
  },
  huber(loss, dz, z, targets, weights, delta) {
    check("huber", [loss, dz, z, targets, weights]);
    const round = rounding(z.dtype);
    const most = round(delta);
    elementwiseLoss(loss, dz, z, targets, weights, (v, t) => {
      const r = round(v - t);
      const size = Math.abs(r);
      const cost = size <= most ? 0.5 * size * size : most * (size - 0.5 * most);
      return [cost, Math.min(Math.max(r, -most), most)];
    });
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): RegressionKernels {
  const squared = calls[`squaredError${suffix}`];
  const absolute = calls[`absoluteError${suffix}`];
  const huber = calls[`huberError${suffix}`];
  const named = ([loss, dz, z, targets, weights]: Arguments) => ({
    ...{ loss, dz, z, targets, weights: placeOfWeights(weights), n: z.rows, c: z.columns },
  });
  return {
    squared(...args) {
      check("squared", args);
      squared(named(args));
    },
    absolute(...args) {
      check("absolute", args);
      absolute(named(args));
    },
    huber(loss, dz, z, targets, weights, delta) {
      check("huber", [loss, dz, z, targets, weights]);
      huber({ ...named([loss, dz, z, targets, weights]), delta });
    },
  };
}
