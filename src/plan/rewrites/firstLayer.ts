/**
 * gather.batch(x, …), a product of x, such as matmul.multiplyBias[Relu]  →  what it offers: firstLayer.forward[Relu]
 * matmul.transposedA(dW, x, dy) … an update of W by dW, such as sgd.update  →  what it offers: firstLayer.update
 * with several threads, behind the forward pass of a training step:            firstLayer.prepare(kept, the next samples, …)
 *
 * The products read samples where they are stored, and the update reads them as they were stored. Neither the standardised
 * batch nor the gradient of the first weight is ever in memory. The bits are the same. Rules that fuse the penalty into the
 * update, and the bias and the activation into the product, come before this one.
 */
import type { StoredSamples, Tickets } from "../../kernels/firstLayer.ts";
import type { Tensor } from "../../tensor.ts";
import { type Call, isCall, offerOf, type Plan, type Rewrite, touches, writes } from "../plan.ts";

/** The batch that comes next, for several threads to prepare. */
export interface Upcoming {
  /** (maxRows, 1). */
  readonly rows: Tensor<"uint32">;
  readonly tickets: Tickets;
}

/** The memory of these kernels: the packed weight of the first layer, the batch that is kept for the update, and scratch. */
export interface FirstLayerParts {
  readonly weight: Tensor;
  readonly packed: Tensor;
  readonly kept: StoredSamples;
  readonly scratch: Tensor<"uint8">;
  /** The batch that comes next. With it, `kept` has room for two batches. */
  readonly upcoming: Upcoming | undefined;
}

/** The calls that the rule replaces; undefined if the plan has another form. */
function findFirstLayer(plan: Plan) {
  const gather = plan.find((call) => isCall(call, "gather", "batch"));
  if (gather === undefined) return undefined;
  const { x } = gather.args;
  const forward = plan.find((call) => offerOf(call).product?.x === x);
  const product = forward && offerOf(forward).product;
  if (forward === undefined || product === undefined) return undefined;
  const { weight } = product;
  const gradient = plan
    .filter((call) => isCall(call, "matmul", "transposedA"))
    .find((call) => call.args.x === x);
  const change = plan.find((call) => offerOf(call).update?.value === weight);
  const update = change && offerOf(change).update;
  if (update?.gradient !== gradient?.args.dw) return undefined;
  if (update !== undefined && update.inFirstLayer === undefined) return undefined;
  // None of these tensors is written afterwards. If another call touches one, the plan must stay as it is.
  const gone = [x, weight, ...(gradient === undefined ? [] : [gradient.args.dw])];
  const replaced = new Set<Call | undefined>([gather, forward, gradient, change]);
  const isSeen = plan.some((call) => !replaced.has(call) && gone.some((tensor) => touches(call, tensor)));
  // The gradient is made only when its update's turn comes.
  const isChanged =
    gradient !== undefined &&
    plan.slice(plan.indexOf(gradient) + 1).some((call) => writes(call, gradient.args.dy));
  return isSeen || isChanged ? undefined : { gather, forward, product, gradient, change, update };
}

/** The weight that the rule would take from a plan that has been through the other rules. */
export function firstWeight(plan: Plan): Tensor | undefined {
  return findFirstLayer(plan)?.product.weight;
}

/** The rule, for one weight. */
export function fuseFirstLayer({ weight, packed, kept, scratch, upcoming }: FirstLayerParts): Rewrite {
  return (plan) => {
    const found = findFirstLayer(plan);
    if (found === undefined || found.product.weight !== weight) return plan;
    const { gather, forward, product, gradient, change, update } = found;
    const { rows, scale, shift } = gather.args;
    // The rule is only for models in float32, whose batches are never gathered from float64.
    const values = gather.args.values as StoredSamples;
    const tickets = upcoming?.tickets;
    const samples = { values, scale, shift, scratch };
    const calls = [
      product.inFirstLayer({ ...samples, rows, packed, kept: update && kept, tickets: update && tickets }),
    ];
    if (update !== undefined && upcoming !== undefined) {
      const next = upcoming.rows.firstRows(rows.rows);
      const args = { ...samples, kept, rows: next, bias: product.bias, tickets: upcoming.tickets };
      calls.push({ family: "firstLayer", name: "prepare", args });
    }
    return plan.flatMap((call): readonly Call[] => {
      if (call === forward) return calls;
      if (call === gather || call === gradient) return [];
      if (call !== change) return [call];
      return [update!.inFirstLayer!({ packed, dy: gradient!.args.dy, kept, scale, shift, scratch, tickets })];
    });
  };
}
