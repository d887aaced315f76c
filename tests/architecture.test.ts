/** What the documents say of the source's structure, asserted: see each test's title. */
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { globalsOf, importsOf, parse } from "./helpers/sourceCode.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The files under a folder whose names end so, by their paths from the root. */
function filesIn(folder: string, ending = ".ts"): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .sort();
}

const readText = (file: string) => readFileSync(join(root, file), "utf8");
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
const read = (file: string) => withoutComments(readText(file));

const sources = [...filesIn("src"), ...filesIn("src", ".tsx")].sort();
const parsed = new Map(sources.map((file) => [file, parse(readText(file), file)]));
const imports = new Map(sources.map((file) => [file, importsOf(parsed.get(file)!)]));

/** The file that a relative import names. */
const resolve = (file: string, from: string) => join(dirname(file), from).replaceAll("\\", "/");

/** "src/layers/dense.ts" belongs to "layers", "src/tensor.ts" to "tensor". */
const partOf = (file: string) => basename(file.split("/")[1]!, ".ts");

const ground = [
  "candidates",
  "described",
  "errors",
  "fingerprint",
  "format",
  "linearAlgebra",
  "math",
  "options",
  "platform",
  "presets",
  "random",
  "runtime",
  "sha256",
  "targets",
  "tensor",
  "version",
];

/** The parts of the source, and which of the others each may import: only such as stand above it. */
const mayImport: Record<string, readonly string[]> = {
  errors: [],
  fingerprint: [],
  format: [],
  linearAlgebra: ["errors"],
  math: ["errors"],
  options: ["errors"],
  described: ["errors", "options"],
  platform: [],
  random: ["errors", "math"],
  runtime: [],
  sha256: [],
  tensor: ["errors"],
  targets: ["tensor"],
  candidates: ["errors"],
  presets: ["candidates", "targets"],
  version: [],
  wasm: [],
  files: ["errors", "platform", "runtime"],
  kernels: [...ground, "wasm"],
  threads: ["errors", "runtime", "wasm"],
  plan: [...ground, "kernels"],
  backend: [...ground, "kernels", "threads", "wasm"],
  tables: ground,
  formats: [...ground, "files", "tables"],
  images: [...ground, "files"],
  preprocessing: [...ground, "tables"],
  data: [...ground, "files", "kernels", "tables", "formats", "images", "preprocessing"],
  schedules: ground,
  initializers: ground,
  regularizers: [...ground, "kernels"],
  losses: [...ground, "kernels"],
  metrics: [...ground, "kernels"],
  layers: [...ground, "kernels", "initializers", "regularizers"],
  optimizers: [...ground, "kernels", "layers", "schedules"],
  ensemble: [...ground, "data", "metrics"],
  model: [
    ...[
      ...ground,
      "files",
      "kernels",
      "plan",
      "backend",
      "tables",
      "images",
      "preprocessing",
      "data",
      "schedules",
      "initializers",
      "regularizers",
    ],
    ...["losses", "metrics", "layers", "optimizers", "ensemble"],
  ],
  tuner: ground,
  report: [...ground, "metrics", "model", "tuner"],
};
mayImport.tabular = [...mayImport.model!, "formats", "model"];
mayImport.worker = [...mayImport.model!, "model"];
mayImport.simd = [...mayImport.model!, "model", "wasm"];
const library = Object.keys(mayImport);
mayImport.index = library;
mayImport.settings = [
  ...[
    ...ground,
    "files",
    "backend",
    "tables",
    "formats",
    "data",
    "schedules",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "model",
    "ensemble",
    "tuner",
  ],
];
mayImport.training = [...library, "settings"];
mayImport.experiments = [...ground, "model", "report", "settings"];
mayImport.runs = [...library, "settings", "training", "experiments"];
mayImport.queue = [...library, "settings", "training"];
mayImport.cli = [...mayImport.runs, "index", "runs", "queue"];
mayImport.web = [...mayImport.runs, "index", "runs"];

