/**
 * The settings of a training: where they come from, what they may be, and what they resolve to. A flag beats an
 * environment variable (NNWASM_SEED for --seed), which beats the file of --config, which beats the report's default.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { backends, type EngineName } from "../backend.ts";
import { ConfigError, FileError } from "../errors.ts";
import { initializers } from "../initializers/index.ts";
import { type ActivationName, activations } from "../layers/index.ts";
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
  readonly seed: number;
  readonly threads: number;
  readonly engine: EngineName;
  readonly dtype: Precision;
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
  seed: 1,
  threads: 1,
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
} as const;

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const rate = v.pipe(v.number(), v.finite(), v.minValue(0));
const choice = (names: readonly string[]) => v.picklist(names as [string, ...string[]]);

/** A configuration file: any of the settings, with the types that config.json of a run has. */
const FileSettings = v.strictObject({
  data: v.optional(v.string()),
  layers: v.optional(v.array(positive)),
  bn: v.optional(v.union([v.literal(false), choice(CHOICES.bn)])),
  activation: v.optional(choice(CHOICES.activation)),
  init: v.optional(v.string()),
  biasInit: v.optional(choice(CHOICES.biasInit)),
  l2: v.optional(rate),
  optimizer: v.optional(choice(CHOICES.optimizer)),
  lrSchedule: v.optional(choice(CHOICES.lrSchedule)),
  etaMin: v.optional(rate),
  etaMax: v.optional(rate),
  stepSize: v.optional(v.pipe(v.number(), v.finite(), v.minValue(1))),
  cycles: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))),
  epochs: v.optional(positive),
  batch: v.optional(positive),
  validation: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  limit: v.optional(positive),
  shuffle: v.optional(v.boolean()),
  seed: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  threads: v.optional(v.literal(1)),
  engine: v.optional(choice(CHOICES.engine)),
  dtype: v.optional(choice(CHOICES.dtype)),
});

const MAXIMUM_FILE_BYTES = 1_000_000;

/**
 * Reads a configuration file, such as a run's config.json.
 * @throws FileError if it cannot be read; ConfigError, with the key and what is expected, if it is not one
 */
export async function readSettingsFile(path: string): Promise<Partial<TrainSettings>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new FileError(
      `--config ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}). Is the path right?`,
      {
        cause,
      },
    );
  }
  if (text.length > MAXIMUM_FILE_BYTES) {
    throw new ConfigError(
      `--config ${path} has ${text.length} characters, expected a short JSON object of settings.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`--config ${path} is not JSON: ${(cause as Error).message}. Correct it there.`, {
      cause,
    });
  }
  // To valibot an array is an object too.
  const result = v.safeParse(FileSettings, Array.isArray(value) ? undefined : value);
  if (!result.success) {
    const [issue] = result.issues;
    const received = Array.isArray(value) ? "an array" : issue.received;
    const key = v.getDotPath(issue);
    const known = Object.keys(FileSettings.entries).join(", ");
    throw new ConfigError(
      key === null
        ? `--config ${path}: expected an object of settings, not ${received}. There are: ${known}.`
        : issue.expected === "never"
          ? `--config ${path}: no setting "${key}". There are: ${known}.`
          : `--config ${path}: ${key} is ${issue.received}, expected ${issue.expected ?? issue.message}.`,
    );
  }
  return result.output as Partial<TrainSettings>;
}

/** Later ones win; what is undefined in them does not count. */
export function mergeSettings(...sources: readonly Partial<TrainSettings>[]): TrainSettings {
  const merged: Record<string, unknown> = { ...DEFAULTS };
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) if (value !== undefined) merged[key] = value;
  }
  return merged as unknown as TrainSettings;
}
