/** Layers one after another: checked, with those that follow from them, and named. */
import { ConfigError } from "../errors.ts";
import { requireInteger, requireMethods, shown } from "../options.ts";
import type { Layer, Parameter, State } from "./layer.ts";

/** A layer with its numbered name: ["dense1", layer]. */
export type NamedLayer = readonly [name: string, layer: Layer];

/** @throws ConfigError unless it has all that a layer has before it is built */
function checkLayer(where: string, layer: Layer): void {
  requireMethods(where, layer, ["build", "forward", "backward"], "a layer, such as new Dense(10)");
  const { kind, minimumBatch } = layer;
  if (typeof kind !== "string" || kind === "") {
    throw new ConfigError(`${where}: its kind is ${shown(kind)}, expected a name, such as "dense".`);
  }
  requireInteger(`${where}: its minimumBatch`, minimumBatch);
}

/**
 * The layers with those that follow from them, such as a Dense layer's activation.
 * @throws ConfigError if there is none, or one is no layer
 */
function allLayers(where: string, layers: readonly Layer[]): Layer[] {
  if (!Array.isArray(layers)) {
    throw new ConfigError(
      `${where}: layers is ${shown(layers)}, expected an array, such as [new Dense(10)].`,
    );
  }
  if (layers.length === 0)
    throw new ConfigError(`${where}: there are no layers. Give it at least one Dense layer.`);
  // layers.flatMap would pass over holes.
  return Array.from(layers).flatMap((layer: Layer, i) => {
    checkLayer(`${where}: layer ${i}`, layer);
    return layer.followedBy ? [layer, layer.followedBy] : [layer];
  });
}

/**
 * The layers, with those that follow from them, by name: [["dense1", …], ["relu1", …], ["dense2", …]]. Every kind is counted
 * on its own.
 * @throws ConfigError if there is none, or one is no layer
 */
export function namedLayers(where: string, layers: readonly Layer[]): NamedLayer[] {
  const counts = new Map<string, number>();
  return allLayers(where, layers).map((layer) => {
    const number = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, number);
    return [`${layer.kind}${number}`, layer] as const;
  });
}

/** The layers, each with those within it behind it: [["ensemble1", …], ["ensemble1.0.dense1", …], …]. */
export const withInner = (layers: readonly NamedLayer[]): NamedLayer[] =>
  layers.flatMap((each) => {
    const [name, { innerLayers = [] }] = each;
    return [each, ...withInner(innerLayers.map(([own, layer]) => [`${name}.${own}`, layer] as const))];
  });

/** A layer's tensors as they are saved: its parameters, then its states; those of the layers within it, one after another. */
export const tensorsOf = (layer: Layer): readonly (Parameter | State)[] =>
  layer.innerLayers?.flatMap(([, each]) => tensorsOf(each)) ?? [...layer.parameters, ...layer.states];
