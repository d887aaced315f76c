/** The objective of a search: a number of the last epoch. */
import { ConfigError, TrainingError } from "../errors.ts";
import type { EpochRow, Evaluation } from "../model/history.ts";
import type { Direction } from "../tuner/trial.ts";
import type { TrainingOutcome } from "./job.ts";

/** The names for `--objective`, each with the direction that is better. */
export const OBJECTIVES: Readonly<Record<string, Direction>> = {
  "validation.accuracy": "maximize",
  "validation.loss": "minimize",
  "validation.cost": "minimize",
  "train.accuracy": "maximize",
  "train.loss": "minimize",
  "train.cost": "minimize",
};

export const DEFAULT_OBJECTIVE = "validation.accuracy";

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

/** The value of an epoch. @throws ConfigError as {@link requireObjective} */
export function objectiveOf(row: EpochRow, objective: string): number {
  const [set, measure] = objective.split(".") as ["train" | "validation", string];
  requireObjective(objective, row.validation !== undefined);
  return row[set]![measure as "accuracy" | "cost" | "loss"]!;
}

/**
 * Refuses a training whose loss or weights are not finite. Its accuracy is finite all the same, but a matter of chance.
 * @throws TrainingError if a measure of the training or one of its weights is NaN or infinite
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
  const bad = Object.entries(measures ?? {}).find(([, value]) => !Number.isFinite(value));
  if (bad !== undefined) throw new TrainingError(`The ${set} ${bad[0]} is ${bad[1]}${when}. ${ADVICE}`);
}
