/** The packed package in Bun, in Deno, in Node beside a global Worker of others, and in jest: Node's results. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { events, makeCifar, newFolder, start } from "../helpers/cli.ts";
import { installPacked } from "../helpers/packed.ts";

const runtimes = join(import.meta.dirname, "runtimes");
const modules = join(runtimes, "node_modules");

/** The program in the package of this platform. */
function programOf(scope: string, file: string): string {
  const folder = join(modules, scope);
  const found = readdirSync(folder).map((platform) => join(folder, platform, file));
  return found.find(existsSync) ?? `${folder}: no ${file}`;
}

const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  Node: [process.execPath],
  Bun: [programOf("@oven", "bin/bun")],
  Deno: [programOf("@deno", "deno"), "run", "-A"],
};

let project: string;
let cifar: string;
beforeAll(async () => {
  project = newFolder();
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  await installPacked(project);
  cpSync(join(modules, "web-worker"), join(project, "node_modules/web-worker"), { recursive: true });
  for (const file of readdirSync(runtimes).filter((name) => name.endsWith(".js")))
    cpSync(join(runtimes, file), join(project, file));
  cifar = makeCifar(project);
});
afterAll(() => rmSync(project, { recursive: true }));

/** Runs one of the project's modules, or the command line, and gives what it prints. */
async function run([program, ...flags]: readonly string[], ...args: string[]): Promise<string> {
  const { code, signal, stdout, stderr } = await start(program!, [...flags, ...args], project).result;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code ?? signal}:\n${stderr}`);
  return stdout;
}

type Outcomes = Record<"1" | "2" | "auto", { said: unknown[]; [name: string]: unknown }>;

let node: Promise<Outcomes> | undefined;
/** Node's outcomes, to which others are held. */
function nodeOutcomes(): Promise<Outcomes> {
  node ??= run(PROGRAMS.Node!, "main.js").then((stdout) => JSON.parse(stdout));
  return node;
}

/** What comes out where threads can be had: as in Node, where "auto" may take a moment to choose. */
async function expectThreads(outcomes: Outcomes): Promise<void> {
  const { 1: alone } = await nodeOutcomes();
  expect(outcomes).toEqual({
    1: alone,
    2: { ...alone, said: [{ threads: 2 }] },
    auto: {
      ...alone,
      said: expect.not.arrayContaining([expect.objectContaining({ notice: expect.anything() })]),
    },
  });
}

it("Node learns what there is to learn", async () => {
  const outcomes = await nodeOutcomes();
  expect(outcomes[1].loss).toBeLessThan(0.1);
  expect(outcomes[1].said).toEqual([{ threads: 1 }]);
  await expectThreads(outcomes);
});

describe.each(["Bun", "Deno"])("%s", (name) => {
  const program = PROGRAMS[name]!;

  it("trains by one thread, by two and by as many as are fastest, to Node's bits", async () => {
    await expectThreads(JSON.parse(await run(program, "main.js")));
  });

  it("ends though a model is not closed", async () => {
    expect(await run(program, "unclosed.js")).toBe("built\n");
  });

  const cli = join("node_modules/nnwasm/bin/nnwasm.js");

  it("runs `nnwasm train`, in threads, to Node's bits", async () => {
    const flags = "--layers 8,6 --bn --epochs 1 --validation 100 --limit 500 --seed 3 --quiet --json";
    const train = async (of: string, threads: string) => {
      const args = [
        "train",
        "--data",
        cifar,
        "--threads",
        threads,
        "--out",
        join(project, `${of}-${threads}`),
      ];
      return events(await run(PROGRAMS[of]!, cli, ...args, ...flags.split(" "))).at(-1)!;
    };
    const expected = await train("Node", "1").finally(() =>
      rmSync(join(project, "Node-1"), { recursive: true }),
    );
    for (const threads of ["2", "auto"]) {
      const { weightsSha256, test } = await train(name, threads);
      expect({ weightsSha256, test }).toEqual({ weightsSha256: expected.weightsSha256, test: expected.test });
    }
  });

  it("runs `nnwasm search`, whose trials train side by side", async () => {
    const flags = "--layers 4 --epochs 1 --limit 200 --validation 100 --coarse 3 --rounds 1 --quiet --json";
    const args = ["search", "--data", cifar, "--out", join(project, `search-${name}`), ...flags.split(" ")];
    expect(events(await run(program, cli, ...args)).at(-1)).toMatchObject({
      ...{ event: "result", complete: 3, failed: 0 },
    });
  });
});

it("Deno without permissions trains by one thread, or by more", async () => {
  const [deno] = PROGRAMS.Deno!;
  const outcomes: Outcomes = JSON.parse(await run([deno, "run", "--no-prompt"], "main.js"));
  const { 1: alone } = await nodeOutcomes();
  for (const { said: _, ...outcome } of Object.values(outcomes))
    expect({ ...outcome, said: alone.said }).toEqual(alone);
});

it("Node trains in threads of its own though a package has put a Worker into its globals", async () => {
  await expectThreads(JSON.parse(await run(PROGRAMS.Node!, "withWorker.js")));
});

describe("jest", () => {
  /** The outcomes of jest.test.js by a configuration. */
  async function jest(config: object, ...flags: string[]): Promise<Outcomes> {
    const folder = join(project, "configurations");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${readdirSync(folder).length}.json`);
    writeFileSync(path, JSON.stringify({ rootDir: project, testMatch: ["**/jest.test.js"], ...config }));
    const program = join(modules, "jest/bin/jest.js");
    const args = [...flags, program, "--config", path, "--no-cache", "--runInBand"];
    const { stdout, stderr } = await start(process.execPath, args, project).result;
    const line = /OUTCOMES (\{.*\})/.exec(stdout + stderr);
    if (line === null) throw new Error(`jest brings no outcomes:\n${stdout}\n${stderr}`);
    return JSON.parse(line[1]!);
  }
  const jsdom = join(modules, "jest-environment-jsdom");
  const asModules = { transform: {} };
  const toCommonJs = {
    transform: {
      "\\.js$": [
        join(modules, "babel-jest"),
        { plugins: [join(modules, "@babel/plugin-transform-modules-commonjs")], configFile: false },
      ],
    },
    transformIgnorePatterns: [],
  };

  it("with jsdom trains by one thread, and says why, its modules as they are", async () => {
    await expectAlone(await jest({ ...asModules, testEnvironment: jsdom }, "--experimental-vm-modules"));
  });

  it("with jsdom trains by one thread, and says why, its modules made CommonJS by Babel", async () => {
    await expectAlone(await jest({ ...toCommonJs, testEnvironment: jsdom }));
  });

  async function expectAlone(outcomes: Outcomes): Promise<void> {
    const { 1: alone } = await nodeOutcomes();
    const said = [{ threads: 1, notice: "One thread: there is nothing here that starts workers." }];
    expect(outcomes).toEqual({ 1: alone, 2: { ...alone, said }, auto: { ...alone, said } });
  }

  it("with jsdom, asked for the package's modules for Node, trains in threads", async () => {
    const testEnvironmentOptions = { customExportConditions: ["node", "node-addons"] };
    const config = { ...toCommonJs, testEnvironment: jsdom, testEnvironmentOptions };
    await expectThreads(await jest(config));
  });

  it.each([
    ["its modules as they are", asModules, ["--experimental-vm-modules"]],
    ["its modules made CommonJS by Babel", toCommonJs, []],
  ])("without jsdom trains in threads, %s", async (_, config, flags) => {
    await expectThreads(await jest({ ...config, testEnvironment: "node" }, ...flags));
  });
});
