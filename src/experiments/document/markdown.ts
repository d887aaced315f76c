/** A document as a Markdown text that refers to its charts as files. */
import { markdownTable } from "../../report/page.ts";
import { type Block, type Document, type FigureBlock, type Panel, plotPath } from "./blocks.ts";

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
