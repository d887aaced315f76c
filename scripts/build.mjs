// Builds what the package ships, in this order:
//
//   assembly/tiles.generated.ts, assembly/exports.generated.ts, src/wasm/*.generated.ts    sources that scripts write
//   build/wasm/                                        the wasm binaries, from assembly/
//   src/wasm/{binaries,wideBinaries}.generated.ts      the same in base64
//   dist/                                              src/, the chart library and the library for browsers
//   dist/web/                                          the site of src/web
//
// With --if-changed it does nothing unless an input has changed since dist/ was made. So `prepack`, tests and benchmarks can
// run it, and npm's script `dependencies`, when `npm ci` or `npm install` has changed node_modules of a clone. (npm would run
// `prepare` as well, but warns of a package that has it.) dist/ is replaced by renames, so that a command which runs meanwhile
// never sees half of it. With --wasm-only it leaves dist/ as it is, with --web it makes only dist/web/ anew.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { tilesSource } from "./tiles.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const require = createRequire(import.meta.url);
/** The binaries by the file that has them in base64: their targets in asconfig.json, their files, and their names in it. */
const binaries = {
  "src/wasm/binaries.generated.ts": [
    { target: "plain", file: "nnwasm", name: "plain" },
    { target: "threads", file: "nnwasm-threads", name: "threads" },
  ],
  // Of Node alone, which can widen them: pages do without.
  "src/wasm/wideBinaries.generated.ts": [
    { target: "widePlain", file: "nnwasm-wide", name: "plain" },
    { target: "wideThreads", file: "nnwasm-wide-threads", name: "threads" },
  ],
};
/** Those that bundlers take as files. */
const shipped = binaries["src/wasm/binaries.generated.ts"];
const stamp = "dist/.inputs";
/** The type of an import of a binary, for bundlers that treat it as a file. */
const WASM_TYPES = `/** The address of the binary. */
declare const url: string;
export default url;
`;
/** The binaries of the last build. Compiling them takes most of the time, and most changes do not need it. */
const wasmCache = "build/wasm";

function files(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
    .filter((file) => !file.endsWith(".generated.ts"))
    .sort();
}

/** The files on which the binaries depend. The lockfile stands for the compilers. */
const wasmInputs = () => ["package-lock.json", "asconfig.json", ...files("scripts"), ...files("assembly")];

/** The files on which the outputs depend. */
const inputs = () => [
  ...wasmInputs(),
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  ...files("src"),
];

/** A hash of the files and of their names. */
function hashOf(names) {
  const hash = createHash("sha256");
  for (const name of names)
    hash.update(relative(root, name)).update("\0").update(readFileSync(name)).update("\0");
  return hash.digest("hex");
}

const readIfThere = (file) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);

async function run(packageName, binary, args) {
  const manifest = require.resolve(`${packageName}/package.json`);
  const bin = JSON.parse(readFileSync(manifest, "utf8")).bin;
  const script = join(dirname(manifest), typeof bin === "string" ? bin : bin[binary]);
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "inherit", "inherit"] });
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`build: ${binary} ${args.join(" ")} failed.`);
}

