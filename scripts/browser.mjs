// Makes the library for pages, which uses nothing of Node's: a module X.browser.js stands in for its neighbour X.js.
//
//   dist/browser/            copies of the modules that lead to a stand-in. They share the rest of the library with Node.
//                            The `browser` condition of package.json leads here.
//   dist/nnwasm.browser.js   the library in one minified file, for <script type="module">
//   dist/nnwasm.files.js     what it loads when it first reads a File: formats, images, and the packages that they use, whose
//                            licences stand in nnwasm.files.LICENSES.md
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
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

/** An import that is loaded when it is asked for, of a module of ours. */
const LAZY = /\bimport\s*\(\s*"(\.[^"]+)"\s*\)/g;
const ENTRY = "browser/index.js";
/** What starts a training's worker: it is loaded when it is asked for, but is part of the first file. */
const STARTER = "browser/worker/startWorker.browser.js";
const FILES = "nnwasm.files.js";
const LICENSES = "nnwasm.files.LICENSES.md";

/**
 * The modules of ours that are loaded with the library in pages, and those that they load when they are asked for.
 * @returns both as paths in dist
 */
function modulesOf(dist) {
  const now = new Set([ENTRY]);
  const later = new Set();
  for (const file of now) {
    const text = readFileSync(join(dist, file), "utf8");
    const at = (specifier) => join(dirname(file), specifier).replaceAll("\\", "/");
    for (const [, specifier] of text.matchAll(LAZY))
      (at(specifier) === STARTER ? now : later).add(at(specifier));
    for (const [, , specifier] of text.replace(LAZY, "").matchAll(SPECIFIERS)) {
      if (specifier.startsWith(".")) now.add(at(specifier));
    }
  }
  return { now, later: [...later].filter((file) => !now.has(file)).sort() };
}

/** A module that is made here. */
const virtual = (name, code) => ({
  name,
  resolveId: (id) => (id === name ? `\0${name}` : undefined),
  load: (id) => (id === `\0${name}` ? code : undefined),
});

/** @returns the code of what Vite makes of a module; with `license`, the licences of the packages in it as well */
async function bundle({ input, plugins, output, lib, license, external = [] }) {
  const results = await build({
    root,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: "warn",
    plugins,
    build: {
      write: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      chunkSizeWarningLimit: 2000,
      ...(lib && { lib }),
      ...(license && { license: { fileName: license } }),
      rolldownOptions: { input, external, preserveEntrySignatures: "strict", output },
    },
  });
  const [{ code }, ...others] = [results].flat().flatMap(({ output: chunks }) => chunks);
  if (license !== undefined)
    return { code, licenses: others.find(({ fileName }) => fileName === license).source };
  if (others.length > 0)
    throw new Error(`browser: ${others.map(({ fileName }) => fileName)} is one too many.`);
  return { code };
}

/** @param {string} folder the one with the modules of {@link writeBrowserModules} */
export async function bundleBrowser(folder) {
  const dist = resolve(folder);
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const banner = `/*! nnwasm ${version}, ${license} licence */\n`;
  const errors = join(dist, "errors.js");
  const { later } = modulesOf(dist);
  // The second file imports nothing, so that it is whole wherever it comes from: the first one hands it the classes of its errors,
  // which must be the same.
  const loader = `
    import * as errors from ${JSON.stringify(errors)};
    let loading;
    export const files = () => (loading ??= import("./${FILES}").then(
      ({ default: make }) => make(errors),
      (cause) => {
        loading = undefined;
        throw new errors.FileError(
          "What reads files cannot be loaded: ${FILES} is not beside nnwasm.browser.js. Put it there.", { cause });
      },
    ));`;
  const redirect = {
    name: "lazily",
    transform(code, id) {
      if (!id.startsWith(`${dist}/`)) return undefined;
      let found = false;
      const text = code.replace(LAZY, (whole, specifier) => {
        const target = later.indexOf(
          join(dirname(id), specifier)
            .slice(dist.length + 1)
            .replaceAll("\\", "/"),
        );
        if (target < 0) return whole;
        found = true;
        return `lazilyLoaded().then((all) => all.module${target})`;
      });
      return found
        ? { code: `import { files as lazilyLoaded } from "lazily-loaded";\n${text}`, map: null }
        : undefined;
    },
  };
  const beside = {
    name: "beside",
    enforce: "pre",
    resolveId: (id) => (id === `./${FILES}` ? { id, external: true } : undefined),
  };
  const { code } = await bundle({
    input: join(dist, ENTRY),
    plugins: [
      ...[beside, virtual("lazily-loaded", loader), redirect],
      // In one file, a worker's script is this file itself.
      instead(join(dist, "worker/startWorker.browser.js"), join(dist, "worker/startWorker.oneFile.js")),
    ],
    output: { codeSplitting: false, entryFileNames: "nnwasm.browser.js" },
  });
  writeFileSync(join(dist, "nnwasm.browser.js"), banner + code);
  const modules = later.map((file, i) => `export * as module${i} from ${JSON.stringify(join(dist, file))};`);
  const { code: files, licenses } = await bundle({
    // As a library, without what Vite adds to pages for what they load later.
    lib: { entry: FILES, formats: ["iife"], name: "files", fileName: () => FILES },
    license: LICENSES,
    external: [errors],
    input: "all-files",
    plugins: [virtual("all-files", modules.join("\n"))],
    output: {
      ...{ exports: "named", codeSplitting: false },
      globals: { [errors]: "errors" },
    },
  });
  writeFileSync(
    join(dist, FILES),
    `${banner}export default (errors) => {\n${files.trim()}\nreturn files;\n};\n`,
  );
  writeFileSync(join(dist, LICENSES), licenses);
}
