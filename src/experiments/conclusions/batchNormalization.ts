/** Conclusions on what batch normalisation does to accuracy, loss and smoothness. */
import { decimals, short } from "../../format/numbers.ts";
import { countedInWords, inWords, listed } from "../../format/words.ts";
import { type Comparison, compare, isNumber } from "../statistics.ts";
import type { TrainingResult } from "../summary.ts";
import { effect } from "./effect.ts";
import { ofTrainings, type Rule, type Statement, type Topic, valuesOf } from "./rule.ts";

/** Whether a verdict on batch normalisation agrees with the paper's conclusion. */
function besideThePaper(claimsGain: boolean, { difference, verdict }: Comparison): string {
  const claim = claimsGain
    ? "The report concludes that it undoubtedly improves this network"
    : "The report concludes that it does not significantly improve this network";
  if (verdict === "unknown") return `${claim}; single trainings cannot test that.`;
  const gain = verdict === "higher";
  if (verdict === "hint" && difference > 0) {
    return (
      `${claim}; this ` +
      `${claimsGain ? "points the same way without settling it" : "neither bears that out nor refutes it"}.`
    );
  }
  const contradicts = claimsGain ? verdict === "lower" : gain;
  return (
    `${claim}; this ` +
    `${contradicts ? "contradicts that" : claimsGain === gain ? "bears that out" : "does not bear that out"}.`
  );
}

const effectOnNetwork =
  (network: "three" | "nine", without: string, withIt: string): Rule =>
  (run) => {
    const values = valuesOf(run, without, withIt);
    const basis = [without, withIt];
    const names = ["without it", "with it"] as const;
    const said: Statement[] = [];
    if (values !== undefined) {
      const [from, to] = values as [number[], number[]];
      const on = `the test accuracy of the ${network}-layer network`;
      const text = effect({ cause: "batch normalisation", on, names }, from, to);
      const beside = run.comparable ? ` ${besideThePaper(network === "nine", compare(from, to)!)}` : "";
      said.push({ text: text + beside, basis });
    }
    const [from, to] = basis.map((id) => ofTrainings(run.row(id), ({ rows }) => rows.at(-1)?.train.loss));
    if (from!.length > 0 && to!.length > 0) {
      const on = `the training loss that the ${network}-layer network ends with`;
      said.push({
        text: effect({ cause: "batch normalisation", on, names, digits: 3 }, from!, to!),
        basis,
      });
    }
    return said;
  };

/** The largest rise of the validation loss from one epoch to the next. */
function largestRise({ rows }: TrainingResult): number | undefined {
  const losses = rows.map(({ validation }) => validation?.loss);
  if (losses.length < 2 || !losses.every(isNumber)) return undefined;
  return Math.max(0, ...losses.slice(1).map((loss, i) => loss! - losses[i]!));
}

/** A rise counts as a leap if it is more than this times any of the other network's. */
const LEAP = 2;

const leaps: Rule = (run) => {
  const [without, withIt] = ["fig3", "fig4"].map((id) => ofTrainings(run.row(id), largestRise));
  if (without!.length === 0 || withIt!.length === 0) return [];
  const leaping = (rises: readonly number[], others: readonly number[]) =>
    rises.filter((rise) => rise > LEAP * Math.max(...others)).length;
  const [rougher, smoother] = [leaping(withIt!, without!), leaping(without!, withIt!)];
  const numbers =
    "The largest rises of its validation loss from one epoch to the next are " +
    `${listed(withIt!.map((rise) => short(rise, { digits: 3 })))} with it and ` +
    `${listed(without!.map((rise) => short(rise, { digits: 3 })))} without it (nats).`;
  const share = (n: number, of: readonly number[]) =>
    of.length === 1 ? "its one training" : `${inWords(n)} of ${countedInWords(of.length, "training")}`;
  const text =
    rougher > 0
      ? "The nine-layer network trains more roughly with batch normalisation, in " +
        `${share(rougher, withIt!)}. ${numbers} These losses are taken in inference mode, with moving ` +
        "averages that can lag behind the weights."
      : smoother > 0
        ? "The nine-layer network trains more roughly without batch normalisation, in " +
          `${share(smoother, without!)}. ${numbers}`
        : `The nine-layer network trains about as smoothly with batch normalisation as without. ${numbers}`;
  return [{ text, basis: ["fig3", "fig4"] }];
};

/**
 * Standard deviations are said to differ from this ratio on, if each is of at least three values.
 */
const WIDER = 3;

const scatter: Rule = (run) => {
  const [without, withIt] = [run.row("fig3"), run.row("fig4")];
  if (!without?.sd || !withIt?.sd || without.values.length < 3 || withIt.values.length < 3) return [];
  const ratio = without.sd / withIt.sd;
  if (ratio <= WIDER && ratio >= 1 / WIDER) return [];
  const [how, times] = ratio > 1 ? ["less", ratio] : ["more", 1 / ratio];
  const text =
    `With batch normalisation the nine-layer network depends ${how} on the seed: its test accuracies ` +
    `scatter by ${decimals(withIt.sd)} with it and by ${decimals(without.sd)} without it, a ratio of ` +
    `${decimals(times, 1)}.`;
  return [{ text, basis: ["fig3", "fig4"] }];
};

export const batchNormalization: Topic = {
  title: "Batch normalisation",
  rules: [effectOnNetwork("three", "fig1", "fig2"), effectOnNetwork("nine", "fig3", "fig4"), scatter, leaps],
};
