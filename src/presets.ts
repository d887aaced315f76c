/**
 * Settings that suit a kind of data, where a user gives none: plain values, from the number of rows that are trained on. What is
 * given (a file of settings, a variable, a flag, an option) comes before them.
 */

import type { CandidateName } from "./candidates.ts";
import type { TargetKind } from "./targets.ts";

/** The names of the presets. */
export type PresetName = "table" | "table-fast" | "paper";

/** What a preset follows from. */
export interface PresetBasis {
  /** Rows that are trained on. */
  readonly rows: number;
  /** Columns of the table that are features. Default: few. */
  readonly columns?: number | undefined;
  /** Whether rows can be held out. Default: true. */
  readonly canHoldOut?: boolean | undefined;
  /** Default: classes. */
  readonly targets?: TargetKind | undefined;
}

/** What a preset may say, by the names of the settings. */
export interface Preset {
  /** Units of the hidden layers. */
  readonly layers?: readonly number[];
  readonly activation?: "relu" | "selu" | "mish";
  readonly inputScale?: true;
  readonly dropout?: number;
  readonly init?: "he" | "lecun";
  readonly biasInit?: "zeros" | "normal:1";
  readonly outputInit?: "zeros";
  readonly optimizer?: "adamw";
  readonly beta2?: number;
  readonly weightDecay?: number;
  readonly decayFollows?: "schedule";
  readonly rateFactors?: Readonly<Record<string, number | "fan-in">>;
  readonly lrSchedule?: "cosine";
  readonly etaMax?: number;
  readonly etaMin?: number;
  readonly epochs?: number;
  readonly batch?: number;
  /** Training loss and metrics in an epoch's course, which saves a pass: what decides are the rows that are held out. */
  readonly trainingMetrics?: "running";
  /** Networks of an ensemble: one for each fold of a cross-validation. Default: there is one network, and no ensemble. */
  readonly members?: number;
  /** The ways to train of which an ensemble is made. Default: the network alone. */
  readonly candidates?: readonly CandidateName[];
  /** Which weights stay: those of the best epoch by `validation.loss`, where there are validation samples. */
  readonly keep?: "best";
}

/** `value`, but at least `low` and at most `high`. */
const between = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));

/** Rows that all epochs together pass over: 256 epochs of 10,000. */
const ROWS_IN_ALL = 2_560_000;

/** Units of each of the three layers: few of few rows, which more would learn by heart. */
const unitsFor = (rows: number): number => (rows < 2000 ? 64 : rows < 10_000 ? 128 : 256);

/**
 * For tables: the recipe of RealMLP-TD-S (Holzmüller et al., "Better by default", 2024) with fewer units on few rows, dropout and
 * decay in place of label smoothing, which distorts probabilities, and a rate that falls once in place of four waves, which gain
 * nothing (docs/accuracy.md has what each part is worth). The decay is that of the recipe's own weights, W of W/√fan_in.
 */
function tableFast({ rows, targets = "classes" }: PresetBasis): Preset {
  const units = unitsFor(rows);
  const isOfNumbers = targets === "numbers";
  return {
    layers: [units, units, units],
    activation: isOfNumbers ? "mish" : "selu",
    inputScale: true,
    dropout: 0.15,
    init: "lecun",
    biasInit: "normal:1",
    outputInit: "zeros",
    optimizer: "adamw",
    beta2: 0.95,
    weightDecay: 0.1,
    decayFollows: "schedule",
    rateFactors: { scale: 6, bias: 0.1, weight: "fan-in" },
    lrSchedule: "cosine",
    etaMax: isOfNumbers ? 0.07 : 0.04,
    etaMin: 0,
    epochs: between(5, Math.round(ROWS_IN_ALL / Math.max(1, rows)), 256),
    batch: 256,
    trainingMetrics: "running",
    keep: "best",
  };
}

/** Rows, and cells, from which on one network is trained: members would gain little for their time. */
const MANY_ROWS = 10_000;
const MANY_CELLS = 1_000_000;

/** Rows below which nothing can be learned of how well something is learned. */
const FEW_ROWS = 5;

/**
 * For tables: with few rows, members over five folds, each a network as of `table-fast`, a linear model and a constant beside them,
 * weighed by what they predict for the rows that are held out; with many, `table-fast`.
 */
function table(basis: PresetBasis): Preset {
  const { rows, columns = 1, canHoldOut = true } = basis;
  const one = tableFast(basis);
  const isSmall = rows < MANY_ROWS && rows * columns < MANY_CELLS;
  return {
    ...one,
    ...(isSmall && rows >= FEW_ROWS && canHoldOut && { members: 5 }),
    candidates: ["network", "linear", "constant"],
  };
}

/** The presets by name, each from the data at hand. The paper's are the defaults of the settings. */
export const presets: Readonly<Record<PresetName, (basis: PresetBasis) => Preset>> = {
  table,
  "table-fast": tableFast,
  paper: () => ({}),
};
