/** What `--help` and `--version` say: examples first, everything that is there, nothing that is not. */
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { gradcheckCommand } from "../../src/cli/commands/gradcheck.ts";
import { reproduceCommand } from "../../src/cli/commands/reproduce.ts";
import { searchCommand } from "../../src/cli/commands/search.ts";
import { trainCommand } from "../../src/cli/commands/train.ts";
import { flagNames } from "../../src/settings/flags.ts";
import { byGroup } from "../../src/settings/groups.ts";
import { events, PROGRAM, readJson } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { silentContext } from "../helpers/silentContext.ts";

const { runCli } = cliFolder({ cifar: false });

const help = async (...args: string[]) => helpIn(undefined, ...args);

/** In so many columns. */
const helpIn = async (columns: number | undefined, ...args: string[]) => {
  const env = columns === undefined ? {} : { COLUMNS: String(columns) };
  const { code, stdout, stderr } = await runCli([...args, "--help"], env);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
};

const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));
const COMMANDS = [
  [],
  ["train"],
  ["evaluate"],
  ["search"],
  ["reproduce"],
  ["worker"],
  ["gradcheck"],
  ["data"],
  ["data", "fetch"],
  ["data", "verify"],
  ["web"],
  ["info"],
];

describe("--help", () => {
  it.each([
    [[], "nnwasm train houses.csv --target price\n"],
    [["train"], "nnwasm train "],
    [["evaluate"], "nnwasm evaluate "],
    [["search"], "nnwasm search "],
    [["reproduce"], "nnwasm reproduce "],
    [["worker"], "nnwasm worker --queue "],
    [["gradcheck"], "nnwasm gradcheck "],
    [["data"], "nnwasm data describe houses.csv\n"],
    [["data", "list"], "nnwasm data list\n"],
    [["data", "fetch"], "nnwasm data fetch cifar10\n"],
    [["data", "verify"], "nnwasm data verify\n"],
    [["web"], "nnwasm web "],
    [["info"], "nnwasm info\n"],
  ])("of %j begins with examples, then says how it is used", async (args, example) => {
    const text = await help(...args);
    expect(text.slice(0, 12 + example.length)).toBe(`Examples:\n  ${example}`);
    const usage = ["Usage: nnwasm", ...args].join(" ");
    expect(text.indexOf(`\n\n${usage} `)).toBe(text.indexOf("\n\n"));
    expect(widest(text)).toBeLessThanOrEqual(100);
  });

  it("lists the commands that are there, and no others", async () => {
    const commands = (await help()).split("Commands:\n")[1]!;
    expect(commands.match(/^ {2}[a-z-]+/gm)!.map((name) => name.trim())).toEqual(
      "train evaluate predict search reproduce worker gradcheck data web info help".split(" "),
    );
  });

  it("of train lists the flags that are there, and no others", async () => {
    const flags = [...(await help("train")).matchAll(/^ {2}(--?[a-z][a-z0-9-]*(?:, --[a-z0-9-]+)*)/gm)];
    const ofSettings = [...byGroup({ alone: true }).values()].flat().flatMap(([, { flags, off }]) => {
      const names = flagNames(flags);
      return [names.join(", "), ...(off === undefined ? [] : [names[0]!.replace("--", "--no-")])];
    });
    expect(ofSettings).toEqual(expect.arrayContaining(["--lr, --eta-max", "--no-bn", "--threads"]));
    expect(flags.map(([, name]) => name)).toEqual([
      ...ofSettings,
      ..."--config --out --resume --force --json --quiet".split(" "),
      "-h, --help",
    ]);
  });

  it("of train tells every default", async () => {
    const text = (await help("train")).replace(/\s+/g, " ");
    for (const [flag, value] of [
      ["--layers", "50,50; tables: by the number of rows"],
      ["--validation", "5000"],
      ["--init", "xavier; tables: lecun"],
      ["--bias-init", "same; tables: normal:1"],
      ["--l2", "0.005 with cifar10 and synthetic, else 0"],
      ["--lr-schedule", "cyclic; tables: cosine"],
      ["--eta-min", "0.00001; tables: 0"],
      ["--eta-max", "0.1, with adam or adamw 0.001; tables: 0.04"],
      ["--step-size", "5 · samples / batch"],
      ["--cycles", "2"],
      ["--epochs", "10 · cycles; tables: by the number of rows"],
      ["--batch", "100; tables: 256"],
      ["--training-metrics", "full; tables: running"],
      ["--seed", "1"],
      ["--engine", "wasm"],
      ["--dtype", "float32"],
    ] as const) {
      const description = text.slice(text.indexOf(` ${flag} <`)).split(" --")[1]!;
      expect(description).toContain(`(default: ${value})`);
    }
  });

  it.each([20, 40, 63, 80, 200])(
    "in %i columns overflows nowhere, and has the same words",
    async (columns) => {
      const words = (text: string) =>
        text
          .replace(/ \\\n/g, " ")
          .replace(/# /g, "")
          .replace(/\s+/g, columns < 60 ? "" : " "); // the longest words are cut
      for (const args of columns === 40 ? COMMANDS : [["train"], ["search"]]) {
        const text = await helpIn(columns, ...args);
        expect(widest(text), args.join(" ")).toBeLessThanOrEqual(Math.min(columns, 110));
        expect(words(text)).toBe(words(await help(...args)));
        expect(text).toMatch(/\n$/);
      }
    },
  );

  it("in 40 columns has each option on a line of its own, and what it does under it", async () => {
    const text = await helpIn(40, "train");
    expect(text).toContain(
      "\n  --bn [place]\n      batch normalisation after (bare\n      --bn) or before each activation\n" +
        "      (choices: after, before)\n      (default: none)\n",
    );
    expect(text).toContain(
      "\n  nnwasm train --layers \\\n    50,30,20,20,10,10,10,10 --bn\n      # nine layers",
    );
    expect(text).not.toMatch(/^ {2}--\S+ .*\S {2,}\S/m);
  });

  it("comes on stderr, as an error, when no command is given", async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(await help());
  });

  it("is what `help COMMAND` prints", async () => {
    const { code, stdout } = await runCli(["help", "train"]);
    expect(code).toBe(0);
    expect(stdout).toBe(await help("train"));
  });
});