/** Replaces `file` at once, and only if its content changes (so that watchers stay quiet). */
function writeIfChanged(file, content) {
  if (readIfThere(file) === content) return;
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

/** The files assembly/FAMILY/layout.ts, and the files that are made of them for the host. */
const layouts = () =>
  files("assembly")
    .filter((file) => basename(file) === "layout.ts")
    .map((file) => ({ file, to: `src/wasm/${basename(dirname(file))}Layout.generated.ts` }));

/** A layout as the host's TypeScript: integers are numbers there. */
function hostLayout(file) {
  const text = readFileSync(file, "utf8").replace(/: (i32|usize)\b/g, ": number");
  return `// Made by scripts/build.mjs of ${file.replaceAll("\\", "/")}.\n${text}`;
}

/** Writes the sources that scripts make, but for the binaries. */
async function writeSources() {
  // It is imported here because it needs the compiler of TypeScript, which is not there if only the package is installed.
  const { assemblySource, hostSource, readKernels } = await import("./exports.mjs");
  const kernels = readKernels("assembly");
  writeIfChanged("assembly/tiles.generated.ts", tilesSource());
  writeIfChanged("assembly/exports.generated.ts", assemblySource(kernels));
  writeIfChanged("src/wasm/exports.generated.ts", hostSource(kernels));
  for (const { file, to } of layouts()) writeIfChanged(to, hostLayout(file));
}

/** Puts the binaries into `folder`: those of the last build, if nothing that they depend on has changed. */
async function compileWasm(folder, old) {
  const hash = hashOf(wasmInputs());
  if (readIfThere(`${wasmCache}/.inputs`) === hash) {
    cpSync(wasmCache, folder, { recursive: true });
    return;
  }
  const compiling = Object.values(binaries)
    .flat()
    .map(({ target, file }) =>
      run("assemblyscript", "asc", [
        ...["assembly/exports.generated.ts", "--target", target],
        ...["--outFile", join(folder, `${file}.wasm`)],
      ]),
    );
  await Promise.all(compiling);
  writeFileSync(join(folder, ".inputs"), hash);
  cpSync(folder, `${folder}-copy`, { recursive: true });
  replaceFolder(wasmCache, `${folder}-copy`, old);
}

async function buildWasm(temporary) {
  const folder = join(temporary, "wasm");
  await writeSources();
  await compileWasm(folder, join(temporary, "old-wasm"));
  for (const [to, its] of Object.entries(binaries)) {
    const constants = its.map(({ file, name }) => {
      const base64 = readFileSync(join(folder, `${file}.wasm`)).toString("base64");
      return `export const ${name}: string =\n  "${base64}";\n`;
    });
    writeIfChanged(
      to,
      `// Written by scripts/build.mjs from assembly/: wasm binaries, in base64, so that no bundler can lose them.\n${constants.join("")}`,
    );
  }
}

/** Renames imports of declarations. The compiler leaves "./tensor.ts", for which not every reader takes tensor.d.ts. */
function renameImports(folder) {
  for (const file of files(folder).filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/((?:\bfrom |\bimport\()"\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

/** Removes declarations that the public ones do not import, as `exports` of package.json lets nobody import them. */
function dropInnerTypes(folder) {
  const reached = new Set([join(folder, "index.d.ts")]);
  for (const file of reached) {
    for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:\bfrom |\bimport\()"(\.[^"]*)\.js"/g))
      reached.add(join(dirname(file), `${path}.d.ts`));
  }
  for (const file of files(folder)) if (file.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
}

/** Puts `fresh` in the place of `folder`, even while another build does the same. */
function replaceFolder(folder, fresh, old) {
  for (let attempt = 0; ; attempt++) {
    try {
      if (existsSync(folder)) renameSync(folder, `${old}-${attempt}`);
      renameSync(fresh, folder);
      return;
    } catch (error) {
      // Another build has taken the folder away, or put it there, in between.
      if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code) || attempt === 9) throw error;
    }
  }
}

/** Makes the site of src/web, if there is one. */
async function buildWeb(folder) {
  if (!existsSync("src/web/index.html")) return;
  const { buildSite } = await import("./web.mjs");
  await buildSite(join(root, folder));
}

async function main() {
  const hash = hashOf(inputs());
  if (process.argv.includes("--if-changed")) {
    const sources = [
      ...Object.keys(binaries),
      "src/wasm/exports.generated.ts",
      ...layouts().map(({ to }) => to),
    ];
    if (readIfThere(stamp) === hash && sources.every(existsSync)) return;
    // If npm has left out the development dependencies, nothing can be built, and nothing needs to be.
    if (!existsSync("node_modules/assemblyscript")) return;
  }
  const temporary = `build/tmp-${process.pid}`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    await buildWasm(temporary);
    if (process.argv.includes("--wasm-only")) return;
    if (process.argv.includes("--web")) {
      if (!existsSync("src/web/index.html")) throw new Error("build: there is no src/web/index.html.");
      await buildWeb(join(temporary, "web"));
      mkdirSync("dist", { recursive: true });
      replaceFolder("dist/web", join(temporary, "web"), join(temporary, "old-web"));
      return;
    }
    const dist = join(temporary, "dist");
    await run("typescript", "tsc", ["-p", "tsconfig.build.json", "--outDir", dist]);
    renameImports(dist);
    dropInnerTypes(dist);
    mkdirSync(join(dist, "wasm"), { recursive: true });
    for (const { file } of shipped) {
      cpSync(join(temporary, "wasm", `${file}.wasm`), join(dist, "wasm", `${file}.wasm`));
      writeFileSync(join(dist, "wasm", `${file}.wasm.d.ts`), WASM_TYPES);
    }
    if (existsSync("scripts/bundle-charts.mjs")) {
      const { bundleCharts } = await import("./bundle-charts.mjs");
      await bundleCharts(dist);
    }
    if (existsSync("scripts/browser.mjs")) {
      const { bundleBrowser, writeBrowserModules } = await import("./browser.mjs");
      writeBrowserModules(dist);
      await bundleBrowser(dist);
    }
    await buildWeb(join(dist, "web"));
    writeFileSync(join(dist, ".inputs"), hash);
    replaceFolder("dist", dist, join(temporary, "old"));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
