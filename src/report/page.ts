/**
 * Makes the page of a report: one HTML document that needs nothing else, neither network nor scripts. It fits a phone, a
 * desk and A4 paper, and follows its reader's choice of light or dark, charts included. These are pure functions from data
 * to text; others write the files.
 */
import { type Alignment, lengthOf, padded } from "../format/tables.ts";
import { PALETTE, type Shade } from "./charts/style.ts";

/** Markup, as `html` and the functions here make it. A string is never markup, but text, which is escaped. */
export interface Html {
  readonly html: string;
}

/** What can stand in a page: text, numbers as they print, markup, or several of them one after another. */
export type Content = string | number | Html | readonly Content[];

/** Text as it stands between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function markup(content: Content): string {
  if (typeof content === "string") return escapeHtml(content);
  if (typeof content === "number") return escapeHtml(String(content));
  return "html" in content ? content.html : content.map(markup).join("");
}

/** The markup that is written, in which strings are escaped: html`<b>${name}</b>`. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return { html: parts.reduce((before, part, i) => before + markup(contents[i - 1]!) + part) };
}

export interface PageOptions {
  readonly title: string;
  readonly subtitle?: Content;
  readonly body: Content;
  /** Small text at the end, about what made the page. */
  readonly footer?: Content;
}

/** A whole document. The policy in its head forbids scripts and the network, should an escape ever be missing. */
export function page({ title, subtitle, body, footer }: PageOptions): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>${
    subtitle === undefined
      ? ""
      : html`
<p class="subtitle">${subtitle}</p>`
  }
</header>
${body}${
  footer === undefined
    ? ""
    : html`
<footer>${footer}</footer>`
}
</main>
</body>
</html>
`.html;
}

/** A part of the page under a heading of the second level. A link to #its-title leads to it. */
export function section(title: string, ...contents: readonly Content[]): Html {
  return html`
<section id="${slug(title)}">
<h2>${title}</h2>
${contents}
</section>`;
}

/** A part of a section under a heading of the third level. */
export function subsection(title: string, ...contents: readonly Content[]): Html {
  return html`
<section id="${slug(title)}">
<h3>${title}</h3>
${contents}
</section>`;
}

/** A title as an id, a file name or a class: letters and digits, with hyphens between. */
export function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}

export function paragraph(...contents: readonly Content[]): Html {
  return html`
<p>${contents}</p>`;
}

/** A list of names and what they stand for. */
export function facts(list: readonly (readonly [label: string, value: Content])[]): Html {
  return html`
<dl class="facts">${list.map(
    ([label, value]) => html`
<div><dt>${label}</dt><dd>${value}</dd></div>`,
  )}
</dl>`;
}

/** Text to be copied, such as a command. Lines that are too long are broken between words, for the eye only. */
export function code(text: string): Html {
  const words = text.split(/(\s+)/).map((word) => (/\S/.test(word) ? html`<span>${word}</span>` : word));
  return html`
<pre tabindex="0"><code>${words}</code></pre>`;
}

/** A part that is folded away until the reader opens it. */
export function details(summary: Content, ...contents: readonly Content[]): Html {
  return html`<details><summary>${summary}</summary>${contents}</details>`;
}

export interface FigureOptions {
  /** An id that no other figure of the page has: #id leads to the figure. */
  readonly id: string;
  readonly caption: Content;
  /** Whether it takes the whole width of the page, even among others. A phone scrolls it sideways. */
  readonly wide?: boolean;
}

/** A chart with its caption. */
export function figure(svg: string, { id, caption, wide = false }: FigureOptions): Html {
  return html`
<figure id="${id}"${wide ? html` class="wide"` : ""}>
<div class="chart"${wide ? html` tabindex="0"` : ""}>${inline(wide ? withLeastWidth(svg) : svg, id)}</div>
<figcaption>${caption}</figcaption>
</figure>`;
}

/** Figures side by side, two in a row if there is room. */
export function figures(list: readonly Html[]): Html {
  return html`
