/**
 * The packed types, in a project that has nothing else: compiled by each TypeScript from 5.4 on, with and without the
 * DOM's types; and what was compiled against them runs. tests/compat/types/ holds the project's modules.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseTarGzip } from "nanotar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFolder, readJson, start } from "../helpers/cli.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const compilers = join(import.meta.dirname, "compilers/node_modules");
const versions = readdirSync(compilers).filter((name) => name.startsWith("typescript-"));

let project: string;
let tarball: string;

const run = async (script: string, args: readonly string[]) => {
  const { code, stdout, stderr } = await start(process.execPath, [script, ...args], project).result;
  return { code, output: stdout + stderr };
};

/** The options of a project; of the modules those that are named. */
function configure(name: string, modules: readonly string[], compilerOptions: object): string {
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    target: "es2022",
    types: [],
  };
  const path = join(project, `${name}.json`);
  const files = modules.map((module) => `${module}.ts`);
  writeFileSync(path, JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files }));
  return path;
}

beforeAll(async () => {
  project = newFolder();
  const env = { HOME: project, npm_config_update_notifier: "false" };
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", project];
  const { stdout } = await start("npm", args, repository, env).result;
  tarball = join(project, JSON.parse(stdout)[0].filename);
  for (const { name, data } of await parseTarGzip(readFileSync(tarball))) {
    if (data === undefined) continue;
    const path = join(project, "node_modules", name.replace(/^package/, "nnwasm"));
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, data);
  }
  cpSync(join(import.meta.dirname, "types"), project, { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true }));

describe("the packed types", () => {
  it("are tried with every TypeScript from 5.4 to 7", () => {
    expect(versions.length).toBeGreaterThanOrEqual(8);
    const found = versions.map((name) => readJson(join(compilers, name, "package.json")).version as string);
    const minors = found.map((version) => version.split(".").slice(0, 2).join("."));
    expect(minors.sort()).toEqual(["5.4", "5.5", "5.6", "5.7", "5.8", "5.9", "6.0", "7.0"]);
  });

  const everywhere = ["ownParts", "evaluation", "tables"];
  const settings = {
    "without the DOM's types, module nodenext": [
      [...everywhere, "signals"],
      { lib: ["ES2022"], module: "nodenext" },
    ],
    "with the DOM's types, module resolution bundler": [
      [...everywhere, "platform", "memory"],
      { lib: ["ES2022", "DOM"], module: "es2022", moduleResolution: "bundler" },
    ],
  } as const;

  describe.each(Object.entries(settings))("%s", (_, [modules, options]) => {
    it.each(versions)("compile with %s", async (version) => {
      const kind = "moduleResolution" in options ? "bundler" : "node";
      const file = configure(`${version}-${kind}`, modules, { ...options, noEmit: true });
      const compiler = join(compilers, version, "bin/tsc");
      expect(await run(compiler, ["-p", file])).toEqual({ code: 0, output: "" });
    });
  });

  it("know Node's signals, where its types are given", async () => {
    cpSync(join(repository, "node_modules/@types/node"), join(project, "node_modules/@types/node"), {
      recursive: true,
    });
    cpSync(join(repository, "node_modules/undici-types"), join(project, "node_modules/undici-types"), {
      recursive: true,
    });
    const options = { lib: ["ES2022"], module: "nodenext", types: ["node"], noEmit: true };
    const file = configure("node", [...everywhere, "platform"], options);
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    expect(await run(compiler, ["-p", file])).toEqual({ code: 0, output: "" });
  });
});

describe("a layer, a loss, an optimizer, … of one's own, written against the packed types", () => {
  it("train, in a model and in a search, and pass the gradient check", async () => {
    const options = { lib: ["ES2022"], module: "nodenext", outDir: project };
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    expect(await run(compiler, ["-p", configure("emit", ["ownParts"], options)])).toEqual({
      code: 0,
      output: "",
    });
    const script = join(project, "main.js");
    const own = JSON.stringify(pathToFileURL(join(project, "ownParts.js")));
    writeFileSync(
      script,
      `import { gradients, search, train } from ${own};
console.log(JSON.stringify({ ...(await train()), gradients: await gradients(), best: await search() }));`,
    );
    const { code, output } = await run(script, []);
    expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
    const { before, after, loss, cost, gradients, best } = JSON.parse(output);
    expect(after).toBe(1);
    expect(before).toBeGreaterThan(2 * loss);
    expect(cost).toBeGreaterThan(loss);
    expect(gradients).toBeLessThan(1e-5);
    expect(best).toBe(0);
  });
});

describe("the package", () => {
  it("gives its types to whoever imports it, as `attw` sees it", async () => {
    const { code, output } = await run(join(compilers, "@arethetypeswrong/cli/dist/index.js"), [
      tarball,
      ...["--profile", "esm-only", "--format", "ascii", "--no-color"],
    ]);
    expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
  });

  it("is one that `publint` finds nothing in", async () => {
    const { code, output } = await run(join(compilers, "publint/src/cli.js"), ["run", tarball, "--strict"]);
    expect(output).toContain("All good!");
    expect(code).toBe(0);
  });
});
