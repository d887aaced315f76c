/** What the folder of a command holds when others want it too, when it is taken away, and when the disk or the user does. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Event, events, PROGRAM, readJson, readTensors } from "../../helpers/cli.ts";
import { cliFolder, words } from "../../helpers/cliFolder.ts";
import { failing, killedAt } from "../../helpers/faults.ts";

const { at, cifar, runCli, runJson, start, startCli } = cliFolder({ cifar: true });
const inFolder = (...path: string[]): string[] => readdirSync(at(...path)).sort();

/** Small trainings, and their folder's first file. */
const COMMANDS: Readonly<Record<string, { args: (epochs?: number) => string[]; first: string }>> = {
  train: {
    args: (epochs = 1) =>
      words(`train --layers 4 --limit 100 --validation 100 --epochs ${epochs} --data ${cifar()}`),
    first: "config.json",
  },
  search: {
    args: (epochs = 1) =>
      words(
        `search --coarse 2 --rounds 1 --workers 1 --layers 4 --limit 100 --validation 100 --epochs ${epochs} --data ${cifar()}`,
      ),
    first: "study.json",
  },
  reproduce: {
    args: (epochs = 1) =>
      words(`reproduce tab1-1 --workers 1 --limit 100 --validation 100 --epochs ${epochs} --data ${cifar()}`),
    first: "reproduction.json",
  },
};
const ENDLESS = 1_000_000;
const names = Object.keys(COMMANDS);

/** Starts one that does not end, and waits until it has begun. */
async function begin(name: string, out: string) {
  const running = startCli([...COMMANDS[name]!.args(ENDLESS), "--json", "--out", out]);
  await running.waitFor("stdout", '"event":"start"');
  return running;
}

describe.each(names)("the folder of a %s under way", (name) => {
  it("is not taken by another command, with --force either; taken away, it is missed and does not come back", async () => {
    const out = `busy-${name}`;
    const running = await begin(name, out);
    const before = inFolder(out);
    const forced = await runCli([...COMMANDS[name]!.args(), "--out", out, "--force"]);
    expect([forced.code, forced.stderr.trimEnd().split("\n").at(-1)]).toEqual([
      2,
      `ConfigError: ${out} is in use by process ${running.child.pid}. Wait for it, or end it; if it is none of nnwasm's, remove ${out}/lock.`,
    ]);
    expect(inFolder(out)).toEqual(expect.arrayContaining(before));
    // It goes in one step: while a folder is emptied, one of its files is missed first.
    renameSync(at(out), at(`${out}-gone`));
    rmSync(at(`${out}-gone`), { recursive: true });
    running.child.kill("SIGINT");
    const { code, stdout } = await running.result;
    expect(events(stdout).at(-1)).toEqual({
      ...{ event: "error", name: "FileError", exitCode: 4 },
      message: `${out} has been deleted or moved while nnwasm worked in it. What was not written yet is not saved. Leave the folder alone until the command has ended.`,
    });
    expect(code).toBe(4);
    expect(existsSync(at(out))).toBe(false);
  }, 30_000);
});

describe.each(names)("a %s that is killed before its first file is there", (name) => {
  const { args, first } = COMMANDS[name]!;

  it("leaves a folder that the same command takes", async () => {
    const out = `early-${name}`;
    // Between the claim and the lock, and between the lock and the first file; every call is tried in tests/long.
    for (const call of [2, 9]) {
      const killed = await runCli([...args(), "--out", out], killedAt(call));
      expect(killed.signal).toBe("SIGKILL");
      expect(inFolder(out).length).toBeGreaterThan(0);
      expect(inFolder(out)).not.toContain(first);
    }
    if (name !== "train") {
      const { code, stderr } = await runCli(words(`${name} --resume ${out}`));
      expect([code, stderr]).toEqual([
        4,
        `FileError: ${out}/${first} cannot be read: it does not exist (ENOENT). Nothing was done in ${out} yet: begin with nnwasm ${name} --out ${out}.\n`,
      ]);
    }
    await runJson([...args(), "--out", out]);
    expect(inFolder(out).filter((file) => file.startsWith(".") || file === "lock")).toEqual([]);
  }, 30_000);
});

