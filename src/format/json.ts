/** JSON on one line that is safe on a terminal, too. */
import { UNPRINTABLE } from "./printable.ts";

/**
 * JSON without a character that a terminal would obey, or that ends a line: JSON itself does not escape all of them.
 * @param value what JSON can hold
 */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
