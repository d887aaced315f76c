/** A document as a self-contained HTML page. */
import {
  code,
  details,
  facts,
  figure,
  figures,
  type Html,
  html,
  page,
  paragraph,
  slug,
  table,
} from "../../report/page.ts";
import type { Block, Document } from "./blocks.ts";

export function toHtml({ title, subtitle, blocks, footer }: Document): string {
  return page({ title, subtitle, body: blocks.map(htmlBlock), footer });
}

const letter = (i: number): string => `(${String.fromCharCode(97 + i)})`;

/** The text with spaces at which no line ends, so that "0.5355 ± 0.0007" and "λ = 0.005" stay whole. */
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
