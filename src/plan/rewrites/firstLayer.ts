/**
 * gather.batch(x, …), a product of x, such as matmul.multiplyBias[Relu]  →  what it offers: firstLayer.forward[Relu]
 * matmul.transposedA(dW, x, dy) … an update of W by dW, such as sgd.update  →  what it offers: firstLayer.update
 * matmul.transposedA(dW, x, dy) … other calls with W and dW                 →  firstLayer.gradient, and those calls in its layout
 * with several threads, behind the forward pass of a training step:            firstLayer.prepare(kept, the next samples, …)
 *
 * The products read samples where they are stored, and the gradient reads them as they were stored. The standardised batch is
 * never in memory, and with firstLayer.update neither is the gradient of the first weight. Any optimizer whose kernels offer
 * themselves in the packed layout keeps these kernels. The bits are the same. Rules that fuse the penalty into the update, and
 * the bias and the activation into the product, come before this one.
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

/** What lies packed beside the weight if the gradient has to be in memory. */
export interface Beside {
  readonly gradient: Tensor;
  /** The optimizer's tensors for the weight, each with its packed counterpart. */
  readonly own: readonly (readonly [plain: Tensor, packed: Tensor])[];
}

/** The memory of these kernels: the packed weight of the first layer, the batch that is kept for the update, and scratch. */
export interface FirstLayerParts {
  readonly weight: Tensor;
  readonly packed: Tensor;
  /** Absent if the update makes the gradient itself. */
  readonly beside?: Beside | undefined;
  readonly kept: StoredSamples;
  readonly scratch: Tensor<"uint8">;
  /** The batch that comes next. With it, `kept` has room for two batches. */
  readonly upcoming: Upcoming | undefined;
}

/** The calls that the rule is about; undefined if the plan has another form. */
function findFirstLayer(plan: Plan) {
  const gather = plan.find((call) => isCall(call, "gather", "batch"));
  if (gather === undefined) return undefined;
  const { x } = gather.args;
  const forward = plan.find((call) => offerOf(call).product?.x === x);
  const product = forward && offerOf(forward).product;
  if (forward === undefined || product === undefined) return undefined;
  const gradient = plan
    .filter((call) => isCall(call, "matmul", "transposedA"))
    .find((call) => call.args.x === x);
  const found = { gather, forward, product, gradient };
  // The batch is not written any more.
  const others = plan.filter((call) => call !== gather && call !== forward && call !== gradient);
  return others.some((call) => touches(call, x)) ? undefined : { ...found, others };
}

type Found = NonNullable<ReturnType<typeof findFirstLayer>>;

/** The update that can make the gradient itself; undefined if there is none. */
function fusedUpdate(plan: Plan, { product, gradient, others }: Found) {
  const change = others.find((call) => offerOf(call).update?.value === product.weight);
  const update = change && offerOf(change).update;
  if (gradient === undefined || update?.inFirstLayer === undefined) return undefined;
  const { dw, dy } = gradient.args;
  if (update.gradient !== dw) return undefined;
  // Neither of these tensors is written afterwards. If another call touches one, it must be written.
  const isSeen = others.some(
    (call) => call !== change && [product.weight, dw].some((tensor) => touches(call, tensor)),
  );
  // The gradient is made only when its update's turn comes.
  const isChanged = plan.slice(plan.indexOf(gradient) + 1).some((call) => writes(call, dy));
  return isSeen || isChanged ? undefined : { change, inFirstLayer: update.inFirstLayer };
}

/** The calls with the weight and its gradient; undefined if one of them does not offer itself in the packed layout. */
function packable({ product, gradient, others }: Found): readonly Call[] | undefined {
  if (gradient === undefined) return undefined;
  const moving = [product.weight, gradient.args.dw];
  const calls = others.filter((call) => moving.some((tensor) => touches(call, tensor)));
  return calls.every((call) => offerOf(call).inPackedLayout !== undefined) ? calls : undefined;
}

/** The weight that the rule would take from a plan that has been through the other rules. */
export function firstWeight(plan: Plan): Tensor | undefined {
  const found = findFirstLayer(plan);
  if (found === undefined || found.gradient !== undefined) return undefined;
  const { weight } = found.product;
  return found.others.some((call) => touches(call, weight)) ? undefined : weight;
}

