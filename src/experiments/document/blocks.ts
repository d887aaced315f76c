/**
 * A document as data. Both its forms, HTML and Markdown, are made from one list of blocks, so that they cannot say
 * different things. Text contains no markup: each form escapes it.
 */
import type { Column } from "../../report/page.ts";

export interface TableBlock {
  readonly kind: "table";
  /** "Table 4" */
  readonly label: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string | undefined;
  readonly highlightRow?: number | undefined;
  /** The words under which the table is folded away in the page. */
  readonly folded?: string;
}

/** A chart as a file, with the text under it. */
export interface Panel {
  /** The end of the file's name: "cost", "learning-rate". */
  readonly name: string;
  readonly svg: string;
  readonly caption: string;
}

export interface FigureBlock {
  readonly kind: "figure";
  /** "Figure 2" */
  readonly label: string;
  readonly caption: string;
  /** The beginning of its files' names: "fig2". */
  readonly file: string;
  readonly panels: readonly Panel[];
}

export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly title: string }
  /** `lead`: a word or two that stand out at its beginning. */
  | { readonly kind: "paragraph"; readonly text: string; readonly lead?: string }
  /** Something that must not be overlooked. */
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "facts"; readonly list: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[]; readonly numbered?: boolean }
  | TableBlock
  | FigureBlock;

export interface Document {
  readonly title: string;
  readonly subtitle: string;
  readonly blocks: readonly Block[];
  readonly footer: string;
}

/** A heading of the document, or of one of its parts. */
export const heading = (level: 2 | 3, title: string): Block => ({ kind: "heading", level, title });

/** A paragraph of those sentences that are not empty. */
export const paragraph = (...sentences: readonly (string | false)[]): Block => ({
  kind: "paragraph",
  text: sentences.filter(Boolean).join(" "),
});

/** A paragraph whose first words stand out. */
export const leading = (lead: string, ...sentences: readonly string[]): Block => ({
  kind: "paragraph",
  lead,
  text: sentences.filter(Boolean).join(" "),
});

/** The path of a panel's file from the report's folder. */
export const plotPath = (block: FigureBlock, panel: Panel): string => `plots/${block.file}-${panel.name}.svg`;

/** The charts by the paths that the Markdown form refers to. */
export function plotFiles({ blocks }: Document): Record<string, string> {
  return Object.fromEntries(
    blocks.flatMap((block) =>
      block.kind === "figure" ? block.panels.map((panel) => [plotPath(block, panel), panel.svg]) : [],
    ),
  );
}
