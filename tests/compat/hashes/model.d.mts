/** What a model's file says. */
export interface Opened {
  readonly classNames: readonly string[] | undefined;
  readonly provenance: unknown;
  readonly predictions: readonly number[];
  readonly evaluation: unknown;
  /** Its bytes, when it is saved again. */
  readonly same: readonly number[];
  /** The hash of its weights after another epoch. */
  readonly trained: string;
}

export function modelFiles(library: object): {
  make(type: string, dtype: string): Promise<Uint8Array>;
  open(source: string | Uint8Array, type: string): Promise<Opened>;
};

export const FILES: readonly (readonly [type: string, dtype: string])[];
