/** What `--help` and `--version` say: examples first, everything that is there, nothing that is not. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFolder, PROGRAM, readJson, runCli } from "../helpers/cli.ts";

let folder: string;
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => rmSync(folder, { recursive: true }));

const help = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCli([...args, "--help"], folder);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
};

describe("--help", () => {
  it.each([
    [[], "nnwasm train\n"],
    [["train"], "nnwasm train "],
    [["search"], "nnwasm search "],
    [["reproduce"], "nnwasm reproduce "],
    [["gradcheck"], "nnwasm gradcheck "],
    [["data"], "nnwasm data list\n"],
    [["data", "list"], "nnwasm data list\n"],
    [["data", "fetch"], "nnwasm data fetch cifar10\n"],
    [["data", "verify"], "nnwasm data verify\n"],
    [["info"], "nnwasm info\n"],
  ])("of %j begins with examples, then says how it is used", async (args, example) => {
    const text = await help(...args);
    expect(text.slice(0, 12 + example.length)).toBe(`Examples:\n  ${example}`);
    const usage = ["Usage: nnwasm", ...args].join(" ");
    expect(text.indexOf(`\n\n${usage} `)).toBe(text.indexOf("\n\n"));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(112);
  });

  it("lists the commands that are there, and no others", async () => {
    const commands = (await help()).split("Commands:\n")[1]!;
    expect(commands.match(/^ {2}[a-z-]+/gm)!.map((name) => name.trim())).toEqual(
      "train search reproduce gradcheck data info help".split(" "),
    );
  });

  it("of train lists the flags that are there, and no others", async () => {
    const flags = [...(await help("train")).matchAll(/^ {2}(--?[a-z][a-z0-9-]*(?:, --[a-z0-9-]+)*)/gm)];
    expect(flags.map(([, name]) => name)).toEqual([
      ..."--data --validation --limit".split(" "),
      ..."--layers --bn --no-bn --activation --init --bias-init".split(" "),
      "--lambda, --l2",
      ..."--optimizer --lr-schedule --eta-min --eta-max --step-size --cycles --epochs".split(" "),
      ..."--batch --no-shuffle --training-metrics --seed --engine --dtype --threads".split(" "),
      ..."--config --out --force --json --quiet".split(" "),
      "-h, --help",
    ]);
  });

  it("of train tells every default", async () => {
    const text = (await help("train")).replace(/\s+/g, " ");
    for (const [flag, value] of [
      ["--layers", "50,50"],
      ["--validation", "5000"],
      ["--init", "xavier"],
      ["--bias-init", "same"],
      ["--l2", "0.005"],
      ["--lr-schedule", "cyclic"],
      ["--eta-min", "0.00001"],
      ["--eta-max", "0.1"],
      ["--step-size", "5 · samples / batch"],
      ["--cycles", "2"],
      ["--epochs", "10 · cycles"],
      ["--batch", "100"],
      ["--training-metrics", "full"],
      ["--seed", "1"],
      ["--engine", "wasm"],
      ["--dtype", "float32"],
    ] as const) {
      const description = text.slice(text.indexOf(` ${flag} <`)).split(" --")[1]!;
      expect(description).toContain(`(default: ${value})`);
    }
  });

  it("comes on stderr, as an error, when no command is given", async () => {
    const { code, stdout, stderr } = await runCli([], folder);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(await help());
  });

  it("is what `help COMMAND` prints", async () => {
    const { code, stdout } = await runCli(["help", "train"], folder);
    expect(code).toBe(0);
    expect(stdout).toBe(await help("train"));
  });
});

describe("--version", () => {
  it("is the package's", async () => {
    const { version } = readJson(join(PROGRAM, "../../package.json"));
    expect(await runCli(["--version"], folder)).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });
});

describe("a command that is nearly right", () => {
  it("is answered with the one that was meant", async () => {
    const { code, stderr } = await runCli(["trian"], folder);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: unknown command 'trian'\n(Did you mean train?)\n(the commands are train, search, reproduce, gradcheck, data, info; --help shows more)\n",
    );
  });
});
