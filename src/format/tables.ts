/** Tables of plain text, for terminals and Markdown. */

export type Alignment = "left" | "right";

/** Characters of two columns: wide ones of East Asia, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Characters of none: marks over and under the one before, and what joins. */
const NONE = /[\p{Mn}\p{Me}\u200b-\u200d\u2060\ufeff]/u;
const NARROW = /^[\x20-\x7e]*$/;

/** The columns of a text on a terminal: of a Chinese character two, of an accent over the letter before it none. */
export function lengthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : NONE.test(character) ? 0 : 1;
  return columns;
}

/** The text as far as it fits into so many columns. */
export function startOf(text: string, width: number): string {
  let columns = 0;
  let end = 0;
  for (const character of text) {
    columns += lengthOf(character);
    if (columns > width) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The length of the longest text. There may be more of them than a call takes arguments. */
export const widestOf = (texts: readonly string[]): number =>
  texts.reduce((widest, text) => Math.max(widest, lengthOf(text)), 0);

/** The text with spaces on one side, up to a width. */
export function padded(text: string, width: number, alignment: Alignment): string {
  const space = " ".repeat(Math.max(0, width - lengthOf(text)));
  return alignment === "left" ? text + space : space + text;
}

/**
 * One line of a table: cells two spaces apart, and no spaces at its end.
 * @param widths of the columns
 * @param alignments of the columns; the last one holds for all that follow
 */
export function tableLine(
  cells: readonly string[],
  widths: readonly number[],
  alignments: readonly Alignment[],
): string {
  return cells
    .map((cell, i) => padded(cell, widths[i] ?? 0, alignments[i] ?? alignments.at(-1) ?? "left"))
    .join("  ")
    .trimEnd();
}

/**
 * The lines of a table whose columns are as wide as their longest cells.
 * @param rows the head's cells first, if there is one
 * @param alignments of the columns; the last one holds for all that follow
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[] = ["left"],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, lengthOf(cell));
  }
  return rows.map((row) => tableLine(row, widths, alignments));
}
