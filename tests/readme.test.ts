/** README.md and docs/: the programs run as they stand and print what stands beside them, the commands are right. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataCommand } from "../src/cli/commands/data.ts";
import { evaluateCommand } from "../src/cli/commands/evaluate.ts";
import { gradcheckCommand } from "../src/cli/commands/gradcheck.ts";
import { infoCommand } from "../src/cli/commands/info.ts";
import { predictCommand } from "../src/cli/commands/predict.ts";
import { reproduceCommand } from "../src/cli/commands/reproduce.ts";
import { searchCommand } from "../src/cli/commands/search.ts";
import { trainCommand } from "../src/cli/commands/train.ts";
import { webCommand } from "../src/cli/commands/web.ts";
import { workerCommand } from "../src/cli/commands/worker.ts";
import type { CliContext } from "../src/cli/context.ts";
import { selectExperiments } from "../src/experiments/table.ts";
import { parseSpace } from "../src/settings/space.ts";
import { makeCifar, newFolder } from "./helpers/cli.ts";
import {
  blocks,
  expectPrinted,
  expectShell,
  linkPackage,
  makePhotos,
  runProgram,
  shellBlocks,
} from "./helpers/readme.ts";
import { silentContext } from "./helpers/silentContext.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const text = (path: string) => readFileSync(join(root, path), "utf8");
const README = text("README.md");
const DOCUMENTS = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith(".md"),
);

let folder: string;
beforeAll(() => {
  folder = newFolder();
  linkPackage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("README.md", () => {
  const shells = shellBlocks(README).filter(([commands]) => commands.startsWith("npx "));
  const programs = blocks(README, "js");

  beforeAll(() => makePhotos(join(folder, "photos")));

  it("has blocks of commands for a table and for images, and one program", () => {
    expect(shells.length).toBe(3);
    expect(programs.length).toBe(1);
    expect(README.split("\n").length).toBeLessThanOrEqual(170);
  });

  it.each(shells)("%s: does what stands beneath it", (...shell) => expectShell(folder, shell));

  it("the program prints what stands in its comments", async () => {
    expect(programs[0]).toContain(' from "nnwasm";\n');
    expectPrinted(programs[0]!, await runProgram(folder, programs[0]!));
  });
});

describe("the programs of docs/", () => {
  /** The title above a program, and the program: a block that prints, and says what. */
  const programs = DOCUMENTS.filter((path) => path.startsWith("docs/")).flatMap((path) =>
    text(path)
      .split(/^## /m)
      .flatMap((section) =>
        blocks(section, "js")
          .filter((code) => /^console\.log\(.*\); \/\/ /m.test(code) && !code.includes("cifar10("))
          .map((code) => [`${path}: ${section.split("\n")[0]}`, code] as const),
      ),
  );

  it("are a regression, several flags, a model in a file and a resumed training, at least", () => {
    const examples = programs.filter(([title]) => title.startsWith("docs/examples.md: "));
    for (const part of ["numbers", "flags", "EarlyStopping", "save(", "resume"]) {
      expect(examples.some(([, code]) => code.includes(part))).toBe(true);
    }
  });

  it.each(programs)("%s: prints what stands in its comments", async (_, program) => {
    expect(program).toContain(' from "nnwasm";\n');
    expectPrinted(program, await runProgram(folder, program));
  });
});

it("docs/examples.md: its program on CIFAR-10 trains, here on small data with 600 samples, for three epochs", async () => {
  const images = blocks(text("docs/examples.md"), "js").find((code) => code.includes("cifar10("))!;
  mkdirSync(join(folder, "data"));
  symlinkSync(makeCifar(folder), join(folder, "data/cifar-10-batches-bin"));
  const short = images
    .replace("{ validation: 5000, seed: 1 }", "{ validation: 500, limit: 600, seed: 1 }")
    .replace("epochs: 20,", "epochs: 3,")
    .replace("stepSize: 2250", "stepSize: 9");
  expect(short.length).not.toBe(images.length);
  const lines = (await runProgram(folder, short)).trimEnd().split("\n");
  expect(lines.slice(0, 3).map((line) => Number(line.split(" ")[0]))).toEqual([1, 2, 3]);
  expect(lines.slice(3).join(" ")).toMatch(/^\{ *loss: .*, +cost: .*, +accuracy: (0\.[5-9]\d*|1) *\}$/);
});

