/** `nnwasm train --resume`: what it goes on with, what it refuses, and a slice of the kills of tests/long/trainKills.test.ts. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint } from "../../src/model/resume.ts";
import { Random } from "../../src/random.ts";
import { type Event, events } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { failing } from "../helpers/faults.ts";
import { trainOnFullDisk } from "../helpers/fullDisk.ts";
import { signalAt } from "../helpers/signalAt.ts";
import { newTally, remains, trainKilled } from "../helpers/trainKills.ts";

const folder = cliFolder({ cifar: false });
const { at, runCli, runJson } = folder;

const train = (...more: string[]) => [
  ...words("train --data synthetic --layers 8 --bn --limit 600 --validation 200 --epochs 5 --threads 1"),
  ...more,
];
const stopAt = (text: string) => signalAt({ stream: "stdout", text, signal: "SIGINT" });

describe("train --resume", () => {
  beforeAll(async () => {
    await runJson(train("--out", "whole"));
  });
  /** A run that was stopped in its second or third epoch. */
  async function stopped(out: string): Promise<Event[]> {
    const { code, stdout } = await runCli(train("--out", out, "--json"), stopAt('"epoch":1,'));
    expect(code).toBe(130);
    return events(stdout);
  }

  it("goes on after Ctrl-C in the middle of an epoch, and ends as if nothing had been", async () => {
    expect((await stopped("a")).at(-1)!.message).toMatch(/ Go on with: nnwasm train --resume a$/);
    const all = await runJson(["train", "--resume", "a", "--threads", "2"]);
    expect(all.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["start", "resume", "epoch", "result"]),
    );
    expect(all[1]).toEqual({ event: "resume", epoch: expect.any(Number), step: expect.any(Number) });
    expect(remains(at("a"))).toEqual(remains(at("whole")));
    // It is complete then, and says so.
    const again = await runCli(["train", "--resume", "a"]);
    expect(again).toMatchObject({
      code: 0,
      stdout: "The run in a is complete: there is nothing to go on with.\n",
    });
    expect((await runJson(["train", "--resume", "a"])).map(({ event }) => event)).toEqual(["result"]);
  });

  it("passes over a damaged checkpoint, begins anew without any, and refuses one that is alone and damaged", async () => {
    await stopped("b");
    const last = at("b", "checkpoints", "last.safetensors");
    const previous = at("b", "checkpoints", "last.previous.safetensors");
    copyFileSync(last, previous);
    truncateSync(last, 1000);
    writeFileSync(at("b", "lock"), "999999 1 00000000 elsewhere\n");
    rmSync(at("b", "lock"));
    await runJson(["train", "--resume", "b"]);
    expect(remains(at("b"))).toEqual(remains(at("whole")));
    await stopped("c");
    rmSync(at("c", "checkpoints"), { recursive: true });
    expect((await runJson(["train", "--resume", "c"]))[1]).toEqual({ event: "resume", epoch: 1, step: 0 });
    expect(remains(at("c"))).toEqual(remains(at("whole")));
    await stopped("d");
    truncateSync(at("d", "checkpoints", "last.safetensors"), 1000);
    rmSync(at("d", "checkpoints", "last.previous.safetensors"), { force: true });
    const { code, stderr } = await runCli(["train", "--resume", "d"]);
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /^FileError: d\/checkpoints\/last\.safetensors: the header's length is .* cut short/,
    );
    expect(existsSync(at("d", "lock"))).toBe(false);
  });

  it("refuses other settings, other data and contradictions by name", async () => {
    await stopped("e");
    const refused = async (...args: string[]) => (await runCli(["train", "--resume", "e", ...args])).stderr;
    expect(await refused("--batch", "50")).toBe(
      "ConfigError: --batch 50 with --resume: the run in e was begun with 100. Leave it out, or begin another run.\n",
    );
    expect(await refused("--patience", "2")).toContain(
      "--patience 2 with --resume: the run in e was begun with none.",
    );
    expect(await refused("--out", "f")).toContain("--out with --resume: the run goes on in e.");
    expect(await refused("--force")).toContain("--force with --resume");
    mkdirSync(at("empty"));
    const { code, stderr } = await runCli(["train", "--resume", "empty"]);
    expect([code, stderr]).toEqual([
      4,
      "FileError: empty/config.json cannot be read: it does not exist (ENOENT). Nothing was done in empty yet: begin with nnwasm train --out empty.\n",
    ]);
    // What is as it was may be given.
    await runJson([...train(), "--resume", "e"]);
    expect(remains(at("e"))).toEqual(remains(at("whole")));
  });

  it("begins a run in a folder that is not there or empty, with the settings that are given", async () => {
    await runJson([...train(), "--resume", "empty"]);
    expect(remains(at("empty"))).toEqual(remains(at("whole")));
  });

  it("goes on without the file of --init", async () => {
    copyFileSync(at("whole", "model.safetensors"), at("init.safetensors"));
    await runJson(train("--init", "init.safetensors", "--out", "g whole"));
    await runCli(train("--init", "init.safetensors", "--out", "g", "--json"), stopAt('"epoch":1,'));
    rmSync(at("init.safetensors"));
    await runJson(["train", "--resume", "g"]);
    expect(remains(at("g"))).toEqual(remains(at("g whole")));
  });

  it.each([
    ["open", "/checkpoints/", "ENOSPC"],
    ["rename", "/checkpoints/", "EIO"],
    ["mkdir", "checkpoints", "ENOSPC"],
  ])("a checkpoint that cannot be written (%s, %s) ends nothing, but is told", async (call, path, code) => {
    const out = `fault ${call}`;
    const result = await runCli(train("--out", out, "--checkpoint-every", "0"), failing(call, path, code));
    expect(result.code).toBe(4);
    expect(result.stderr).toContain(code);
    await runJson(["train", "--resume", out]);
    expect(remains(at(out))).toEqual(remains(at("whole")));
  });

  it("a checkpoint that fails after one that did not is told at the end, on stderr and in the summary", async () => {
    const fault = failing("rename", "last.previous", "ENOSPC", 1);
    const args = train("--out", "later", "--checkpoint-every", "0");
    const { code, stderr } = await runCli([...args, "--quiet"], fault);
    const unsaved = {
      "checkpoints/":
        "later/checkpoints/last.safetensors cannot be written: no space is left on the device (ENOSPC). " +
        "Free some space, or choose another place. What was written there before is still there.",
    };
    expect([code, stderr]).toEqual([
      4,
      `FileError: ${unsaved["checkpoints/"]} What is in later: model.safetensors, metrics.jsonl, summary.json, config.json, plots/.\n`,
    ]);
    const summary = JSON.parse(readFileSync(at("later", "summary.json"), "utf8"));
    expect(summary).toMatchObject({ state: "complete", epochs: 5, unsaved });
    expect((await readCheckpoint(at("later", "checkpoints", "last.safetensors"))).epoch).toBe(2);
    await runJson(["train", "--resume", "later"]);
    expect(remains(at("later"))).toEqual(remains(at("whole")));
  });

  // At the start, while it trains, and at the end; all calls are tried in tests/long.
  it.each([6, 23, 60])("goes on when a disk that was full at call %i has room", async (call) => {
    const disk = { code: "ENOSPC", on: true, out: `full ${call}`, whole: "whole" };
    expect(await trainOnFullDisk({ folder, args: train(), call, ...disk })).toBe(true);
  });

  it("after kill -9 at random moments ends as if nothing had been", async () => {
    const [random, tally] = [new Random(7, "slice"), newTally()];
    await trainKilled({ cwd: at(), args: train(), out: "killed", random, attempts: 6, tally });
    expect(remains(at("killed"))).toEqual(remains(at("whole")));
    expect(tally.kills).toBeGreaterThan(0);
  });
});
