/** The objective of a search: a number of the last epoch. */
import { ConfigError, TrainingError } from "../errors.ts";
import { type MetricName, metrics } from "../metrics/index.ts";
import { type EpochRow, type Evaluation, scalars } from "../model/history.ts";
import type { TargetKind } from "../targets.ts";
import type { Direction } from "../tuner/trial.ts";
import type { TrainingOutcome } from "./job.ts";
import { suitableMetrics, usualMetrics } from "./metrics.ts";

const SETS = ["validation", "train"] as const;

/** The measures that are one number each, with the direction that is better. */
const MEASURES: readonly (readonly [string, Direction])[] = [
  ...Object.entries(metrics).flatMap(([name, { create }]): [string, Direction][] => {
    const { better } = create() as { readonly better?: "more" | "less" };
    return better === undefined ? [] : [[name, better === "more" ? "maximize" : "minimize"]];
  }),
  ["loss", "minimize"],
  ["cost", "minimize"],
];

/** The names for `--objective`, each with the direction that is better. */
export const OBJECTIVES: Readonly<Record<string, Direction>> = Object.fromEntries(
  SETS.flatMap((set) => MEASURES.map(([name, direction]) => [`${set}.${name}`, direction])),
);

/**
 * The objective unless another is asked for: the first of the usual metrics. Few rows have few accuracies, and equal ones by chance:
 * of a table it is the loss in place of an accuracy.
 */
export function defaultObjective(targets: TargetKind, { isTable = false } = {}): string {
  const usual = usualMetrics(targets)[0]!;
  return `validation.${isTable && usual === "accuracy" ? "loss" : usual}`;
}

/**
 * @param named how errors write the name of a setting. Default: as it is
 * @throws ConfigError if it needs validation samples and there are none
 */
export function requireObjective(
  objective: string,
  hasValidation: boolean,
  named: (name: string) => string = String,
): void {
  if (hasValidation || !objective.startsWith("validation.")) return;
  throw new ConfigError(
    `${objective}: there are no validation samples. Give ${named("validation")} more than 0.`,
  );
}

/** Whether a cross-validation measures an objective: the loss of the rows that are held out, or one of their metrics. */
export const isOfFolds = (objective: string): boolean => {
  const measure = objective.replace(/^validation\./, "");
  return measure !== objective && (measure === "loss" || Object.hasOwn(metrics, measure));
};

/** @throws ConfigError unless a cross-validation measures the objective */
export function requireOfFolds(objective: string, named: (name: string) => string = String): void {
  if (isOfFolds(objective)) return;
  throw new ConfigError(
    `${objective}: a cross-validation has no such measure. Give ${named("objective")} validation.loss or a metric of validation, ` +
      `or ${named("validation")} in place of ${named("cv")}.`,
  );
}

/**
 * The metrics to be measured so that there is the objective: those that are asked for, or the usual ones, and its own.
 * @throws ConfigError if the objective is a metric for other targets
 */
export function metricsWith(
  objective: string,
  asked: readonly MetricName[] | undefined,
  { name: data, targets }: { readonly name: string; readonly targets: TargetKind },
): readonly MetricName[] | undefined {
  const measure = objective.slice(objective.indexOf(".") + 1);
  const measured = asked ?? usualMetrics(targets);
  if (!Object.hasOwn(metrics, measure) || measured.includes(measure as MetricName)) return asked;
  const suitable: readonly string[] = suitableMetrics(targets);
  if (!suitable.includes(measure)) {
    const others = MEASURES.filter(([name]) => suitable.includes(name) || !Object.hasOwn(metrics, name));
    throw new ConfigError(
      `${objective}: there is no ${measure} of ${data}, which has ${targets}. ` +
        `Of validation and train there are: ${others.map(([name]) => name).join(", ")}.`,
    );
  }
  return [...measured, measure as MetricName];
}

/** The value of an epoch. @throws ConfigError as {@link requireObjective}, or if it was not measured */
export function objectiveOf(row: EpochRow, objective: string): number {
  const [set, measure] = objective.split(".") as ["train" | "validation", string];
  requireObjective(objective, row.validation !== undefined);
  const value = (row[set] as unknown as Readonly<Record<string, unknown>>)[measure];
  if (typeof value === "number") return value;
  throw new ConfigError(`${objective} was not measured: there are ${measured(row[set]!)}.`);
}

const measured = (evaluation: Evaluation): string =>
  scalars(evaluation)
    .map(([name]) => name)
    .join(", ");

/**
 * Refuses a training whose loss, cost or weights are not finite. Its accuracy is finite all the same, but a matter of chance.
 * Another metric may be NaN of a training that went well, as the ROC AUC of samples of one class is.
 * @throws TrainingError if a loss or cost of the training or one of its weights is NaN or infinite
 */
export function requireFinite({ rows, end, tensors }: TrainingOutcome): void {
  for (const { epoch, train, validation } of rows) {
    requireFiniteMeasures(`training`, train, ` after epoch ${epoch}`);
    requireFiniteMeasures(`validation`, validation, ` after epoch ${epoch}`);
  }
  requireFiniteMeasures("test", end?.test, "");
  for (const { name, data } of tensors) {
    const bad = data.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new TrainingError(`A number of ${name} is ${bad}. ${ADVICE}`);
  }
}

const ADVICE = "Lower eta-max, or check the data.";

function requireFiniteMeasures(set: string, measures: Evaluation | undefined, when: string): void {
  if (measures === undefined) return;
  const bad = (["loss", "cost"] as const).find((name) => !Number.isFinite(measures[name]));
  if (bad !== undefined) throw new TrainingError(`The ${set} ${bad} is ${measures[bad]}${when}. ${ADVICE}`);
}