describe("what README.md begins with", () => {
  it("is how to install it, before any command; and the two commands are there", () => {
    const place = (words: string) => {
      expect(README).toContain(words);
      return README.indexOf(words);
    };
    expect(place("npm install nnwasm")).toBeLessThan(place("npx nnwasm data describe"));
    const train =
      "npm ci && npx nnwasm train --layers 50,30,20,20,10,10,10,10 --bn   # the main job: trains nine layers with batch normalisation\n";
    const tests = "npm ci && npm test                                                # all tests\n";
    expect(place(train + tests)).toBeLessThan(README.length);
  });

  it("counts the dependencies and weighs the kernels rightly", () => {
    const { dependencies } = JSON.parse(text("package.json"));
    const words = ["eight", "nine", "ten", "eleven", "twelve"];
    expect(README).toContain(`${words[Object.keys(dependencies).length - 8]} small dependencies`);
    const kilobytes = Number(/the kernels are (\d+) kB of WebAssembly/.exec(README)![1]);
    const { length } = readFileSync(join(root, "dist/wasm/nnwasm.wasm"));
    expect(Math.abs(length / 1000 - kilobytes)).toBeLessThanOrEqual(2);
  });

  it("leads to files and titles that are there", () => {
    for (const document of DOCUMENTS) {
      const links = [...text(document).matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)].map(
        ([, a, b]) => a ?? b!,
      );
      for (const link of links) {
        if (/^https?:/.test(link)) continue;
        const [path, title] = link.split("#") as [string, string?];
        const target = text(path === "" ? document : join(document, "..", path));
        const titles = [...target.matchAll(/^#+ (.*)$/gm)].map(([, its]) =>
          its!
            .toLowerCase()
            .replace(/[^\w -]/g, "")
            .replaceAll(" ", "-"),
        );
        if (title !== undefined) expect(titles).toContain(title);
      }
    }
  });
});

describe("the commands of README.md and docs/", () => {
  const context = silentContext();
  const commands: Record<string, (context: CliContext) => Command> = {
    train: trainCommand,
    evaluate: evaluateCommand,
    predict: predictCommand,
    search: searchCommand,
    reproduce: reproduceCommand,
    gradcheck: gradcheckCommand,
    worker: workerCommand,
    data: dataCommand,
    web: webCommand,
    info: infoCommand,
  };
  /** "nnwasm search --trials 40", in the blocks of shell commands and in the text. */
  const lines = DOCUMENTS.flatMap((document) => [
    ...blocks(text(document), "sh").flatMap((block) => block.split("\n")),
    ...[...text(document).matchAll(/`((?:npx )?(?:nnwasm|train) [^`]+)`/g)].map(([, command]) => command!),
  ])
    .map((line) =>
      line
        .replace(/^npm ci && /, "")
        .replace(/^npx /, "")
        .replace(/ +# .*/, ""),
    )
    .filter((line) => /^(nnwasm|train) /.test(line) && !line.includes("|fetch"))
    // A name alone, of a command that needs more, is said and not called.
    .filter((line) => !/^nnwasm (evaluate|predict|data describe)$/.test(line));

  it("are there", () => {
    expect(lines.length).toBeGreaterThan(15);
  });

  it.each([...new Set(lines)])("%s", async (line) => {
    const words = [...line.replace(/^nnwasm /, "").matchAll(/'([^']*)'|(\S+)/g)].map(([, a, b]) => a ?? b!);
    const [name, ...others] = words;
    let command = commands[name!]!(context);
    let rest = others;
    if (name === "data") {
      command = command.commands.find((each) => each.name() === others[0])!;
      rest = others.slice(1);
    }
    command.action(() => {}); // it is read, not done
    await command.parseAsync(rest, { from: "user" });
    const { space = [] } = command.opts<{ space?: string[] }>();
    parseSpace(space);
    if (name === "reproduce") selectExperiments(command.args);
  });
});
