/** What a page has to load, in kB, and that it holds nothing of Node's. `npm run size` prints the sizes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { afterAll, describe, expect, it } from "vitest";
import * as library from "../src/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const printed: string[] = [];
afterAll(() => console.log(printed.join("\n")));

/** Holds a script against its limit in kB, gzipped. */
function expectSize(name: string, code: string, limit: number): void {
  const gzipped = gzipSync(code).length / 1000;
  const whole = (Buffer.byteLength(code) / 1000).toFixed(1);
  printed.push(
    `${name.padEnd(42)} ${whole.padStart(6)} kB, gzip ${gzipped.toFixed(1).padStart(6)} of ${limit}`,
  );
  expect(gzipped, name).toBeLessThan(limit);
}

/** What a script holds that a page does not have; texts may speak of it. */
const ofNode = (code: string): string[] =>
  code.match(/\bimport\s*[("'`{*]|\bfrom\s*["'`][\w@./:-]+["'`]|\brequire\(|["'`]node:|worker_threads/g) ??
  [];

/** A page's script as Vite bundles it, with the library's modules for browsers: what is loaded at once, and what may be later. */
async function bundle(script: string): Promise<{ now: string; later: Map<string, string> }> {
  const entry = "\0entry";
  const result = await build({
    root,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: "error",
    plugins: [
      {
        name: "entry",
        enforce: "pre",
        resolveId: (id) =>
          id === entry ? id : id === "nnwasm" ? join(root, "dist/browser/index.js") : undefined,
        load: (id) => (id === entry ? script : undefined),
      },
    ],
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: entry },
    },
  });
  const { output } = result as Rolldown.RolldownOutput;
  const chunks = new Map(
    output.flatMap((chunk) => (chunk.type === "chunk" ? [[chunk.fileName, chunk]] : [])),
  );
  const now = new Set([output[0].fileName]);
  for (const name of now) for (const imported of chunks.get(name)!.imports) now.add(imported);
  return {
    now: [...now].map((name) => chunks.get(name)!.code).join("\n"),
    later: new Map([...chunks].flatMap(([name, { code }]) => (now.has(name) ? [] : [[name, code]]))),
  };
}

