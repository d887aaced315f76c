/**
 * The paper's experiments as data, a row each: what was trained and the number that was published. Nothing
 * is trained here. The paper is a course report, DD2424 Assignment 3, KTH, April 2021: texts for users call it "the
 * report", the code never does. A row leaves out what is the paper's default (DEFAULTS of src/settings/settings.ts).
 */
import { ConfigError } from "../errors.ts";
import { scientific } from "../format/numbers.ts";
import type { TrainSettings } from "../settings/settings.ts";

/** Numbers that are read off a curve: after the first epoch, after the tenth, and after the last. */
export type Reading = readonly [first: number, tenth: number, last: number];

export type Measure = "loss" | "accuracy" | "cost";

/** Approximate readings off the curves of a figure of the paper. */
export type Readings = Readonly<Record<"train" | "validation", Readonly<Record<Measure, Reading>>>>;

export interface Experiment {
  /** A name that no other experiment has: "fig2", "tab1-10", "tab4-9-bn-0.0001". */
  readonly id: string;
  /** The figure or table that it is part of: "fig2", "tab1", "tab4". */
  readonly group: string;
  /** What was trained, for people. */
  readonly title: string;
  /** The set whose accuracy counts, after the last epoch. */
  readonly metric: "test" | "validation";
  /** The paper's accuracy, 0 to 1; undefined where the paper has none. */
  readonly published?: number;
  /** The settings that differ from the paper's defaults. */
  readonly settings: Partial<TrainSettings>;
  /** Readings, which only figures have. */
  readonly readings?: Readings;
  /** The cell of Table 4, which no other experiments have. */
  readonly cell?: SensitivityCell;
}

/** A cell of Table 4, on the sensitivity to initialisation. */
export interface SensitivityCell {
  readonly layers: 3 | 9;
  /** Whether the network normalises. */
  readonly bn: boolean;
  /** The standard deviation of the initial parameters. */
  readonly sigma: number;
}

const NINE = [50, 30, 20, 20, 10, 10, 10, 10];
/** The λ that the paper found best. */
export const BEST_L2 = 7.86e-3;

const figures: readonly Experiment[] = [
  {
    id: "fig1",
    group: "fig1",
    title: "Three layers, without batch normalisation",
    metric: "test",
    published: 0.536,
    settings: {},
    readings: {
      train: { loss: [1.7, 1.16, 1.08], accuracy: [0.4, 0.59, 0.63], cost: [1.97, 1.32, 1.25] },
      validation: { loss: [1.73, 1.36, 1.34], accuracy: [0.39, 0.51, 0.52], cost: [2, 1.52, 1.51] },
    },
  },
  {
    id: "fig2",
    group: "fig2",
    title: "Three layers, with batch normalisation",
    metric: "test",
    published: 0.5323,
    settings: { bn: "after" },
    readings: {
      train: { loss: [1.73, 1.13, 1.03], accuracy: [0.4, 0.6, 0.64], cost: [2, 1.26, 1.17] },
      validation: { loss: [1.78, 1.36, 1.34], accuracy: [0.375, 0.515, 0.525], cost: [2.05, 1.48, 1.48] },
    },
  },
  {
    id: "fig3",
    group: "fig3",
    title: "Nine layers, without batch normalisation",
    metric: "test",
    published: 0.4411,
    settings: { layers: NINE },
    readings: {
      train: { loss: [2.27, 1.5, 1.37], accuracy: [0.145, 0.44, 0.5], cost: [2.68, 1.66, 1.54] },
      validation: { loss: [2.27, 1.64, 1.6], accuracy: [0.14, 0.39, 0.415], cost: [2.68, 1.8, 1.77] },
    },
  },
  {
    id: "fig4",
    group: "fig4",
    title: "Nine layers, with batch normalisation",
    metric: "test",
    published: 0.5019,
    settings: { layers: NINE, bn: "after" },
    readings: {
      train: { loss: [3.4, 1.43, 1.23], accuracy: [0.18, 0.49, 0.57], cost: [3.8, 1.69, 1.36] },
      validation: { loss: [3.4, 1.55, 1.44], accuracy: [0.175, 0.445, 0.485], cost: [3.8, 1.8, 1.58] },
    },
  },
  {
    id: "fig5",
    group: "fig5",
    title: "Three layers, with batch normalisation, λ = 7.86e-3, three cycles",
    metric: "test",
    published: 0.5392,
    settings: { bn: "after", l2: BEST_L2, cycles: 3 },
    readings: {
      train: { loss: [1.73, 1.14, 1.03], accuracy: [0.4, 0.6, 0.64], cost: [2.15, 1.27, 1.18] },
      validation: { loss: [1.77, 1.34, 1.3], accuracy: [0.385, 0.53, 0.535], cost: [2.19, 1.47, 1.45] },
    },
  },
];

/** The accuracy of a network that has learned nothing: one of ten classes. */
export const CHANCE = 0.1;
/** λ with three digits, as the paper prints it: 4.14e-5. */
export const formatL2 = (l2: number): string => scientific(l2, 3);

/** One value of λ, tried on three layers with batch normalisation. The validation accuracy counts. */
function searchRow(group: string, place: number, title: string, l2: number): Experiment {
  return {
    id: `${group}-${place}`,
    group,
    title: `${title}, λ = ${formatL2(l2)}`,
    metric: "validation",
    settings: { bn: "after", l2 },
  };
}

