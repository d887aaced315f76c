/** Checks a model's layers and the options of compile(), before anything is made. */
import { ConfigError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { type NamedLayer, withInner } from "../layers/sequence.ts";
import type { Loss } from "../losses/loss.ts";
import { checkChanges } from "../optimizers/common.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { checkOptions, isNumber, requireMethods, shown } from "../options.ts";
import { targetKinds } from "../targets.ts";
import { checkMetrics } from "./metricChecks.ts";
import type { AnyMetric } from "./totals.ts";

export interface CompileOptions<T extends AnyMetric = AnyMetric> {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Metrics that every evaluation measures beside loss and cost. Default: none. */
  readonly metrics?: readonly T[];
}

export function checkCompileOptions(options: CompileOptions): void {
  const where = "Model.compile";
  if (options === undefined)
    throw new ConfigError(`${where}: there are no options. Give it { loss, optimizer }.`);
  checkOptions(where, options, ["loss", "optimizer", "metrics"]);
  const { loss, optimizer, metrics = [] } = options;
  requireMethods(`${where}: loss`, loss, ["forward"], "a loss, such as new CategoricalCrossEntropyLoss()");
  checkLoss(`${where}: the loss`, loss);
  const expected = "an optimizer, such as new SGDOptimizer()";
  requireMethods(`${where}: optimizer`, optimizer, ["update"], expected);
  requireMethods(
    `${where}: the optimizer's schedule`,
    optimizer.schedule,
    ["at"],
    "a schedule, such as new ConstantSchedule(0.1)",
  );
  checkChanges(`${where}: the optimizer`, optimizer);
  const { tensors = {} } = optimizer;
  if (typeof tensors !== "object" || tensors === null || Array.isArray(tensors)) {
    throw new ConfigError(
      `${where}: the optimizer's tensors are ${shown(tensors)}, expected names with what they hold at first, such as { velocity: 0 }.`,
    );
  }
  for (const [name, initial] of Object.entries(tensors)) {
    if (isNumber(initial) && Number.isFinite(initial)) continue;
    throw new ConfigError(
      `${where}: the optimizer's tensor ${shown(name)} holds ${shown(initial)} at first, expected a finite number.`,
    );
  }
  if (!Array.isArray(metrics)) {
    throw new ConfigError(
      `${where}: metrics is ${shown(metrics)}, expected an array, such as [new AccuracyMetrics()].`,
    );
  }
  checkMetrics(where, metrics);
}

/** @throws ConfigError unless what a loss says of itself is of the right types */
function checkLoss(where: string, { outputKind, targets, kinks }: Loss): void {
  if (outputKind !== undefined && (typeof outputKind !== "string" || outputKind === "")) {
    throw new ConfigError(
      `${where}'s outputKind is ${shown(outputKind)}, expected the kind of a layer, such as "softmax", or undefined.`,
    );
  }
  const known = Object.keys(targetKinds);
  if (targets !== undefined) {
    if (!Array.isArray(targets) || targets.length === 0) {
      throw new ConfigError(
        `${where}'s targets are ${shown(targets)}, expected an array of some of ${known.join(", ")}; or undefined, for classes without weights.`,
      );
    }
    const wrong = targets.find((kind: unknown) => !known.includes(kind as string));
    if (wrong !== undefined || targets.includes(undefined as never)) {
      throw new ConfigError(`${where}'s targets have ${shown(wrong)}, expected some of ${known.join(", ")}.`);
    }
  }
  if (kinks === undefined) return;
  if (!Array.isArray(kinks)) {
    throw new ConfigError(
      `${where}'s kinks are ${shown(kinks)}, expected an array of differences, such as [0]; or undefined.`,
    );
  }
  const wrong = Array.from(kinks).findIndex((kink) => !(isNumber(kink) && Number.isFinite(kink)));
  if (wrong < 0) return;
  throw new ConfigError(`${where}'s kink ${wrong} is ${shown(kinks[wrong])}, expected a finite number.`);
}

/** @throws ConfigError if the last layer is not the one that the loss needs, or one that can only be last stands before it */
export function checkOutputLayer(
  where: string,
  layers: readonly (readonly [name: string, layer: Layer])[],
  { outputKind }: Loss,
): void {
  const kinds = layers.map(([, layer]) => layer.kind);
  const tooEarly = layers.slice(0, -1).find(([, layer]) => layer.onlyLast)?.[1];
  if (outputKind !== undefined && (kinds.at(-1) !== outputKind || tooEarly !== undefined)) {
    // Another layer than a softmax, such as a sigmoid, may stand in hidden layers as well.
    const isOnlyLast = outputKind === "softmax" || tooEarly?.kind === outputKind;
    const units = outputKind === "softmax" ? "classes" : "outputs";
    throw new ConfigError(
      `${where}: the loss needs ${outputKind} as the last layer${isOnlyLast ? " and nowhere else" : ""}, the layers are ` +
        `${kinds.join(", ")}. End with new Dense(${units}, { activation: "${outputKind}" }).`,
    );
  }
  const untrained = tooEarly ?? (outputKind === undefined ? layers.at(-1)![1] : undefined);
  if (outputKind === undefined && untrained?.onlyLast) {
    throw new ConfigError(
      `${where}: the loss takes the outputs as they are, and ${untrained.kind} can only be trained by the loss that takes its ` +
        `place. The layers are ${kinds.join(", ")}. End with new Dense(outputs), without an activation.`,
    );
  }
}

/** @throws ConfigError if there is a layer that is not trained */
export function requireTrained(where: string, layers: readonly NamedLayer[]): void {
  const found = layers.find(([, { notTrained }]) => notTrained !== undefined);
  if (found === undefined) return;
  const [name, { notTrained }] = found;
  throw new ConfigError(`${where}: ${name} is not trained: ${notTrained}`);
}

/** The layers that belong to a model. Their tensors are in its memory. */
const owned = new WeakSet<Layer>();

/**
 * Takes layers, and those within them, for a model.
 * @throws ConfigError if a layer stands here twice, or belongs to another model
 */
export function claim(given: readonly NamedLayer[]): void {
  const layers = withInner(given);
  const places = new Map<Layer, string>();
  for (const [name, layer] of layers) {
    const other = places.get(layer);
    if (other !== undefined) {
      throw new ConfigError(
        `Model: ${name} is the same object as ${other}. Make a new layer for every place.`,
      );
    }
    if (owned.has(layer)) {
      throw new ConfigError(
        `Model: ${name} belongs to another model, whose weights it holds. Make new layers for every model.`,
      );
    }
    places.set(layer, name);
  }
  for (const [, layer] of layers) owned.add(layer);
}
