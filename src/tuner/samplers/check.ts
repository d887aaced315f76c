/** What the samplers' constructors ask of their options. */
import { ConfigError } from "../../errors.ts";

/** @throws ConfigError unless `value` is an integer ≥ least */
export function checkCount(sampler: string, option: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ConfigError(`${sampler}: ${option} is ${value}, expected an integer ≥ ${least}.`);
  }
}

/** @throws ConfigError unless `value` is a finite number > 0 */
export function checkPositive(sampler: string, option: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new ConfigError(`${sampler}: ${option} is ${value}, expected a finite number > 0.`);
  }
}
