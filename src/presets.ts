/**
 * Settings that suit a kind of data, where a user gives none: plain values, from the number of rows that are trained on. What is
 * given (a file of settings, a variable, a flag, an option) comes before them.
 */

import type { TargetKind } from "./targets.ts";

/** The names of the presets. */
export type PresetName = "table" | "table-fast" | "paper";

/** What a preset follows from. */
export interface PresetBasis {
  /** Rows that are trained on. */
  readonly rows: number;
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
  readonly lrSchedule?: "cosine" | "coslog4";
  readonly etaMax?: number;
  readonly etaMin?: number;
  readonly epochs?: number;
  readonly batch?: number;
  /** Which weights stay: those of the best epoch by `validation.loss`, where there are validation samples. */
  readonly keep?: "best";
}

/** Rows that all epochs together pass over, within the bounds for their number. */
const ROWS_IN_ALL = 1_500_000;

/** `value`, but at least `low` and at most `high`. */
const between = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));

/** Rows in an update: 32 up to 10,000 rows, then more, up to 512. */
function batchFor(rows: number): number {
  let batch = 32;
  while (batch < 512 && batch * 320 < rows) batch *= 2;
  return batch;
}

/** Rows that all epochs of `table-fast` together pass over: 256 epochs of 20,000. */
const FAST_ROWS_IN_ALL = 5_120_000;

/** Units of each of the three layers: few of few rows, which more would learn by heart. */
const unitsFor = (rows: number): number => (rows < 2000 ? 64 : rows < 10_000 ? 128 : 256);

/**
 * For tables: two layers of 128, AdamW with little decay, half a cosine from 0.003, 150 epochs of few rows and 5 of very many;
 * the best epoch is kept.
 * @param rows that are trained on
 */
function table({ rows }: PresetBasis): Preset {
  return {
    layers: [128, 128],
    activation: "relu",
    init: "he",
    biasInit: "zeros",
    optimizer: "adamw",
    weightDecay: 0.01,
    lrSchedule: "cosine",
    etaMax: 3e-3,
    etaMin: 1e-5,
    epochs: between(5, Math.round(ROWS_IN_ALL / Math.max(1, rows)), 150),
    batch: batchFor(rows),
    keep: "best",
  };
}

/**
 * For tables: the recipe of RealMLP-TD-S (Holzmüller et al., "Better by default", 2024) with fewer units on few rows, dropout and
 * decay in place of label smoothing, which distorts probabilities. The decay is that of the recipe's own weights, W of W/√fan_in.
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
    lrSchedule: "coslog4",
    etaMax: isOfNumbers ? 0.07 : 0.04,
    epochs: between(5, Math.round(FAST_ROWS_IN_ALL / Math.max(1, rows)), 256),
    batch: 256,
    keep: "best",
  };
}

/** The presets by name, each from the data at hand. The paper's are the defaults of the settings. */
export const presets: Readonly<Record<PresetName, (basis: PresetBasis) => Preset>> = {
  table,
  "table-fast": tableFast,
  paper: () => ({}),
};
