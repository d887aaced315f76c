/**
 * The members of an ensemble: which trainings there are, and what is made of their outcomes. Each candidate, a way to train, is
 * trained on every side of a cross-validation. What members answer for the rows that they were not trained on decides the rest.
 */

import type { HeldOutBy } from "../data/entries.ts";
import { counted } from "../format/words.ts";
import { Random } from "../random.ts";
import { blended, blendWeights } from "./blend.ts";
import { type Folds, foldsOf, type Sides, sidesOf } from "./folds.ts";
import { lossOf, type PredictionOptions } from "./scores.ts";
import { atTemperature, fitTemperature } from "./temperature.ts";

/** A way to train. */
export interface Candidate {
  readonly name: string;
  /** Passes over the training rows; 0 if it is not trained. */
  readonly epochs: number;
}

/** A training of an ensemble. */
export interface Member {
  /** From 0. */
  readonly number: number;
  /** The number of its candidate. */
  readonly candidate: number;
  /** The number of its cross-validation: another one has other folds, unless these are by times. */
  readonly round: number;
  readonly fold: number;
  /** Of its weights, and of the order of its rows. */
  readonly seed: number;
  /** The numbers of the rows that it is trained on, and of those that are held out. */
  readonly rows: Sides;
  /** The epochs after which its network is kept. */
  readonly snapshots: readonly number[];
}

/** A network as it was after an epoch. */
export interface MemberSnapshot {
  readonly epoch: number;
  /** Its outputs for the rows that are held out, (rows, outputs). */
  readonly outputs: ArrayLike<number>;
}

/** Its entries are those of the rows. */
export interface MembersOptions extends HeldOutBy {
  readonly candidates: readonly Candidate[];
  /** The numbers of the rows, of which each is held out once in a round, but for those that are always trained on. */
  readonly rows: Uint32Array;
  readonly folds: number;
  /** Cross-validations, ≥ 1. By times, all have the same folds. */
  readonly rounds: number;
  readonly seed: number;
  /** The class of each of the rows: classes have their share of each fold, unless there are times. */
  readonly classes?: ArrayLike<unknown> | undefined;
}

/** The entries of some of the rows. */
export const ofRows = (rows: Uint32Array, { groups, times }: HeldOutBy): HeldOutBy => ({
  groups: groups && Array.from(rows, (row) => groups[row]),
  times: times && Float64Array.from(rows, (row) => times[row]!),
});

/** Rows for which each candidate alone is right, before there is any: few held-out rows leave none of them out. */
const PRIOR = 5;

/** Networks that are kept of a training. */
const SNAPSHOTS = 32;

/** The epochs of which the networks are kept: evenly spread, the last among them. What is not trained is kept as it is. */
export function snapshotEpochs(epochs: number): number[] {
  if (epochs === 0) return [0];
  const every = Math.ceil(epochs / SNAPSHOTS);
  return Array.from({ length: Math.floor(epochs / every) }, (_, i) => epochs - i * every).reverse();
}

/** Why no row can be held out of so many. */
export function whyNoMembers(rows: number, { groups, times }: HeldOutBy): string {
  const together = groups !== undefined ? "group" : times !== undefined ? "time" : undefined;
  const has = `${counted(rows, "row")} to train on`;
  return together === undefined || rows === 1
    ? `${has}: too few to hold some out`
    : `${has}, all of one ${together}: none can be held out`;
}

/** The members: all folds of the first candidate's first round come first. */
export function membersOf(options: MembersOptions): Member[] {
  const { candidates, rows, folds, rounds, seed, groups, times } = options;
  const classes = times === undefined ? options.classes : undefined;
  const members: Member[] = [];
  const parted = Array.from({ length: rounds }, (_, round): Folds => {
    const own = seedOf(seed, `folds ${round}`);
    return foldsOf(rows.length, { folds, seed: own, classes, groups, times });
  });
  for (const [round, each] of parted.entries()) {
    for (const [candidate, { epochs }] of candidates.entries()) {
      for (let fold = 0; fold < each.count; fold++) {
        members.push({
          ...{ number: members.length, candidate, round, fold },
          seed: seedOf(seed, `member ${candidate} ${round} ${fold}`),
          rows: numbersOf(sidesOf(each, fold), rows),
          snapshots: snapshotEpochs(epochs),
        });
      }
    }
  }
  return members;
}

const numbersOf = ({ train, validation }: Sides, rows: Uint32Array): Sides => ({
  train: train.map((place) => rows[place]!),
  validation: validation.map((place) => rows[place]!),
});

const seedOf = (seed: number, stream: string): number => new Random(seed, stream).below(2 ** 31);

