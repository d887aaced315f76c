/** Describes the leaps of a loss under a figure: where they are, how high, and what the numbers say of their cause. */
import { decimals, short } from "../../format/numbers.ts";
import { listed } from "../../format/words.ts";
import { log } from "../../math.ts";
import type { Evaluation } from "../../model/history.ts";
import type { Curve } from "../charts/curves.ts";
import { isSteady, type Leap, leapsOf, lossOf, numberOf, rowOf, SETS } from "../leaps.ts";

/** Batch normalisation's ε. */
const EPSILON = 1e-5;

/**
 * The sentences under a figure whose loss leaps; none if no loss does.
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
