// Bundles a program with the library's sources, as Node 20 runs no TypeScript, and runs it.
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * @param {Record<string, string>} input sources by the names that they get; the one called "index" is run
 */
export async function bundleAndRun(input) {
  // A folder of its own for every run: two may go on at once.
  const outDir = join(root, "build", `bench-${process.pid}`);
  process.on("exit", () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: {
      ssr: true,
      outDir,
      target: "es2022",
      minify: false,
      rolldownOptions: { input, output: { entryFileNames: "[name].js" } },
    },
  });
  await import(pathToFileURL(join(outDir, "index.js")).href);
}
