/** The training of an ensemble for people: on stderr what is to be trained, on stdout what came out. */
import type { CandidateName } from "../../candidates.ts";
import { duration, measureText } from "../../format/numbers.ts";
import { counted, listed } from "../../format/words.ts";
import { scalars } from "../../model/history.ts";
import type { EnsembleEvent, EnsemblePlan } from "../../runs/ensemble.ts";
import { on, type Subscriber } from "../../runs/events.ts";
import type { Expected } from "../../runs/expectedTime.ts";
import type { CliContext } from "../context.ts";
import type { EnsembleSaver, EnsembleSummary } from "../folders/ensembleSaver.ts";
import type { EnsembleProgress } from "../progress/ensembleProgress.ts";
import { printable, printableLines } from "../text.ts";
import { settingsLine, summaryTable, targetsText } from "./trainingText.ts";

/**
 * @param saver hears every event first
 * @param expected what is known when the training begins
 */
export const ensembleText = (
  context: CliContext,
  progress: EnsembleProgress,
  saver: EnsembleSaver,
  expected: () => Expected | undefined,
): Subscriber<EnsembleEvent> =>
  on<EnsembleEvent>({
    start: ({ plan }) => progress.say(`${startText(plan)}\n${sizeText(plan)}\n${timeText(plan, expected())}`),
    result: () => {
      context.stdout.write(printableLines(resultText(saver.summary, saver.saving.inWords)));
    },
  });

function startText({ dataset, rows, settings, summary }: EnsemblePlan): string {
  const { name, origin, features } = dataset;
  const tested = dataset.test === undefined ? "no" : dataset.test.count;
  return (
    `${printable(name)} (${printable(origin)}): ${rows.length} training, ${tested} test samples of ${features} numbers, ` +
    `${targetsText(dataset)}\n${summaryTable(summary)}\n${printable(settingsLine(settings))}\n`
  );
}

/** What the ways to train are called where there are several of each. */
const WAYS: Readonly<Record<CandidateName, (count: number) => string>> = {
  network: (count) => `${counted(count, "network")} as above`,
  linear: (count) => counted(count, "linear model"),
  constant: (count) => counted(count, "constant"),
};

function sizeText({ members, candidates, folds, rounds }: EnsemblePlan): string {
  const each = candidates.map(({ name }, k) =>
    WAYS[name](members.filter(({ candidate }) => candidate === k).length),
  );
  const times = rounds === 1 ? "" : `, ${counted(rounds, "time")}`;
  const weighed =
    candidates.length === 1
      ? ""
      : ", weighed by what they predict for the rows that they were not trained on";
  return (
    `An ensemble of ${listed(each)}${weighed}: each is trained without one of ${folds} folds of the rows${times}, ` +
    "together on all rows."
  );
}

function timeText({ settings }: EnsemblePlan, expected: Expected | undefined): string {
  const { seconds = 0, workers = 1 } = expected ?? {};
  const atOnce = workers === 1 ? "" : `, ${workers} at a time`;
  const less = settings.preset === "table" ? ". For one network: --members 1" : "";
  return `About ${duration(Math.max(1, seconds))} of training${atOnce}${less}.`;
}

const rowsText = ({ crossValidationRows: held, trainingRows: all }: EnsembleSummary): string =>
  held === all ? "rows" : `${held} of ${all} rows`;

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
      ? `no test file: the scores are of ${rowsText(summary)} that the networks that predict them were not trained on\n`
      : "") +
    `the mean of ${counted(members, "network")} over ${counted(folds, "fold")}, as of ${taken.join(", ")}` +
    `${temperature === 1 ? "" : `, at temperature ${temperature.toFixed(2)}`}\n` +
    `${counted(steps, "step")} in ${trainSeconds.toFixed(1)} s of training; ${seconds.toFixed(1)} s in all\n${saved}\n`
  );
}
