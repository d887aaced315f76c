/** What a search makes as good as it can be: a number of the last epoch. */
import { ConfigError } from "../errors.ts";
import type { EpochRow } from "../model/history.ts";
import type { Direction } from "../tuner/trial.ts";

/** The names for `--objective`, each with what is better. */
export const OBJECTIVES: Readonly<Record<string, Direction>> = {
  "validation.accuracy": "maximize",
  "validation.loss": "minimize",
  "validation.cost": "minimize",
  "train.accuracy": "maximize",
  "train.loss": "minimize",
  "train.cost": "minimize",
};

/** @throws ConfigError if it needs validation samples and there are none */
export function requireObjective(objective: string, hasValidation: boolean): void {
  if (hasValidation || !objective.startsWith("validation.")) return;
  throw new ConfigError(`${objective}: there are no validation samples. Give --validation more than 0.`);
}

/** The value of an epoch. @throws ConfigError as {@link requireObjective} */
export function objectiveOf(row: EpochRow, objective: string): number {
  const [set, measure] = objective.split(".") as ["train" | "validation", string];
  requireObjective(objective, row.validation !== undefined);
  return row[set]![measure as "accuracy" | "cost" | "loss"]!;
}
