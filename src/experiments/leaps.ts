/** Leaps of a loss in the curves of a figure: where they are, how high, and what the numbers say of their cause. */
import { decimals, short } from "../format/numbers.ts";
import { listed } from "../format/words.ts";
import { log } from "../math.ts";
import type { Evaluation } from "../model/history.ts";
import type { Curve } from "./charts/curves.ts";
import { isNumber } from "./statistics.ts";

/** A loss leaps where it is more than so many times that of the epoch before, and the lowest of all before. */
const LEAP = 2;
/** An accuracy that falls by less stays where it was. */
const STEADY = 0.05;
/** Batch normalisation's ε. */
const EPSILON = 1e-5;

export interface Leap {
  readonly seed: number;
  /** Those with such a loss, one after another. */
  readonly epochs: readonly number[];
  /** The epoch with the highest loss of them. */
  readonly top: number;
  /** The epoch before the first of them. */
  readonly before: number;
}

type SetName = "train" | "validation";
const SETS = [
  ["train", "training"],
  ["validation", "validation"],
] as const;

/** The higher of the losses of an epoch. */
const lossOf = (row: Curve["rows"][number]): number | undefined => {
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

/**
 * What stands under a figure whose loss leaps; nothing if none does.
 * @param normalises whether the network has batch normalisation
 */
export function leapSentences(curves: readonly Curve[], normalises: boolean, classes: number): string[] {
  const leaping = curves.flatMap((curve) => {
    const leaps = leapsOf(curve);
    return leaps.length === 0 ? [] : [{ curve, leaps }];
  });
  if (leaping.length === 0) return [];
  const sentences = leaping.map(({ curve, leaps }) => describe(curve, leaps));
  if (!leaping.every(({ curve, leaps }) => leaps.every((leap) => isSteady(curve, leap)))) return sentences;
  return [
    ...sentences,
    "So a few samples carry the leap, and the others are classified as before: a sample that is classified rightly " +
      `has a loss of ln ${classes} = ${decimals(log(classes), 2)} at most.`,
    ...(normalises
      ? [
          "The losses are taken in inference mode, where batch normalisation divides by its moving averages. " +
            "A ReLU that hardly any sample wakes has a moving variance near 0. What it gives for a sample that does " +
            `is multiplied by up to 1/√ε = ${decimals(1 / Math.sqrt(EPSILON), 0)}, in layer after layer.`,
        ]
      : []),
  ];
}

const rowOf = ({ rows }: Curve, epoch: number) => rows.find((row) => row.epoch === epoch)!;

const numberOf = (row: Curve["rows"][number], set: SetName, measure: keyof Evaluation) => {
  const value = row[set]?.[measure];
  return isNumber(value) ? value : undefined;
};

/** More epochs than these are counted, not named. */
const NAMED = 6;

/**
 * "Seed 1’s loss leaps: from 1.37 in training, 1.46 in validation after epoch 9 to 18.99, 20.57 after epoch 10
 * (learning rate 1e-5) …", and whether the accuracy changes with it.
 */
function describe(curve: Curve, leaps: readonly Leap[]): string {
  const measured = (epoch: number, measure: keyof Evaluation, digits: number) =>
    SETS.flatMap(([set, name]) => {
      const value = numberOf(rowOf(curve, epoch), set, measure);
      return value === undefined ? [] : [`${decimals(value, digits)} in ${name}`];
    }).join(" and ");
  const all = leaps.flatMap(({ epochs }) => epochs);
  const first = leaps[0]!;
  const epochs = all
    .slice(0, NAMED)
    .map(
      (epoch) =>
        `${measured(epoch, "loss", 2)} after epoch ${epoch} (learning rate ${rateText(rowOf(curve, epoch).learningRate)})`,
    );
  const others = all.length > NAMED ? [`as high after ${all.length - NAMED} more`] : [];
  const highest = leaps.reduce((most, leap) =>
    lossOf(rowOf(curve, leap.top))! > lossOf(rowOf(curve, most.top))! ? leap : most,
  );
  const { top, before } = leaps.find((leap) => !isSteady(curve, leap)) ?? highest;
  const how = isSteady(curve, { top, before }) ? "hardly changes" : "falls with it";
  const accuracy = measured(top, "accuracy", 4);
  return (
    `Seed ${curve.seed}’s loss leaps, from ${measured(first.before, "loss", 2)} after epoch ${first.before} to ` +
    `${listed([...epochs, ...others])}.` +
    (accuracy === ""
      ? ""
      : ` The accuracy ${how}: ${accuracy} after epoch ${top}, ${measured(before, "accuracy", 4)} after epoch ${before}.`)
  );
}

const rateText = (rate: number): string => short(rate, { digits: 2, exponentBelow: 1e-3 });

/** Whether the accuracies of the highest epoch are about those of the epoch before the leap. */
function isSteady(curve: Curve, { top, before }: Pick<Leap, "top" | "before">): boolean {
  const changes = SETS.flatMap(([set]) => {
    const [from, to] = [before, top].map((epoch) => numberOf(rowOf(curve, epoch), set, "accuracy"));
    return from === undefined || to === undefined ? [] : [to - from];
  });
  return changes.length > 0 && changes.every((change) => change > -STEADY);
}
