/**
 * Draws a Vega-Lite chart as SVG. This is the only file that imports the chart library. The build bundles the library with
 * it (scripts/bundle-charts.mjs), and it is loaded when the first chart is drawn.
 */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { textWidth } from "./textWidth.ts";

/** A text as Vega measures it. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  /** The width at which the text is cut off. */
  readonly limit?: number;
}

/** Vega exports this (from vega-scenegraph), but its types leave it out. */
const { textMetrics } = vega as unknown as {
  textMetrics: { width(item: TextItem, text: unknown): number };
};

// By default a canvas, if one is installed, measures with the machine's fonts. Without a canvas, each character counts as
// 0.8 of the font's size, which is twice too much, so that titles press charts together.
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
