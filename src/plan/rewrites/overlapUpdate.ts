/**
 * … the gradients of weights and biases … the first layer's dy … firstLayer.update … the other updates
 *   →  … the first layer's dy, firstLayer.beginUpdate, those gradients, the other updates, firstLayer.update
 *
 * The same for firstLayer.gradient, where the calls that need it, such as the update by it, come behind it.
 *
 * The other threads begin with the first layer's update as soon as its gradient is there. Meanwhile the first thread
 * computes what only later calls wait for. The bits are the same.
 */
import { type Call, commute, offerOf, type Plan, reads, written } from "../plan.ts";

export function overlapUpdate(plan: Plan): Plan {
  const at = plan.findIndex((call) => offerOf(call).begin !== undefined);
  if (at < 0) return plan;
  const update = plan[at]!;
  const start =
    plan.slice(0, at).findLastIndex((call) => written(call).some((tensor) => reads(update, tensor))) + 1;
  const before = plan.slice(0, start);
  // The calls that run meanwhile must have nothing to do with the update. Those that have, and what follows from them, wait.
  if (!plan.slice(start, at).every((call) => commute(call, update))) return plan;
  const behind: Call[] = [update];
  const after: Call[] = plan.slice(start, at);
  for (const call of plan.slice(at + 1)) {
    (behind.every((other) => commute(call, other)) ? after : behind).push(call);
  }
  if (after.length === 0) return plan;
  const isAwaited = (call: Call) =>
    written(call).some((tensor) => [...after, ...behind].some((later) => reads(later, tensor)));
  const canWait = (call: Call, at: number) =>
    isAwaited(call) && [...before.slice(at + 1), update].every((other) => commute(call, other));
  const waiting = new Set(before.filter(canWait));
  const first = before.filter((call) => !waiting.has(call));
  return [...first, offerOf(update).begin!, ...waiting, ...after, ...behind];
}
