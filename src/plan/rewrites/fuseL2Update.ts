/**
 * l2.addGradient(dW, W, λ) … sgd.update(W, dW, η)  →  sgd.updateL2(W, dW, λ, η)
 *
 * One pass over the weight instead of two, with the same bits in the weight. The gradient no longer holds the
 * penalty's part afterwards, which nothing reads in a training step (the gradient check runs plans without rewrites).
 */
import type { Call, Plan } from "../plan.ts";

const isPenalty = ({ family, name }: Call) => family === "l2" && name === "addGradient";
const isUpdate = ({ family, name }: Call) => family === "sgd" && name === "update";

export function fuseL2Update(plan: Plan): Plan {
  const penaltyOf = new Map<Call, Call>();
  for (const [at, update] of plan.entries()) {
    if (!isUpdate(update)) continue;
    const [value, grad] = update.args;
    const penalties = plan.slice(0, at).filter((call) => isPenalty(call) && call.args[0] === grad);
    // Two penalties on one gradient, or one on another weight, are not what updateL2 computes.
    if (penalties.length === 1 && penalties[0]!.args[1] === value) penaltyOf.set(update, penalties[0]!);
  }
  const fused = new Set(penaltyOf.values());
  return plan.flatMap((call): Call[] => {
    if (fused.has(call)) return [];
    const penalty = penaltyOf.get(call);
    if (penalty === undefined) return [call];
    const [value, grad, rate] = call.args;
    return [{ family: "sgd", name: "updateL2", args: [value, grad, penalty.args[2], rate] }];
  });
}
