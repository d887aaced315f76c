/** An evaluation for people, and as JSON. */
import { measureText, short, thousands } from "../../format/numbers.ts";
import { tableLines } from "../../format/tables.ts";
import { pluralOf } from "../../format/words.ts";
import type { EvaluationReport } from "../../runs/evaluate.ts";

/** Classes that are told one by one, and in a matrix. */
const MOST_CLASSES = 50;
const MOST_IN_MATRIX = 20;
const LONGEST_NAME = 24;

/** Per class: these metrics, in this order. */
const PER_CLASS = ["precision", "recall", "f1"] as const;

const named = (name: string) => (name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`);
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
      residuals: others.residuals.map(({ name, quantiles }) => ({ name, quantiles })),
    }),
  };
}

export function evaluationText(report: EvaluationReport, data: string): string {
  const { samples, loss, cost, metrics, calibrationError } = report;
  const scalars: (readonly [string, number])[] = [
    ["loss", loss],
    ["cost", cost],
    ...Object.entries(metrics).flatMap(([name, value]): [string, number][] =>
      typeof value === "number" ? [[name, value]] : [],
    ),
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

function perClass({ names, metrics, support }: EvaluationReport): string[] {
  if (support === undefined) return [];
  const of = (metric: string, i: number) => measured((metrics[metric] as readonly number[] | undefined)?.[i]);
  const rows = names
    .slice(0, MOST_CLASSES)
    .map((name, i) => [named(name), ...PER_CLASS.map((metric) => of(metric, i)), short(support[i] ?? 0)]);
  const more = names.length - rows.length;
  return [
    "",
    ...tableLines([["class", ...PER_CLASS, "support"], ...rows], ["left", "right"]),
    ...(more > 0 ? [`… and ${more} more: --json has all.`] : []),
  ];
}

function matrix({ task, names, metrics }: EvaluationReport): string[] {
  const counts = metrics.confusion as readonly (readonly number[])[] | undefined;
  if (counts === undefined) return [];
  if (task === "flags") {
    const head = ["", "not, not said", "not, but said", "is, not said", "is, and said"];
    const rows = counts.map((row, i) => [named(names[i]!), ...row.map((count) => short(count))]);
    return ["", ...tableLines([head, ...rows].slice(0, MOST_CLASSES + 1), ["left", "right"])];
  }
  if (counts.length > MOST_IN_MATRIX) {
    return ["", `The confusion matrix of ${counts.length} classes: --json, or confusion.svg by --out DIR.`];
  }
  const labels = names.slice(0, counts.length).map(named);
  const rows = counts.map((row, i) => [labels[i]!, ...row.map((count) => short(count))]);
  return ["", ...tableLines([["actual \\ answered", ...labels], ...rows], ["left", "right"])];
}

function residualLines({ residuals }: EvaluationReport): string[] {
  if (residuals === undefined) return [];
  const head = ["predicted − actual", "least", "5%", "25%", "half", "75%", "95%", "most"];
  const rows = residuals.map(({ name, quantiles }) => [
    named(name),
    ...quantiles.map((value) => short(value)),
  ]);
  return ["", ...tableLines([head, ...rows.slice(0, MOST_CLASSES)], ["left", "right"])];
}
