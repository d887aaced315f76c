/** An evaluation for people, and as JSON. */
import { shortLabels } from "../../format/labels.ts";
import { measureText, short, thousands } from "../../format/numbers.ts";
import { printable } from "../../format/printable.ts";
import { lengthOf, tableLines } from "../../format/tables.ts";
import { pluralOf } from "../../format/words.ts";
import { TopKMetrics } from "../../metrics/index.ts";
import type { EvaluationReport } from "../../runs/evaluate.ts";

/** Classes that are told one by one, and in a matrix. */
const MOST_CLASSES = 50;
const MOST_IN_MATRIX = 20;
/** The widest matrix that has its classes' names above its columns. A wider one has their numbers there. */
const WIDEST_MATRIX = 100;

/** Per class: these metrics, in this order. */
const PER_CLASS = ["precision", "recall", "f1"] as const;

/** A line break in a name would end the row that it stands in. */
const labelsOf = (names: readonly string[]) => shortLabels(names.map(printable));

const measured = (value: unknown): string =>
  typeof value !== "number" || Number.isNaN(value) ? "–" : measureText(value);

/** All that is known, by the names that the interface promises. */
export function reportJson({
  task,
  samples,
  loss,
  cost,
  names,
  metrics,
  ...others
}: EvaluationReport): object {
  return {
    ...{ task, samples, loss, cost, ...metrics, ...others },
    ...(task === "numbers" ? { targets: names } : { classNames: names }),
    ...(others.residuals && {
      residuals: others.residuals.map(({ points, ...errors }) => errors),
    }),
  };
}

export function evaluationText(report: EvaluationReport, data: string): string {
  const { samples, loss, cost, names, metrics, calibrationError } = report;
  const { k } = new TopKMetrics();
  const scalars: (readonly [string, number])[] = [
    ["loss", loss],
    ["cost", cost],
    ...Object.entries(metrics).flatMap(([name, value]): [string, number][] => {
      if (typeof value !== "number" || (name === "topK" && names.length <= k)) return []; // of k classes it is always 1
      return [[name === "topK" ? `topK, k = ${k}` : name, value]];
    }),
    ...(calibrationError === undefined ? [] : [["calibration error", calibrationError] as const]),
  ];
  const lines = [
    `${data}: ${thousands(samples)} ${pluralOf("sample", samples)}`,
    "",
    ...tableLines(
      scalars.map(([name, value]) => [name, measured(value)]),
      ["left", "right"],
    ),
    ...perClass(report),
    ...matrix(report),
    ...residualLines(report),
  ];
  return `${lines.join("\n")}\n`;
}

function perClass({ task, names, metrics, support }: EvaluationReport): string[] {
  if (support === undefined) return [];
  const of = (metric: string, i: number) => measured((metrics[metric] as readonly number[] | undefined)?.[i]);
  const rows = labelsOf(names.slice(0, MOST_CLASSES)).map((label, i) => [
    label,
    ...PER_CLASS.map((metric) => of(metric, i)),
    short(support[i] ?? 0, { digits: 6 }),
  ]);
  const head = [task === "flags" ? "flag" : "class", ...PER_CLASS, "support"];
  return ["", ...tableLines([head, ...rows], ["left", "right"]), ...moreLines(names.length - rows.length)];
}

const moreLines = (more: number): string[] => (more > 0 ? [`… and ${more} more: --json has all.`] : []);

function matrix({ task, names, metrics }: EvaluationReport): string[] {
  const counts = metrics.confusion as readonly (readonly number[])[] | undefined;
  if (counts === undefined) return [];
  const cells = counts.map((row) => row.map((count) => short(count, { digits: 6 })));
  if (task === "flags") {
    const head = ["flag", "true negatives", "false positives", "false negatives", "true positives"];
    const rows = labelsOf(names.slice(0, MOST_CLASSES)).map((label, i) => [label, ...cells[i]!]);
    return ["", ...tableLines([head, ...rows], ["left", "right"]), ...moreLines(names.length - rows.length)];
  }
  if (counts.length > MOST_IN_MATRIX) {
    return ["", `The confusion matrix of ${counts.length} classes: --json, or confusion.svg by --out DIR.`];
  }
  const labels = labelsOf(names.slice(0, counts.length));
  const lines = (rows: readonly string[], columns: readonly string[]) =>
    tableLines(
      [["actual \\ predicted", ...columns], ...cells.map((row, i) => [rows[i]!, ...row])],
      ["left", "right"],
    );
  const byName = lines(labels, labels);
  if (byName.every((line) => lengthOf(line) <= WIDEST_MATRIX)) return ["", ...byName];
  const numbers = labels.map((_, i) => `[${i + 1}]`);
  return [
    "",
    ...lines(
      labels.map((label, i) => `${numbers[i]} ${label}`),
      numbers,
    ),
  ];
}

function residualLines({ residuals }: EvaluationReport): string[] {
  if (residuals === undefined) return [];
  const shown = residuals.slice(0, MOST_CLASSES);
  const labels = labelsOf(shown.map(({ name }) => name));
  const errors = shown.map(({ rmse, mae, r2 }, i) => [labels[i]!, ...[rmse, mae, r2].map(measured)]);
  const head = ["predicted − actual", "min", "5%", "25%", "median", "75%", "95%", "max"];
  const rows = shown.map(({ quantiles }, i) => [labels[i]!, ...quantiles.map((value) => short(value))]);
  return [
    ...(shown.length > 1
      ? ["", ...tableLines([["target", "rmse", "mae", "r2"], ...errors], ["left", "right"])]
      : []),
    "",
    ...tableLines([head, ...rows], ["left", "right"]),
    ...moreLines(residuals.length - shown.length),
  ];
}