describe("a folder that somebody wrote to", () => {
  it("is no empty one, whatever else is in it", async () => {
    mkdirSync(at("own"));
    writeFileSync(at("own", "lock"), "4194305\n");
    writeFileSync(at("own", "notes"), "");
    expect((await runCli([...COMMANDS.train!.args(), "--out", "own"])).stderr).toContain(
      "ConfigError: --out own: the folder is not empty.",
    );
    expect(inFolder("own")).toEqual(["lock", "notes"]);
  });

  it("is not resumed by a command that has nothing in it", async () => {
    mkdirSync(at("other"));
    writeFileSync(at("other", "config.json"), "{}");
    expect((await runCli([...COMMANDS.search!.args(), "--out", "other"])).stderr).toBe(
      "ConfigError: --out other: the folder is not empty. Give another folder, or --force to replace it.\n",
    );
  });

  it("has a name", async () => {
    const { code, stderr } = await runCli([...COMMANDS.train!.args(), "--out", ""]);
    expect([code, stderr]).toEqual([2, 'ConfigError: --out "": expected the name of a folder. Give one.\n']);
  });
});

describe("a disk that refuses", () => {
  const REASON = "no space is left on the device (ENOSPC). Free some space, or choose another place.";

  it("the plots of a training leaves the weights, and a summary that says so", async () => {
    const env = failing("rename", "/plots/", "ENOSPC");
    const { code, stdout } = await runCli([...COMMANDS.train!.args(), "--json", "--out", "full"], env);
    const [result, error] = events(stdout).slice(-2) as [Event, Event];
    const unsaved = { "plots/": `full/plots/cost.svg cannot be written: ${REASON}` };
    expect(error).toEqual({
      ...{ event: "error", name: "FileError", exitCode: 4 },
      message: `${unsaved["plots/"]} What is in full: model.safetensors, metrics.jsonl, summary.json, config.json.`,
    });
    expect(code).toBe(4);
    expect(result.unsaved).toEqual(unsaved);
    expect(readJson(at("full", "summary.json"))).toMatchObject({ state: "complete", unsaved });
    expect(readTensors(at("full", "model.safetensors")).size).toBe(6);
    expect(inFolder("full")).not.toContain("lock");
  });

  it("the plots of a search, or the report of a reproduction, leaves all else", async () => {
    for (const [name, path, left] of [
      ["search", "/plots/", "report.html, trials.jsonl, summary.json"],
      ["reproduce", "/report.html", "report.md, plots/, trainings.jsonl"],
    ] as const) {
      const out = `full-${name}`;
      const env = failing("rename", path, "ENOSPC");
      const { code, stderr } = await runCli([...COMMANDS[name]!.args(), "--out", out], env);
      expect(code).toBe(4);
      expect(stderr).toMatch(new RegExp(`FileError: ${out}/.* ${left.replaceAll(".", "\\.")}\\.\\n$`));
      expect(Object.keys(readJson(at(out, "summary.json")).unsaved)).toEqual([
        path === "/plots/" ? "plots/" : "report.html",
      ]);
    }
  }, 30_000);

  it("the line of an epoch ends the training, with the weights as they are", async () => {
    // 80 KB a file: some hundred epochs' lines, and more than the weights take.
    const limited = `ulimit -f 80; exec '${process.execPath}' '${PROGRAM}' "$@"`;
    const args = [...COMMANDS.train!.args(ENDLESS), "--layers", "1", "--json", "--out", "lines"];
    const { code, stdout } = await start("/bin/bash", ["-c", limited, "bash", ...args]).result;
    expect(events(stdout).at(-1)!.message).toMatch(/^lines\/metrics\.jsonl cannot be written: .*\(EFBIG\)/);
    expect(code).toBe(4);
    expect(readJson(at("lines", "summary.json")).state).toBe("failed");
    expect(readTensors(at("lines", "model.safetensors")).size).toBe(6);
  }, 30_000);

  it.each(names)(
    "to let the lock of a %s go is an error, not a bug",
    async (name) => {
      const out = `kept-${name}`;
      const env = failing("rm", "/lock", "EIO");
      const { code, stderr } = await runCli([...COMMANDS[name]!.args(), "--quiet", "--out", out], env);
      expect(code).toBe(4);
      expect(stderr).toContain(
        `FileError: ${out}/lock cannot be removed: the device reports an error (EIO). Check the disk, or choose another place. What is in ${out}: `,
      );
      // Of a process that is gone it counts for nothing.
      await runJson([...COMMANDS[name]!.args(), "--out", out, "--force"]);
    },
    30_000,
  );
});

