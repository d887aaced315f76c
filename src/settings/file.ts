/**
 * Settings from a file. A flag beats an environment variable (NNWASM_SEED for --seed), which beats the file of
 * --config, which beats the report's default.
 */
import * as v from "valibot";
import { ConfigError, FileError } from "../errors.ts";
import { readText } from "../files/read.ts";
import { MOST_THREADS } from "../model/model.ts";
import { expectationOf } from "./expectation.ts";
import { CHOICES, MOST_EPOCHS, MOST_LAYERS, MOST_UNITS, type TrainSettings } from "./settings.ts";
import { flagOf, meantFlags } from "./suggestions.ts";

const MOST = Number.MAX_SAFE_INTEGER;
const positive = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST));
/** Of a hidden layer. */
export const Units = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_UNITS));
const rate = v.pipe(v.number(), v.finite(), v.minValue(0));
const choice = (names: readonly string[]) => v.picklist(names as [string, ...string[]]);

/** A configuration file: any of the settings, with the types that config.json of a run has. */
export const FileSettings = v.strictObject({
  data: v.optional(v.string()),
  layers: v.optional(v.pipe(v.array(Units), v.maxLength(MOST_LAYERS))),
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
  epochs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_EPOCHS))),
  batch: v.optional(positive),
  validation: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST))),
  limit: v.optional(positive),
  shuffle: v.optional(v.boolean()),
  trainingMetrics: v.optional(choice(CHOICES.trainingMetrics)),
  seed: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  threads: v.optional(
    v.union([v.literal("auto"), v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_THREADS))]),
  ),
  engine: v.optional(choice(CHOICES.engine)),
  dtype: v.optional(choice(CHOICES.dtype)),
});

const MAXIMUM_FILE_BYTES = 1_000_000;

/** Flags that are another's second name. */
const SECOND_NAMES: Readonly<Record<string, string>> = { lambda: "l2", lr: "etaMax" };

/** The setting that a flag's name means: "eta-max", "etaMax" and "lr" are "etaMax". */
export function settingKey(name: string): string {
  const key = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(SECOND_NAMES, key) ? SECOND_NAMES[key]! : key;
}

/** ' Did you mean "lr"?' for "learning_rate"; nothing if there is no telling. */
export function settingHint(name: string): string {
  const flags = [...Object.keys(FileSettings.entries), ...Object.keys(SECOND_NAMES)].map(flagOf);
  const [meant] = meantFlags(flagOf(name), flags);
  return meant === undefined ? "" : ` Did you mean "${meant.slice(2)}"?`;
}

/** The same object with every setting under its first name. @throws ConfigError if one is there twice */
function withFirstNames(value: object, path: string): object {
  const names = new Map<string, string>();
  for (const name of Object.keys(value)) {
    const key = settingKey(name);
    const other = names.get(key);
    if (other !== undefined) {
      throw new ConfigError(`--config ${path}: ${other} and ${name} are the same setting. Keep one of them.`);
    }
    names.set(key, name);
  }
  return Object.fromEntries(Object.entries(value).map(([name, its]) => [settingKey(name), its]));
}

/**
 * Reads a configuration file, such as a run's config.json.
 * @throws FileError if it cannot be read; ConfigError, with the key and what is expected, if it is not one
 */
export async function readSettingsFile(path: string): Promise<Partial<TrainSettings>> {
  const text = await readText(path, {
    most: MAXIMUM_FILE_BYTES,
    tooLarge: (bytes) =>
      new ConfigError(`--config ${path} has ${bytes} bytes, expected a short JSON object of settings.`),
  }).catch((cause: Error) => {
    if (!(cause instanceof FileError)) throw cause;
    const missing = (cause.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
    throw new FileError(
      missing ? `--config ${path} cannot be read (ENOENT). Is the path right?` : `--config ${cause.message}`,
      { cause },
    );
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`--config ${path} is not JSON: ${(cause as Error).message}. Correct it there.`, {
      cause,
    });
  }
  // To valibot an array is an object too.
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const settings = isObject
    ? withFirstNames(value as object, path)
    : Array.isArray(value)
      ? undefined
      : value;
  const result = v.safeParse(FileSettings, settings);
  if (!result.success) {
    const [issue] = result.issues;
    const received = Array.isArray(value) ? "an array" : issue.received;
    const key = v.getDotPath(issue);
    const known = Object.keys(FileSettings.entries).join(", ");
    throw new ConfigError(
      key === null
        ? `--config ${path}: expected an object of settings, not ${received}. There are: ${known}.`
        : issue.expected === "never"
          ? `--config ${path}: no setting "${key}".${settingHint(key)} There are: ${known}.`
          : `--config ${path}: ${key} is ${issue.received}, expected ${expectationOf(issue)}.`,
    );
  }
  return result.output as Partial<TrainSettings>;
}
