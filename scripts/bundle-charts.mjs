// Puts the chart library into the one file that uses it, dist/report/charts/render.js: it is large and only
// draws, so users get these bytes and not its forty packages. The licences of what is in the file stand
// beside it.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * What the plots do without: Vega's maps, graphs, clouds of words and the like, which it only registers; the
 * package "canvas", which it would look for to measure texts and to draw bitmaps; and files, which it could
 * read data from.
 */
const UNUSED = new Set([
  "canvas",
  "fs",
  "vega-crossfilter",
  "vega-force",
  "vega-geo",
  "vega-hierarchy",
  "vega-label",
  "vega-regression",
  "vega-voronoi",
  "vega-wordcloud",
]);
const EMPTY = "\0empty";

const withoutUnused = {
  name: "without-unused",
  enforce: "pre",
  resolveId: (id) => (UNUSED.has(id) ? EMPTY : undefined),
  load: (id) => (id === EMPTY ? "export default undefined;" : undefined),
};

/** @param {string} dist the folder that tsc has written; render.js in it is replaced */
export async function bundleCharts(dist) {
  const folder = join(dist, "report/charts");
  await build({
    root,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: "warn",
    plugins: [withoutUnused],
    ssr: { noExternal: true },
    build: {
      ssr: "src/report/charts/render.ts",
      outDir: folder,
      emptyOutDir: false,
      target: "node20",
      minify: true,
      license: { fileName: "LICENSES.md" },
      rolldownOptions: { output: { entryFileNames: "render.js", codeSplitting: false } },
    },
  });
}
