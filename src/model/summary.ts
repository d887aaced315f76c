/** A row of a model's summary, which has one for every layer. */
export interface SummaryRow {
  /** "dense1". */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Learnable numbers. */
  readonly parameters: number;
  /** Numbers that are saved but not learned, such as moving averages. */
  readonly states: number;
}

/** Learnable numbers in all. */
export function countParameters(rows: readonly SummaryRow[]): number {
  return rows.reduce((sum, { parameters }) => sum + parameters, 0);
}
