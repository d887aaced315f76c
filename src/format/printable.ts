/** What no text may hold that goes to a terminal. */

/** Control characters (C0, DEL, C1) and those that change the direction of writing, or end a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
export const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

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
