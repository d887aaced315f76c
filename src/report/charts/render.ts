/**
 * A Vega-Lite chart to SVG. The only file that imports the chart library: the build puts the library into
 * what becomes of this file (scripts/bundle-charts.mjs), and it is loaded when the first chart is drawn.
 */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { textWidth } from "./textWidth.ts";

/** What Vega knows of a text that it measures. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  /** Where it is cut off. */
  readonly limit?: number;
}

/** Vega exports it (vega-scenegraph), but its types leave it out. */
const { textMetrics } = vega as unknown as {
  textMetrics: { width(item: TextItem, text: unknown): number };
};

// By default a canvas, where one is installed, measures with that machine's fonts, or else 0.8 of the font's size is
// taken for each character: twice too much, so that titles press charts together.
textMetrics.width = ({ fontSize = 11, fontWeight, limit = 0 }, text) => {
  const width = textWidth(String(text ?? ""), fontSize, fontWeight === "bold" || Number(fontWeight) >= 600);
  return limit > 0 ? Math.min(width, limit) : width;
};

/**
 * @param spec a Vega-Lite specification with its data in it
 * @returns an SVG document, the same for the same specification
 */
export async function renderSvg(spec: Readonly<Record<string, unknown>>): Promise<string> {
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
