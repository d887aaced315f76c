// Makes the library for pages, which uses nothing of Node's: a module X.browser.js stands in for its neighbour X.js.
//
//   dist/browser/            copies of the modules that lead to a stand-in. They share the rest of the library with Node.
//                            The `browser` condition of package.json leads here.
//   dist/nnwasm.browser.js   the whole library in one minified file, for <script type="module">
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/**
 * The name of a module between quotes: import … from "x", export … from "x", import "x", import("x"); and of a worker's script,
 * new URL("x", import.meta.url). Not those in comments.
 */
const SPECIFIERS = /(?<!^\s*(?:\*|\/\/).*)((?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\()")([^"]+)(")/gm;

/** @param {string} dist the folder that tsc has written */
export function writeBrowserModules(dist) {
  const texts = new Map();
  /** The module that stands in for a module in a browser. */
  const standIn = (file) => {
    const other = file.replace(/\.js$/, ".browser.js");
    return existsSync(join(dist, other)) ? other : file;
  };
  /** The modules that a module imports, as browsers see them. */
  const importsOf = (file) => {
    if (!texts.has(file)) texts.set(file, readFileSync(join(dist, file), "utf8"));
    return [...texts.get(file).matchAll(SPECIFIERS)]
      .map(([, , specifier]) => specifier)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => join(dirname(file), specifier));
  };
  const reached = new Set(["index.js"]);
  for (const file of reached) for (const imported of importsOf(file)) reached.add(standIn(imported));
  // A module is copied if it imports a stand-in or a copy. So modules that import copies are found after those.
  const copies = new Set(["index.js"]);
  for (let size = 0; size < copies.size; ) {
    size = copies.size;
    for (const file of reached) {
      const isCopy = importsOf(file).some((name) => standIn(name) !== name || copies.has(name));
      if (isCopy) copies.add(file);
    }
  }
  for (const file of copies) {
    const target = join("browser", file);
    const text = texts.get(file).replace(SPECIFIERS, (whole, before, specifier, after) => {
      if (!specifier.startsWith(".")) return whole;
      const imported = standIn(join(dirname(file), specifier));
      const place = copies.has(imported) ? join("browser", imported) : imported;
      const path = relative(dirname(target), place).replaceAll("\\", "/");
      return `${before}${path.startsWith(".") ? path : `./${path}`}${after}`;
    });
    mkdirSync(dirname(join(dist, target)), { recursive: true });
    writeFileSync(join(dist, target), text);
  }
}

/** A plugin that has one module loaded in place of another, or of its copy. */
const instead = (file, other) => ({
  name: "instead",
  load: (id) => (id.endsWith(relative(dirname(dirname(file)), file)) ? readFileSync(other, "utf8") : null),
});

/** @param {string} dist the folder with the modules of {@link writeBrowserModules} */
export async function bundleBrowser(dist) {
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  await build({
    root,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      outDir: dist,
      emptyOutDir: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: join(dist, "browser/index.js"),
        preserveEntrySignatures: "strict",
        // In one file, a worker's script is this file itself.
        plugins: [
          instead(join(dist, "worker/startWorker.browser.js"), join(dist, "worker/startWorker.oneFile.js")),
        ],
        output: {
          entryFileNames: "nnwasm.browser.js",
          codeSplitting: false,
          postBanner: `/*! nnwasm ${version}, ${license} licence */`,
        },
      },
    },
  });
}