<div class="figures">${list}
</div>`;
}

/** Gives a chart of many axes the least width at which its texts can be read. A phone scrolls it further. */
function withLeastWidth(svg: string): string {
  const width = Number(/<svg [^>]*\bwidth="([\d.]+)"/.exec(svg)?.[1] ?? 0);
  const rem = Math.round((0.72 * width) / 16);
  return rem <= 48 ? svg : svg.replace("<svg ", `<svg style="min-width:${rem}rem" `);
}

/**
 * A chart as an element of the page. It loses a file's prolog and fixed size. It gets ids that no other figure has, and the
 * names of its colours, for which the page has values for light and for dark.
 */
function inline(svg: string, id: string): Html {
  const prefix = `${id}-`;
  const element = svg
    .slice(svg.indexOf("<svg"))
    .replace(/^<svg [^>]*>/, (tag) => tag.replace(/ (width|height|xmlns(:xlink)?|version)="[^"]*"/g, ""))
    .replace(/<[^!/][^>]*>/g, (tag) =>
      tag
        .replace(/ (fill|stroke|stop-color)="([^"]+)"/g, (attribute, name: string, color: string) => {
          const shade = NAMES.get(color.toLowerCase());
          return shade === undefined ? attribute : ` ${name}="var(--${shade})"`;
        })
        .replace(/ id="/g, ` id="${prefix}`)
        .replace(/url\(#/g, `url(#${prefix}`)
        .replace(/ ((?:xlink:)?href)="#/g, ` $1="#${prefix}`),
    );
  return { html: element.trimEnd() };
}

const SHADES: readonly (readonly [name: string, shade: Shade])[] = Object.entries(PALETTE);
const NAMES: ReadonlyMap<string, string> = new Map(SHADES.map(([name, { light }]) => [light, name]));

export interface Column {
  readonly title: string;
  /** The alignment: "right" for numbers. */
  readonly align?: Alignment;
  /** A unit or a short explanation, small under the title. */
  readonly hint?: string;
}

export interface TableOptions {
  readonly caption: Content;
  readonly columns: readonly Column[];
  /** A row's first cell is its heading. */
  readonly rows: readonly (readonly Content[])[];
  readonly note?: Content | undefined;
  /** The index of the row that stands out. */
  readonly highlightRow?: number | undefined;
}

/** A table. It scrolls sideways by itself if the page is too narrow for it. */
export function table({ caption, columns, rows, note, highlightRow }: TableOptions): Html {
  const right = (i: number) => (columns[i]?.align === "right" ? html` class="number"` : "");
  const head = columns.map(
    ({ title, hint }, i) =>
      html`<th scope="col"${right(i)}>${title}${hint === undefined ? "" : html`<small>${hint}</small>`}</th>`,
  );
  const body = rows.map((row, place) => {
    const cells = row.map((cell, i) =>
      i === 0 ? html`<th scope="row"${right(i)}>${cell}</th>` : html`<td${right(i)}>${cell}</td>`,
    );
    return html`
<tr${place === highlightRow ? html` class="highlight"` : ""}>${cells}</tr>`;
  });
  return html`
<div class="table" tabindex="0">
<table>
<caption><span>${caption}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>${body}
</tbody>
</table>
</div>${
    note === undefined
      ? ""
      : html`
<p class="note">${note}</p>`
  }`;
}

/** The same table in Markdown, aligned for those who read it as text. Cells are text, not Markdown. */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => text.replace(/\s+/g, " ").replace(/[\\|<`*_]/g, "\\$&");
  const lines = [columns.map(({ title }) => cell(title)), ...rows.map((row) => row.map(cell))];
  const widths = columns.map((_, i) => Math.max(4, ...lines.map((line) => lengthOf(line[i] ?? ""))));
  const rule = columns.map(({ align }, i) =>
    align === "right" ? `${"-".repeat(widths[i]! - 1)}:` : "-".repeat(widths[i]!),
  );
  const [head, ...body] = lines.map((line) =>
    columns.map(({ align = "left" }, i) => padded(line[i] ?? "", widths[i]!, align)),
  );
  return `${[head!, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n")}\n`;
}

const declare = (scheme: keyof Shade) =>
  SHADES.map(([name, shade]) => `--${name}:${shade[scheme]};`).join("");

/** The style of the page. Paper is printed light, even if the screen is dark. */
const STYLE = `
:root{color-scheme:light dark;${declare("light")}--tint:#f4f6f8;--link:#005a8e;--mark:#fff6e0;--marker:#ffb4001f;--shade:#0000002e}
@media screen and (prefers-color-scheme:dark){:root{${declare("dark")}--tint:#1e2229;--link:#7cc4f5;--mark:#33290f;--marker:#ffb4001f;--shade:#000000b3}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,\
"Helvetica Neue",Arial,"Noto Sans","Liberation Sans",sans-serif}
main{max-width:72rem;margin:0 auto;padding:clamp(1rem,4vw,3rem)}
h1,h2,h3{line-height:1.2;text-wrap:balance;overflow-wrap:break-word}
h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.4rem);margin:0;letter-spacing:-.015em}
h2{font-size:1.4rem;margin:3rem 0 1rem;padding-top:1rem;border-top:1px solid var(--grid)}
h3{font-size:1.1rem;margin:2rem 0 .75rem}
p,ul,ol,dl,pre{max-width:75ch;margin:0 0 1rem}
p,dd,li{overflow-wrap:break-word}
a{color:var(--link)}
.subtitle{margin:.5rem 0 0;font-size:1.1rem;color:var(--muted)}
.note,figcaption,footer,small{font-size:.875rem;color:var(--muted)}
.note{margin-top:.5rem}
code,pre,kbd{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
pre code{font-size:inherit}
pre span{display:inline-block;max-width:100%}
pre{padding:.85rem 1rem;background:var(--tint);border:1px solid var(--grid);border-radius:.4rem;\
white-space:pre-wrap;overflow-wrap:anywhere;max-width:none}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(9rem,100%),1fr));gap:1rem 1.5rem;max-width:none}
.facts dt{font-size:.875rem;color:var(--muted)}
.facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
figure{margin:1.5rem 0;max-width:48rem;min-width:0}
figure.wide{max-width:none;grid-column:1/-1}
figcaption{margin-top:.35rem;max-width:75ch}
.chart svg>rect{fill:none}
/* What is too wide for a phone scrolls: a shadow lies on the side where there is more, and the bar does not hide. */
.table,.wide .chart{overflow-x:auto;overscroll-behavior-x:contain;background:\
linear-gradient(to right,var(--paper) 30%,transparent) 0 0/3rem 100% no-repeat local,\
linear-gradient(to left,var(--paper) 30%,transparent) 100% 0/3rem 100% no-repeat local,\
linear-gradient(to right,var(--shade),transparent) 0 0/1rem 100% no-repeat scroll,\
linear-gradient(to left,var(--shade),transparent) 100% 0/1rem 100% no-repeat scroll}
.table::-webkit-scrollbar,.wide .chart::-webkit-scrollbar{height:.5rem}
.table::-webkit-scrollbar-thumb,.wide .chart::-webkit-scrollbar-thumb{background:var(--axis);border-radius:.25rem}
.table::-webkit-scrollbar-track,.wide .chart::-webkit-scrollbar-track{background:var(--grid);border-radius:.25rem}
@supports not selector(::-webkit-scrollbar){.table,.wide .chart{scrollbar-width:thin;\
scrollbar-color:var(--axis) var(--grid)}}
.chart svg{display:block;width:100%;height:auto}
.wide .chart svg{min-width:48rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));\
gap:1.5rem 2.5rem;margin:1.5rem 0}
.figures figure{margin:0}
.table{overflow-x:auto;margin:1.5rem 0 1rem;max-width:max-content}
table{border-collapse:collapse;font-size:.925rem;line-height:1.4;font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;padding-bottom:.5rem}
caption span{display:block;max-width:min(75ch,calc(100vw - 2rem));font-weight:600}
th,td{padding:.35rem .75rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
th:first-child,td:first-child{padding-left:.4rem}
thead th{vertical-align:bottom;border-bottom:1px solid var(--axis);white-space:nowrap}
th small{display:block;font-weight:400;white-space:nowrap}
tbody th{font-weight:inherit;white-space:nowrap}
tr>:first-child{position:sticky;left:0;background:var(--paper);box-shadow:1px 0 var(--grid)}
.number{text-align:right;white-space:nowrap}
.highlight{background:var(--marker);font-weight:600}
.highlight>:first-child{background:var(--mark)}
summary{cursor:pointer}
details[open]>summary{margin-bottom:.35rem}
.error{display:block;min-width:14rem;max-width:24rem;overflow-wrap:anywhere;color:var(--muted)}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--grid)}
@page{size:A4;margin:18mm 16mm}
@media print{
body{font-size:10pt}
main{padding:0;max-width:none}
h2{margin-top:1.5rem}
h2,h3,caption{break-after:avoid}
figure,tr,pre,.facts div{break-inside:avoid}
.figures{grid-template-columns:1fr 1fr;gap:1rem}
.table,.wide .chart{overflow:visible;background:none}
tr>:first-child{position:static;box-shadow:none}
.wide .chart svg{min-width:0!important}
table{font-size:8pt}
thead th,thead small,.number{white-space:normal}
th,td{padding:.2rem .4rem}
.highlight,pre{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{color:inherit}
}
`;