describe("the reader of imports", () => {
  it("finds every form, and not what stands in comments", () => {
    const text = [
      'import type { A } from "./a.ts";',
      'import {\n  type B,\n  b,\n} from "./b.ts";',
      'export * from "./c.ts";',
      'import "./d.ts";',
      '// import "./comment.ts";',
      '/* \nimport "./comment.ts"; */',
      'const e = () => import("./e.ts");',
      'export const f = "from";',
      'export type { G } from "node:g";',
      'let h: typeof import("./h.ts");',
      `const i = await import(\`./\${b}.ts\`);`,
      "const j = await import(`./j.ts`);",
      'const k = require("./k.ts");',
      'import l = require("./l.ts");',
      "const m = require(b + b);",
      'const n = "import(\\"./text.ts\\")";',
    ].join("\n");
    expect(importsOf(parse(text))).toEqual([
      { from: "./a.ts", kind: "type" },
      { from: "./b.ts", kind: "static" },
      { from: "./c.ts", kind: "static" },
      { from: "./d.ts", kind: "static" },
      { from: "./e.ts", kind: "dynamic" },
      { from: "node:g", kind: "type" },
      { from: "./h.ts", kind: "type" },
      { from: `\`./\${b}.ts\``, kind: "computed" },
      { from: "./j.ts", kind: "dynamic" },
      { from: "./k.ts", kind: "require" },
      { from: "./l.ts", kind: "require" },
      { from: "b + b", kind: "computed" },
    ]);
  });

  it("takes a function named require for what it is", () => {
    expect(importsOf(parse('const require = (x: string) => x;\nrequire("./a.ts");'))).toEqual([]);
  });
});

describe("the reader of globals", () => {
  const globals = (...lines: string[]) => globalsOf(parse(lines.join("\n")), ["process", "console"]);

  it.each([
    ["process.env.HOME", "process.env"],
    ["process.__private__", "process.__private__"],
    ["process?.exit()", "process?.exit"],
    ['process["argv"]', 'process["argv"]'],
    ["const { env } = process", "{ env } = process"],
    ["({ env } = process)", "{ env } = process"],
    ["const { process } = globalThis", "process"],
    ["const { process: host } = globalThis as Host", "process: host"],
    ["globalThis.process.exit()", "globalThis.process"],
    ['(globalThis as Host)["process"]', '(globalThis as Host)["process"]'],
    ["window.console.log(1)", "window.console"],
    ["console.log(1)", "console.log"],
    ["run(console)", "run(console)"],
    ["const all = { process }", "process"],
  ])("finds %s", (code, use) => {
    expect(globals(code)).toEqual([use]);
  });

  it("passes over names of properties and types, comments and texts", () => {
    const all = globals(
      "interface A { process: console; console?: string }",
      "const a: typeof process = { process: 1 };",
      "a.process.exit(); // process.exit()",
      'const b = "process.exit()";',
      "class C { process() {} }",
    );
    expect(all).toEqual([]);
  });
});

