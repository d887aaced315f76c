// Builds what the package ships: assembly/, with the tiles that
// tiles.mjs writes → two wasm binaries → src/wasm/binaries.generated.ts; src/ → dist/;
// the chart library → one bundled file in dist/; the library for browsers → dist/browser/ and one bundled file.
//
// With --if-changed nothing is done when no input has changed since dist/ was made. So it is run by npm's script
// `dependencies`, when `npm ci` or `npm install` has changed node_modules of a clone (`prepare` would be run as well, but
// is packed as a script that npm warns of), by `prepack`, and before tests and benchmarks. dist/ is replaced by renames,
// so that a command which runs meanwhile never sees half of it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
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
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { tilesSource } from "./tiles.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const require = createRequire(import.meta.url);
const generated = "src/wasm/binaries.generated.ts";
const generatedTiles = "assembly/tiles.generated.ts";
const generatedExports = "src/wasm/exports.generated.ts";
const stamp = "dist/.inputs";
/** What an import of a binary is to a bundler that takes it for a file. */
const WASM_TYPES = `/** The address of the binary. */
declare const url: string;
export default url;
`;
/** The binaries of the last build: compiling them takes most of the time, and most changes are not theirs. */
const wasmCache = "build/wasm";

function files(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
    .filter((file) => !file.endsWith(".generated.ts"))
    .sort();
}

/** What the binaries depend on; the lockfile stands for the compilers. */
const wasmInputs = () => ["package-lock.json", "asconfig.json", ...files("scripts"), ...files("assembly")];

/** What the outputs depend on. */
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

function run(packageName, binary, args) {
  const manifest = require.resolve(`${packageName}/package.json`);
  const bin = JSON.parse(readFileSync(manifest, "utf8")).bin;
  const script = join(dirname(manifest), typeof bin === "string" ? bin : bin[binary]);
  const { status } = spawnSync(process.execPath, [script, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
  });
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

/** Puts the two binaries into `folder`: those of the last build, if nothing that they depend on has changed. */
function compileWasm(folder, old) {
  const hash = hashOf(wasmInputs());
  if (readIfThere(`${wasmCache}/.inputs`) === hash) {
    cpSync(wasmCache, folder, { recursive: true });
    return;
  }
  const outFile = (name) => ["--outFile", join(folder, `${name}.wasm`)];
  run("assemblyscript", "asc", ["assembly/index.ts", "--target", "plain", ...outFile("nnwasm")]);
  run("assemblyscript", "asc", ["assembly/index.ts", "--target", "threads", ...outFile("nnwasm-threads")]);
  writeFileSync(join(folder, ".inputs"), hash);
  cpSync(folder, `${folder}-copy`, { recursive: true });
  replaceFolder(wasmCache, `${folder}-copy`, old);
}

function buildWasm(temporary) {
  const folder = join(temporary, "wasm");
  writeIfChanged(generatedTiles, tilesSource());
  compileWasm(folder, join(temporary, "old-wasm"));
  const base64 = (name) => readFileSync(join(folder, `${name}.wasm`)).toString("base64");
  writeIfChanged(
    generated,
    `// Written by scripts/build.mjs from assembly/: the wasm binaries, in base64, so that no bundler can lose them.\n` +
      `export const plain: string =\n  "${base64("nnwasm")}";\nexport const threads: string =\n  "${base64("nnwasm-threads")}";\n`,
  );
  const declarations = readFileSync(join(folder, "nnwasm.d.ts"), "utf8");
  const signatures = [...declarations.matchAll(/^ {2}export function (.*);$/gm)].map(
    ([, signature]) => `  ${signature};\n`,
  );
  const endingWith = (parameters) =>
    signatures
      .filter((signature) => signature.includes(`${parameters})`))
      .map((signature) => `  "${signature.trim().split("(")[0]}",\n`);
  const posted = endingWith("hurry: number, part: number, parts: number");
  const partitioned = endingWith("part: number, parts: number").filter((name) => !posted.includes(name));
  writeIfChanged(
    generatedExports,
    `// Written by scripts/build.mjs from assembly/: the signatures of the kernels.\nexport interface Exports {\n${signatures.join("")}}\n\n` +
      `/** Those that several threads can share, each with its \`part\` of \`parts\`. */\nexport const partitioned = [\n${partitioned.join("")}] as const;\n\n` +
      `/** Those that the other threads do meanwhile, until the word at \`hurry\` tells them that they are waited for. */\nexport const posted = [\n${posted.join("")}] as const;\n`,
  );
}

/** The compiler leaves "./tensor.ts" in declarations, a file that is not packed: not every reader takes the .d.ts for it. */
function renameImports(folder) {
  for (const file of files(folder).filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/((?:\bfrom |\bimport\()"\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

/** Puts `fresh` in the place of `folder`, whatever another build that runs meanwhile puts there. */
function replaceFolder(folder, fresh, old) {
  for (let attempt = 0; ; attempt++) {
    try {
      if (existsSync(folder)) renameSync(folder, `${old}-${attempt}`);
      renameSync(fresh, folder);
      return;
    } catch (error) {
      // Gone, or there again, since it was looked at.
      if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code) || attempt === 9) throw error;
    }
  }
}

async function main() {
  const hash = hashOf(inputs());
  if (process.argv.includes("--if-changed")) {
    if (readIfThere(stamp) === hash && existsSync(generated) && existsSync(generatedExports)) return;
    // Installed without development dependencies: there is nothing to build with, and nothing to build.
    if (!existsSync("node_modules/assemblyscript")) return;
  }
  const temporary = `build/tmp-${process.pid}`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    buildWasm(temporary);
    if (process.argv.includes("--wasm-only")) return;
    const dist = join(temporary, "dist");
    run("typescript", "tsc", ["-p", "tsconfig.build.json", "--outDir", dist]);
    renameImports(dist);
    mkdirSync(join(dist, "wasm"), { recursive: true });
    for (const name of ["nnwasm", "nnwasm-threads"]) {
      cpSync(join(temporary, "wasm", `${name}.wasm`), join(dist, "wasm", `${name}.wasm`));
      writeFileSync(join(dist, "wasm", `${name}.wasm.d.ts`), WASM_TYPES);
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
