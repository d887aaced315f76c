/**
 * The package as users get it: packed, installed without a network and without scripts into an empty folder, and
 * used from there, on the command line and as a library.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Event, events, makeCifar, newFolder, readJson, start } from "./helpers/cli.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const MANIFEST = readJson(join(repository, "package.json"));

/** The packages that a user gets: [path in node_modules, what the lockfile says of it]. */
const PRODUCTION = Object.entries<Event>(readJson(join(repository, "package-lock.json")).packages).filter(
  ([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional,
);
const NAMES = PRODUCTION.map(([path]) => path.replace("node_modules/", ""));

/** The files in a folder, with paths relative to it. */
const filesIn = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );

let folder: string;
/** An empty project with nothing but the package in it. */
let project: string;
/** What npm says while it installs. */
let said: string;
let packed: { files: { path: string; mode: number }[]; filename: string; unpackedSize: number };

/** Runs npm with an empty cache, so that whatever is not given to it is missing. */
async function npm(cwd: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { HOME: folder, npm_config_update_notifier: "false" };
  const { code, stdout, stderr } = await start("npm", [...args, "--offline"], cwd, env).result;
  if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}

/** Packs folders of the repository. */
async function pack(...args: string[]): Promise<(typeof packed)[]> {
  return JSON.parse((await npm(repository, "pack", "--json", "--pack-destination", folder, ...args)).stdout);
}

beforeAll(async () => {
  folder = newFolder();
  project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  const dependencies = PRODUCTION.map(([path]) => `./${path}`);
  [packed] = (await pack(".")) as [typeof packed];
  // Their authors' scripts would build them anew.
  const tarballs = [packed, ...(await pack("--ignore-scripts", ...dependencies))];
  const files = tarballs.map(({ filename }) => join(folder, filename));
  said = (await npm(project, "install", "--no-audit", "--no-fund", ...files)).stderr;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the packed package", () => {
  it("holds what was built, the program, the licence and the README, and nothing else", () => {
    const built = filesIn(join(repository, "dist")).filter((path) => path !== ".inputs");
    expect(packed.files.map(({ path }) => path).sort()).toEqual(
      [
        "LICENSE",
        "README.md",
        "bin/nnwasm.js",
        "package.json",
        ...built.map((path) => `dist/${path}`),
      ].sort(),
    );
    for (const path of [
      ...["index.js", "index.d.ts", "wasm/nnwasm.wasm", "wasm/nnwasm-threads.wasm"],
      ...["web/index.html", "web/serviceWorker.js"],
    ])
      expect(built).toContain(path);
    const ofSite =
      /^web\/(index\.html|icon\.svg|manifest\.webmanifest|serviceWorker\.js|assets\/[\w.-]+\.(js|css|wasm))$/;
    const strange = built.filter((path) =>
      path.startsWith("web/") && !path.endsWith("/LICENSES.md")
        ? !ofSite.test(path)
        : !/\.(js|d\.ts|wasm)$|^(report\/charts\/|web\/|nnwasm\.files\.)LICENSES\.md$/.test(path),
    );
    expect(strange).toEqual([]);
    // A folder too many would show: 7.2 MB, of which 0.85 are the chart library, 1.0 the kernels (twice, and as text; wide, as text),
    // 1.17 the library for browsers, in two files, and 1.4 the site, with what it loads to read files.
    expect(packed.unpackedSize).toBeLessThan(7.8e6);
  });

  it("has no script that npm runs, or warns of, when it is installed", () => {
    const { scripts } = readJson(join(project, "node_modules/nnwasm/package.json"));
    expect(
      Object.keys(scripts).filter((name) => /install$|^(pre|post)?prepare$|^prepublish$/.test(name)),
    ).toEqual([]);
    expect(said.match(/.*nnwasm@.*/g)).toBeNull();
  });

  it("has a program that can be executed", () => {
    const { mode } = packed.files.find(({ path }) => path === "bin/nnwasm.js")!;
    expect(mode & 0o111).toBe(0o111);
    expect(MANIFEST.bin).toEqual({ nnwasm: "./bin/nnwasm.js" });
  });
});

describe("what is installed with it", () => {
  it("is the production dependencies of the lockfile, and nothing else", () => {
    const installed = Object.keys(readJson(join(project, "node_modules/.package-lock.json")).packages);
    expect(installed.map((path) => path.replace("node_modules/", "")).sort()).toEqual(
      ["nnwasm", ...NAMES].sort(),
    );
  });
});

/** A user's module. That its types are right is the compiler's to say. */
const CONSUMER = `
import {
  AccuracyMetrics, CategoricalCrossEntropyLoss, type Dataset, type History, LRCyclingSchedule, Model, Random,
  type Samples, SGDOptimizer, denseNetwork, samplesFromArrays, splitDataset,
} from "nnwasm";

function samples(records: Uint8Array, features = 3072): Samples {
  const count = records.length / (features + 1);
  const values = new Uint8Array(count * features);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * (features + 1);
    labels[i] = records[start] ?? 0;
    values.set(records.subarray(start + 1, start + 1 + features), i * features);
  }
  return samplesFromArrays({ values, labels, features, classes: 10 });
}

export async function train(training: Uint8Array, test: Uint8Array): Promise<{ accuracy: number; sha256: string }> {
  const dataset: Dataset = {
    name: "own", origin: "arrays", shape: [3, 32, 32], features: 3072, classes: 10,
    classNames: Array.from({ length: 10 }, (_, i) => String(i)),
    training: samples(training), test: samples(test),
  };
  const split = splitDataset(dataset, { validation: 100, limit: 500, seed: 3 });
  const layers = denseNetwork({ hidden: [8, 6], classes: 10, batchNormalization: "after" });
  const model: Model = new Model(layers, { seed: 3 }).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer({ schedule: new LRCyclingSchedule({ stepSize: 25 }) }),
    metrics: [new AccuracyMetrics()],
  });
  const history: History = await model.fit(split.train, { epochs: 1, validation: split.validation });
  // @ts-expect-error The types know what is not there.
  history.nothing;
  const [row] = history.rows;
  const { accuracy } = await model.evaluate(split.test);
  if (row === undefined || accuracy === undefined) throw new Error("There are no numbers.");
  return { accuracy, sha256: await model.weightsSha256() };
}

export const random: number = new Random(1).uniform();
`;

/** No types but the compiler's own and the package's, all of them checked. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    target: "es2022",
    module: "nodenext",
    types: [],
  },
  files: ["consumer.ts"],
};

/** Its caller, in JavaScript. */
const CALLER = `
import { readFileSync } from "node:fs";
import { train } from "./consumer.js";

const [folder] = process.argv.slice(2);
const read = (name) => readFileSync(folder + "/" + name + ".bin");
const training = Buffer.concat([1, 2, 3, 4, 5].map((number) => read("data_batch_" + number)));
const result = await train(training, read("test_batch"));
const binaries = {};
for (const name of ["nnwasm.wasm", "nnwasm-threads.wasm"]) {
  const module = await WebAssembly.compile(readFileSync(new URL(import.meta.resolve("nnwasm/" + name))));
  binaries[name] = WebAssembly.Module.exports(module).length;
}
console.log(JSON.stringify({ ...result, binaries }));
`;

describe("used from an empty folder", () => {
  it("searches in workers, on the command line and as a study in a program", async () => {
    const flags = "search --data synthetic --layers 4 --epochs 1 --limit 200 --coarse 3 --rounds 1 --json";
    const { code, stdout, stderr } = await start(
      join(project, "node_modules/.bin/nnwasm"),
      flags.split(" "),
      project,
    ).result;
    expect([code, stderr.includes("Warning")]).toEqual([0, false]);
    expect(events(stdout).at(-1)).toMatchObject({ event: "result", complete: 3, failed: 0 });

    writeFileSync(
      join(project, "study.js"),
      `import { float, Study, TPESampler } from "nnwasm";
const study = new Study({ sampler: new TPESampler(), direction: "minimize", space: { x: float(-5, 5) } });
await study.optimize(({ params: { x } }) => (x - 2) * (x - 2), { trials: 40 });
console.log(study.best.params.x);
`,
    );
    const run = await start(process.execPath, ["study.js"], project).result;
    expect([run.code, run.stderr]).toEqual([0, ""]);
    expect(Math.abs(Number(run.stdout) - 2)).toBeLessThan(0.5);
  });

  it("compiles in strict mode against the package's types, and trains to the bits of the command line", async () => {
    writeFileSync(join(project, "consumer.ts"), CONSUMER);
    writeFileSync(join(project, "caller.js"), CALLER);
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(TSCONFIG));
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    const compiled = await start(process.execPath, [compiler], project).result;
    expect(compiled).toMatchObject({ code: 0, stdout: "" });

    const cifar = makeCifar(folder);
    const library = await start(process.execPath, ["caller.js", cifar], project).result;
    expect([library.code, library.stderr]).toEqual([0, ""]);
    const { accuracy, sha256, binaries } = JSON.parse(library.stdout);
    expect(accuracy).toBeGreaterThan(0);
    expect(binaries["nnwasm.wasm"]).toBeGreaterThan(20);
    expect(binaries["nnwasm-threads.wasm"]).toBe(binaries["nnwasm.wasm"]);

    const flagsOfTrain = "--layers 8,6 --bn --epochs 1 --validation 100 --limit 500 --seed 3 --json";
    const program = join(project, "node_modules/.bin/nnwasm");
    const args = ["train", "--data", cifar, ...flagsOfTrain.split(" ")];
    const { code, stdout } = await start(program, args, project).result;
    expect(code).toBe(0);
    const result = events(stdout).at(-1)!;
    expect(result.out).toBe("runs/train-001");
    expect(readFileSync(join(project, result.out, "plots/loss.svg"), "utf8")).toMatch(/^<svg /);
    expect(result.weightsSha256).toBe(sha256);
    expect(result.test.accuracy).toBe(accuracy);
  });
});

describe("in a clone", () => {
  it("`npx nnwasm` runs the program", async () => {
    const env = { HOME: folder, npm_config_update_notifier: "false" };
    const { code, stdout } = await start("npx", ["--offline", "nnwasm", "--version"], repository, env).result;
    expect([code, stdout]).toEqual([0, `${MANIFEST.version}\n`]);
  });
});
