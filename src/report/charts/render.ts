/**
 * A Vega-Lite chart to SVG. The only file that imports the chart library: the build puts the library into
 * what becomes of this file (scripts/bundle-charts.mjs), and it is loaded when the first chart is drawn.
 */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Vega exports it (vega-scenegraph), but its types leave it out. */
const { textMetrics } = vega as unknown as { textMetrics: { canvas(use: boolean): void } };

/**
 * @param spec a Vega-Lite specification with its data in it
 * @returns an SVG document, the same for the same specification
 */
export async function renderSvg(spec: Readonly<Record<string, unknown>>): Promise<string> {
  // Widths of texts are estimated: a canvas, where one is installed, would measure them with that machine's
  // fonts.
  textMetrics.canvas(false);
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