/**
 * What has to lie packed beside the weight for a training; undefined if nothing has to, or nothing can.
 * @param training a plan that has been through the other rules
 * @param room makes room for a packed tensor
 */
export function besideOf(training: Plan, weight: Tensor, room: () => Tensor): Beside | undefined {
  const found = findFirstLayer(training);
  if (found?.product.weight !== weight || fusedUpdate(training, found) !== undefined) return undefined;
  const calls = packable(found);
  if (calls === undefined) return undefined;
  const { dw } = found.gradient!.args;
  const own = new Set<Tensor>();
  for (const call of calls) {
    offerOf(call).inPackedLayout!((tensor) => {
      if (tensor !== weight && tensor !== dw) own.add(tensor);
      return tensor;
    });
  }
  return { gradient: room(), own: [...own].map((plain) => [plain, room()] as const) };
}

/** The packed counterparts of the weight, its gradient and the optimizer's tensors for it. */
function counterparts({ packed, beside, weight }: FirstLayerParts, dw: Tensor): ReadonlyMap<Tensor, Tensor> {
  return new Map([[weight, packed], [dw, beside!.gradient], ...beside!.own]);
}

/** The calls in the packed layout, by the calls that they replace; undefined if one of them cannot be. */
function packedCalls(found: Found, parts: FirstLayerParts): ReadonlyMap<Call, Call> | undefined {
  const calls = parts.beside && packable(found);
  if (calls === undefined) return undefined;
  const counterpart = counterparts(parts, found.gradient!.args.dw);
  const replaced = new Map<Call, Call>();
  for (const call of calls) {
    let isKnown = true;
    const packed = offerOf(call).inPackedLayout!((tensor) => {
      isKnown &&= counterpart.has(tensor);
      return counterpart.get(tensor) ?? tensor;
    });
    if (!isKnown) return undefined;
    replaced.set(call, packed);
  }
  // No other call may see the optimizer's tensors, which are not up to date.
  const isSeen = found.others.some(
    (call) => !replaced.has(call) && parts.beside!.own.some(([plain]) => touches(call, plain)),
  );
  return isSeen ? undefined : replaced;
}

/** The rule, for one weight. */
export function fuseFirstLayer(parts: FirstLayerParts): Rewrite {
  const { weight, packed, kept, scratch, upcoming, beside } = parts;
  return (plan) => {
    const found = findFirstLayer(plan);
    if (found === undefined || found.product.weight !== weight) return plan;
    const { gather, forward, product, gradient, others } = found;
    const update = fusedUpdate(plan, found);
    const replaced = update === undefined && gradient !== undefined ? packedCalls(found, parts) : undefined;
    const trains = update !== undefined || replaced !== undefined;
    if (!trains && (gradient !== undefined || others.some((call) => touches(call, weight)))) return plan;
    const { rows, scale, shift } = gather.args;
    // The rule is only for models in float32, whose batches are never gathered from float64.
    const values = gather.args.values as StoredSamples;
    const tickets = upcoming?.tickets;
    const samples = { values, scale, shift, scratch };
    const calls = [
      product.inFirstLayer({
        ...{ ...samples, rows, packed },
        ...(trains ? { kept, tickets } : { kept: undefined, tickets: undefined }),
      }),
    ];
    if (trains && upcoming !== undefined) {
      const next = upcoming.rows.firstRows(rows.rows);
      const args = { ...samples, kept, rows: next, bias: product.bias, tickets: upcoming.tickets };
      calls.push({ family: "firstLayer", name: "prepare", args });
    }
    const from = gradient && { dy: gradient.args.dy, kept, scale, shift, scratch, tickets };
    return plan.flatMap((call): readonly Call[] => {
      if (call === forward) return calls;
      if (call === gather) return [];
      if (call === update?.change) return [update.inFirstLayer({ packed, ...from! })];
      if (call !== gradient) return [replaced?.get(call) ?? call];
      if (replaced === undefined) return [];
      return [{ family: "firstLayer", name: "gradient", args: { dw: beside!.gradient, ...from! } }];
    });
  };
}
