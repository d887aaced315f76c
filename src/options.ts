/** Checks of what callers without types may pass: unknown names, values of another type. Each gets an error of ours. */
import { ConfigError } from "./errors.ts";

/** A value as errors show it: text in quotation marks, so that "2" is not taken for 2. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  let name: string;
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    name = Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    // A proxy, or an object whose own code refuses to be looked at.
    return "an object";
  }
  if (name === "Object") return "an object";
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

/**
 * Options that are an object, or none.
 * @throws ConfigError if they are of another type, or name an option that there is not
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new ConfigError(`${where}: the options are ${shown(options)}, expected an object.`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const choices = known.length === 0 ? "There are none." : `There are: ${known.join(", ")}.`;
    throw new ConfigError(`${where}: there is no option ${JSON.stringify(name)}. ${choices}`);
  }
}

/** The options with these names, out of options for several things. */
export function pickOptions<T extends object, K extends string>(
  options: T | undefined,
  names: readonly K[],
): Pick<T, K & keyof T> {
  const picked = Object.entries(options ?? {}).filter(([name]) =>
    (names as readonly string[]).includes(name),
  );
  return Object.fromEntries(picked) as Pick<T, K & keyof T>;
}

/** @throws ConfigError unless the value is an integer ≥ least */
export function requireInteger(name: string, value: unknown, least = 1): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new ConfigError(`${name} is ${shown(value)}, expected an integer ≥ ${least}.`);
  }
}

/** Whether a value is a number. A comparison does not tell: the text "0.1" is greater than 0 as well. */
export const isNumber = (value: unknown): value is number => typeof value === "number";

/** @throws ConfigError unless the value is true or false */
export function requireBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") {
    throw new ConfigError(`${name} is ${shown(value)}, expected true or false.`);
  }
}

/**
 * An object with these methods, such as a layer or a schedule.
 * @param expected what it should be: "a layer, such as new Dense(10)"
 * @throws ConfigError unless it is
 */
export function requireMethods(
  name: string,
  value: unknown,
  methods: readonly string[],
  expected: string,
): void {
  const object = value as Readonly<Record<string, unknown>> | null | undefined;
  // An array has methods with such names too: fill, and at.
  const isObject =
    typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (!isObject || methods.some((method) => typeof object![method] !== "function")) {
    throw new ConfigError(`${name} is ${shown(value)}, expected ${expected}.`);
  }
}

/** How large a training is: what options may follow from. */
export interface TrainingSize {
  /** The name of the data set in the registry. */
  readonly dataset: string;
  /** Samples to train on. */
  readonly samples: number;
  readonly batch: number;
  readonly epochs: number;
  /** Updates of the warm-up before the schedule. */
  readonly warmup: number;
  /** The highest rate that the optimizer has unless one is given. */
  readonly learningRate: number;
}

/** An option of something with a name (a schedule, a sampler), as its file declares it, for the command line. */
export interface OptionDeclaration {
  readonly kind: "integer" | "number" | "switch" | "choice";
  /** The names of a choice; the first one is the default. */
  readonly choices?: readonly string[];
  /** "--eta-min <rate>". A second name of the flag stands first. */
  readonly flags: string;
  /** What it does, as `--help` says it; the default is added there. */
  readonly help: string;
  /** The least value. Default: 0. */
  readonly least?: number;
  /** The value that it must be greater than, in place of `least`. */
  readonly above?: number;
  /** The largest value. */
  readonly most?: number;
  /** The value that it must be less than. */
  readonly below?: number;
  /** A switch is off by default. */
  readonly default?: number;
  /** Of a setting without a default: what it follows from. */
  readonly follows?: {
    /** "5 · samples / batch" */
    readonly inWords: string;
    from(training: TrainingSize): number;
  };
  /** Whether a file may have a number that is no integer. */
  readonly fractionInFile?: boolean;
  /** What other programs call each of the flags, as words with spaces between. */
  readonly words?: Readonly<Record<string, string>>;
}

/** An option that another of the same registry declares. */
export interface SharedOption {
  /** The name of the other, which explains it. */
  readonly like: string;
  readonly default?: number;
}
