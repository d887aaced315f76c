/** Conclusions on how near the trainings of a run come to the published numbers. */
import { decimals } from "../../format/numbers.ts";
import { capitalize, inWords, listed } from "../../format/words.ts";
import { chanceOfMark, statistics } from "../statistics.ts";
import type { Rule, Run, Topic } from "./rule.ts";

const seedsOf = (run: Run): number[] =>
  [...new Set(run.rows.flatMap((row) => row.trainings.map(({ seed }) => seed)))].sort((a, b) => a - b);

const evidence: Rule = (run) => {
  const trained = run.rows.filter(({ values }) => values.length > 0);
  if (trained.length === 0) return [];
  const basis = trained.map(({ experiment }) => experiment.id);
  const most = Math.max(...trained.map(({ values }) => values.length));
  const least = Math.min(...trained.map(({ values }) => values.length));
  const text =
    most === 1
      ? "Every number of this run comes from a single training. No spread over seeds is known, so no " +
        "difference between two of them can be set apart from chance; several seeds could do so."
      : `The numbers are means over ${least === most ? inWords(most) : `${inWords(least)} to ${inWords(most)}`} ` +
        `seeds (${listed(seedsOf(run))}), ± the sample standard deviation of a single training.`;
  return [{ text, basis }];
};

const divergence: Rule = ({ rows }) => {
  const failed = rows.filter(({ diverged }) => diverged.length > 0);
  if (failed.length === 0) return [];
  const all = rows.reduce((sum, { trainings }) => sum + trainings.length, 0);
  const trainings = failed.flatMap(({ experiment, diverged }) =>
    diverged.map(({ seed }) => `${experiment.id} (seed ${seed})`),
  );
  const text =
    `${capitalize(inWords(trainings.length))} of the ${all} trainings diverged and ` +
    `${trainings.length === 1 ? "has" : "have"} no result: ${listed(trainings)}. The numbers leave ` +
    `${trainings.length === 1 ? "it" : "them"} out.`;
  return [{ text, basis: failed.map(({ experiment }) => experiment.id) }];
};

const distance: Rule = ({ rows, comparable }) => {
  const compared = rows.filter(({ difference }) => difference !== undefined);
  if (!comparable || compared.length === 0) return [];
  const sizes = compared.map(({ difference }) => Math.abs(difference!));
  const largest = compared[sizes.indexOf(Math.max(...sizes))]!;
  const { mean } = statistics(sizes);
  const text =
    compared.length === 1
      ? `This run differs by ${decimals(sizes[0]!)} from the one published accuracy that it has a number ` +
        `for (${largest.experiment.id}).`
      : `This run differs from the ${compared.length} published accuracies that it has numbers for by ` +
        `${decimals(mean!)} on average, and by ${decimals(Math.max(...sizes))} at most ` +
        `(${largest.experiment.id}).`;
  return [{ text, basis: compared.map(({ experiment }) => experiment.id) }];
};

const marks: Rule = ({ rows, comparable }) => {
  const judged = rows.filter(({ difference, sd }) => difference !== undefined && sd !== undefined);
  if (!comparable || judged.length === 0) return [];
  const outside = judged.filter((row) => row.outside).map(({ experiment }) => experiment.id);
  // A row whose spread is 0, as it is where a network learns nothing, is never marked by chance.
  const expected = judged
    .filter(({ sd }) => sd! > 0)
    .reduce((sum, { values }) => sum + chanceOfMark(values.length)!, 0);
  const lie =
    outside.length === 0
      ? "none lies"
      : `${inWords(outside.length)} ${outside.length === 1 ? "lies" : "lie"}`;
  const which = outside.length === 0 ? "" : ` (${listed(outside)})`;
  const text =
    `Of the ${judged.length} published accuracies that can be held against a spread, ${lie} more than ` +
    `three standard deviations from this run’s mean${which}. With spreads estimated from so few seeds, ` +
    `chance alone would mark about ${decimals(expected, 1)}.`;
  return [{ text, basis: judged.map(({ experiment }) => experiment.id) }];
};

export const agreement: Topic = {
  title: "Agreement with the report",
  rules: [evidence, divergence, distance, marks],
};
