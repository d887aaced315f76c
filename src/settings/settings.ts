/** The settings of a training, as data: their types, their defaults, what they resolve to. */
import { defaultDataset, defaultL2 } from "../data/index.ts";
import type { SplitOptions } from "../data/split.ts";
import { ConfigError } from "../errors.ts";
import { learningRateOf, resolveOptimizer } from "./ofOptimizers.ts";
import type { Setting } from "./setting.ts";
import { MOST_EPOCHS, settings } from "./table.ts";

type Table = typeof settings;
type ValueOf<S> = S extends Setting<infer T> ? T : never;
type NameWithDefault = {
  [K in keyof Table]: Table[K] extends { readonly default: unknown } ? K : never;
}[keyof Table];

/** The settings of the table. One that is undefined follows from the others, or from the data. */
export type TrainSettings = { readonly [K in NameWithDefault]: ValueOf<Table[K]> } & {
  readonly [K in Exclude<keyof Table, NameWithDefault>]?: ValueOf<Table[K]> | undefined;
};

/** Settings with nothing left to decide. */
export type ResolvedSettings = TrainSettings & {
  readonly data: string;
  readonly etaMax: number;
  readonly l2: number;
  readonly stepSize: number;
  readonly steps: number;
  readonly epochs: number;
};

const entries = Object.entries(settings) as [keyof Table, Setting][];

/** The paper's settings. */
export const DEFAULTS = Object.fromEntries(
  entries.flatMap(([key, entry]) => (entry.default === undefined ? [] : [[key, entry.default]])),
) as TrainSettings;

/** The paper's λ. The table has no default: other data sets than the paper's have another. */
export const PAPER_L2 = defaultL2(defaultDataset().name);

/** The defaults that a search has instead: the paper's search is on a network that normalises. */
export const SEARCH_DEFAULTS: Partial<TrainSettings> = { bn: "after" };

/** The settings that decide the split of a data set. */
export const splitOptions = ({ seed, validation, limit }: TrainSettings): SplitOptions => ({
  seed,
  validation,
  limit,
});

/** The sources over the defaults. Later sources win; undefined values in them do not count. */
export function mergeSettings(...sources: readonly Partial<TrainSettings>[]): TrainSettings {
  const merged: Record<string, unknown> = { ...DEFAULTS };
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) if (value !== undefined) merged[key] = value;
  }
  return merged as unknown as TrainSettings;
}

/**
 * Every setting with the value that a training on so many samples has.
 * @param dataset the name of the data set in the registry
 * @param named how errors write the name of a setting. Default: as it is
 * @throws ConfigError if settings contradict each other
 */
export function resolveSettings(
  asked: TrainSettings,
  dataset: string,
  samples: number,
  named: (key: keyof TrainSettings) => string = String,
): ResolvedSettings {
  const epochs = asked.epochs ?? Math.round(10 * asked.cycles);
  const given = { ...asked, dataset, samples, epochs, learningRate: learningRateOf(asked.optimizer) };
  const ofOptimizer = resolveOptimizer(asked, named as (name: string) => string);
  const following = entries.flatMap(([key, { follows }]) =>
    follows === undefined ? [] : [[key, asked[key] ?? follows.from(given)]],
  );
  const resolved = {
    ...asked,
    data: asked.data ?? dataset,
    ...ofOptimizer,
    ...Object.fromEntries(following),
    epochs,
  } as ResolvedSettings;
  const { etaMin, etaMax, cycles, nesterov, momentum } = resolved;
  if (nesterov && momentum === 0) {
    throw new ConfigError(`${named("nesterov")} needs a momentum. Give ${named("momentum")}, such as 0.9.`);
  }
  if (etaMin > etaMax) {
    throw new ConfigError(
      `${named("etaMin")} ${etaMin} is above ${named("etaMax")} ${etaMax}. Lower the one or raise the other.`,
    );
  }
  if (epochs < 1) {
    throw new ConfigError(`${named("cycles")} ${cycles} is less than an epoch, expected at least 0.1.`);
  }
  if (epochs > MOST_EPOCHS) {
    const asks = asked.epochs === undefined ? `${named("cycles")} ${cycles}` : named("epochs");
    throw new ConfigError(`${asks}: that is ${epochs} epochs, expected at most ${MOST_EPOCHS}. Give less.`);
  }
  return resolved;
}

/** The settings on which results depend, in the order of the table: whatever they were given in. */
export const decisiveSettings = (given: TrainSettings): Partial<TrainSettings> =>
  Object.fromEntries(
    entries.flatMap(([key, { changesResults = true }]) =>
      changesResults && given[key] !== undefined ? [[key, given[key]]] : [],
    ),
  );
