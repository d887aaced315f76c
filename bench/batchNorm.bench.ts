import * as baseline from "./baseline/batchNorm.ts";
import type { KernelCase } from "./kernelCase.ts";

const [n, d] = [100, 50];
const EPSILON = 1e-5;
const MOMENTUM = 0.9;

export const cases: readonly KernelCase[] = [
  {
    name: `batchNorm.forward ${n}x${d}`,
    // The mean's additions; subtract, multiply, add; subtract, multiply; multiply, add. The averages do not count.
    flops: 8 * n * d,
    setup(operands) {
      const matrix = () => operands.float32(n, d);
      const vector = () => operands.float32(1, d);
      const [y, xHat, x] = [matrix(), matrix(), matrix()];
      const [movingMean, movingVariance, invStd] = [vector(), vector(), vector()];
      const [gamma, beta] = [vector(), vector()];
      const [mean, variance] = [new Float32Array(d), new Float32Array(d)];
      return {
        wasm: ({ batchNorm }) =>
          batchNorm.forward(
            y.tensor,
            xHat.tensor,
            invStd.tensor,
            movingMean.tensor,
            movingVariance.tensor,
            x.tensor,
            gamma.tensor,
            beta.tensor,
            EPSILON,
            MOMENTUM,
          ),
        js() {
          baseline.forward(
            y.array,
            xHat.array,
            mean,
            variance,
            invStd.array,
            x.array,
            gamma.array,
            beta.array,
            EPSILON,
            n,
            d,
          );
          baseline.movingAverage(movingMean.array, mean, MOMENTUM);
          baseline.movingAverage(movingVariance.array, variance, MOMENTUM);
        },
        outputs: [y, xHat, invStd, movingMean, movingVariance],
      };
    },
  },
  {
    name: `batchNorm.inference ${n}x${d}`,
    flops: 3 * n * d,
    setup(operands) {
      const [y, x] = [operands.float32(n, d), operands.float32(n, d)];
      const vector = () => operands.float32(1, d);
      const [gamma, beta, mean] = [vector(), vector(), vector()];
      const variance = operands.float32(1, d, () => operands.random.uniform());
      return {
        wasm: ({ batchNorm }) =>
          batchNorm.inference(
            y.tensor,
            x.tensor,
            gamma.tensor,
            beta.tensor,
            mean.tensor,
            variance.tensor,
            EPSILON,
          ),
        js: () =>
          baseline.inference(
            y.array,
            x.array,
            gamma.array,
            beta.array,
            mean.array,
            variance.array,
            EPSILON,
            n,
            d,
          ),
        outputs: [y],
      };
    },
  },
  {
    name: `batchNorm.backward ${n}x${d}`,
    // The two sums; subtract, multiply, subtract, multiply.
    flops: 7 * n * d,
    setup(operands) {
      const matrix = () => operands.float32(n, d);
      const vector = () => operands.float32(1, d);
      const [dx, dy, xHat] = [matrix(), matrix(), matrix()];
      const [dGamma, dBeta, gamma, invStd] = [vector(), vector(), vector(), vector()];
      return {
        wasm: ({ batchNorm }) =>
          batchNorm.backward(
            dx.tensor,
            dGamma.tensor,
            dBeta.tensor,
            dy.tensor,
            xHat.tensor,
            gamma.tensor,
            invStd.tensor,
          ),
        js: () =>
          baseline.backward(
            dx.array,
            dGamma.array,
            dBeta.array,
            dy.array,
            xHat.array,
            gamma.array,
            invStd.array,
            n,
            d,
          ),
        outputs: [dx, dGamma, dBeta],
      };
    },
  },
];
