/**
 * l2.addGradient(dW, W, λ) … an update of W by dW, such as sgd.update(W, dW, η)  →  what the update offers: sgd.updateL2
 *
 * There is one pass over the weight instead of two, with the same bits in the weight. Afterwards the gradient lacks the
 * penalty's part, so the rule applies only if nothing reads it any more. (The gradient check runs plans without rewrites.)
 */
import { type Call, commute, isCall, offerOf, type Plan, reads } from "../plan.ts";

export function fuseL2Update(plan: Plan): Plan {
  const penalties = plan.filter((call) => isCall(call, "l2", "addGradient"));
  const fused = new Set<Call>();
  const updates = new Map<Call, Call>();
  for (const [at, call] of plan.entries()) {
    const { update } = offerOf(call);
    if (update?.withL2 === undefined) continue;
    const before = penalties.filter(
      (penalty) => plan.indexOf(penalty) < at && penalty.args.dw === update.gradient,
    );
    const [penalty] = before;
    // The update adds one penalty, on its own weight.
    if (penalty === undefined || before.length > 1 || penalty.args.w !== update.value) continue;
    // The penalty moves to the update, past the calls between them, which must have nothing to do with it.
    if (!plan.slice(plan.indexOf(penalty) + 1, at).every((other) => commute(penalty, other))) continue;
    // Such as a second update by the same gradient, which would miss the penalty.
    if (plan.slice(at + 1).some((other) => reads(other, update.gradient))) continue;
    fused.add(penalty);
    updates.set(call, update.withL2(penalty.args.lambda));
  }
  return plan.filter((call) => !fused.has(call)).map((call) => updates.get(call) ?? call);
}
