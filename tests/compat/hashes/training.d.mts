/** The row of a training, or of one that differs from it in other threads or with another engine. */
export interface Result {
  readonly name: string;
  readonly weightsSha256: string;
  readonly trainLoss: number;
  readonly loss: number;
}

export function trainer(library: object): {
  results(row: { readonly name: string; readonly settings: unknown }): Promise<readonly Result[]>;
};
