/** Which columns a trained model's answers depend on. (Which settings a search's results depend on: tuner/importance.ts.) */
import type { Samples } from "../data/dataset.ts";
import { ConfigError } from "../errors.ts";
import { checkOptions, requireInteger, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import { permutation, Random } from "../random.ts";
import { now, otherWork } from "../runtime.ts";
import type { Evaluation } from "./history.ts";
import { memories } from "./memory.ts";
import type { Model } from "./model.ts";
import { type FeatureGroup, PermutedSamples } from "./permutedSamples.ts";
import { checkSamples, requireSome } from "./suits.ts";

export type { FeatureGroup } from "./permutedSamples.ts";

export interface PermutationImportanceOptions {
  /** Features that are permuted together. Default: each by itself, named "feature 0", … */
  readonly groups?: readonly FeatureGroup[] | undefined;
  /** Permutations of each, ≥ 1. Default: 5. */
  readonly repeats?: number | undefined;
  /** The most samples that are used, ≥ 2: so many of them at random. Default: 10,000, or fewer if they have many features. */
  readonly most?: number | undefined;
  /** Decides which samples are used, and the permutations. Default: 1. */
  readonly seed?: number | undefined;
  /** Ends it, which then throws its reason. */
  readonly signal?: Signal | undefined;
  /** Called after each evaluation: how many are done, of how many. Default: nothing is. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** How much worse something gets over the permutations. */
export interface Worsening {
  /** The mean; negative if it gets better. */
  readonly mean: number;
  /** The deviation between the permutations; 0 of one. */
  readonly sd: number;
}

export interface ColumnImportance {
  readonly name: string;
  /** The rise of the loss. */
  readonly loss: Worsening;
  /** The drop of the metric or, if less of it is better, its rise. */
  readonly metric?: Worsening | undefined;
}

export interface PermutationImportance {
  /** Samples that were used, of how many. */
  readonly samples: number;
  readonly of: number;
  readonly repeats: number;
  readonly seed: number;
  /** The loss with all in its place. */
  readonly loss: number;
  /** The first of the model's metrics that is a number and has a better end, with all in its place. */
  readonly metric?:
    | { readonly name: string; readonly better: "more" | "less"; readonly value: number }
    | undefined;
  /** Those on which the loss depends most first. */
  readonly columns: readonly ColumnImportance[];
}

const DEFAULT_MOST = 10_000;
/** Numbers that are held in memory, unless more samples are asked for: half a gigabyte. */
const MOST_NUMBERS = 2 ** 26;
/** After so many milliseconds, other work has its turn. */
const TURN = 50;

/**
 * Permutation importance (Breiman, "Random forests", 2001, §10; Fisher, Rudin and Dominici, 2019): how much the loss rises,
 * and the first metric gets worse, when a column's values are dealt out anew among the samples, so that they no longer say
 * anything about their own.
 *
 * It says what this model uses on these samples, not what causes what. Columns that say the same stand in for each other, so
 * that both may seem to matter little; values are put together that never occur together. On the samples of the training it
 * also counts what was only learned by heart: give it others.
 *
 * @param model compiled, trained
 * @param samples 2 or more
 * @throws ConfigError if the model is not compiled, an option is wrong, or a group has features that there are not;
 *   DatasetError if the model takes other samples
 */
export async function permutationImportance(
  model: Model,
  samples: Samples,
  options: PermutationImportanceOptions = {},
): Promise<PermutationImportance> {
  const where = "permutationImportance";
  checkOptions(where, options, ["groups", "repeats", "most", "seed", "signal", "onProgress"]);
  checkSamples(where, samples);
  requireSome(where, samples);
  const { features, count } = samples;
  const { groups = singles(features), repeats = 5, seed = 1, signal, onProgress } = options;
  const { most = Math.max(2, Math.min(DEFAULT_MOST, Math.floor(MOST_NUMBERS / features))) } = options;
  requireInteger(`${where}: repeats`, repeats);
  requireInteger(`${where}: most`, most);
  checkGroups(where, groups, features);
  const chosen =
    count <= most
      ? undefined
      : permutation(count, new Random(seed, "importance", "samples"))
          .slice(0, most)
          .sort();
  const used = chosen === undefined ? samples : samples.select(chosen);
  const base = await PermutedSamples.of(where, used);
  const total = 1 + groups.length * repeats;
  let done = 0;
  let turn = now();
  const evaluate = async (its: Samples): Promise<Evaluation> => {
    if (now() - turn > TURN) {
      await otherWork();
      turn = now();
    }
    signal?.throwIfAborted();
    const evaluation = await model.evaluate(its);
    onProgress?.(++done, total);
    return evaluation;
  };
  const before = await evaluate(base);
  const metric = firstMetric(model, before);
  const columns: ColumnImportance[] = [];
  for (const [g, group] of groups.entries()) {
    const [losses, values]: [number[], number[]] = [[], []];
    for (let r = 0; r < repeats; r++) {
      const order = permutation(base.count, new Random(seed, "importance", g, r));
      const after = await evaluate(base.permuted(group, order));
      losses.push(after.loss - before.loss);
      if (metric === undefined) continue;
      const rise = measured(after, metric.name) - metric.value;
      values.push(metric.better === "less" ? rise : -rise);
    }
    columns.push({ name: group.name, loss: spread(losses), metric: metric && spread(values) });
  }
  // Equals, such as columns that nothing depends on, stay in their order.
  columns.sort((a, b) => b.loss.mean - a.loss.mean);
  return { samples: base.count, of: count, repeats, seed, loss: before.loss, metric, columns };
}

const singles = (features: number): FeatureGroup[] =>
  Array.from({ length: features }, (_, at) => ({ name: `feature ${at}`, at, width: 1 }));

function checkGroups(where: string, groups: readonly FeatureGroup[], features: number): void {
  for (const [i, { name, at, width }] of groups.entries()) {
    const isThere = Number.isInteger(at) && at >= 0 && Number.isInteger(width) && width >= 1;
    if (typeof name === "string" && isThere && at + width <= features) continue;
    throw new ConfigError(
      `${where}: groups[${i}] is { name: ${shown(name)}, at: ${shown(at)}, width: ${shown(width)} }, expected a name ` +
        `and features among the ${features} that a sample has.`,
    );
  }
}

const measured = (evaluation: Evaluation, name: string): number =>
  (evaluation as unknown as Readonly<Record<string, number>>)[name]!;

function firstMetric(model: Model, evaluation: Evaluation): PermutationImportance["metric"] {
  for (const { name, better } of memories.get(model)!.compiled?.metrics ?? []) {
    const value: unknown = measured(evaluation, name);
    if (better !== undefined && typeof value === "number" && Number.isFinite(value))
      return { name, better, value };
  }
  return undefined;
}

/** The mean and the deviation, with n − 1. */
function spread(values: readonly number[]): Worsening {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, sd: n < 2 ? 0 : Math.sqrt(squares / (n - 1)) };
}
