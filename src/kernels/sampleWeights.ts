/** The weights of samples in a loss, Σ_i w_i · l_i / Σ_i w_i: what `assembly/inline/sampleWeights.ts` does, as a definition. */
import type { WeightTensor } from "../targets.ts";
import { expectShape, type FloatArray, rounding, type Tensor } from "../tensor.ts";
import type { Place } from "../wasm/exports.generated.ts";

/** @throws ShapeError unless there are none, or one for each of the n samples */
export function checkWeights(where: string, weights: WeightTensor | undefined, n: number): void {
  if (weights !== undefined) expectShape(where, "weights", weights, n, 1);
}

/** The address of the weights for wasm, 0 if there are none. */
export const placeOfWeights = (weights: WeightTensor | undefined): Place => weights ?? 0;

/** The weight of sample i. */
export const weightOf = (weights: WeightTensor | undefined, i: number): number => weights?.data[i] ?? 1;

/** The sum of the weights of n samples. */
export function sumOfWeights(weights: WeightTensor | undefined, n: number): number {
  if (weights === undefined) return n;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weights.data[i]!;
  return sum;
}

/** How much larger each weight is than their mean, w_i / (Σ_i w_i / n); 0 if all are 0. */
export function weightFactors(weights: WeightTensor | undefined, n: number): (i: number) => number {
  if (weights === undefined) return () => 1;
  const mean = sumOfWeights(weights, n) / n;
  return (i) => (mean === 0 ? 0 : weights.data[i]! / mean);
}

/** dz[i,j] = dz[i,j] · factor[i] / divisor, in the precision of dz. */
export function scaleGradient(dz: Tensor, weights: WeightTensor | undefined, divisor: number): void {
  const [n, c] = [dz.rows, dz.columns];
  const round = rounding(dz.dtype);
  const by = round(divisor);
  const factors = weightFactors(weights, n);
  const data: FloatArray = dz.data;
  for (let i = 0; i < n; i++) {
    const factor = round(factors(i));
    for (let j = 0; j < c; j++) data[i * c + j] = round(data[i * c + j]! * factor) / by;
  }
}
