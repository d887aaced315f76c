/** What a rule of the conclusions is, and how it gets at the numbers of a run. */
import { isNumber } from "../statistics.ts";
import type { RowSummary, TrainingResult } from "../summary.ts";

export interface Statement {
  readonly text: string;
  /** The ids of the experiments whose numbers it rests on. */
  readonly basis: readonly string[];
}

/** What rules are given: the rows of a run. */
export interface Run {
  readonly rows: readonly RowSummary[];
  /** Whether the run was made as the paper's: only then may its numbers be mentioned. */
  readonly comparable: boolean;
  row(id: string): RowSummary | undefined;
}

/** From the numbers of a run to the sentences that they support, which may be none. */
export type Rule = (run: Run) => Statement[];

/** Rules under one heading, in the order of their sentences. */
export interface Topic {
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** The values of these rows, if all of them have some. */
export function valuesOf(run: Run, ...ids: readonly string[]): (readonly number[])[] | undefined {
  const values = ids.map((id) => run.row(id)?.values ?? []);
  return values.every(({ length }) => length > 0) ? values : undefined;
}

/** A number of each of a row's trainings that reached their end. */
export const ofTrainings = (
  row: RowSummary | undefined,
  value: (training: TrainingResult) => number | undefined,
) =>
  (row?.trainings ?? [])
    .filter(({ error, rows, epochs }) => error === undefined && rows.length === epochs)
    .map(value)
    .filter(isNumber);

export const idsOf = (rows: readonly RowSummary[]): string[] => rows.map(({ experiment }) => experiment.id);
