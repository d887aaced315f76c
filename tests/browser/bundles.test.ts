/**
 * The packed package in a page, bundled by Vite, webpack and esbuild, and without a bundler: it trains to Node's bits under
 * a strict Content-Security-Policy. What is bundled for Node trains in threads. Tests that need a browser are skipped where
 * there is no Chromium.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { createLogger, build as viteBuild } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { train } from "../../src/index.ts";
import { newFolder, start } from "../helpers/cli.ts";
import { installPacked } from "../helpers/packed.ts";
import { chromium, ISOLATED, nowhere, withChromium } from "./chromium.ts";

const runtimes = join(import.meta.dirname, "../compat/runtimes");
const require = createRequire(join(import.meta.dirname, "bundlers/package.json"));

type Outcomes = Record<"1" | "2" | "auto", Record<string, unknown>>;
interface Results {
  readonly crossOriginIsolated: boolean;
  readonly outcomes: Outcomes;
  /** What trainInWorker() made of it. */
  readonly inWorker: Readonly<Record<string, unknown>>;
  /** What came of a table in a File. */
  readonly file: unknown;
}

/** The hash of the page's training on a table, by its path in Node. */
async function hashOfTable(folder: string): Promise<string> {
  const path = join(folder, "houses.csv");
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i % 7},${["Bern", "Rome"][i % 2]},${10 * (i % 7) + i}`,
  );
  writeFileSync(path, ["rooms,city,price", ...rows].join("\n"));
  const model = await train({ data: path, target: "price", epochs: 2, preset: "table-fast" });
  return await model.weightsSha256();
}

/** What is said of "auto" where threads can be had: it may still be trying, or choose more than once. */
const withoutNotice = expect.not.arrayContaining([expect.objectContaining({ notice: expect.anything() })]);

let project: string;
let node: Outcomes;
/** The pages' folder: a folder for each bundle in it, with index.js. */
let pages: string;

/** Bundles a module of the project into a file, and gives the warnings. */
type Bundle = (entry: string, folder: string, file: string) => Promise<string[]>;

const vite: Bundle = async (entry, folder, file) => {
  const warnings: string[] = [];
  const customLogger = createLogger("warn");
  customLogger.warn = (message) => void warnings.push(message);
  await viteBuild({
    root: project,
    // The page is in a folder, and so is the script of its worker.
    base: "./",
    configFile: false,
    envDir: false,
    publicDir: false,
    customLogger,
    logLevel: "warn",
    build: {
      outDir: folder,
      // Its hints on the sizes of scripts are none of the library's.
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      rolldownOptions: { input: entry, output: { entryFileNames: file, codeSplitting: false } },
    },
  });
  return warnings;
};

const esbuildWith =
  (options: object): Bundle =>
  async (entry, folder, file) => {
    const { warnings } = await require("esbuild").build({
      ...{ entryPoints: [entry], bundle: true, format: "esm", minify: true, logLevel: "silent" },
      ...{ outfile: join(folder, file), ...options },
    });
    return warnings.map(({ text }: { text: string }) => text);
  };

const webpackWith =
  (options: object): Bundle =>
  (entry, folder, filename) =>
    new Promise((resolve, reject) => {
      const output = { path: folder, filename };
      // Its hints on the sizes of scripts are none of the library's.
      const config = { mode: "production", context: project, entry, output, performance: false, ...options };
      // biome-ignore lint/suspicious/noExplicitAny: its types are in its package, which the repository does not have
      require("webpack")(config, (error: Error | null, stats: any) => {
        if (error !== null) return reject(error);
        const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
        if (errors.length > 0) return reject(new Error(errors[0].message));
        resolve(warnings.map(({ message }: { message: string }) => message));
      });
    });

const bundles: Readonly<Record<string, Bundle>> = {
  vite,
  webpack: webpackWith({}),
  esbuild: esbuildWith({}),
};

/** Without a bundler: the page's script, which imports the library from an address. */
const unbundled: Readonly<Record<string, string>> = {
  file: "../nnwasm/dist/nnwasm.browser.js",
  modules: "../nnwasm/dist/browser/index.js",
};

beforeAll(async () => {
  project = newFolder();
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  await installPacked(project);
  for (const file of ["training.js", "main.js"]) cpSync(join(runtimes, file), join(project, file));
  cpSync(join(import.meta.dirname, "bundlePage.js"), join(project, "page.js"));
  const { stdout } = await start(process.execPath, ["main.js"], project).result;
  node = JSON.parse(stdout);
  pages = join(project, "pages");
  for (const [name, address] of Object.entries(unbundled)) {
    const folder = join(pages, name);
    mkdirSync(folder, { recursive: true });
    cpSync(join(project, "training.js"), join(folder, "training.js"));
    const script = readFileSync(join(project, "page.js"), "utf8");
    writeFileSync(join(folder, "index.js"), script.replace('"nnwasm"', JSON.stringify(address)));
  }
});
afterAll(() => rmSync(project, { recursive: true }));

/** What a script holds that a page does not have; texts may speak of it. */
const ofNode = (code: string): string[] =>
  code.match(
    /["'`]node:[^"'`]*|\brequire\("[^"]*|worker_threads|getBuiltinModule|nanotar|tinypool|commander/g,
  ) ?? [];

describe.each(Object.entries(bundles))("%s", (name, bundle) => {
  it("bundles the library for a page without a warning, and nothing of Node's in it", async () => {
    const folder = join(pages, name);
    expect(await bundle(join(project, "page.js"), folder, "index.js")).toEqual([]);
    expect(ofNode(readFileSync(join(folder, "index.js"), "utf8"))).toEqual([]);
  });
});

/** The policies of the pages, by the first folder of their address. */
const strict =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'";
const places: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  isolated: { ...ISOLATED, "content-security-policy": strict },
  plain: { "content-security-policy": strict },
  withoutWasm: { "content-security-policy": strict.replace(" 'wasm-unsafe-eval'", "") },
};

