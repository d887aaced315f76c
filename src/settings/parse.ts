/** Readers of values that are written as text: after a flag, in the environment, in a search space. */
import { ConfigError } from "../errors.ts";
import {
  type Initializer,
  initializerNames,
  parseInitializer,
  ZerosInitializer,
} from "../initializers/index.ts";

/** The most units of a layer: WebAssembly can address no more numbers. */
export const MOST_UNITS = 2 ** 30;
export const MOST_LAYERS = 1000;

/** A reader of an integer in a range. @throws ConfigError, as all here do, with what is expected */
export function integer(low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isInteger(value) || value < low || value > high) {
      const range = high === Number.MAX_SAFE_INTEGER ? `≥ ${low}` : `from ${low} to ${high}`;
      throw new ConfigError(`Expected an integer ${range}.`);
    }
    return value;
  };
}

/** The range of a number. Without a lower end it is ≥ 0. */
export interface Range {
  readonly least?: number | undefined;
  readonly above?: number | undefined;
  readonly most?: number | undefined;
  readonly below?: number | undefined;
}

/** Whether a number is in a range, and finite. */
export const isIn = (value: number, { above, least = 0, most, below }: Range): boolean =>
  Number.isFinite(value) &&
  (above === undefined ? value >= least : value > above) &&
  (most === undefined || value <= most) &&
  (below === undefined || value < below);

/** "≥ 0 and < 1". */
export function rangeInWords({ above, least = 0, most, below }: Range): string {
  const low = above === undefined ? `≥ ${least}` : `> ${above}`;
  const high = below === undefined ? (most === undefined ? "" : ` and ≤ ${most}`) : ` and < ${below}`;
  return low + high;
}

/** A reader of a finite number in a range. */
export function number(range: Range): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!isIn(value, range)) throw new ConfigError(`Expected a number ${rangeInWords(range)}.`);
    return value;
  };
}

/** A reader of the hidden layers: "50,30,20"; "none" for no hidden layer. */
export function layerSizes(text: string): number[] {
  if (text.trim() === "none") return [];
  const parts = text.split(",");
  if (parts.length > MOST_LAYERS) {
    throw new ConfigError(`Expected at most ${MOST_LAYERS} hidden layers.`);
  }
  return parts.map((part) => {
    const units = part.trim() === "" ? Number.NaN : Number(part);
    if (units > MOST_UNITS) throw new ConfigError(`Expected at most ${MOST_UNITS} units.`);
    if (!Number.isInteger(units) || units < 1) {
      throw new ConfigError(
        'Expected the units of the hidden layers, as in 50,50 (or "none" for a linear classifier).',
      );
    }
    return units;
  });
}

/** Whether `init` names a file of tensors, not an initializer. */
export const isInitialFile = (init: string): boolean => init.endsWith(".safetensors");

/** A reader of the initial weights: the name of an initializer is checked here, a file when it is read. */
export function initializerOf(text: string): string {
  if (!isInitialFile(text)) parseInitializer(text);
  return text;
}

/** {@link initializerOf} with an error that also offers a file of tensors. */
export function initialWeights(text: string): string {
  try {
    return initializerOf(text);
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} Or give a .safetensors file.`);
  }
}

/** What `biasInit` means. @returns undefined if biases are drawn as the weights are @throws ConfigError if it is no initializer */
export function biasInitializerOf(text: string): Initializer | undefined {
  if (text === "same") return undefined;
  return text === "zeros" ? new ZerosInitializer() : parseInitializer(text);
}

/** What `biasInit` may be. */
export const biasesInWords = (): string => `same, zeros, or an initializer: ${initializerNames().join(", ")}`;

/** A reader of the initial biases. */
export function initialBiases(text: string): string {
  try {
    biasInitializerOf(text);
  } catch {
    throw new ConfigError(`Expected ${biasesInWords()}.`);
  }
  return text;
}
