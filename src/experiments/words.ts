/** Words that the chapters of a reproduction and its conclusions share. */
import { decimals } from "../format/numbers.ts";
import { statistics } from "./statistics.ts";

/** "0.5355 ± 0.0007", or the value alone if it is the only one. */
export function meanAndSd(values: readonly number[], digits = 4): string {
  const { mean, sd } = statistics(values);
  if (mean === undefined) return "none";
  return sd === undefined ? decimals(mean, digits) : `${decimals(mean, digits)} ± ${decimals(sd, digits)}`;
}
