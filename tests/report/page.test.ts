import { describe, expect, it } from "vitest";
import { PALETTE } from "../../src/report/charts/style.ts";
import {
  code,
  details,
  escapeHtml,
  facts,
  figure,
  figures,
  html,
  markdownTable,
  page,
  paragraph,
  section,
  slug,
  subsection,
  table,
} from "../../src/report/page.ts";
import { elements } from "./search/study.ts";

const HOSTILE = `<script>alert("x")</script> & 'y'`;
const ESCAPED = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;";

describe("page", () => {
  const text = page({
    title: "A <report>",
    subtitle: "37 trainings",
    body: section("Results & all", paragraph("One ", html`<b>${2}</b>.`), subsection("In detail", "text")),
    footer: "nnwasm 1.0",
  });

  it("is a whole document", () => {
    expect(text.replace(/<style>[^<]*<\/style>/, "<style></style>")).toBe(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>A &lt;report&gt;</title>
<style></style>
</head>
<body>
<main>
<header>
<h1>A &lt;report&gt;</h1>
<p class="subtitle">37 trainings</p>
</header>

<section id="results-all">
<h2>Results &amp; all</h2>

<p>One <b>2</b>.</p>
<section id="in-detail">
<h3>In detail</h3>
text
</section>
</section>
<footer>nnwasm 1.0</footer>
</main>
</body>
</html>
`);
    expect(elements(text).slice(0, 2)).toEqual(["html", "head"]);
  });

  it("asks for nothing from elsewhere", () => {
    expect(text).not.toMatch(/https?:|\bsrc=|@import|url\(|<script|<link/);
  });

  it("leaves out what it is not given", () => {
    const bare = page({ title: "Bare", body: [] });
    expect(bare).not.toContain('subtitle"');
    expect(bare).not.toContain("<footer>");
  });
});

describe("the page's colours", () => {
  const style = /<style>([^<]*)<\/style>/.exec(page({ title: "", body: [] }))![1]!;
  const [light, dark] = [...style.matchAll(/:root\{([^}]*)\}/g)].map(
    ([, rules]) => new Map([...rules!.matchAll(/--([\w-]+):(#[0-9a-f]{6})/g)].map(([, k, v]) => [k!, v!])),
  );
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const part = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: string, b: string) => {
    const [x, y] = [luminance(a), luminance(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };

  it("are there by light and by dark, all that are used", () => {
    expect([...dark!.keys()]).toEqual([...light!.keys()]);
    for (const [, name] of style.matchAll(/var\(--([\w-]+)\)/g)) expect([...light!.keys()]).toContain(name);
    expect([...light!.keys()]).toEqual(expect.arrayContaining(Object.keys(PALETTE)));
  });

  it("let texts be read (4.5 : 1) and marks be seen (3 : 1)", () => {
    for (const scheme of [light!, dark!]) {
      for (const text of ["ink", "muted", "link"]) {
        for (const ground of ["paper", "tint", "mark"]) {
          expect(contrast(scheme.get(text)!, scheme.get(ground)!), `${text} on ${ground}`).toBeGreaterThan(
            4.5,
          );
        }
      }
      for (const mark of Object.keys(PALETTE).filter((name) => !["paper", "grid"].includes(name))) {
        expect(contrast(scheme.get(mark)!, scheme.get("paper")!), mark).toBeGreaterThan(3);
      }
    }
  });

  it("tell charts' colours apart: no two have the same in the file", () => {
    const files = Object.values(PALETTE).map(({ light }) => light);
    expect(new Set(files).size).toBe(files.length);
  });
});

describe("text", () => {
  it("is never markup", () => {
    expect(escapeHtml(HOSTILE)).toBe(ESCAPED);
    expect(html`<p title="${HOSTILE}">${[HOSTILE, 3, html`<br>`]}</p>`.html).toBe(
      `<p title="${ESCAPED}">${ESCAPED}3<br></p>`,
    );
    for (const markup of [
      page({ title: HOSTILE, subtitle: HOSTILE, body: HOSTILE, footer: HOSTILE }),
      section(HOSTILE, HOSTILE).html,
      subsection(HOSTILE).html,
      paragraph(HOSTILE).html,
      facts([[HOSTILE, HOSTILE]]).html,
      code(HOSTILE).html,
      details(HOSTILE, HOSTILE).html,
      figure("<svg ></svg>", { id: "a", caption: HOSTILE }).html,
      table({
        caption: HOSTILE,
        columns: [{ title: HOSTILE, hint: HOSTILE }],
        rows: [[HOSTILE]],
        note: HOSTILE,
      }).html,
    ]) {
      expect(markup).not.toMatch(/<script|alert\("/);
      expect(markup).toContain("&lt;script&gt;");
      elements(markup);
    }
  });
});

describe("slug", () => {
  it("makes a title an id", () => {
    expect(slug("Table 1: λ, coarse!")).toBe("table-1-λ-coarse");
    expect(slug("“Quoted”")).toBe("quoted");
  });
});

describe("code", () => {
  it("keeps the text as it is, and its words whole", () => {
    const { html } = code("nnwasm train  --bn \\\n  --l2 1e-3");
    expect(html).toBe(
      '\n<pre tabindex="0"><code><span>nnwasm</span> <span>train</span>  <span>--bn</span> ' +
        "<span>\\</span>\n  <span>--l2</span> <span>1e-3</span></code></pre>",
    );
  });
});

describe("facts and details", () => {
  it("are a list of names and values, and a fold", () => {
    expect(facts([["trials", 20]]).html).toBe(
      '\n<dl class="facts">\n<div><dt>trials</dt><dd>20</dd></div>\n</dl>',
    );
    expect(details("failed", "why").html).toBe("<details><summary>failed</summary>why</details>");
  });
});

describe("figure", () => {
  const svg =
    '<?xml version="1.0"?>\n<svg role="graphics-document" xmlns="http://www.w3.org/2000/svg" ' +
    'xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" class="marks" width="480" height="340" ' +
    'viewBox="0 0 480 340"><title>Loss</title><desc>It falls: fill="#222222".</desc>' +
    '<rect width="480" height="340" fill="#ffffff"/><clipPath id="clip0"/>' +
    '<g clip-path="url(#clip0)" fill="none"><path stroke="#0072B2" fill="#123456"/>' +
    '<use href="#clip0" xlink:href="#clip0"/></g></svg>\n';

  it("takes a chart into the page, in the page's colours and under names of its own", () => {
    expect(figure(svg, { id: "loss", caption: "The loss." }).html).toBe(
      '\n<figure id="loss">\n<div class="chart"><svg role="graphics-document" class="marks" ' +
        'viewBox="0 0 480 340"><title>Loss</title><desc>It falls: fill="#222222".</desc>' +
        '<rect width="480" height="340" fill="var(--paper)"/><clipPath id="loss-clip0"/>' +
        '<g clip-path="url(#loss-clip0)" fill="none"><path stroke="var(--blue)" fill="#123456"/>' +
        '<use href="#loss-clip0" xlink:href="#loss-clip0"/></g></svg></div>\n' +
        "<figcaption>The loss.</figcaption>\n</figure>",
    );
  });

  it("can be wide, and stand among others", () => {
    const wide = figure(svg, { id: "a", caption: "A", wide: true });
    expect(wide.html).toContain('<figure id="a" class="wide">\n<div class="chart" tabindex="0"><svg ');
    const both = figures([wide, figure(svg, { id: "b", caption: "B" })]).html;
    expect(elements(both).filter((name) => name === "figure").length).toBe(2);
    const ids = [...both.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids).toEqual(["a", "a-clip0", "b", "b-clip0"]);
  });
});

const columns = [
  { title: "row" },
  { title: "published", align: "right", hint: "validation" },
  { title: "mean", align: "right" },
] as const;

describe("table", () => {
  it("has a caption, headings of columns and rows, and a row that stands out", () => {
    expect(
      table({
        caption: "Accuracies",
        columns,
        rows: [
          ["tab1-1", 0.53, html`<b>0.52</b>`],
          ["tab1-2", "0.51", "–"],
        ],
        highlightRow: 1,
        note: "Bold: outside.",
      }).html,
    ).toBe(`
<div class="table" tabindex="0">
<table>
<caption><span>Accuracies</span></caption>
<thead><tr><th scope="col">row</th>\
<th scope="col" class="number">published<small>validation</small></th>\
<th scope="col" class="number">mean</th></tr></thead>
<tbody>
<tr><th scope="row">tab1-1</th><td class="number">0.53</td><td class="number"><b>0.52</b></td></tr>
<tr class="highlight"><th scope="row">tab1-2</th><td class="number">0.51</td><td class="number">–</td></tr>
</tbody>
</table>
</div>
<p class="note">Bold: outside.</p>`);
  });

  it("does without what is optional", () => {
    const { html } = table({ caption: "None", columns: [{ title: "a" }], rows: [] });
    expect(html).toContain("<tbody>\n</tbody>\n</table>\n</div>");
    expect(html).not.toMatch(/class="(note|highlight)"/);
  });
});

describe("markdownTable", () => {
  it("is aligned for those who read it as text", () => {
    expect(
      markdownTable(columns, [
        ["tab1-1", "0.53", "0.521 ± 0.004"],
        ["λ", "0.5", "0.52"],
      ]),
    ).toBe(`| row    | published |          mean |
| ------ | --------: | ------------: |
| tab1-1 |      0.53 | 0.521 ± 0.004 |
| λ      |       0.5 |          0.52 |
`);
  });

  it("keeps cells apart and their text as it is", () => {
    const rows = [["50,50|100\nnext", "<b> *x* _y_"], []];
    expect(markdownTable([{ title: "a|b" }, { title: "c" }], rows)).toBe(
      [
        "| a\\|b            | c                |",
        "| --------------- | ---------------- |",
        "| 50,50\\|100 next | \\<b> \\*x\\* \\_y\\_ |",
        "|                 |                  |",
        "",
      ].join("\n"),
    );
  });
});
