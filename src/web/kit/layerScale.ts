/** The lengths of the layer editor's bars: logarithmic, as layers have from one unit to thousands. */
import { exp, log } from "../../math.ts";

/** The shortest bar, as a share of the track. */
const LEAST = 0.06;

/** The length of a bar of so many units, as a share of the track, where the widest has 1. */
export function barShare(units: number, widest: number): number {
  const share = log(1 + Math.max(0, units)) / log(1 + Math.max(1, widest));
  return Math.min(1, LEAST + (1 - LEAST) * share);
}

/** The units whose bar ends there: the inverse, in two digits that count. */
export function unitsAt(share: number, widest: number): number {
  const inner = Math.min(1.05, Math.max(0, (share - LEAST) / (1 - LEAST)));
  return Math.round(Number((exp(inner * log(1 + Math.max(1, widest))) - 1).toPrecision(2)));
}