/** What is made of the members. */
export interface Combination {
  /** For each candidate. */
  readonly candidates: readonly {
    /** The epoch of its members that is taken. */
    readonly epoch: number;
    /** The loss of its members' mean, on rows that they were not trained on. */
    readonly loss: number;
    /** What it counts in the ensemble; 0: it is left out. */
    readonly weight: number;
  }[];
  /** Of the probabilities; 1 of numbers. */
  readonly temperature: number;
  /** The rows that were held out, in ascending order. */
  readonly rows: Uint32Array;
  /** (rows, outputs): what the ensemble would have answered for them, by the members that were not trained on them. */
  readonly predictions: Float64Array;
}

export interface CombineOptions extends PredictionOptions {
  /** (all rows) of classes, else (all rows, width). */
  readonly targets: ArrayLike<number>;
}

/**
 * Chooses the epoch of each candidate (the same for all of its members, so that the choice learns little of the rows by which it
 * is made), weighs the candidates, and fits the temperature: all on rows that the members were not trained on.
 * @param snapshots of each member
 */
export function combine(
  members: readonly Member[],
  snapshots: readonly (readonly MemberSnapshot[])[],
  { targets: allTargets, weights: allWeights, kind, width }: CombineOptions,
): Combination {
  const rows = heldOut(members);
  const { targets, weights } = labelsOfRows(rows, { targets: allTargets, weights: allWeights, kind, width });
  const of = { kind, width, weights };
  const count = 1 + members.reduce((most, { candidate }) => Math.max(most, candidate), 0);
  const found = Array.from({ length: count }, (_, candidate) => {
    const own = members.filter((member) => member.candidate === candidate);
    const epochs = snapshots[own[0]!.number]!.map(({ epoch }) => epoch);
    let best: { epoch: number; loss: number; predictions: Float64Array } | undefined;
    for (const [place, epoch] of epochs.entries()) {
      const predictions = meanOf(own, (member) => snapshots[member.number]![place]!.outputs, rows, width);
      const loss = lossOf(predictions, targets, of);
      if (best === undefined || loss <= best.loss) best = { epoch, loss, predictions };
    }
    return best!;
  });
  const each = found.map(({ predictions }) => predictions);
  const shares = blendWeights(each, targets, { ...of, prior: PRIOR });
  const blend = blended(each, shares);
  const prior = neverHeldOut(members, rows, allWeights);
  const temperature = kind === "numbers" ? 1 : fitTemperature(blend, targets, { ...of, kind, prior });
  return {
    candidates: found.map(({ epoch, loss }, k) => ({ epoch, loss, weight: shares[k]! })),
    ...{ temperature, rows },
    predictions: kind === "numbers" ? blend : atTemperature(blend, temperature, { kind, width }),
  };
}

/** Targets and weights of some of the rows. */
export function labelsOfRows(
  rows: Uint32Array,
  { targets, weights, kind, width }: CombineOptions,
): { readonly targets: Float64Array; readonly weights: Float64Array | undefined } {
  const perRow = kind === "classes" ? 1 : width;
  return {
    targets: Float64Array.from(
      { length: rows.length * perRow },
      (_, i) => targets[rows[Math.floor(i / perRow)]! * perRow + (i % perRow)]!,
    ),
    weights: weights && Float64Array.from(rows, (row) => weights[row]!),
  };
}

/** What each member counts in the ensemble, in the order of the members; together 1. */
export function sharesOf(members: readonly Member[], { candidates }: Combination): number[] {
  const shares = members.map(
    ({ candidate }) =>
      candidates[candidate]!.weight / members.filter((other) => other.candidate === candidate).length,
  );
  // Sums of weights that are rounded differ from 1 in the last place.
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

/** The rows that each round holds out. */
function heldOut(members: readonly Member[]): Uint32Array {
  const first = members.filter(({ candidate, round }) => candidate === 0 && round === 0);
  return Uint32Array.from(first.flatMap(({ rows }) => Array.from(rows.validation))).sort();
}

/**
 * The rows that are always trained on, being the only ones of their class, as far as they count. No held-out row is of these classes,
 * so that the others could seem to be certain: for the temperature, each stands for a row of which nobody knew the class.
 */
function neverHeldOut(
  members: readonly Member[],
  held: Uint32Array,
  weights: CombineOptions["weights"],
): number {
  const isHeld = new Set(held);
  return members[0]!.rows.train.filter((row) => !isHeld.has(row) && (weights?.[row] ?? 1) > 0).length;
}

/** What the members answer for these rows, the mean over the rounds. */
function meanOf(
  members: readonly Member[],
  outputsOf: (member: Member) => ArrayLike<number>,
  rows: Uint32Array,
  width: number,
): Float64Array {
  const place = new Map(Array.from(rows, (row, i) => [row, i]));
  const sums = new Float64Array(rows.length * width);
  let rounds = 0;
  for (const member of members) {
    rounds = Math.max(rounds, member.round + 1);
    const outputs = outputsOf(member);
    member.rows.validation.forEach((row, i) => {
      const at = place.get(row)! * width;
      for (let j = 0; j < width; j++) sums[at + j]! += outputs[i * width + j]!;
    });
  }
  return sums.map((sum) => sum / rounds);
}
