/** A chart as an SVG document with its title and description. */

/**
 * @param specification in Vega-Lite's words, with its data in it
 * @param description what the chart shows, for those who do not see it
 * @returns the same bytes for the same chart
 */
export async function drawChart(
  specification: Readonly<Record<string, unknown>>,
  title: string,
  description: string,
): Promise<string> {
  const { renderSvg } = await import("./render.ts"); // loaded only when something is drawn
  return withDescription(await renderSvg(specification), title, description);
}

/** Puts a title and a description where browsers and screen readers look for them. */
function withDescription(svg: string, title: string, description: string): string {
  const head = `<title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc>`;
  return svg.replace(
    /^<svg ([^>]*)>/,
    (_, attributes) => `<svg role="graphics-document" ${attributes}>${head}`,
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
