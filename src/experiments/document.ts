/**
 * A document as data, and its two forms: a self-contained HTML page and a Markdown text that refers to its
 * charts as files. One list of blocks makes both, so that they cannot say different things. All text is text:
 * it is escaped here.
 */
import {
  type Column,
  code,
  details,
  facts,
  figure,
  figures,
  type Html,
  html,
  markdownTable,
  page,
  paragraph,
  slug,
  table,
} from "../report/page.ts";
import type { Panel } from "./charts.ts";

export interface TableBlock {
  readonly kind: "table";
  /** "Table 4" */
  readonly label: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string | undefined;
  readonly highlightRow?: number | undefined;
  /** Folded away in the page under these words. */
  readonly folded?: string;
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

/** Where a panel is written, from the report's folder. */
const plotPath = (block: FigureBlock, panel: Panel): string => `plots/${block.file}-${panel.name}.svg`;

/** The charts by the paths that the Markdown form refers to. */
export function plotFiles({ blocks }: Document): Record<string, string> {
  return Object.fromEntries(
    blocks.flatMap((block) =>
      block.kind === "figure" ? block.panels.map((panel) => [plotPath(block, panel), panel.svg]) : [],
    ),
  );
}

export function toHtml({ title, subtitle, blocks, footer }: Document): string {
  return page({ title, subtitle, body: blocks.map(htmlBlock), footer });
}

const letter = (i: number): string => `(${String.fromCharCode(97 + i)})`;

/** With spaces at which no line ends: "0.5355 ± 0.0007" and "λ = 0.005" stay whole. */
const bound = (text: string): string => text.replace(/ ([±=]) /g, "\u00a0$1\u00a0");

function htmlBlock(block: Block): Html {
  switch (block.kind) {
    case "heading":
      return block.level === 2
        ? html`\n<h2 id="${slug(block.title)}">${block.title}</h2>`
        : html`\n<h3 id="${slug(block.title)}">${block.title}</h3>`;
    case "paragraph":
      return block.lead === undefined
        ? paragraph(bound(block.text))
        : paragraph(html`<strong>${block.lead}.</strong> `, bound(block.text));
    case "warning":
      return html`\n<p role="note"><strong>${block.text}</strong></p>`;
    case "facts":
      return facts(block.list);
    case "code":
      return code(block.text);
    case "list": {
      const items = block.items.map((item) => html`\n<li>${bound(item)}</li>`);
      return block.numbered ? html`\n<ol>${items}\n</ol>` : html`\n<ul>${items}\n</ul>`;
    }
    case "table": {
      const { label, caption, columns, rows, note, highlightRow, folded } = block;
      const made = table({
        caption: `${label}: ${caption}`,
        columns,
        rows: rows.map((row) => row.map(bound)),
        ...(note !== undefined && { note: bound(note) }),
        ...(highlightRow !== undefined && { highlightRow }),
      });
      return folded === undefined ? made : html`\n${details(folded, made)}`;
    }
    case "figure": {
      const { label, caption, file, panels } = block;
      const parts = panels.map(({ name, svg, caption: under }, i) =>
        figure(svg, { id: `${file}-${name}`, caption: [letter(i), under].filter(Boolean).join(" ") }),
      );
      return html`\n<figure id="${slug(label)}" style="max-width:none">${figures(parts)}
<figcaption><strong>${label}:</strong> ${bound(caption)}</figcaption>\n</figure>`;
    }
  }
}

export function toMarkdown({ title, subtitle, blocks, footer }: Document): string {
  const parts = [`# ${text(title)}`, text(subtitle), ...blocks.map(markdownBlock), "---", text(footer)];
  return `${parts.join("\n\n")}\n`;
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${text(block.title)}`;
    case "paragraph":
      return block.lead === undefined ? text(block.text) : `${strong(`${block.lead}.`)} ${text(block.text)}`;
    case "warning":
      return `> ${strong(block.text)}`;
    case "facts":
      return block.list.map(([label, value]) => `- ${text(label)}: ${text(value)}`).join("\n");
    case "code": {
      const longest = Math.max(2, ...[...block.text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
      const fence = "`".repeat(longest + 1);
      return `${fence}sh\n${block.text}\n${fence}`;
    }
    case "list":
      return block.items.map((item, i) => `${block.numbered ? `${i + 1}.` : "-"} ${text(item)}`).join("\n");
    case "table": {
      const { label, caption, columns, rows, note, highlightRow } = block;
      const marked = rows.map((row, place) =>
        place === highlightRow ? row.map((cell, i) => (i === 0 ? `${cell} ◂` : cell)) : row,
      );
      return [
        strong(`${label}: ${caption}`),
        markdownTable(columns, marked).trimEnd(),
        ...(note === undefined ? [] : [text(note)]),
      ].join("\n\n");
    }
    case "figure": {
      const { label, caption, panels } = block;
      const images = panels.map((panel) => `![${text(alt(block, panel))}](${plotPath(block, panel)})`);
      return `${images.join("\n")}\n\n${strong(`${label}:`)} ${text(caption)}`;
    }
  }
}

const alt = ({ label }: FigureBlock, { name, caption }: Panel): string =>
  [`${label}, ${name}`, caption].filter(Boolean).join(": ");

const strong = (words: string): string => `__${text(words)}__`;

/** Text that Markdown shows as it is, on one line. */
const text = (words: string): string =>
  words
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_<>[\]|]/g, "\\$&")
    .replace(/^([#+-]|\d+\.)(?= )/, "\\$1");
