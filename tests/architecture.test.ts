/** What the documents say of the source's structure, asserted: see each test's title. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The files under a folder whose names end so, by their paths from the root. */
function filesIn(folder: string, ending = ".ts"): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .sort();
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
const read = (file: string) => withoutComments(readFileSync(join(root, file), "utf8"));

interface Import {
  readonly from: string;
  /** "type" leaves nothing behind, "static" is loaded at once, "dynamic" when it is asked for. */
  readonly kind: "type" | "static" | "dynamic";
}

function importsOf(text: string): Import[] {
  const statements =
    /^(?:import|export)(\s+type)?\s[^;"']*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;
  return [...text.matchAll(statements)].map(([, type, from, bare, dynamic]) => ({
    from: (from ?? bare ?? dynamic)!,
    kind: dynamic ? "dynamic" : type ? "type" : "static",
  }));
}

const sources = filesIn("src");
const imports = new Map(sources.map((file) => [file, importsOf(read(file))]));

/** The file that a relative import names. */
const resolve = (file: string, from: string) => join(dirname(file), from).replaceAll("\\", "/");

/** "src/layers/dense.ts" belongs to "layers", "src/tensor.ts" to "tensor". */
const partOf = (file: string) => basename(file.split("/")[1]!, ".ts");

const ground = ["errors", "format", "math", "options", "platform", "random", "runtime", "sha256", "tensor"];

/** The parts of the source, and which of the others each may import: only such as stand above it. */
const mayImport: Record<string, readonly string[]> = {
  errors: [],
  format: [],
  math: ["errors"],
  options: ["errors"],
  platform: [],
  random: ["errors", "math"],
  runtime: [],
  sha256: [],
  tensor: ["errors"],
  wasm: [],
  files: ["errors", "runtime"],
  kernels: [...ground, "wasm"],
  threads: ["errors", "runtime", "wasm"],
  plan: [...ground, "kernels"],
  backend: [...ground, "kernels", "threads", "wasm"],
  data: [...ground, "files", "kernels"],
  schedules: ground,
  initializers: ground,
  regularizers: [...ground, "kernels"],
  losses: [...ground, "kernels"],
  metrics: [...ground, "kernels"],
  layers: [...ground, "kernels", "initializers", "regularizers"],
  optimizers: [...ground, "kernels", "layers", "schedules"],
  model: [
    ...[...ground, "kernels", "plan", "backend", "data", "schedules", "initializers", "regularizers"],
    ...["losses", "metrics", "layers", "optimizers"],
  ],
  tuner: ground,
  report: [...ground, "model", "tuner"],
};
const library = Object.keys(mayImport);
mayImport.index = library;
mayImport.training = library;
mayImport.experiments = [...library, "training"];
mayImport.cli = [...library, "index", "training", "experiments"];

describe("the reader of imports", () => {
  it("finds every form, and not what stands in comments", () => {
    const text = withoutComments(
      [
        'import type { A } from "./a.ts";',
        'import {\n  type B,\n  b,\n} from "./b.ts";',
        'export * from "./c.ts";',
        'import "./d.ts";',
        '// import "./comment.ts";',
        '/* \nimport "./comment.ts"; */',
        'const e = () => import("./e.ts");',
        'export const f = "from";',
        'export type { G } from "node:g";',
      ].join("\n"),
    );
    expect(importsOf(text)).toEqual([
      { from: "./a.ts", kind: "type" },
      { from: "./b.ts", kind: "static" },
      { from: "./c.ts", kind: "static" },
      { from: "./d.ts", kind: "static" },
      { from: "./e.ts", kind: "dynamic" },
      { from: "node:g", kind: "type" },
    ]);
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

  it("reach Node's modules from data, files, the threads, the workers and the command line alone", () => {
    const users = sources.filter((file) =>
      imports.get(file)!.some(({ from, kind }) => from.startsWith("node:") && kind !== "type"),
    );
    const allowed = ["data", "files", "threads", "training", "cli"];
    expect(users.filter((file) => !allowed.includes(partOf(file)))).toEqual([]);
  });

  it("load nothing of Node's, and no package, when a browser imports src/index.ts", () => {
    const reached = new Set(["src/index.ts"]);
    const packages = new Set<string>();
    for (const file of reached) {
      for (const { from, kind } of imports.get(file)!) {
        if (kind !== "static") continue;
        if (from.startsWith(".")) reached.add(resolve(file, from));
        else packages.add(from);
      }
    }
    expect(reached.size).toBeGreaterThan(40);
    expect([...packages]).toEqual([]);
  });
});

describe("the browser's build", () => {
  const ending = /\.browser\.ts$/;
  /** What stands for a file in it. */
  const standIn = (file: string) => {
    const other = file.replace(/\.ts$/, ".browser.ts");
    return imports.has(other) ? other : file;
  };
  const reached = new Set(["src/index.ts"]);
  const others: string[] = [];
  for (const file of reached) {
    for (const { from, kind } of imports.get(file)!) {
      if (kind === "type") continue;
      if (from.startsWith(".")) reached.add(standIn(resolve(file, from)));
      else others.push(`${file}: ${from}`);
    }
  }

  it("imports nothing of Node's and no package, at once or when it is asked for", () => {
    expect(others).toEqual([]);
  });

  it("holds every file that stands in for another, and none of those", () => {
    const standIns = sources.filter((file) => ending.test(file));
    expect(standIns.length).toBeGreaterThan(0);
    expect([...reached].filter((file) => ending.test(file)).sort()).toEqual(standIns);
    const replaced = standIns.map((file) => file.replace(ending, ".ts"));
    expect(replaced.filter((file) => reached.has(file) || !imports.has(file))).toEqual([]);
  });
});

describe("the source", () => {
  /** "file: match" for every match in these files. */
  const matches = (files: readonly string[], pattern: RegExp) =>
    files.flatMap((file) => [...read(file).matchAll(pattern)].map(([match]) => `${file}: ${match}`));

  it("reads the process, prints and exits in src/cli alone", () => {
    const library = sources.filter((file) => partOf(file) !== "cli");
    expect(matches(library, /\bprocess\.[a-z]\w*|\bconsole\.\w+|"node:process"/g)).toEqual([]);
  });

  it("has no function whose bits are the engine's own: src/math.ts and src/random.ts have ours", () => {
    const approximate =
      /\bMath\.(a?(cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log1p|log10|log2|pow|random)\(|(?<!\b2 )\*\*/g;
    expect(matches([...sources, ...filesIn("assembly")], approximate)).toEqual([]);
  });
});

describe("a kernel family", () => {
  const stems = (folder: string, ending: string, except: readonly string[]) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(ending))
      .map((file) => basename(file, ending))
      .filter((stem) => !except.includes(stem))
      .sort();
  // peak measures the machine for the benchmark: it computes nothing that a training needs. The tiles are matmul's.
  const families = stems("assembly", ".ts", ["index", "peak", "tiles.generated"]);

  it("is a file in assembly/, one of the same name in src/kernels/, and one in tests/kernels/", () => {
    expect(stems("src/kernels", ".ts", ["index", "suffix", "teamExports"])).toEqual(families);
    expect(stems("tests/kernels", ".test.ts", ["index"])).toEqual(families);
  });

  it("is exported by assembly/index.ts and registered in src/kernels/index.ts", () => {
    const exported = importsOf(read("assembly/index.ts")).map(({ from }) => basename(from));
    expect(exported.filter((stem) => stem !== "peak")).toEqual(families);
    const registered = imports.get("src/kernels/index.ts")!.map(({ from }) => basename(from, ".ts"));
    expect(registered).toEqual(expect.arrayContaining(families));
  });
});
