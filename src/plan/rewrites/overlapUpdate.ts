/**
 * … matmul.transposedA(dW, x, dy), bias.columnSums(db, dy) … the first layer's dy … firstLayer.update … sgd.update …
 *   →  … the first layer's dy, firstLayer.beginUpdate, the gradients, sgd.update …, firstLayer.update
 *
 * The other threads begin with the first layer's update as soon as its gradient is there; what needs no threads, and
 * nothing behind it but an update needs, the first thread computes meanwhile. The bits are the same.
 */
import type { Call, Plan } from "../plan.ts";

const isUpdate = ({ family, name }: Call) => family === "firstLayer" && name === "update";
/** Gradients by weights and biases, which nothing in the backward pass waits for. */
const isGradient = ({ family, name }: Call) =>
  (family === "matmul" && name === "transposedA") || (family === "bias" && name === "columnSums");

/** What a call may write: the result comes first, and where there are several, or it is not known, it may be all. */
const written = ({ family, args }: Call): readonly unknown[] =>
  family === "matmul" || family === "bias" || family === "relu" ? args.slice(0, 1) : args;

export function overlapUpdate(plan: Plan): Plan {
  const update = plan.find(isUpdate);
  if (update === undefined) return plan;
  const dy = update.args[1];
  const start = plan.findLastIndex((call) => call !== update && written(call).includes(dy)) + 1;
  const [before, after] = [plan.slice(0, start), plan.slice(start).filter((call) => call !== update)];
  // It does not see what comes after it, and nothing there sees it.
  const canWait = (call: Call, at: number) =>
    isGradient(call) &&
    before
      .slice(at + 1)
      .every(
        (later) =>
          !later.args.includes(call.args[0]) &&
          !written(later).some((tensor) => call.args.slice(1).includes(tensor)),
      );
  const waiting = new Set(before.filter(canWait));
  const begin: Call = { ...update, name: "beginUpdate" };
  return [...before.filter((call) => !waiting.has(call)), begin, ...waiting, ...after, update];
}
