/** The settings of a training, as data: what they may be, the report's defaults, and what they resolve to. */
import { backends, type EngineName } from "../backend/index.ts";
import type { SplitOptions } from "../data/split.ts";
import { ConfigError } from "../errors.ts";
import { initializers } from "../initializers/index.ts";
import { type ActivationName, activations } from "../layers/index.ts";
import { type TrainingMetrics, trainingMetrics } from "../model/fit.ts";
import type { BatchNormPlace } from "../model/network.ts";
import { optimizers } from "../optimizers/index.ts";
import { schedules } from "../schedules/index.ts";
import type { Precision } from "../tensor.ts";

/** What can be set; what is undefined has its default. */
export interface TrainSettings {
  readonly data?: string | undefined;
  readonly layers: readonly number[];
  readonly bn: BatchNormPlace;
  readonly activation: ActivationName;
  /** xavier, he, normal:SIGMA, or a safetensors file. */
  readonly init: string;
  readonly biasInit: "same" | "zeros";
  readonly l2: number;
  readonly optimizer: string;
  readonly lrSchedule: string;
  readonly etaMin: number;
  readonly etaMax: number;
  /** Default: 5 · samples / batch. */
  readonly stepSize?: number | undefined;
  readonly cycles: number;
  /** Default: 10 · cycles. */
  readonly epochs?: number | undefined;
  readonly batch: number;
  readonly validation: number;
  readonly limit?: number | undefined;
  readonly shuffle: boolean;
  readonly trainingMetrics: TrainingMetrics;
  readonly seed: number;
  /** In one training: a number, or "auto": as many as are fastest. Trainings side by side have one each. */
  readonly threads: number | "auto";
  readonly engine: EngineName;
  readonly dtype: Precision;
}

/** With nothing left to decide. */
export interface ResolvedSettings extends TrainSettings {
  readonly data: string;
  readonly stepSize: number;
  readonly epochs: number;
}

/** The report's. */
export const DEFAULTS: TrainSettings = {
  layers: [50, 50],
  bn: false,
  activation: "relu",
  init: "xavier",
  biasInit: "same",
  l2: 0.005,
  optimizer: "sgd",
  lrSchedule: "cyclic",
  etaMin: 1e-5,
  etaMax: 1e-1,
  cycles: 2,
  batch: 100,
  validation: 5000,
  shuffle: true,
  trainingMetrics: "full",
  seed: 1,
  threads: "auto",
  engine: "wasm",
  dtype: "float32",
};

/** The names that a setting can choose from; --help and the errors read them here. */
export const CHOICES = {
  activation: Object.keys(activations).filter((name) => name !== "softmax"),
  biasInit: ["same", "zeros"],
  bn: ["after", "before"],
  dtype: ["float32", "float64"],
  engine: Object.keys(backends),
  init: [...Object.keys(initializers).filter((name) => name !== "normal"), "normal:SIGMA"],
  lrSchedule: Object.keys(schedules),
  optimizer: Object.keys(optimizers),
  trainingMetrics: Object.keys(trainingMetrics),
} as const;

/** Whether `init` names a file of tensors, not an initializer. */
export const isInitialFile = (init: string): boolean => init.endsWith(".safetensors");

/** What of the settings decides the split of a data set. */
export const splitOptions = ({ seed, validation, limit }: TrainSettings): SplitOptions => ({
  seed,
  validation,
  limit,
});

/** More than anyone waits for, and few enough to count through. */
export const MOST_EPOCHS = 100_000_000;
/** WebAssembly can address no more. */
export const MOST_UNITS = 2 ** 30;
export const MOST_LAYERS = 1000;

/** Later ones win; what is undefined in them does not count. */
export function mergeSettings(...sources: readonly Partial<TrainSettings>[]): TrainSettings {
  const merged: Record<string, unknown> = { ...DEFAULTS };
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) if (value !== undefined) merged[key] = value;
  }
  return merged as unknown as TrainSettings;
}

/** Every setting with the value that a training on so many samples has. @throws ConfigError if they contradict each other */
export function resolveSettings(asked: TrainSettings, data: string, samples: number): ResolvedSettings {
  const { stepSize = Math.round((5 * samples) / asked.batch), epochs = Math.round(10 * asked.cycles) } =
    asked;
  if (asked.etaMin > asked.etaMax) {
    throw new ConfigError(
      `--eta-min ${asked.etaMin} is above --eta-max ${asked.etaMax}. Lower the one or raise the other.`,
    );
  }
  if (epochs < 1)
    throw new ConfigError(`--cycles ${asked.cycles} is less than an epoch, expected at least 0.1.`);
  if (epochs > MOST_EPOCHS) {
    const asks = asked.epochs === undefined ? `--cycles ${asked.cycles}` : "--epochs";
    throw new ConfigError(`${asks}: that is ${epochs} epochs, expected at most ${MOST_EPOCHS}. Give less.`);
  }
  return { ...asked, data, stepSize: Math.max(1, stepSize), epochs };
}
