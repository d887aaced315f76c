/** A reproduction for people: on stderr what is to be trained, on stdout what came out. */
import type { RowSummary } from "../../experiments/summary.ts";
import { duration, signed } from "../../format/numbers.ts";
import { tableLines } from "../../format/tables.ts";
import { counted, listed } from "../../format/words.ts";
import { on, type Subscriber } from "../../runs/events.ts";
import type { ReproductionEvent, ReproductionPlan } from "../../runs/reproduce.ts";
import type { CliContext } from "../context.ts";
import type { ReproductionSaver } from "../folders/reproductionSaver.ts";
import type { ReproductionProgress } from "../progress/reproductionProgress.ts";
import { printable, printableLines } from "../text.ts";

export interface ReproductionTextOptions {
  readonly progress: ReproductionProgress;
  /** Hears every event first. */
  readonly saver: ReproductionSaver;
  /** Where the trainings are done, in words: "2 at a time". */
  readonly through: string;
  /** The folder. */
  readonly path: string;
  /** Data set and settings of a run whose numbers are not compared with the paper's. */
  readonly departures: readonly string[] | undefined;
}

export const reproductionText = (
  context: CliContext,
  { progress, saver, through, path, departures }: ReproductionTextOptions,
): Subscriber<ReproductionEvent> =>
  on<ReproductionEvent>({
    start: ({ plan }) => progress.say(startText(plan, through, path)),
    result: ({ rows }) => {
      const text = resultText(rows, saver.summary.seconds, saver.saving.inWords, departures);
      context.stdout.write(printableLines(text));
    },
  });

const startText = ({ dataset, trainings, epochs }: ReproductionPlan, through: string, path: string): string =>
  `${dataset.name} (${printable(dataset.origin)}): ${counted(trainings, "training")}, ${counted(epochs, "epoch")}, ` +
  `${through}, in ${printable(path)}`;

/** @param departures data set and settings of a run whose numbers are not compared with the paper's */
function resultText(
  rows: readonly RowSummary[],
  seconds: number,
  saved: string,
  departures: readonly string[] | undefined,
): string {
  const compared = departures === undefined;
  const cell = (value: number | undefined) => value?.toFixed(4) ?? "–";
  const apart = (value: number | undefined) =>
    value === undefined ? "–" : signed(value, { signsZero: true });
  const table = rows.map(({ experiment: { id, metric, published }, mean, sd, difference, outside }) => [
    ...[id, metric, cell(published), cell(mean), cell(sd)],
    ...(compared ? [`${apart(difference)}${outside ? " *" : ""}`] : []),
  ]);
  const head = ["experiment", "accuracy", "report", "mean", "sd", ...(compared ? ["difference"] : [])];
  const lines = tableLines([head, ...table], ["left", "left", "right"]);
  const marked = !compared
    ? `Made ${listed(departures)}: these numbers are not the report's, and are not compared with them.\n`
    : rows.some(({ outside }) => outside)
      ? "* further from the report than three standard deviations\n"
      : "";
  return `${lines.join("\n")}\n${marked}${duration(seconds)} in all; ${saved}\n`;
}
