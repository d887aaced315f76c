/** Checks that several schedules share. */
import { ConfigError } from "../errors.ts";
import { isNumber, shown } from "../options.ts";

/** @throws ConfigError unless 0 ≤ etaMin ≤ etaMax < Infinity */
export function requireRates(where: string, etaMin: unknown, etaMax: unknown): void {
  const areNumbers = isNumber(etaMin) && isNumber(etaMax);
  if (areNumbers && etaMin >= 0 && etaMax >= etaMin && etaMax < Infinity) return;
  throw new ConfigError(
    `${where}: etaMin is ${shown(etaMin)} and etaMax ${shown(etaMax)}, expected 0 ≤ etaMin ≤ etaMax.`,
  );
}

/** @throws ConfigError unless 0 ≤ etaMax < Infinity */
export function requireRate(where: string, etaMax: unknown): void {
  if (isNumber(etaMax) && etaMax >= 0 && etaMax < Infinity) return;
  throw new ConfigError(`${where}: etaMax is ${shown(etaMax)}, expected a finite number ≥ 0.`);
}

/** @throws ConfigError unless a number of updates, which need not be an integer, is ≥ 1 */
export function requireUpdates(where: string, name: string, updates: unknown): void {
  if (isNumber(updates) && updates >= 1 && updates < Infinity) return;
  throw new ConfigError(`${where}: ${name} is ${shown(updates)}, expected a number of updates ≥ 1.`);
}

/** The options of a constructor, one of which must be given. @throws ConfigError if there are none */
export function requireOptions(where: string, options: unknown, name: string): void {
  if (options === undefined)
    throw new ConfigError(`${where}: ${name} is missing, expected a number of updates ≥ 1.`);
}