const searchTable = (
  group: string,
  title: string,
  values: readonly (readonly [l2: number, published: number])[],
): Experiment[] => values.map(([l2, published], i) => ({ ...searchRow(group, i + 1, title, l2), published }));

const search: readonly Experiment[] = [
  ...searchTable("tab1", "Coarse search", [
    [4.14e-5, 0.5106],
    [9.12e-3, 0.528],
    [1.13e-4, 0.51],
    [1.36e-3, 0.5132],
    [1.14e-5, 0.5146],
    [4.73e-2, 0.5114],
    [4.01e-2, 0.5128],
    [1.36e-5, 0.5042],
    [6.73e-2, 0.5098],
    [3.54e-5, 0.5004],
  ]),
  ...searchTable("tab2", "Fine search 1", [
    [BEST_L2, 0.534],
    [1e-2, 0.5262],
    [8.26e-3, 0.5338],
    [9.25e-3, 0.5216],
    [7.35e-3, 0.5264],
  ]),
  ...searchTable("tab3", "Fine search 2", [
    [6.77e-3, 0.5282],
    [8.62e-3, 0.5268],
    [7.12e-3, 0.5248],
    [7.97e-3, 0.5198],
    [6.34e-3, 0.5258],
  ]),
];

/** Each σ of Table 4, in the order of its columns. */
export const SIGMAS = [0.1, 0.001, 0.0001] as const;

/** The id of the row that trains this cell. */
export const cellId = ({ layers, bn, sigma }: SensitivityCell): string =>
  `tab4-${layers}-${bn ? "bn" : "nobn"}-${sigma}`;

function sensitivityRow(cell: SensitivityCell, published: number): Experiment {
  const { layers, bn, sigma } = cell;
  return {
    id: cellId(cell),
    group: "tab4",
    title:
      `${layers === 3 ? "Three" : "Nine"} layers, ${bn ? "with" : "without"} batch normalisation, σ = ` +
      `${sigma}`,
    metric: "test",
    published,
    settings: {
      ...(layers === 9 && { layers: NINE }),
      ...(bn && { bn: "after" as const }),
      init: `normal:${sigma}`,
    },
    cell,
  };
}

/** Table 4: a test accuracy for each σ. */
const sensitivity: readonly Experiment[] = (
  [
    [3, false, [0.5346, 0.5193, 0.1]],
    [3, true, [0.536, 0.5346, 0.535]],
    [9, false, [0.1, 0.1, 0.1]],
    [9, true, [0.5192, 0.5079, 0.1]],
  ] as const
).flatMap(([layers, bn, accuracies]) =>
  SIGMAS.map((sigma, i) => sensitivityRow({ layers, bn, sigma }, accuracies[i]!)),
);

/** All experiments of the paper, in its order. */
export const EXPERIMENTS: readonly Experiment[] = [...figures, ...search, ...sensitivity];

/**
 * Experiments beyond the paper. Its figures that have batch normalisation get it before the activation. All its figures
 * get biases that start at 0 instead of being drawn as the weights are.
 */
export function appendixExperiments(): Experiment[] {
  const variant = (
    { id, title, metric, settings }: Experiment,
    name: string,
    what: string,
    change: Partial<TrainSettings>,
  ): Experiment => ({
    id: `${id}-${name}`,
    group: `${id}-${name}`,
    title: `${title}; ${what}`,
    metric,
    settings: { ...settings, ...change },
  });
  return [
    ...figures
      .filter(({ settings }) => settings.bn === "after")
      .map((figure) => variant(figure, "before", "normalisation before the activation", { bn: "before" })),
    ...figures.map((figure) => variant(figure, "zeros", "biases 0 at first", { biasInit: "zeros" })),
  ];
}

/** A row of this run's own search: value `place` of round `round`, both counted from 1. */
export function freshExperiment(round: number, place: number, l2: number): Experiment {
  return searchRow(`fresh-${round}`, place, round === 1 ? "Coarse search" : `Fine search ${round - 1}`, l2);
}

/**
 * The experiments with these ids, or whose ids begin with these words: "tab1" stands for tab1-1 to tab1-10, "tab4-9" for
 * the nine-layer half of table 4. They come in the order of `from`, each once. Without ids, they are all.
 * @throws ConfigError if one stands for nothing
 */
export function selectExperiments(
  ids: readonly string[],
  from: readonly Experiment[] = EXPERIMENTS,
): Experiment[] {
  const isMeant = (word: string, { id }: Experiment) => id === word || id.startsWith(`${word}-`);
  const unknown = ids.find((word) => !from.some((experiment) => isMeant(word, experiment)));
  if (unknown !== undefined) {
    throw new ConfigError(`No experiment "${unknown}". There are: ${choices(from).join(", ")}.`);
  }
  return from.filter((experiment) => ids.length === 0 || ids.some((word) => isMeant(word, experiment)));
}

/** The ids that can be given: "fig1", and "tab1 (tab1-1 … tab1-10)" for a group of several. */
function choices(experiments: readonly Experiment[]): string[] {
  return [...new Set(experiments.map(({ group }) => group))].map((group) => {
    const ids = experiments.filter((experiment) => experiment.group === group).map(({ id }) => id);
    return ids.length === 1 ? ids[0]! : `${group} (${ids[0]} … ${ids.at(-1)})`;
  });
}
