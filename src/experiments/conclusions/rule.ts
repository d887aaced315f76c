/** The rules of the conclusions, with the access that they have to the numbers of a run. */
import { isNumber } from "../statistics.ts";
import type { RowSummary, TrainingResult } from "../summary.ts";

export interface Statement {
  readonly text: string;
  /** The ids of the experiments whose numbers it rests on. */
  readonly basis: readonly string[];
}

/** The rows of a run, as rules get them. */
export interface Run {
  readonly rows: readonly RowSummary[];
  /** Whether the run was made like the paper's. Only then may the paper's numbers be mentioned. */
  readonly comparable: boolean;
  row(id: string): RowSummary | undefined;
}

/** Makes the sentences that the numbers of a run support, which may be none. */
export type Rule = (run: Run) => Statement[];

/** Rules under one heading, in the order of their sentences. */
export interface Topic {
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** The values of each of these rows, if all of them have some. */
export function valuesOf(run: Run, ...ids: readonly string[]): (readonly number[])[] | undefined {
  const values = ids.map((id) => run.row(id)?.values ?? []);
  return values.every(({ length }) => length > 0) ? values : undefined;
}

/** A number from each of a row's trainings that reached their end. */
export const ofTrainings = (
  row: RowSummary | undefined,
  value: (training: TrainingResult) => number | undefined,
) =>
  (row?.trainings ?? [])
    .filter(({ error, rows, epochs }) => error === undefined && rows.length === epochs)
    .map(value)
    .filter(isNumber);

export const idsOf = (rows: readonly RowSummary[]): string[] => rows.map(({ experiment }) => experiment.id);
