/**
 * Settings that suit a kind of data, where a user gives none: plain values, from the number of rows that are trained on. What is
 * given (a file of settings, a variable, a flag, an option) comes before them.
 */

/** The names of the presets. */
export type PresetName = "table" | "paper";

/** What a preset may say, by the names of the settings. */
export interface Preset {
  /** Units of the hidden layers. */
  readonly layers?: readonly number[];
  readonly activation?: "relu";
  readonly init?: "he";
  readonly biasInit?: "zeros";
  readonly optimizer?: "adamw";
  readonly weightDecay?: number;
  readonly lrSchedule?: "cosine";
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

/**
 * For tables: two layers of 128, AdamW with little decay, half a cosine from 0.003, 150 epochs of few rows and 5 of very many;
 * the best epoch is kept.
 * @param rows that are trained on
 */
function table(rows: number): Preset {
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

/** The presets by name, each from the number of rows that are trained on. The paper's are the defaults of the settings. */
export const presets: Readonly<Record<PresetName, (rows: number) => Preset>> = { table, paper: () => ({}) };
