/** Batch normalisation (Ioffe and Szegedy 2015, algorithm 1). The formulas stand in `assembly/batchNorm/`. */
import { expectShape, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import type { Offers } from "./call.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface BatchNormKernels {
  /**
   * Training: y = gamma · xHat + beta, xHat = (x − mean) / sqrt(variance + epsilon), over the batch, the variance biased:
   * Σ(x − mean)² / n. The moving averages follow: moving = momentum · moving + (1 − momentum) · batch.
   * @param y (n, d), written; may be `x`
   * @param xHat (n, d), written: what `backward` needs
   * @param invStd (1, d), written: 1 / sqrt(variance + epsilon)
   * @param movingMean (1, d), read and written
   * @param movingVariance (1, d), read and written
   * @param x (n, d), n ≥ 1
   * @param gamma (1, d)
   * @param beta (1, d)
   * @param momentum the share of the old averages that is kept, 0 ≤ momentum ≤ 1
   * @throws ShapeError if a shape does not follow from x's
   */
  forward(
    y: Tensor,
    xHat: Tensor,
    invStd: Tensor,
    movingMean: Tensor,
    movingVariance: Tensor,
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    epsilon: number,
    momentum: number,
  ): void;
  /**
   * Inference: y = (x − movingMean) · (gamma / sqrt(movingVariance + epsilon)) + beta.
   * @param y (n, d), written; may be `x`
   */
  inference(
    y: Tensor,
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    movingMean: Tensor,
    movingVariance: Tensor,
    epsilon: number,
  ): void;
  /**
   * The gradient through the mean and the variance, in full.
   * @param dx (n, d), written; may be `dy`
   * @param dGamma (1, d), written
   * @param dBeta (1, d), written
   * @param dy (n, d)
   * @param xHat (n, d), from `forward`
   * @param gamma (1, d)
   * @param invStd (1, d), from `forward`
   */
  backward(
    dx: Tensor,
    dGamma: Tensor,
    dBeta: Tensor,
    dy: Tensor,
    xHat: Tensor,
    gamma: Tensor,
    invStd: Tensor,
  ): void;
}

export const signatures = signaturesOf<BatchNormKernels>()({
  forward:
    "write y, write xHat, write invStd, update movingMean, update movingVariance, read x, read gamma, read beta, value epsilon, value momentum",
  inference: "write y, read x, read gamma, read beta, read movingMean, read movingVariance, value epsilon",
  backward: "write dx, write dGamma, write dBeta, read dy, read xHat, read gamma, read invStd",
});

export const offers: Offers<"batchNorm"> = {
  inference: ({ y, x, gamma, beta, movingMean, movingVariance, epsilon }) => ({
    affine: {
      y,
      x,
      compose(scale, shift) {
        for (let j = 0; j < scale.length; j++) {
          const s = gamma.data[j]! / Math.sqrt(movingVariance.data[j]! + epsilon);
          scale[j]! *= s;
          shift[j] = (shift[j]! - movingMean.data[j]!) * s + beta.data[j]!;
        }
      },
    },
  }),
};

function checkForward(
  ...[y, xHat, invStd, movingMean, movingVariance, x, gamma, beta]: Parameters<BatchNormKernels["forward"]>
) {
  const { rows, columns } = x;
  expectShape("batchNorm.forward", "y", y, rows, columns);
  expectShape("batchNorm.forward", "xHat", xHat, rows, columns);
  expectShape("batchNorm.forward", "invStd", invStd, 1, columns);
  expectShape("batchNorm.forward", "movingMean", movingMean, 1, columns);
  expectShape("batchNorm.forward", "movingVariance", movingVariance, 1, columns);
  expectShape("batchNorm.forward", "gamma", gamma, 1, columns);
  expectShape("batchNorm.forward", "beta", beta, 1, columns);
}

function checkInference(
  ...[y, x, gamma, beta, mean, variance]: Parameters<BatchNormKernels["inference"]>
): void {
  const { rows, columns } = x;
  expectShape("batchNorm.inference", "y", y, rows, columns);
  expectShape("batchNorm.inference", "gamma", gamma, 1, columns);
  expectShape("batchNorm.inference", "beta", beta, 1, columns);
  expectShape("batchNorm.inference", "movingMean", mean, 1, columns);
  expectShape("batchNorm.inference", "movingVariance", variance, 1, columns);
}

