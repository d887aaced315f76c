/** Checks of the samplers' options. */
import { ConfigError } from "../../errors.ts";
import { shown } from "../../options.ts";

/** @throws ConfigError unless `value` is an integer ≥ least */
export function checkCount(sampler: string, option: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ConfigError(`${sampler}: ${option} is ${shown(value)}, expected an integer ≥ ${least}.`);
  }
}

/** @throws ConfigError unless `value` is a finite number > 0 */
export function checkPositive(sampler: string, option: string, value: number): void {
  if (typeof value !== "number" || !(value > 0 && value < Infinity)) {
    throw new ConfigError(`${sampler}: ${option} is ${shown(value)}, expected a finite number > 0.`);
  }
}

/** @throws ConfigError unless `value` is a function */
export function checkFunction(sampler: string, option: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new ConfigError(
    `${sampler}: ${option} is ${shown(value)}, expected a function of a number of trials.`,
  );
}