describe("imports", () => {
  it("point one way: the table of parts has no way back", () => {
    const order = Object.keys(mayImport);
    for (const [part, others] of Object.entries(mayImport)) {
      expect(order.slice(0, order.indexOf(part))).toEqual(expect.arrayContaining([...others]));
    }
  });

  it("go only where the table of parts lets them", () => {
    const wrong = sources.flatMap((file) => {
      const part = partOf(file);
      if (mayImport[part] === undefined)
        return [`${file}: no row for "${part}" in ${basename(import.meta.url)}`];
      return imports
        .get(file)!
        .filter(({ from }) => from.startsWith("."))
        .map(({ from }) => partOf(resolve(file, from)))
        .filter((other) => other !== part && !mayImport[part]!.includes(other))
        .map((other) => `${file} imports ${other}`);
    });
    expect(wrong).toEqual([]);
  });

  it("name each module, by import alone: nobody else could follow them", () => {
    const others = sources.flatMap((file) =>
      imports
        .get(file)!
        .filter(({ kind }) => kind === "computed" || kind === "require")
        .map(({ from }) => `${file}: ${from}`),
    );
    expect(others).toEqual([]);
  });

  it("reach Node's modules from data, files, formats, images, the threads, simd, the workers, queues and the command line alone", () => {
    const users = sources.filter((file) =>
      imports.get(file)!.some(({ from, kind }) => from.startsWith("node:") && kind !== "type"),
    );
    const allowed = [
      "data",
      "files",
      "formats",
      "images",
      "threads",
      "simd",
      "worker",
      "training",
      "queue",
      "cli",
    ];
    expect(users.filter((file) => !allowed.includes(partOf(file)))).toEqual([]);
  });

  /** All that is loaded at once with these files, and what of it is not ours. */
  function loadedWith(files: readonly string[]): { reached: Set<string>; others: Set<string> } {
    const reached = new Set(files);
    const others = new Set<string>();
    for (const file of reached) {
      for (const { from, kind } of imports.get(file)!) {
        if (kind !== "static") continue;
        if (from.startsWith(".")) reached.add(resolve(file, from));
        else others.add(from);
      }
    }
    return { reached, others };
  }

  it("load nothing of Node's, and no package, when a browser imports src/index.ts", () => {
    const { reached, others } = loadedWith(["src/index.ts"]);
    expect(reached.size).toBeGreaterThan(40);
    expect([...others]).toEqual([]);
  });

  it("load nothing of Node's when a run is imported: its pool and its subscribers may do what they like", () => {
    const runs = sources.filter((file) => partOf(file) === "runs");
    expect(runs.length).toBeGreaterThan(0);
    expect([...loadedWith(runs).others].filter((from) => from.startsWith("node:"))).toEqual([]);
  });
});

/** What is loaded with these files, at once or when it is asked for, where X.browser.ts or the like stands in for X.ts. */
function builtFrom(entries: readonly string[], endings: readonly string[]) {
  const standIn = (file: string) =>
    endings.map((ending) => file.replace(/\.ts$/, ending)).find((other) => imports.has(other)) ?? file;
  const reached = new Set(entries);
  const others: { readonly file: string; readonly from: string; readonly kind: string }[] = [];
  for (const file of reached) {
    for (const { from, kind } of imports.get(file) ?? []) {
      if (kind === "type") continue;
      if (from.startsWith(".")) reached.add(standIn(resolve(file, from)));
      else others.push({ file, from, kind });
    }
  }
  return { reached, others, standIn };
}

const inWords = (some: ReturnType<typeof builtFrom>["others"]) =>
  some.map(({ file, from }) => `${file}: ${from}`);

describe("the browser's build", () => {
  const ending = /\.browser\.ts$/;
  const { reached, others, standIn } = builtFrom(["src/index.ts"], [".browser.ts"]);

  it("imports nothing of Node's, at once or when it is asked for", () => {
    expect(inWords(others.filter(({ from }) => builtinModules.includes(from.replace(/^node:/, ""))))).toEqual(
      [],
    );
  });

  it("imports packages to read files with, when it is asked for: a page that reads none loads none", () => {
    const readers = ["files", "formats", "images"];
    expect(others.length).toBeGreaterThan(5);
    expect(inWords(others.filter(({ kind }) => kind === "static"))).toEqual([]);
    expect(inWords(others.filter(({ file }) => !readers.includes(partOf(file))))).toEqual([]);
  });

  it("loads what reads files when it is asked for", () => {
    const loaded = new Set(["src/index.ts"]);
    for (const file of loaded) {
      for (const { from, kind } of imports.get(file)!) {
        if (kind === "static" && from.startsWith(".")) loaded.add(standIn(resolve(file, from)));
      }
    }
    const ofReaders = [...loaded].filter((file) => partOf(file) === "formats");
    expect(ofReaders).toEqual([]);
    const lazily = [
      "src/formats/open.ts",
      "src/data/cifar10.ts",
      "src/data/mnist.ts",
      "src/data/imageFolder.ts",
    ];
    expect(lazily.filter((file) => loaded.has(file) || !reached.has(file))).toEqual([]);
  });

  it("holds every file that stands in for another, and none of those", () => {
    const standIns = sources.filter((file) => ending.test(file));
    expect(standIns.length).toBeGreaterThan(0);
    expect([...reached].filter((file) => ending.test(file)).sort()).toEqual(standIns);
    const replaced = standIns.map((file) => file.replace(ending, ".ts"));
    expect(replaced.filter((file) => reached.has(file) || !imports.has(file))).toEqual([]);
  });
});

