/** Tables of plain text, for terminals and Markdown. */

export type Alignment = "left" | "right";

/** The characters of a text, as a terminal counts them: those beyond the Basic Multilingual Plane once. */
export const lengthOf = (text: string): number => [...text].length;

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
