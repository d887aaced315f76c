/** The texts that stand for a missing cell. */

/** Those that do in every column, as they stand: "Na" is sodium, and "none" may be an answer. */
export const MISSING_TEXTS: readonly string[] = [
  ...["", "?", "NA", "na", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "-NaN", "-nan"],
  ...["NULL", "Null", "null", "None", "nil", "NIL", "\\N"],
];

/** Those that do, beside them, where numbers or dates are expected. */
export const MISSING_NUMBERS: readonly string[] = [
  ...["-", "--", "---", "–", "—", ".", "..", "...", "n.a.", "N.A.", "none", "NONE"],
];

/** Tells missing cells. The text comes without spaces around it. */
export interface MissingTexts {
  /** In a column of any kind. */
  has(text: string): boolean;
  /** In a column of numbers or dates. */
  hasNumber(text: string): boolean;
}

/** @param more texts that a user has named */
export function missingTexts(more: readonly string[] = []): MissingTexts {
  const all = new Set([...MISSING_TEXTS, ...more.map((text) => text.trim())]);
  const numbers = new Set([...all, ...MISSING_NUMBERS]);
  return { has: (text) => all.has(text), hasNumber: (text) => numbers.has(text) };
}