describe("the site", () => {
  // What its pages may use of the runs, whether they do already or not.
  const ofRuns = ["src/runs/data/dropped.ts", "src/runs/train.ts"];
  const entries = [...sources.filter((file) => partOf(file) === "web"), ...ofRuns];
  const { reached, others } = builtFrom(entries, [".site.ts", ".browser.ts"]);

  it("imports nothing of Node's, at once or when it is asked for", () => {
    expect(inWords(others.filter(({ from }) => from.startsWith("node:")))).toEqual([]);
    expect(others).not.toEqual([]);
  });

  it("holds every file that stands in for another in it alone, and no binary in base64", () => {
    const standIns = sources.filter((file) => file.endsWith(".site.ts"));
    expect(standIns.length).toBeGreaterThan(0);
    expect([...reached].filter((file) => file.endsWith(".site.ts")).sort()).toEqual(standIns);
    expect([...reached].filter((file) => /binaries\.generated/i.test(file))).toEqual([]);
  });

  it("is imported by nothing", () => {
    const users = sources.filter((file) =>
      imports.get(file)!.some(({ from }) => from.startsWith(".") && partOf(resolve(file, from)) === "web"),
    );
    expect(users.filter((file) => partOf(file) !== "web")).toEqual([]);
  });
});

describe("the source", () => {
  /** "file: match" for every match in these files. */
  const matches = (files: readonly string[], pattern: RegExp) =>
    files.flatMap((file) => [...read(file).matchAll(pattern)].map(([match]) => `${file}: ${match}`));

  it("reads the process, prints and exits in src/cli, and in src/simd, which starts processes; src/runtime.ts looks whether there is one", () => {
    const library = sources.filter((file) => !["cli", "simd"].includes(partOf(file)));
    const uses = library.flatMap((file) =>
      globalsOf(parsed.get(file)!, ["process", "console"]).map((use) => `${file}: ${use}`),
    );
    expect(uses).toEqual(["src/runtime.ts: (globalThis as { process?: Process }).process"]);
    const modules = ["node:process", "process", "node:console", "console"];
    const users = library.filter((file) => imports.get(file)!.some(({ from }) => modules.includes(from)));
    expect(users).toEqual([]);
  });

  it("has no function whose bits are the engine's own: src/math.ts and src/random.ts have ours", () => {
    const approximate =
      /\bMath\.(a?(cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log1p|log10|log2|pow|random)\(|(?<!\b2 )\*\*/g;
    expect(matches([...sources, ...filesIn("assembly")], approximate)).toEqual([]);
  });
});

describe("a kernel family", () => {
  /** The names of a folder's files and folders, without those that belong to none of the families. */
  const stems = (folder: string, ending: string, except: readonly string[]) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.name.endsWith(ending))
      .map(({ name }) => basename(name, ending))
      .filter((stem) => !except.includes(stem) && !stem.endsWith(".generated"))
      .sort();
  // peak measures the machine for the benchmark: it computes nothing that a training needs.
  const families = stems("assembly", ".ts", ["index", "inline", "peak"]);

  // What the families share.
  const shared = ["index", "call", "elementwiseLoss", "sampleWeights", "signature", "suffix", "teamCalls"];

  it("is a file or a folder in assembly/, and a file of the same name in src/kernels/ and in tests/kernels/", () => {
    expect(stems("src/kernels", ".ts", shared)).toEqual(families);
    expect(stems("tests/kernels", ".test.ts", shared)).toEqual(families);
  });

  it("is exported by assembly/index.ts and registered in src/kernels/index.ts", () => {
    const exported = new Set(
      importsOf(parse(readText("assembly/index.ts"))).map(({ from }) => from.split("/")[1]),
    );
    expect([...exported].filter((stem) => stem !== "peak")).toEqual(families);
    const registered = imports.get("src/kernels/index.ts")!.map(({ from }) => basename(from, ".ts"));
    expect(registered).toEqual(expect.arrayContaining(families));
  });
});
