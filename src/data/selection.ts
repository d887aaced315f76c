/** Selecting samples from a source, or from a selection of it: the same for every kind of samples. */
import { ShapeError } from "../errors.ts";
import { shown } from "../options.ts";

/**
 * The rows of a selection from a selection, as rows of the source.
 * @param own what was selected before; undefined: all `count` rows, in order
 * @throws ShapeError if they are no array, or there is no such row
 */
export function selectRows(
  rows: ArrayLike<number>,
  own: Uint32Array | undefined,
  count: number,
): Uint32Array {
  const isArray = typeof rows === "object" && rows !== null && Number.isSafeInteger(rows.length);
  if (!isArray || rows.length < 0 || rows.length >= 2 ** 32) {
    throw new ShapeError(
      `select: rows is ${shown(rows)}, expected an array of numbers of samples, such as Uint32Array.of(0, 1).`,
    );
  }
  const selected = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (!(Number.isInteger(row) && row >= 0 && row < count)) {
      throw new ShapeError(
        Number.isInteger(row) && row >= 0
          ? `select: rows[${i}] is ${row}, expected less than ${count}, the number of samples.`
          : `select: rows[${i}] is ${shown(row)}, expected an integer from 0 to ${count - 1}.`,
      );
    }
    selected[i] = own === undefined ? row : own[row]!;
  }
  return selected;
}
