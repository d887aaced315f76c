// Puts the chart library into the one file that uses it, dist/report/charts/render.js. So users need not install its forty
// packages. The licences of the bundled code stand beside the file.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Modules that the plots do not need: Vega's maps, graphs, clouds of words and the like, which it only registers; the
 * package "canvas", with which it would measure texts and draw bitmaps; and files, from which it could read data.
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