describe("--version", () => {
  it("is the package's", async () => {
    const { version } = readJson(join(PROGRAM, "../../package.json"));
    expect(await runCli(["--version"])).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });
});

describe("a command that is nearly right", () => {
  it("is answered with the one that was meant", async () => {
    const { code, stderr } = await runCli(["trian"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: unknown command 'trian'\n(Did you mean train?)\n(the commands are train, evaluate, predict, search, reproduce, worker, gradcheck, data, web, info; --help shows more)\n",
    );
  });
});

describe("a command that is not there", () => {
  it.each([
    [["explain", "--help"], "error: unknown command 'explain'\n(Did you mean predict --explain?)\n"],
    [["explain", "MODEL", "-h"], "(Did you mean predict --explain?)\n"],
    [["serve", "--help"], "error: unknown command 'serve'\n(Did you mean web?)\n"],
    [["plot", "--help"], "error: unknown command 'plot'\n(Did you mean evaluate --out DIR?)\n"],
    [["data", "describ", "--help"], "error: unknown command 'describ'\n(Did you mean describe?)\n"],
  ])("is an error, though help is asked for: %j", async (given, message) => {
    const { code, stdout, stderr } = await runCli(given);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

describe("a flag that other programs have", () => {
  const context = silentContext();
  const commands: Record<string, Command> = {
    train: trainCommand(context),
    search: searchCommand(context),
    reproduce: reproduceCommand(context),
    gradcheck: gradcheckCommand(context),
  };
  /** With what message. */
  const refused = (command: string, flag: string) =>
    commands[command]!.parseAsync([flag, "7"], { from: "user" }).then(
      () => undefined,
      (error: Error) => error.message,
    );

  it.each([
    ["train", "--learning-rate", "--lr"],
    ["train", "--learning_rate=0.1", "--lr"],
    ["train", "--learningRate", "--lr"],
    ["search", "--learning-rate", "--lr"],
    ["train", "--etaMax", "--eta-max"],
    ["train", "--batch-size", "--batch"],
    ["train", "--hidden", "--layers"],
    ["train", "--hidden-layers", "--layers"],
    ["train", "--epoch", "--epochs"],
    ["train", "--output", "--out"],
    ["train", "--output-dir", "--out"],
    ["train", "-o", "--out"],
    ["train", "--lamda", "--lambda"],
    ["train", "--wd", "--weight-decay"],
    ["train", "--random-state", "--seed"],
    ["train", "--batch-norm", "--bn"],
    ["train", "--n-jobs", "--threads"],
    ["search", "--n-jobs", "--workers"],
    ["search", "--n-trials", "--trials"],
    ["reproduce", "--repeats", "--seeds"],
    ["gradcheck", "--regularization", "--lambda"],
  ])("%s %s: did you mean %s?", async (command, flag, meant) => {
    expect(await refused(command!, flag!)).toBe(`error: unknown option '${flag}'\n(Did you mean ${meant}?)`);
  });

  it("is answered so in a terminal, too, with exit code 2, and as an event", async () => {
    const { code, stdout, stderr } = await runCli(["train", "--learning-rate", "0.1", "--json"]);
    const message = "unknown option '--learning-rate'\n(Did you mean --lr?)";
    expect([code, stderr]).toEqual([2, `error: ${message}\n(--help shows the options)\n`]);
    expect(events(stdout)).toEqual([{ event: "error", name: "ConfigError", message, exitCode: 2 }]);
  });

  it("is not guessed where there is no telling, or where the command has no such flag", async () => {
    for (const [command, flag] of [
      ["train", "--frobnicate"],
      ["gradcheck", "--learning-rate"],
      ["train", "-x"],
    ]) {
      expect(await refused(command!, flag!)).toBe(`error: unknown option '${flag}'`);
    }
  });
});
