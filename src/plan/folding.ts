/**
 * Folds batch normalisation into the products beside it, for predictions.
 *
 * In inference batch normalisation is a scale and a shift per feature, y = x · s + t with s = gamma / √(movingVariance +
 * epsilon) and t = beta − movingMean · s. Before a product, its factors can be put into the weight's rows; after
 * it, into the weight's columns:
 *
 *   (x · s + t) · W + b      = x · W′ + b′     W′ = diag(s) · W     b′ = b + t · W
 *   (x · W + b) · s + t      = x · W′ + b′     W′ = W · diag(s)     b′ = b · s + t
 *
 * So a normalisation after a product and its bias is folded into them. One before a product (after a ReLU) is folded into
 * that product. Any number in a row is folded together. A normalisation with a ReLU or nothing on both sides stays. So does
 * one that stands first of all, but for factors without shifts: inputs may have means far above their deviations, and the
 * first sums would cancel. This is a rule on the recorded plan, of which no layer knows.
 *
 * W′ and b′ are computed in float64 and rounded once, when the weights have changed. The outputs differ from the
 * unfolded ones by rounding. Evaluations are not folded, because they are compared between trainings.
 *
 * The standardisation of the inputs is affine as well, but it stays. Bytes must be converted in any case, in the same pass,
 * and unstandardised inputs are all positive, so that the first sums would cancel.
 */

import type { Offer } from "../kernels/call.ts";
import type { Tensor } from "../tensor.ts";
import { type AnyTensor, type Call, isCall, offerOf, type Plan, readBy, touches } from "./plan.ts";

/** A product with its bias and the normalisations that are folded into it: y = after(before(x) · weight + bias). */
interface Dense {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly workspace: Tensor<"uint8">;
  x: Tensor;
  y: Tensor;
  readonly before: Norm[];
  readonly after: Norm[];
}

/** A scale and a shift for each feature, such as batch normalisation in inference. */
type Norm = NonNullable<Offer["affine"]>;

/** A part of a plan: calls that make up a product with its bias, or one normalisation, or one call of another kind. */
interface Stage {
  readonly calls: readonly Call[];
  readonly dense?: Dense;
  readonly norm?: Norm;
}

/** A product's own parameters, and the folded ones that replace them. */
interface Folded {
  readonly dense: Dense;
  readonly weight: Tensor;
  readonly bias: Tensor;
}

export class Folding {
  /** The folded products by the weight that is replaced. */
  readonly #folded = new Map<Tensor, Folded>();
  #stale = true;

  /**
   * Makes room for what can be folded.
   * @param plan predictions of any number of samples
   * @param allocate gives a tensor in the memory of the plan's
   */
  constructor(plan: Plan, allocate: (rows: number, columns: number) => Tensor) {
    for (const { dense } of stages(plan)) {
      if (dense === undefined || dense.before.length + dense.after.length === 0) continue;
      const { weight, bias } = dense;
      this.#folded.set(weight, {
        dense,
        weight: allocate(weight.rows, weight.columns),
        bias: allocate(1, bias.columns),
      });
    }
  }

  /** The plan, for any number of samples, on the folded weights. */
  rewrite(plan: Plan): Plan {
    return stages(plan).flatMap(({ calls, dense }): readonly Call[] => {
      const folded = dense && this.#folded.get(dense.weight);
      if (folded === undefined) return calls;
      const { x, y, workspace } = dense!;
      return [
        { family: "matmul", name: "multiply", args: { y, x, w: folded.weight, workspace } },
        { family: "bias", name: "add", args: { y, x: y, bias: folded.bias } },
      ];
    });
  }

  /** Says that the parameters or the moving averages have changed since they were folded. */
  invalidate(): void {
    this.#stale = true;
  }

  /** Computes the folded weights, if they are not up to date. To be called before every run of a rewritten plan. */
  refresh(): void {
    if (!this.#stale) return;
    for (const folded of this.#folded.values()) fold(folded);
    this.#stale = false;
  }
}

/** The stages of the plan in order. A normalisation that is folded is part of its product's stage. */
function stages(plan: Plan): Stage[] {
  const found: Stage[] = [];
  const input = plan[0] && inputOf(plan[0]);
  /** Whether only so many calls, those at hand, use the tensor. */
  const isKnownTo = (count: number, tensor: Tensor) =>
    plan.filter((call) => touches(call, tensor)).length === count;
  // With a shift, see above; a factor alone is no sum, and nothing cancels.
  const maySeeInput = ({ x, hasShift = true }: Norm) => x !== input || !hasShift;
  for (let at = 0; at < plan.length; at++) {
    const dense = denseAt(plan, at);
    if (dense !== undefined) {
      let norm = found.at(-1)?.norm;
      while (norm?.y === dense.x && isKnownTo(2, dense.x) && norm.x !== dense.y && maySeeInput(norm)) {
        dense.before.unshift(norm);
        dense.x = norm.x;
        found.pop();
        norm = found.at(-1)?.norm;
      }
      found.push({ calls: plan.slice(at, at + 2), dense });
      at++; // past the bias
      continue;
    }
    const norm = offerOf(plan[at]!).affine;
    const last = found.at(-1)?.dense;
    // The calls are the product, its bias and this one, or the normalisation before and this one.
    const calls = last?.after.length === 0 ? 3 : 2;
    if (last && last.y === norm?.x && isKnownTo(calls, norm.x) && norm.y !== last.x) {
      last.after.push(norm);
      last.y = norm.y;
    } else {
      found.push({ calls: [plan[at]!], ...(norm && { norm }) });
    }
  }
  return found;
}

/** The tensor that holds the inputs: the gathered batch, or the first tensor that the first call reads. */
function inputOf(first: Call): AnyTensor | undefined {
  return isCall(first, "gather", "batch") ? first.args.x : readBy(first)[0];
}

/** matmul.multiply(y, x, W, …), bias.add(y, y, b). */
function denseAt(plan: Plan, at: number): Dense | undefined {
  const [product, addition] = plan.slice(at, at + 2);
  if (!isCall(product, "matmul", "multiply") || !isCall(addition, "bias", "add")) return undefined;
  const { y, x, w: weight, workspace } = product.args;
  if (addition.args.y !== y || addition.args.x !== y) return undefined;
  // A weight that is folded for one product would be wrong for another product by the same weight.
  if (plan.filter((call) => touches(call, weight)).length > 1) return undefined;
  return { weight, bias: addition.args.bias, workspace, x, y, before: [], after: [] };
}

/** Scale and shift of normalisations one after another. */
function affine(norms: readonly Norm[], width: number): { scale: Float64Array; shift: Float64Array } {
  const scale = new Float64Array(width).fill(1);
  const shift = new Float64Array(width);
  for (const norm of norms) norm.compose(scale, shift);
  return { scale, shift };
}

/** W′ = diag(s) · W · diag(r), b′ = (b + t · W) · r + u, for s, t before and r, u after the product. */
function fold({ dense, weight, bias }: Folded): void {
  const { rows, columns } = weight;
  const before = affine(dense.before, rows);
  const after = affine(dense.after, columns);
  const sums = Float64Array.from(dense.bias.data);
  const from = dense.weight.data;
  const to = weight.data;
  for (let i = 0; i < rows; i++) {
    const [scale, shift] = [before.scale[i]!, before.shift[i]!];
    for (let j = 0, at = i * columns; j < columns; j++, at++) {
      const w = from[at]!;
      to[at] = scale * w * after.scale[j]!;
      sums[j]! += shift * w;
    }
  }
  for (let j = 0; j < columns; j++) bias.data[j] = sums[j]! * after.scale[j]! + after.shift[j]!;
}