describe("a training that cannot end well", () => {
  it.each([
    ["after the last step", "--eta-max 1e34 --batch 50"],
    ["in a step", "--eta-max 1e34 --lr-schedule constant --epochs 2"],
  ])("diverges %s: exit code 3, and no model", async (_when, flags) => {
    const out = `diverged ${flags}`;
    const args = [...COMMANDS.train!.args(), ...words(flags), "--json", "--out", out];
    const { code, stdout } = await runCli(args);
    expect(events(stdout).at(-1)).toMatchObject({ event: "error", name: "TrainingError", exitCode: 3 });
    expect(code).toBe(3);
    expect(inFolder(out)).not.toContain("model.safetensors");
    expect(inFolder(out)).not.toContain("lock");
    expect(readJson(at(out, "summary.json")).state).toBe("diverged");
  });

  it("has too few samples: no folder is left behind", async () => {
    mkdirSync(at("few"));
    const flags = words(`train --data ${cifar()} --limit 1 --bn --quiet`);
    const { code, stderr } = await runCli([...flags, "--out", "few/run"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ConfigError: .*batch normalisation/);
    expect(inFolder("few")).toEqual([]);
  });
});

describe("a terminal that is closed", () => {
  it("is SIGHUP, as SIGTERM is, and twice is once", async () => {
    const running = await begin("train", "hangup");
    await running.waitFor("stdout", '"event":"epoch"');
    running.child.kill("SIGHUP");
    running.child.kill("SIGHUP");
    const { code, stdout } = await running.result;
    expect(events(stdout).at(-1)).toMatchObject({ name: "Interrupted", exitCode: 130 });
    expect(code).toBe(130);
    expect(readTensors(at("hangup", "model.safetensors")).size).toBe(6);
    expect(readJson(at("hangup", "summary.json")).state).toBe("interrupted");
  });

  const missing =
    process.platform === "linux" && existsSync("/usr/bin/script") ? "" : " (needs util-linux's script)";
  it.skipIf(missing)(
    `leaves what was trained, though nothing can be printed any more${missing}`,
    async () => {
      const args = COMMANDS.train!.args(ENDLESS).join(" ");
      const command = `'${process.execPath}' '${PROGRAM}' ${args} --out closed`;
      const terminal = start("/usr/bin/script", ["-qec", command, "/dev/null"], { TERM: "xterm" });
      await terminal.waitFor("stdout", "Epoch ");
      terminal.child.kill("SIGKILL"); // the other end of the terminal
      const summary = at("closed", "summary.json");
      while (!existsSync(summary) || existsSync(at("closed", "lock"))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(readJson(summary).state).toBe("interrupted");
      expect(readTensors(at("closed", "model.safetensors")).size).toBe(6);
    },
    30_000,
  );
});

describe("what is no file, or too large a one, is refused at once:", () => {
  const refused = async (args: string, env = {}) => {
    const { code, stderr } = await runCli([...COMMANDS.train!.args(), "--quiet", ...words(args)], env);
    return [code, stderr];
  };
  beforeAll(() => {
    execFileSync("mkfifo", [at("pipe"), at("pipe.safetensors")]);
  });
  const NO_FILE = "cannot be read: it is a device or a pipe. Give the name of a file.\n";

  it("a pipe that nobody writes to", async () => {
    expect(await refused("--init pipe.safetensors")).toEqual([4, `FileError: pipe.safetensors ${NO_FILE}`]);
    expect(await refused("--config pipe")).toEqual([4, `FileError: --config pipe ${NO_FILE}`]);
    expect(await refused("--data ./pipe")).toEqual([
      4,
      "DatasetError: --data ./pipe is a device or a pipe. Give one of: cifar10, mnist, synthetic, spirals, moons, circles, or a folder that holds CIFAR-10 or MNIST.\n",
    ]);
    mkdirSync(at("pipes"));
    execFileSync("mkfifo", [at("pipes", "study.json")]);
    const resumed = await runCli(words("search --resume pipes"));
    expect([resumed.code, resumed.stderr]).toEqual([4, `FileError: pipes/study.json ${NO_FILE}`]);
  });

  it.skipIf(process.platform !== "linux")("a device without an end, and /proc for a folder", async () => {
    expect(await refused("--config /dev/zero")).toEqual([4, `FileError: --config /dev/zero ${NO_FILE}`]);
    expect(await refused("--out /proc/x")).toEqual([
      4,
      "FileError: /proc/x cannot be created: /proc takes no folders (ENOENT). Choose another place.\n",
    ]);
    const gone = `mkdir gone; cd gone; rmdir ../gone; exec '${process.execPath}' '${PROGRAM}' "$@"`;
    const args = [...COMMANDS.train!.args(), "--quiet"];
    expect(await start("/bin/bash", ["-c", gone, "bash", ...args]).result).toMatchObject({
      code: 4,
      stderr:
        "FileError: runs cannot be created: the current folder has been deleted (ENOENT). Change to one that is there.\n",
    });
  });

  it("files of gigabytes", async () => {
    execFileSync("truncate", ["-s", "1G", at("large.json"), at("large.safetensors")]);
    expect(await refused("--config large.json")).toEqual([
      2,
      "ConfigError: --config large.json has 1073741824 bytes, expected a short JSON object of settings.\n",
    ]);
    expect(await refused("--init large.safetensors")).toEqual([
      4,
      "FileError: large.safetensors has 1073741824 bytes, far more than 12342 parameters take. Is it another network's file?\n",
    ]);
  });

  it("settings that nobody could count through; a byte-order mark is none", async () => {
    for (const [text, message] of [
      [
        '{"cycles": 1e308}',
        "--cycles 1e+308: that is Infinity epochs, expected at most 100000000. Give less.",
      ],
      ['{"epochs": 1e308}', "--config c.json: epochs is 1e+308, expected <=100000000."],
      ['{"layers": [1e308]}', "--config c.json: layers.0 is 1e+308, expected <=1073741824."],
      ['{"batch": 1e308}', "--config c.json: batch is 1e+308, expected <=9007199254740991."],
    ]) {
      writeFileSync(at("c.json"), text!);
      const args = words(`train --data ${cifar()} --limit 100 --validation 0 --config c.json`);
      const { code, stderr } = await runCli(args);
      expect([code, stderr]).toEqual([2, `ConfigError: ${message}\n`]);
    }
    writeFileSync(at("c.json"), '\ufeff{"seed": 3}');
    const [first] = await runJson([...COMMANDS.train!.args(), "--config", "c.json", "--out", "mark"]);
    expect(first!.config.seed).toBe(3);
  });
});

describe("what is said", () => {
  it("of NNWASM_DATA that is not there, with --quiet too", async () => {
    const env = { NNWASM_DATA: at("nowhere") };
    const args = words("train --layers 1 --limit 100 --validation 0 --epochs 1 --quiet --out elsewhere");
    expect((await runCli(args, env)).stderr).toBe(`NNWASM_DATA=${at("nowhere")}: there is no such folder.\n`);
    const { code, stderr } = await runCli([...args, "--data", "cifar10"], env);
    expect([code, stderr]).toEqual([
      4,
      `DatasetError: --data cifar10: it is not in ${at("nowhere")} or ${at(".cache/nnwasm")}. ` +
        `NNWASM_DATA=${at("nowhere")}: there is no such folder. To fetch it: nnwasm data fetch cifar10\n`,
    ]);
  });

  it("has escapes where a terminal would obey", async () => {
    const { stderr, stdout } = await runCli(["train", "--json", "--data", "./a\x1b[31m\x7f\u009b2J\nb"]);
    expect(stderr).toMatch(/^DatasetError: --data \.\/a\\x1b\[31m\\x7f\\x9b2J\\nb: /);
    expect(stdout).toContain("./a\\u001b[31m\\u007f\\u009b2J\\nb");
    expect(events(stdout)[0]!.message).toContain("./a\x1b[31m\x7f\u009b2J\nb");
    const unknown = await runCli(["tr\x1b\x7f"]);
    expect(unknown.stderr).toContain("error: unknown command 'tr\\x1b\\x7f'");
  });
});