function checkBackward(
  ...[dx, dGamma, dBeta, dy, xHat, gamma, invStd]: Parameters<BatchNormKernels["backward"]>
) {
  const { rows, columns } = dy;
  expectShape("batchNorm.backward", "dx", dx, rows, columns);
  expectShape("batchNorm.backward", "xHat", xHat, rows, columns);
  expectShape("batchNorm.backward", "dGamma", dGamma, 1, columns);
  expectShape("batchNorm.backward", "dBeta", dBeta, 1, columns);
  expectShape("batchNorm.backward", "gamma", gamma, 1, columns);
  expectShape("batchNorm.backward", "invStd", invStd, 1, columns);
}

/** The definition. */
export const reference: BatchNormKernels = {
  forward(...args) {
    checkForward(...args);
    const [y, xHat, invStd, movingMean, movingVariance, x, gamma, beta, epsilon, momentum] = args;
    const [n, d] = [x.rows, x.columns];
    const round = rounding(x.dtype);
    const [keep, take] = [round(momentum), round(1 - momentum)];
    for (let j = 0; j < d; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum = round(sum + x.data[i * d + j]!);
      const m = round(sum / n);
      let squares = 0;
      for (let i = 0; i < n; i++) {
        const deviation = round(x.data[i * d + j]! - m);
        squares = round(squares + round(deviation * deviation));
      }
      const v = round(squares / n);
      const s = round(1 / round(Math.sqrt(round(v + round(epsilon)))));
      invStd.data[j] = s;
      movingMean.data[j] = round(keep * movingMean.data[j]!) + round(take * m);
      movingVariance.data[j] = round(keep * movingVariance.data[j]!) + round(take * v);
      for (let i = 0; i < n; i++) {
        const normalised = round(round(x.data[i * d + j]! - m) * s);
        xHat.data[i * d + j] = normalised;
        y.data[i * d + j] = round(gamma.data[j]! * normalised) + beta.data[j]!;
      }
    }
  },
  inference(y, x, gamma, beta, movingMean, movingVariance, epsilon) {
    checkInference(y, x, gamma, beta, movingMean, movingVariance, epsilon);
    const [n, d] = [x.rows, x.columns];
    const round = rounding(x.dtype);
    for (let j = 0; j < d; j++) {
      const std = round(Math.sqrt(round(movingVariance.data[j]! + round(epsilon))));
      const scale = round(gamma.data[j]! / std);
      for (let i = 0; i < n; i++) {
        y.data[i * d + j] = round(round(x.data[i * d + j]! - movingMean.data[j]!) * scale) + beta.data[j]!;
      }
    }
  },
  backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd) {
    checkBackward(dx, dGamma, dBeta, dy, xHat, gamma, invStd);
    const [n, d] = [dy.rows, dy.columns];
    const round = rounding(dy.dtype);
    for (let j = 0; j < d; j++) {
      let sum = 0;
      let product = 0;
      for (let i = 0; i < n; i++) {
        sum = round(sum + dy.data[i * d + j]!);
        product = round(product + round(dy.data[i * d + j]! * xHat.data[i * d + j]!));
      }
      dBeta.data[j] = sum;
      dGamma.data[j] = product;
      const factor = round(gamma.data[j]! * invStd.data[j]!);
      const meanDy = round(sum / n);
      const meanProduct = round(product / n);
      for (let i = 0; i < n; i++) {
        const centred = round(dy.data[i * d + j]! - meanDy);
        dx.data[i * d + j] = factor * round(centred - round(xHat.data[i * d + j]! * meanProduct));
      }
    }
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): BatchNormKernels {
  const forward = calls[`batchNormForward${suffix}`];
  const inference = calls[`batchNormInference${suffix}`];
  const backward = calls[`batchNormBackward${suffix}`];
  return {
    forward(...args) {
      checkForward(...args);
      const [y, xHat, invStd, movingMean, movingVariance, x, gamma, beta, epsilon, momentum] = args;
      const [n, d] = [x.rows, x.columns];
      forward({ y, xHat, invStd, movingMean, movingVariance, x, gamma, beta, n, d, epsilon, momentum });
    },
    inference(y, x, gamma, beta, movingMean, movingVariance, epsilon) {
      checkInference(y, x, gamma, beta, movingMean, movingVariance, epsilon);
      inference({ y, x, gamma, beta, movingMean, movingVariance, n: x.rows, d: x.columns, epsilon });
    },
    backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd) {
      checkBackward(dx, dGamma, dBeta, dy, xHat, gamma, invStd);
      backward({ dx, dGamma, dBeta, dy, xHat, gamma, invStd, n: dy.rows, d: dy.columns });
    },
  };
}
