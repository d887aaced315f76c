/** Tables of a report, as text for a terminal and as Markdown for the documents. */
import { formatTable } from "../table.ts";

/** A table before it is text: the best cell of a row may stand out. */
export interface Grid {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Of each row, the columns to stand out in Markdown. */
  readonly best?: readonly (readonly number[])[];
}

/** "+0.0012" and "−0.0003". */
export const signed = (value: number, decimals = 4): string =>
  (value < 0 ? "−" : "+") + Math.abs(value).toFixed(decimals);

/** @param sentences what is to be said below the tables */
export const textOfGrids = (grids: readonly Grid[], sentences: readonly string[]): string =>
  [
    ...grids.map(({ title, header, rows }) => `${title}\n\n${formatTable(header, rows)}`),
    sentences.join("\n"),
  ].join("\n\n");

/** The best of each row in bold. */
export function markdownOfGrids(grids: readonly Grid[], sentences: readonly string[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const tables = grids.map(({ title, header, rows, best }) => {
    const marked = rows.map((row, i) =>
      row.map((cell, column) => (best?.[i]?.includes(column) ? `**${cell}**` : cell)),
    );
    const rule = header.map((_, column) => (column === 0 ? "---" : "---:"));
    return `${title}:\n\n${[header, rule, ...marked].map(line).join("\n")}`;
  });
  const list = sentences.map((sentence) => `- ${sentence}`);
  return `${[...tables, list.join("\n")].join("\n\n")}\n`;
}
