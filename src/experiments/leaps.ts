/** Finds the leaps of a loss in a curve. */
import type { Evaluation } from "../model/history.ts";
import type { Curve } from "./charts/curves.ts";
import { isNumber } from "./statistics.ts";

/** A loss leaps if it is more than so many times the loss of the epoch before, and the lowest loss of all before. */
const LEAP = 2;
/** An accuracy that falls by less counts as steady. */
const STEADY = 0.05;

export interface Leap {
  readonly seed: number;
  /** The epochs with such a loss, one after another. */
  readonly epochs: readonly number[];
  /** The one of these epochs with the highest loss. */
  readonly top: number;
  /** The epoch before the first of them. */
  readonly before: number;
}

type SetName = "train" | "validation";
/** The sets whose losses are looked at, each with its name. */
export const SETS = [
  ["train", "training"],
  ["validation", "validation"],
] as const;

/** The higher of the losses of an epoch. */
export const lossOf = (row: Curve["rows"][number]): number | undefined => {
  const losses = SETS.map(([set]) => row[set]?.loss).filter(isNumber);
  return losses.length === 0 ? undefined : Math.max(...losses);
};

/** The leaps of a curve, in their order. */
export function leapsOf({ seed, rows }: Curve): Leap[] {
  const known = rows.flatMap((row) => {
    const loss = lossOf(row);
    return loss === undefined ? [] : [{ epoch: row.epoch, loss }];
  });
  const leaps: { before: number; members: { epoch: number; loss: number }[] }[] = [];
  let lowest = Infinity;
  let previous: (typeof known)[number] | undefined;
  for (const each of known) {
    if (previous !== undefined && each.loss > LEAP * lowest) {
      const last = leaps.at(-1);
      if (last?.members.at(-1) === previous) last.members.push(each);
      else if (each.loss > LEAP * previous.loss) leaps.push({ before: previous.epoch, members: [each] });
    }
    lowest = Math.min(lowest, each.loss);
    previous = each;
  }
  return leaps.map(({ before, members }) => {
    const top = members.reduce((most, each) => (each.loss > most.loss ? each : most)).epoch;
    return { seed, before, top, epochs: members.map(({ epoch }) => epoch) };
  });
}

/** The row of an epoch. */
export const rowOf = ({ rows }: Curve, epoch: number) => rows.find((row) => row.epoch === epoch)!;

/** A measure, if it is a number. */
export const numberOf = (row: Curve["rows"][number], set: SetName, measure: keyof Evaluation) => {
  const value = row[set]?.[measure] as number | null | undefined;
  return isNumber(value) ? value : undefined;
};

/** Whether the accuracies at the top of a leap are about those of the epoch before it. */
export function isSteady(curve: Curve, { top, before }: Pick<Leap, "top" | "before">): boolean {
  const changes = SETS.flatMap(([set]) => {
    const [from, to] = [before, top].map((epoch) => numberOf(rowOf(curve, epoch), set, "accuracy"));
    return from === undefined || to === undefined ? [] : [to - from];
  });
  return changes.length > 0 && changes.every((change) => change > -STEADY);
}
