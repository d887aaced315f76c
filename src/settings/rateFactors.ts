/** Factors of the learning rate as text: scale=6,bias=0.1,weight=fan-in:2. And which of them a network has a parameter for. */
import { ConfigError } from "../errors.ts";
import { checkChanges, type RateFactor, type RateFactors } from "../optimizers/index.ts";
import { isNumber } from "../options.ts";
import { flagOf } from "./flags.ts";
import { number } from "./parse.ts";
import type { TrainSettings } from "./settings.ts";

const FAN_IN = "fan-in";

/** What a file, or the text, may have. */
export const RATE_FACTORS =
  "factors by parameter, each a number ≥ 0 or fan-in, as in scale=6,bias=0.1,weight=fan-in";

const readNumber = number({ least: 0 });

/** "6", "fan-in", or both: "fan-in:6". */
function readFactor(name: string, text: string): RateFactor {
  if (text === FAN_IN) return FAN_IN;
  const [, inputs, factor] = /^(fan-in:)?(.*)$/.exec(text)!;
  try {
    const value = readNumber(factor!);
    return inputs === undefined ? value : { factor: value, fanIn: true };
  } catch {
    throw new ConfigError(
      `The factor of ${name} is "${text}", expected a number ≥ 0, fan-in, or both as in fan-in:2.`,
    );
  }
}

/** @returns false for "none" @throws ConfigError with what is expected */
export function readRateFactors(text: string): RateFactors | false {
  if (text.trim() === "none") return false;
  const factors = new Map<string, RateFactor>();
  for (const part of text.split(",")) {
    const [, name, factor] = /^\s*([A-Za-z][\w-]*)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (name === undefined) throw new ConfigError(`Expected ${RATE_FACTORS}; or none.`);
    if (factors.has(name)) throw new ConfigError(`${name} is there twice.`);
    factors.set(name, readFactor(name, factor!));
  }
  return Object.fromEntries(factors);
}

/** The text of which {@link readRateFactors} makes the same factors. */
export const writeRateFactors = (factors: RateFactors): string =>
  Object.entries(factors)
    .map(([name, factor]) => `${name}=${writeFactor(factor)}`)
    .join(",");

function writeFactor(given: RateFactor): string {
  if (isNumber(given) || given === FAN_IN) return String(given);
  return given.fanIn ? `${FAN_IN}:${given.factor}` : String(given.factor);
}

/** Whether it is what a file may have: at least one factor by a name that can be written. */
export function areRateFactors(value: unknown): value is RateFactors {
  try {
    const { rateFactors } = checkChanges("", { rateFactors: value as RateFactors });
    return JSON.stringify(readRateFactors(writeRateFactors(rateFactors!))) !== "false";
  } catch {
    return false;
  }
}

type Network = Pick<TrainSettings, "inputScale" | "bn" | "layers">;

/** The parameters of a network by the last part of their names, with the setting without which there is none. */
const PARAMETERS: Readonly<Record<string, { readonly of?: keyof Network; has(network: Network): boolean }>> =
  {
    scale: { of: "inputScale", has: ({ inputScale = false }) => inputScale },
    weight: { has: () => true },
    bias: { has: () => true },
    gamma: { of: "bn", has: ({ bn, layers }) => bn !== false && layers.length > 0 },
    beta: { of: "bn", has: ({ bn, layers }) => bn !== false && layers.length > 0 },
  };

/** The last parts of the names of a network's parameters. */
export const parameterNames = (network: Network): string[] =>
  Object.keys(PARAMETERS).filter((name) => PARAMETERS[name]!.has(network));

/**
 * @param isSearched whether trials choose a setting for themselves: their parameters may be those of another network
 * @param named how errors write the name of a setting
 * @throws ConfigError if a factor is for no parameter of the network, or a vector's is to follow its inputs
 */
export function checkRateFactors(
  settings: TrainSettings,
  isSearched: (key: string) => boolean,
  named: (key: keyof TrainSettings) => string = flagOf,
): void {
  const { rateFactors } = settings;
  if (rateFactors === false) return;
  const where = named("rateFactors");
  for (const [name, factor] of Object.entries(rateFactors)) {
    const known = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (known === undefined) {
      throw new ConfigError(
        `${where}: no parameter is called ${JSON.stringify(name)}. There are: ${parameterNames(settings).join(", ")}.`,
      );
    }
    const { of, has } = known;
    if (!has(settings) && !isSearched(of!)) {
      throw new ConfigError(
        `${where}: ${name} is of ${named(of!)}, which is not there. Give that, or leave it out.`,
      );
    }
    if (name !== "weight" && writeFactor(factor).startsWith(FAN_IN)) {
      throw new ConfigError(
        `${where}: ${name} is a vector, which has no inputs for fan-in. Give it a number.`,
      );
    }
  }
}

/** The factors that a network has parameters for: a search may choose that a layer is not there. */
export function fittingRateFactors(factors: RateFactors | false, network: Network): RateFactors | false {
  const names = parameterNames(network);
  const fitting = Object.entries(factors).filter(([name]) => names.includes(name));
  return fitting.length === 0 ? false : Object.fromEntries(fitting);
}
