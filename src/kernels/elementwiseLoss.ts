/** The losses that compare each output with a target of its own: what they have in common. */
import type { TargetTensor, WeightTensor } from "../targets.ts";
import { expectShape, type Tensor } from "../tensor.ts";
import { checkWeights, scaleGradient, weightOf } from "./sampleWeights.ts";

/** @throws ShapeError if a shape does not follow from z's */
export function checkElementwise(
  where: string,
  loss: Tensor<"float64">,
  dz: Tensor,
  z: Tensor,
  targets: TargetTensor,
  targetsName: string,
  weights: WeightTensor | undefined,
): void {
  expectShape(where, "loss", loss, 1, 1);
  expectShape(where, "dz", dz, z.rows, z.columns);
  expectShape(where, targetsName, targets, z.rows, z.columns);
  checkWeights(where, weights, z.rows);
}

/** What one number costs, in float64, and the derivative, in the precision of the tensors. */
export type ElementLoss = (z: number, target: number) => readonly [cost: number, slope: number];

/**
 * loss = Σ_i w_i · (Σ_j l(z[i,j], t[i,j])) / c, in float64; dz[i,j] = l′(z[i,j], t[i,j]) · factor[i] / (n · c).
 * @param element l and l′
 */
export function elementwiseLoss(
  loss: Tensor<"float64">,
  dz: Tensor,
  z: Tensor,
  targets: TargetTensor,
  weights: WeightTensor | undefined,
  element: ElementLoss,
): void {
  const [n, c] = [z.rows, z.columns];
  let total = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < c; j++) {
      const [cost, slope] = element(z.data[i * c + j]!, targets.data[i * c + j]!);
      row += cost;
      dz.data[i * c + j] = slope;
    }
    total += weightOf(weights, i) * row;
  }
  scaleGradient(dz, weights, n * c);
  loss.data[0] = total / c;
}
