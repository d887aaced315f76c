/** The losses by name, as descriptions have it. */
import { capitalize } from "../format/words.ts";
import { type TargetKind, targetKinds } from "../targets.ts";
import { binaryCrossEntropy } from "./binaryCrossEntropy.ts";
import { categoricalCrossEntropy } from "./categoricalCrossEntropy.ts";
import { huber } from "./huber.ts";
import type { LossKind } from "./kind.ts";
import type { Loss } from "./loss.ts";
import { meanAbsoluteError } from "./meanAbsoluteError.ts";
import { meanSquaredError } from "./meanSquaredError.ts";

export { BinaryCrossEntropyLoss } from "./binaryCrossEntropy.ts";
export {
  CategoricalCrossEntropyLoss,
  type CategoricalCrossEntropyOptions,
} from "./categoricalCrossEntropy.ts";
export { HuberLoss, type HuberOptions } from "./huber.ts";
export type { LossKind } from "./kind.ts";
export type { Loss } from "./loss.ts";
export { MeanAbsoluteErrorLoss } from "./meanAbsoluteError.ts";
export { MeanSquaredErrorLoss } from "./meanSquaredError.ts";

/** The first one for a kind of targets is what a task has by default. */
export const losses = {
  categoricalCrossEntropy,
  binaryCrossEntropy,
  meanSquaredError,
  meanAbsoluteError,
  huber,
} as const satisfies Readonly<Record<string, LossKind>>;

export type LossName = keyof typeof losses;

/** The kinds of targets that a loss takes. */
export const targetsTaken = ({ targets = ["classes"] }: Loss): readonly TargetKind[] => targets;

/** The names of the losses that take targets of this kind. */
export const lossesFor = (kind: TargetKind): LossName[] =>
  (Object.keys(losses) as LossName[]).filter((name) => targetsTaken(losses[name].create({})).includes(kind));

/** A loss as errors name it: "MeanSquaredErrorLoss"; one of a caller's own as "the loss". */
export function titleOf(loss: Loss): string {
  const name = loss.describe?.().name;
  return name !== undefined && Object.hasOwn(losses, name) ? classNameOf(name) : "the loss";
}

/** "meanSquaredError" is the name of MeanSquaredErrorLoss. Classes' own names do not survive every bundler. */
const classNameOf = (name: string) => `${capitalize(name)}Loss`;

/** "For numbers compile with new MeanSquaredErrorLoss() or …": the advice for targets of this kind. */
export function lossAdvice(kind: TargetKind): string {
  const choices = lossesFor(kind).map((name) => `new ${classNameOf(name)}()`);
  return `For ${targetKinds[kind]} compile with ${choices.join(" or ")}.`;
}
