/** The training of an ensemble for people: on stderr what is to be trained, on stdout what came out. */
import { measureText } from "../../format/numbers.ts";
import { counted } from "../../format/words.ts";
import { scalars } from "../../model/history.ts";
import { countParameters } from "../../model/summary.ts";
import type { EnsembleEvent, EnsemblePlan } from "../../runs/ensemble.ts";
import { on, type Subscriber } from "../../runs/events.ts";
import type { CliContext } from "../context.ts";
import type { EnsembleSaver, EnsembleSummary } from "../folders/ensembleSaver.ts";
import type { EnsembleProgress } from "../progress/ensembleProgress.ts";
import { printable, printableLines } from "../text.ts";
import { settingsLine, summaryTable, targetsText } from "./trainingText.ts";

/** @param saver hears every event first */
export const ensembleText = (
  context: CliContext,
  progress: EnsembleProgress,
  saver: EnsembleSaver,
): Subscriber<EnsembleEvent> =>
  on<EnsembleEvent>({
    start: ({ plan }) => progress.say(startText(plan)),
    result: () => {
      context.stdout.write(printableLines(resultText(saver.summary, saver.saving.inWords)));
    },
  });

function startText({ dataset, rows, settings, summary, members, folds, rounds }: EnsemblePlan): string {
  const { name, origin, features } = dataset;
  const tested = dataset.test === undefined ? "no" : dataset.test.count;
  const times = rounds === 1 ? "" : `, ${counted(rounds, "time")}`;
  return (
    `${printable(name)} (${printable(origin)}): ${rows.length} training, ${tested} test samples of ${features} numbers, ` +
    `${targetsText(dataset)}\n` +
    `${summaryTable(summary)}\n${printable(settingsLine(settings))}\n` +
    `${members.length} such networks of ${countParameters(summary)} parameters, each trained without another ` +
    `of ${folds} folds of the rows${times}; all rows are trained on`
  );
}

function resultText(summary: EnsembleSummary, saved: string): string {
  const { test, crossValidation, candidates, members, folds, steps, trainSeconds, seconds, temperature } =
    summary;
  const line = (name: string, measures: object) =>
    `${[name.padEnd(16), ...scalars(measures).map(([name, value]) => `${name} ${measureText(value)}`)].join("  ")}\n`;
  const kept = candidates.filter(({ weight }) => weight > 0);
  const taken = kept.map(({ name, epoch, weight }) =>
    kept.length === 1 ? `epoch ${epoch}` : `${name} ${(100 * weight).toFixed(0)}% (epoch ${epoch})`,
  );
  return (
    (test === null ? "" : line("test", test)) +
    line("cross-validation", crossValidation) +
    (test === null
      ? "no test file: the scores are of rows that the networks that predict them were not trained on\n"
      : "") +
    `the mean of ${counted(members, "network")} over ${counted(folds, "fold")}, as of ${taken.join(", ")}` +
    `${temperature === 1 ? "" : `, at temperature ${temperature.toFixed(2)}`}\n` +
    `${counted(steps, "step")} in ${trainSeconds.toFixed(1)} s of training; ${seconds.toFixed(1)} s in all\n${saved}\n`
  );
}
