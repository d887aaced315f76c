/**
 * gather.batch(x, …), matmul.multiplyBias[Relu](y, x, W, b)            →  firstLayer.forward[Relu](y, kept, …, packed W, b)
 * matmul.transposedA(dW, x, dy) … sgd.update(W, dW, η) or .updateL2    →  firstLayer.update(packed W, dy, kept, …, λ, η)
 * with several threads, behind the forward pass of a training step:         firstLayer.prepare(kept, the next samples, …)
 *
 * The samples go from where they are stored into the products, and as they were stored into the update; neither the
 * standardised batch nor the gradient of the first weight stands anywhere. The bits are the same. Rules that fuse the
 * penalty into the update, and the bias and the ReLU into the product, come before this one.
 */
import type { StoredSamples, Tickets } from "../../kernels/firstLayer.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Plan, Rewrite } from "../plan.ts";

/** The batch that comes next, for several threads to prepare. */
export interface Upcoming {
  /** (maxRows, 1). */
  readonly rows: Tensor<"uint32">;
  readonly tickets: Tickets;
}

/** Where the weight of the first layer is kept for these kernels, the batch for the update, and their scratch. */
export interface PackedWeight {
  readonly weight: Tensor;
  readonly packed: Tensor;
  readonly kept: StoredSamples;
  readonly scratch: Tensor<"uint8">;
  /** If there is one, `kept` has room for two batches. */
  readonly upcoming: Upcoming | undefined;
}

const is = (call: Call | undefined, family: string, name: string) =>
  call?.family === family && call.name === name;

/** The calls that the rule replaces; `undefined` where the plan has another form. */
export function findFirstLayer(plan: Plan) {
  const gather = plan.find((call) => is(call, "gather", "batch"));
  if (gather === undefined) return undefined;
  const x = gather.args[0];
  const product = plan.find(
    (call) =>
      (is(call, "matmul", "multiplyBias") || is(call, "matmul", "multiplyBiasRelu")) && call.args[1] === x,
  );
  if (product === undefined) return undefined;
  const weight = product.args[2];
  const gradient = plan.find((call) => is(call, "matmul", "transposedA") && call.args[1] === x);
  const dw = gradient?.args[0];
  const update = plan.find(
    (call) => (is(call, "sgd", "update") || is(call, "sgd", "updateL2")) && call.args[0] === weight,
  );
  if ((gradient === undefined) !== (update === undefined) || update?.args[1] !== dw) return undefined;
  // Whoever else looks at the batch, at the weight or at its gradient would not find it.
  const replaced = new Set([gather, product, gradient, update]);
  const gone = new Set<unknown>(dw === undefined ? [x, weight] : [x, weight, dw]);
  const isSeen = plan.some((call) => !replaced.has(call) && call.args.some((tensor) => gone.has(tensor)));
  return isSeen ? undefined : { gather, product, gradient, update };
}

/** The rule, for one weight. */
export function fuseFirstLayer({ weight, packed, kept, scratch, upcoming }: PackedWeight): Rewrite {
  return (plan) => {
    const found = findFirstLayer(plan);
    if (found === undefined || found.product.args[2] !== weight) return plan;
    const { gather, product, gradient, update } = found;
    const [y, , , bias] = product.args;
    const samples = gather.args.slice(1);
    const [values, rows, scale, shift] = samples;
    const forward: Call = {
      family: "firstLayer",
      name: product.name === "multiplyBias" ? "forward" : "forwardRelu",
      args: [y, update && kept, ...samples, packed, bias, scratch, update && upcoming?.tickets],
    };
    const calls = [forward];
    if (update !== undefined && upcoming !== undefined) {
      const nextRows = upcoming.rows.firstRows((rows as Tensor).rows);
      const args = [kept, values, nextRows, scale, shift, bias, scratch, upcoming.tickets];
      calls.push({ family: "firstLayer", name: "prepare", args });
    }
    return plan.flatMap((call): Call[] => {
      if (call === product) return calls;
      if (call === gather || call === gradient) return [];
      if (call !== update) return [call];
      const [lambda, rate] = call.name === "update" ? [0, call.args[2]] : call.args.slice(2);
      const args = [packed, gradient!.args[2], kept, scale, shift, lambda, rate, scratch, upcoming?.tickets];
      return [{ family: "firstLayer", name: "update", args }];
    });
  };
}