describe("the library in one file", () => {
  const code = readFileSync(join(root, "dist/nnwasm.browser.js"), "utf8");

  it("is small enough", () => expectSize("nnwasm.browser.js", code, 246));

  it("imports nothing but what reads files, when it is asked for, and knows no module of Node's", () => {
    const [loading, ...others] = code.match(/\bimport\s*\([^)]*\)/g) ?? [];
    expect(loading).toMatch(/^import\(["'`]\.\/nnwasm\.files\.js["'`]\)$/);
    expect(others).toEqual([]);
    // A training worker's script, which imports this file.
    const own = code.match(/import \* as nnwasm from \$\{JSON\.stringify\(import\.meta\.url\)\}/g);
    expect(own).toHaveLength(1);
    expect(ofNode(code.replace(loading!, "").replace(own![0], ""))).toEqual([]);
  });

  it("reads files by a second one, which imports nothing", () => {
    const files = readFileSync(join(root, "dist/nnwasm.files.js"), "utf8");
    expectSize("nnwasm.files.js", files, 190);
    expect(ofNode(files)).toEqual([]);
  });

  it("says so if that is not beside it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nnwasm-alone-"));
    try {
      writeFileSync(join(folder, "nnwasm.browser.js"), code);
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
      const { cifar10, FileError } = await import(join(folder, "nnwasm.browser.js"));
      const error: unknown = await cifar10([]).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(FileError);
      expect((error as Error).message).toBe(
        "What reads files cannot be loaded: nnwasm.files.js is not beside nnwasm.browser.js. Put it there.",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("gives errors of its own classes from there", async () => {
    const { cifar10, DatasetError, mnist } = await import(join(root, "dist/nnwasm.browser.js"));
    for (const open of [cifar10, mnist]) await expect(open([])).rejects.toBeInstanceOf(DatasetError);
  });

  it("exports all that the library does", async () => {
    const module = await import(join(root, "dist/nnwasm.browser.js"));
    expect(Object.keys(module).sort()).toEqual(Object.keys(library).sort());
  });

  it("opens the bytes of a model, and refuses paths of models, in words", async () => {
    const { FileError, Dense, loadModel, Model } = await import(join(root, "dist/nnwasm.browser.js"));
    const model = await new Model([new Dense(3)]).build(2);
    expect((await loadModel(model.toBytes())).tensors()).toEqual(model.tensors());
    for (const [refused, message] of [
      [
        model.save("m.safetensors"),
        "m.safetensors cannot be written: there are no files here, as in a browser. " +
          "Take Model.toBytes(), and offer it as a download: new Blob([bytes]), URL.createObjectURL().",
      ],
      [
        loadModel("m.safetensors"),
        "m.safetensors cannot be read: there are no files here, as in a browser. " +
          "Give loadModel() its File, or its bytes.",
      ],
    ]) {
      const error: unknown = await refused.catch((error: unknown) => error);
      expect(error).toBeInstanceOf(FileError);
      expect(error).toMatchObject({ message });
    }
  });

  it("refuses to read a folder, in words", async () => {
    const { cifar10, findCifar10, FileError } = await import(join(root, "dist/nnwasm.browser.js"));
    const message =
      "data/data_batch_1.bin cannot be read: there are no files here, as in a browser. " +
      'Give it as a File, of an <input type="file"> or a drop.';
    for (const opened of [cifar10("data"), findCifar10(["data"])]) {
      const error: unknown = await opened.catch((error: unknown) => error);
      expect(error).toBeInstanceOf(FileError);
      expect(error).toMatchObject({ message });
    }
  });
});

describe("a page that bundles the library", () => {
  it.each([
    ["random numbers", 'import { Random } from "nnwasm"; postMessage(new Random(1).uniform());', 3],
    ["a search", 'import { Study } from "nnwasm"; globalThis.Study = Study;', 12],
    [
      "training",
      'import { CategoricalCrossEntropyLoss, Dense, Model, samplesFromArrays, SGDOptimizer } from "nnwasm";' +
        "Object.assign(globalThis, { CategoricalCrossEntropyLoss, Dense, Model, samplesFromArrays, SGDOptimizer });",
      184,
    ],
    ["everything", 'import * as nnwasm from "nnwasm"; globalThis.nnwasm = nnwasm;', 246],
  ])("loads only what it uses: %s", async (name, script, limit) => {
    const { now, later } = await bundle(script);
    expectSize(`a page with ${name}`, now, limit);
    // Of what it may load later, modules of ours and packages by their new names.
    const own = (code: string) =>
      ofNode(code.replace(/\bimport\s*\(?\s*["'`]\.\/|\bfrom\s*["'`]\.\/|\bimport\s*\{/g, ""));
    expect(own(now)).toEqual([]);
    for (const [file, code] of later) expect([file, ...own(code)]).toEqual([file]);
    expect(later.size > 0).toBe(name === "everything");
  });
});

describe("the site", () => {
  const site = join(root, "dist/web");
  const assets = readdirSync(join(site, "assets"));
  const read = (file: string) => readFileSync(join(site, file));

  /** The scripts that are loaded at once with these. */
  function withImports(entries: readonly string[]): string[] {
    const reached = new Set(entries);
    for (const file of reached) {
      // Minified: import{a as b}from"./x.js", import"./x.js", export…from"./x.js", but import(`./x.js`) when it is asked for.
      for (const [, name] of read(`assets/${file}`)
        .toString()
        .matchAll(/\b(?:from|import)\s*["'`]\.\/([^"'`]+)/g))
        reached.add(name!);
    }
    return [...reached];
  }

  const page = read("index.html").toString();
  const linked = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => file!);
  const ofPage = linked.filter((file) => file.endsWith(".js")).map((file) => basename(file));
  const ofWorker = assets.filter((file) => /^engine-worker-.*\.js$/.test(file));
  const scripts = withImports([...ofPage, ...ofWorker]);
  const [binary] = assets.filter((file) => file.endsWith(".wasm"));

  it("is small enough at the first visit: page, worker and one binary", () => {
    expect([ofPage.length > 0, ofWorker.length]).toEqual([true, 1]);
    const others = ["index.html", ...linked.filter((file) => !file.endsWith(".js")), `assets/${binary}`];
    const files = [...scripts.map((file) => `assets/${file}`), ...others, "serviceWorker.js"];
    // Each is sent by itself, so each is packed by itself.
    const sizes = files.map((file) => gzipSync(read(file)).length / 1000);
    const whole = files.reduce((sum, file) => sum + read(file).length / 1000, 0);
    const gzipped = sizes.reduce((sum, size) => sum + size, 0);
    printed.push(
      `${"the site at the first visit".padEnd(42)} ${whole.toFixed(1).padStart(6)} kB, gzip ${gzipped.toFixed(1).padStart(6)} of 250`,
    );
    expect(gzipped, files.join(" ")).toBeLessThan(250);
  });

  it("has the binaries as two files, not in its scripts, and nothing of Node's", () => {
    expect(
      assets.filter((file) => file.endsWith(".wasm")).map((file) => file.replace(/-[^-]+$/, "")),
    ).toEqual(["nnwasm", "nnwasm-threads"]);
    // Parquet's decoder of Snappy is a binary in base64, too.
    const binaries = assets.filter((file) => file.endsWith(".wasm")).map((file) => read(`assets/${file}`));
    const inBase64 = binaries.map((bytes) => bytes.subarray(0, 300).toString("base64"));
    for (const file of assets.filter((file) => file.endsWith(".js"))) {
      const code = read(`assets/${file}`).toString();
      // Not by toContain(), which would print all of it.
      expect({ file, holds: inBase64.some((text) => code.includes(text)) }).toEqual({ file, holds: false });
      expect({ file, ofNode: code.match(/["'`]node:|worker_threads/) }).toEqual({ file, ofNode: null });
    }
  });

  it("has neither scripts nor styles in its page, and names no other host there", () => {
    expect(page).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=/);
    expect(page.match(/(?:https?:)?\/\/[a-z][^"\s]*/g)).toBeNull();
  });
});
