/**
 * l2.addGradient(dW, W, λ) … sgd.update(W, dW, η)  →  sgd.updateL2(W, dW, λ, η)
 *
 * One pass over the weight instead of two, with the same bits in the weight. The gradient no longer holds the
 * penalty's part afterwards, which nothing reads in a training step (the gradient check runs plans without rewrites).
 */
import type { Call, Plan } from "../../plan.ts";

const isPenalty = ({ family, name }: Call) => family === "l2" && name === "addGradient";
const isUpdate = ({ family, name }: Call) => family === "sgd" && name === "update";

export function fuseL2Update(plan: Plan): Plan {
  const updated = new Set(plan.filter(isUpdate).map(({ args: [, grad] }) => grad));
  const lambdas = new Map<unknown, unknown>();
  return plan.flatMap((call) => {
    if (isPenalty(call) && updated.has(call.args[0])) {
      const [grad, , lambda] = call.args;
      lambdas.set(grad, lambda);
      return [];
    }
    const [value, grad, rate] = call.args;
    if (!isUpdate(call) || !lambdas.has(grad)) return [call];
    return [{ family: "sgd", name: "updateL2", args: [value, grad, lambdas.get(grad), rate] } satisfies Call];
  });
}
