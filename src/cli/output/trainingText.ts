/** A training for people: on stderr what is to be trained, on stdout what came out. */
import type { UntestedDataset } from "../../data/dataset.ts";
import { choose } from "../../errors.ts";
import { measureText } from "../../format/numbers.ts";
import { tableLines } from "../../format/tables.ts";
import { counted } from "../../format/words.ts";
import { type Evaluation, scalars } from "../../model/history.ts";
import { countParameters, type SummaryRow } from "../../model/summary.ts";
import { on, type Subscriber } from "../../runs/events.ts";
import type { TrainingEvent, TrainingPlan } from "../../runs/train.ts";
import { type ScheduleKind, schedules } from "../../schedules/index.ts";
import { optimizerInWords } from "../../settings/ofOptimizers.ts";
import { writeRateFactors } from "../../settings/rateFactors.ts";
import type { ResolvedSettings } from "../../settings/settings.ts";
import { targetsOf } from "../../targets.ts";
import type { CliContext } from "../context.ts";
import type { TrainingSaver, TrainingSummary } from "../folders/trainingSaver.ts";
import type { TrainingProgress } from "../progress/trainingProgress.ts";
import { printable, printableLines } from "../text.ts";

/** @param saver hears every event first */
export const trainingText = (
  context: CliContext,
  progress: TrainingProgress,
  saver: TrainingSaver,
): Subscriber<TrainingEvent> =>
  on<TrainingEvent>({
    start: (plan) => progress.say(startText(plan)),
    resume: ({ epoch, step }) =>
      progress.say(
        epoch === 1 && step === 0
          ? "There is no checkpoint yet: the training begins anew."
          : `Going on in epoch ${epoch}, after ${counted(step, "step")} of it.`,
      ),
    result: () => {
      context.stdout.write(printableLines(resultText(saver.summary, saver.saving.inWords)));
    },
  });

function startText({ dataset, split, summary, settings }: TrainingPlan): string {
  const { name, origin, features } = dataset;
  const { train, validation, test } = split;
  const tested = test === undefined ? "no" : test.count;
  return (
    `${printable(name)} (${printable(origin)}): ${train.count} training, ${validation?.count ?? 0} validation, ` +
    `${tested} test samples of ${features} numbers, ${targetsText(dataset)}\n` +
    `${summaryTable(summary)}\n${printable(settingsLine(settings))}`
  );
}

/** "10 classes", "1 number to predict". */
export function targetsText(dataset: Pick<UntestedDataset, "classes" | "targets">): string {
  const { kind } = targetsOf(dataset);
  const { classes: count } = dataset;
  return kind === "classes" ? `${count} classes` : `${counted(count, kind.slice(0, -1))} to predict`;
}

export function summaryTable(rows: readonly SummaryRow[]): string {
  const cells = rows.map(({ name, inputs, outputs, parameters }) => [
    name,
    inputs === outputs && parameters === 0 ? String(outputs) : `${inputs} → ${outputs}`,
    parameters === 0 ? "" : String(parameters),
  ]);
  const total = ["", "", String(countParameters(rows))];
  const lines = tableLines([["layer", "numbers", "parameters"], ...cells, total], ["left", "left", "right"]);
  return lines.map((line) => `  ${line}`).join("\n");
}

export function settingsLine(settings: ResolvedSettings): string {
  const { batch, l2, lrSchedule, warmup, seed, init, biasInit, outputInit, rateFactors, standardize } =
    settings;
  const rate = choose<ScheduleKind>("schedule", schedules, lrSchedule).inWords(settings);
  return (
    `${counted(settings.epochs, "epoch")}, batch ${batch}, ${optimizerInWords(settings)}, learning rate ${lrSchedule} ${rate}` +
    `${warmup === 0 ? "" : ` after a warm-up of ${counted(warmup, "update")}`}` +
    `${rateFactors === false ? "" : `, times ${writeRateFactors(rateFactors)}`}, ` +
    `λ ${l2}, init ${init} (biases ${biasInit === "same" ? "too" : biasInit}${outputInit === "same" ? "" : `, outputs ${outputInit}`}), ` +
    `${standardize === "none" ? "inputs not standardised, " : ""}seed ${seed}`
  );
}

const UNTESTED = "no test file: ";

function resultText(summary: TrainingSummary, saved: string): string {
  const { test, validation, epochs, steps, trainSeconds, stepsPerSecond, threads, simd, seconds } = summary;
  const line = (name: string, evaluation: Evaluation) =>
    `${[name.padEnd(10), ...scalars(evaluation).map(([name, value]) => `${name} ${measureText(value)}`)].join("  ")}\n`;
  const { stoppedEarly, keptEpoch } = summary;
  return (
    (stoppedEarly === undefined ? "" : `stopped early: ${stoppedEarly}\n`) +
    (keptEpoch === undefined ? "" : `kept the weights of epoch ${keptEpoch}, the best of ${epochs}\n`) +
    (test === null ? "" : line("test", test)) +
    (validation === null ? "" : line("validation", validation)) +
    (test === null
      ? `${UNTESTED}${validation === null ? "there are no scores" : "the scores are of the validation rows"}\n`
      : "") +
    `${counted(epochs, "epoch")}, ${counted(steps, "step")} in ${trainSeconds.toFixed(1)} s (${stepsPerSecond.toFixed(0)} steps/s, ` +
    `${counted(threads, "thread")}${simd === "wide" ? ", wide vectors" : ""}); ` +
    `${seconds.toFixed(1)} s in all\n${saved}\n`
  );
}
