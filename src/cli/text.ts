/** Makes text safe for a terminal. */
import { jsonText } from "../format/json.ts";
import { UNPRINTABLE } from "../format/printable.ts";

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The text with escapes for all that a terminal would obey. Names of files and of data sets, and values from files, may come
 * from anywhere.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    const hex = code.toString(16);
    return NAMED[character] ?? (code < 256 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`);
  });
}

/** {@link printable} of each line. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** JSON on one line. It escapes the characters that a terminal would obey, which JSON itself does not all escape. */
export const printableJson = (value: object): string => jsonText(value);
