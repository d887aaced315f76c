// Makes the site of src/web, which any static host can serve from any folder:
//
//   index.html, icon.svg, manifest.webmanifest    by these names
//   assets/                                       scripts, styles and wasm binaries, named by their content: they never change
//   LICENSES.md                                   of the packages that are part of the scripts
//   serviceWorker.js                              keeps all of the above for use offline, and isolates the page
//
// As a program (npm run dev:web) it serves the sources, and shows their changes at once. The binaries must be built by then.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, createServer } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const web = join(root, "src/web");

/** By these a browser lets the page share memory with its workers, so that it trains in threads. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** What the page may load and reach, wherever it is served: its own files. `frame-ancestors` is for headers alone. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** X.site.ts, or else X.browser.ts, stands in for its neighbour X.ts. */
const standIns = {
  name: "stand-ins",
  enforce: "pre",
  resolveId(id, importer) {
    if (importer === undefined || !/^\..*\.ts$/.test(id)) return undefined;
    const file = join(dirname(importer), id);
    return [".site.ts", ".browser.ts"].map((ending) => file.replace(/\.ts$/, ending)).find(existsSync);
  },
};

const WORKER = /new URL\(\s*"(\.[^"]+\.ts)",\s*import\.meta\.url,?\s*\)/g;

/**
 * Makes new URL("./worker.ts", import.meta.url) the address of a chunk of the same build. Vite by itself would build every worker
 * apart, and the page would load the library once more for it.
 */
const workers = {
  name: "workers",
  apply: "build",
  enforce: "pre",
  transform: {
    filter: { code: WORKER },
    handler(code, importer) {
      return code.replace(WORKER, (_, path) => {
        const id = join(dirname(importer), path);
        const name = relative(web, id)
          .replace(/\.ts$/, "")
          .replace(/[^a-z]+/gi, "-");
        const reference = this.emitFile({ type: "chunk", id, name });
        return `import.meta.ROLLUP_FILE_URL_${reference}`;
      });
    },
  },
};

/** Vite's own loads styles, by the document, which a worker does not have. Here all styles are in one file of the page. */
const plainImports = {
  name: "plain-imports",
  apply: "build",
  enforce: "pre",
  resolveId: (id) => (id === "\0vite/preload-helper.js" ? id : undefined),
  load: (id) =>
    id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : undefined,
};

/**
 * What page and worker share is one chunk: several small ones are packed worse, by 2 kB in all. What reads files is apart from it, as
 * it is loaded when there are some.
 */
const shared = {
  name: "shared",
  minShareCount: 2,
  // What draws is the page's alone: a worker has no document.
  test: (id) =>
    /[\\/]src[\\/](?!formats|images|runs[\\/]data|web[\\/](app|kit))/.test(id) &&
    !id.includes("node_modules"),
};

const policy = {
  name: "policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
      injectTo: "head-prepend",
    },
  ],
};

const common = {
  root: web,
  base: "./",
  configFile: false,
  envDir: false,
  publicDir: join(web, "public"),
  logLevel: "warn",
  plugins: [standIns, workers, plainImports, policy],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};

function files(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

/** The service worker, which knows by name all that is in the folder. */
async function buildServiceWorker(folder) {
  const names = files(folder)
    .map((file) => relative(folder, file).replaceAll("\\", "/"))
    .filter((name) => name !== "LICENSES.md");
  const hash = createHash("sha256");
  for (const name of names) {
    hash
      .update(name)
      .update("\0")
      .update(readFileSync(join(folder, name)))
      .update("\0");
  }
  // The page goes by the folder's address: some hosts lead index.html there.
  const site = {
    version: hash.digest("hex").slice(0, 16),
    files: names.map((name) => name.replace(/^index\.html$/, "")),
  };
  await build({
    ...common,
    publicDir: false,
    plugins: [standIns],
    define: { SITE: JSON.stringify(site) },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: {
        input: join(web, "serviceWorker.ts"),
        output: { entryFileNames: "serviceWorker.js", codeSplitting: false, format: "iife" },
      },
    },
  });
}

/**
 * Builds the site. The wasm binaries must be in build/wasm.
 * @param {string} folder where to; what is there is replaced
 * @param {readonly string[]} pages the pages
 * @param {string} source the folder that they are in; tests have some of their own
 */
export async function buildSite(folder, pages = ["index.html"], source = web) {
  await build({
    ...common,
    root: source,
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      modulePreload: { polyfill: false },
      license: { fileName: "LICENSES.md" },
      // tests/size.test.ts has the limits.
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      rolldownOptions: {
        input: pages.map((page) => join(source, page)),
        output: { codeSplitting: { groups: [shared] } },
        // What the command line loads when it is needed, a page may have from the start.
        checks: { ineffectiveDynamicImport: false },
      },
    },
  });
  if (existsSync(join(web, "serviceWorker.ts"))) await buildServiceWorker(folder);
}

/** Serves the sources, for work on them. */
async function develop() {
  const server = await createServer({
    ...common,
    logLevel: "info",
    server: { headers: ISOLATION, fs: { allow: [root] } },
  });
  await server.listen();
  server.printUrls();
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await develop();