/** Serves /PLACE/BUNDLE/ and the package at /PLACE/nnwasm/, and hands what a page posts to `onResults`. */
async function serve(onResults: (results: Results) => void): Promise<Server> {
  const types: Record<string, string> = { ".js": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const [, place, ...path] = request.url!.split("/");
    const headers = places[place!] ?? {};
    const root = path[0] === "nnwasm" ? join(project, "node_modules") : pages;
    const file = join(root, ...path);
    if (request.method === "POST") {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        response.end();
        onResults(JSON.parse(Buffer.concat(chunks).toString()));
      });
    } else if (path.at(-1) === "") {
      response.writeHead(200, { ...headers, "content-type": "text/html" });
      response.end('<!doctype html><script type="module" src="index.js"></script>');
    } else if (existsSync(file)) {
      response.writeHead(200, { ...headers, "content-type": types[extname(file)] ?? "text/plain" });
      response.end(readFileSync(file));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe.skipIf(chromium === undefined)(`in Chromium${nowhere}`, () => {
  let server: Server;
  let onResults: (results: Results) => void;
  beforeAll(async () => {
    server = await serve((results) => onResults(results));
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  function visit(place: string, name: string): Promise<Results> {
    const results = new Promise<Results>((resolve) => {
      onResults = resolve;
    });
    const { port } = server.address() as AddressInfo;
    return withChromium(`http://127.0.0.1:${port}/${place}/${name}/`, results);
  }

  it.each([...Object.keys(bundles), ...Object.keys(unbundled)])(
    "trains in threads to Node's bits, under a strict policy: %s",
    async (name) => {
      const { crossOriginIsolated, outcomes, inWorker, file } = await visit("isolated", name);
      const { 1: alone } = node;
      expect(crossOriginIsolated).toBe(true);
      const { weights, loss } = alone;
      const notFound = {
        error: expect.stringMatching(
          /^ConfigError: trainInWorker: the worker did not start: .*serveTraining/,
        ),
      };
      // esbuild does not look for workers: a page that it bundles gives one of its own.
      expect(inWorker).toEqual(name === "esbuild" ? notFound : { weights, loss, told: true });
      // Without a bundler, and not in one file, a page has no packages: it cannot read files.
      if (name === "modules") expect(file).toMatch(/^FileError: .* csv-parse/);
      else expect(file).toEqual({ sha: await hashOfTable(project), error: true });
      expect(outcomes).toEqual({
        1: alone,
        2: { ...alone, said: [{ threads: 2 }] },
        auto: { ...alone, said: withoutNotice },
      });
    },
  );

  it("trains in one thread and says why where memory cannot be shared", async () => {
    const { crossOriginIsolated, outcomes } = await visit("plain", "file");
    const { 1: alone } = node;
    const notice = expect.stringMatching(/^One thread: this page has no SharedArrayBuffer\. /);
    const shared = { ...alone, said: [{ threads: 1, notice }] };
    expect(crossOriginIsolated).toBe(false);
    expect(outcomes).toEqual({ 1: alone, 2: shared, auto: shared });
  });

  it("names the policy that keeps the kernels from being compiled, and the engine js", async () => {
    const { outcomes } = await visit("withoutWasm", "file");
    const error = expect.stringMatching(
      /^ConfigError: The kernels cannot be compiled: .* must allow script-src 'wasm-unsafe-eval'\. Use the engine "js"/s,
    );
    expect(outcomes).toMatchObject({ 1: { error } });
  });
});

describe("bundled for Node", () => {
  it("it trains in a context of node:vm, which has the language and nothing more", async () => {
    const file = join(project, "context.js");
    const script =
      'import * as nnwasm from "nnwasm";\nimport { trainAll } from "./training.js";\n' +
      "globalThis.outcomes = trainAll(nnwasm).then(JSON.stringify);\n";
    writeFileSync(file, script);
    const { 1: alone } = node;
    const said = [{ threads: 1, notice: "One thread: there is nothing here that starts workers." }];
    for (const platform of ["node", "browser"]) {
      const folder = join(project, "contexts");
      await esbuildWith({ platform, format: "iife" })(file, folder, `${platform}.js`);
      const context = createContext({});
      runInContext(readFileSync(join(folder, `${platform}.js`), "utf8"), context);
      const outcomes = JSON.parse(await context.outcomes);
      expect(outcomes).toEqual({ 1: alone, 2: { ...alone, said }, auto: { ...alone, said } });
    }
  });

  const commonJs = { platform: "node", format: "cjs" };
  it.each<[string, string, Bundle]>([
    ["esbuild, as a module", "esbuild.mjs", esbuildWith({ platform: "node" })],
    ["esbuild, as CommonJS", "esbuild.cjs", esbuildWith(commonJs)],
    [
      "webpack, as a server of Next.js is",
      "webpack.cjs",
      webpackWith({ target: "node20", optimization: { minimize: false } }),
    ],
  ])("it trains in threads: %s", async (_, file, bundle) => {
    writeFileSync(
      join(project, "server.js"),
      'import * as nnwasm from "nnwasm";\nimport { trainAll } from "./training.js";\n' +
        "trainAll(nnwasm).then((outcomes) => console.log(JSON.stringify(outcomes)));\n",
    );
    const folder = join(project, "servers");
    expect(await bundle(join(project, "server.js"), folder, file)).toEqual([]);
    const { stdout, stderr } = await start(process.execPath, [file], folder).result;
    expect(stderr).toBe("");
    const { 1: alone } = node;
    expect(JSON.parse(stdout)).toEqual({
      1: alone,
      2: { ...alone, said: [{ threads: 2 }] },
      auto: { ...alone, said: withoutNotice },
    });
  });
});
