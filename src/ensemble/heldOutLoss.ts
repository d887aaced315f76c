/** How the loss on rows that were held out went while the members were trained: what plots of an ensemble show. */
import { type CombineOptions, labelsOfRows, type Member, type MemberSnapshot } from "./members.ts";
import { lossOf } from "./scores.ts";

/** The loss after an epoch. */
export interface LossPoint {
  readonly epoch: number;
  readonly loss: number;
}

/** Of a candidate. */
export interface HeldOutLoss {
  /** The mean over its members, in which each row that is held out counts as it does in the data. */
  readonly mean: readonly LossPoint[];
  /** Of each of its members, on the rows that it was not trained on. */
  readonly members: readonly (readonly LossPoint[])[];
}

/**
 * The log loss of classes and flags, the mean squared error of numbers, for the epochs of which networks are kept. It is that of
 * single networks: where there are several cross-validations, their mean answer is better.
 * @param snapshots of each member
 * @returns for each candidate. A member whose rows all have the weight 0 is left out
 */
export function heldOutLosses(
  members: readonly Member[],
  snapshots: readonly (readonly MemberSnapshot[])[],
  labels: CombineOptions,
): HeldOutLoss[] {
  const { kind, width } = labels;
  const curves = members.map(({ rows }, k) => {
    const { targets, weights } = labelsOfRows(rows.validation, labels);
    const weight = weights?.reduce((sum, each) => sum + each, 0) ?? rows.validation.length;
    if (!(weight > 0)) return undefined;
    const points = snapshots[k]!.map(({ epoch, outputs }) => ({
      epoch,
      loss: lossOf(Float64Array.from(outputs), targets, { kind, width, weights }),
    }));
    return { weight, points };
  });
  const count = 1 + members.reduce((most, { candidate }) => Math.max(most, candidate), 0);
  return Array.from({ length: count }, (_, candidate) => {
    const own = curves.filter((_, k) => members[k]!.candidate === candidate).filter((each) => !!each);
    const total = own.reduce((sum, { weight }) => sum + weight, 0);
    const mean = (own[0]?.points ?? []).map(({ epoch }, i) => ({
      epoch,
      loss: own.reduce((sum, { weight, points }) => sum + (weight / total) * points[i]!.loss, 0),
    }));
    return { mean, members: own.map(({ points }) => points) };
  });
}
