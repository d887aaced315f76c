/** Which samples of a source a `Samples` is made of: what every kind of it does alike. */
import { ShapeError } from "../errors.ts";

/**
 * The rows of a selection from a selection, as rows of the source.
 * @param own what was selected before; undefined: all `count` rows, in order
 * @throws ShapeError if there is no such row
 */
export function selectRows(rows: Uint32Array, own: Uint32Array | undefined, count: number): Uint32Array {
  const bad = rows.findIndex((row) => row >= count);
  if (bad >= 0) {
    throw new ShapeError(
      `select: rows[${bad}] is ${rows[bad]}, expected less than ${count}, the number of samples.`,
    );
  }
  return own ? rows.map((row) => own[row]!) : rows.slice();
}
