import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderLock } from "../../../src/cli/folders/folderLock.ts";
import { ConfigError, FileError } from "../../../src/errors.ts";
import { lockRounds } from "../../helpers/lockRounds.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nnwasm-lock-"));
  file = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A number that no process has: the system's largest is 2²². */
const NOBODY = 2 ** 22 + 1;
const inUse = (pid: number) =>
  new ConfigError(
    `${folder} is in use by process ${pid}. Wait for it, or end it; if it is none of nnwasm's, remove ${file}.`,
  );
const linux = process.platform === "linux";

describe("FolderLock", () => {
  it("lets one in of those that come at the same moment, whatever lock they find", async () => {
    const found = [undefined, `${NOBODY}\n`, ""];
    const { winners, refusals, left } = await lockRounds({
      ...{ processes: 3, rounds: 40 },
      stale: (round) => found[round % 3],
    });
    expect(new Set(winners)).toEqual(new Set([1]));
    expect(refusals).toEqual([
      "FOLDER is in use by process N. Wait for it, or end it; if it is none of nnwasm's, remove FOLDER/lock.",
    ]);
    expect(left).toEqual(["lock"]);
  });

  it("refuses a second one in the same process, and takes the folder again after the release", async () => {
    const lock = await FolderLock.take(folder);
    await expect(FolderLock.take(folder)).rejects.toThrow(inUse(process.pid));
    expect(readdirSync(folder)).toEqual(["lock"]);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    await (await FolderLock.take(folder)).release();
  });

  describe("whose process", () => {
    let other: ChildProcess;
    beforeEach(async () => {
      other = spawn("sleep", ["1000"]);
      await once(other, "spawn");
    });
    afterEach(() => void other.kill());
    /** What this process's lock would be, changed. */
    async function written(change: (fields: string[]) => string[]): Promise<void> {
      const lock = await FolderLock.take(folder);
      const fields = readFileSync(file, "utf8").trim().split(" ");
      await lock.release();
      writeFileSync(file, `${change(fields).join(" ")}\n`);
    }
    const taken = async () => await (await FolderLock.take(folder)).release();

    it("runs, in a lock of an earlier version, keeps it", async () => {
      writeFileSync(file, `${other.pid}\n`);
      await expect(taken()).rejects.toThrow(inUse(other.pid!));
      expect(readFileSync(file, "utf8")).toBe(`${other.pid}\n`);
    });

    it.skipIf(!linux)("has the number of one that began at another time, counts for nothing", async () => {
      await written(([, , ...place]) => [String(other.pid), "12", ...place]);
      await taken();
      await written(([pid, , ...place]) => [pid!, "12", ...place]); // as in a container that was started anew
      await taken();
    });

    it("is elsewhere, keeps it for two minutes after its last sign", async () => {
      await written(([pid, start]) => [pid!, start!, "01234567", "another"]);
      await expect(taken()).rejects.toThrow(
        new RegExp(
          `^${folder} is in use by process ${process.pid} of another, another machine or container, or this one before its last start; its last sign is \\d+ s old\\. Wait for it, or end it; 120 s after its last sign the folder is free\\.$`,
        ),
      );
      const before = Date.now() / 1000 - 121;
      utimesSync(file, before, before);
      await taken();
    });

    it.skipIf(!linux)("has ended and waits for its parent, counts for nothing", async () => {
      // The shell starts a process and becomes one that does not ask for its end. Only then may that come: a shell does ask.
      const parent = spawn("bash", ["-c", "sleep 1000 & echo $!; exec sleep 1000"]);
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const zombie = Number(line.toString());
      const until = async (is: () => boolean) => {
        while (!is()) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await until(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8") === "sleep\n");
      process.kill(zombie);
      await until(() => readFileSync(`/proc/${zombie}/stat`, "utf8").split(") ")[1]![0] === "Z");
      writeFileSync(file, `${zombie}\n`);
      await taken();
      parent.kill();
    });

    it("made a claim and was killed, is not waited for", async () => {
      await written((fields) => fields);
      const [pid, start, place] = readFileSync(file, "utf8").split(" ");
      rmSync(file);
      const claim = (of: number | string) =>
        join(folder, `.nnwasm-lock-${of}-${start}-${place}-0123456789ab`);
      writeFileSync(claim(NOBODY), "");
      writeFileSync(claim(pid!).replace(`-${start}-`, "-12-"), "");
      await taken();
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it("notices that the folder is gone, emptied, replaced or another's, and then leaves it alone", async () => {
    const cases: [change: () => void, message: string][] = [
      [() => rmSync(folder, { recursive: true }), "has been deleted or moved"],
      [() => rmSync(file), "has been emptied or replaced, with its lock"],
      [
        () => {
          rmSync(folder, { recursive: true });
          writeFileSync(folder, "");
        },
        "is no folder any more",
      ],
    ];
    for (const [change, what] of cases) {
      const lock = await FolderLock.take(folder);
      await lock.check();
      change();
      await expect(lock.check()).rejects.toThrow(
        new FileError(
          `${folder} ${what} while nnwasm worked in it. What was not written yet is not saved. Leave the folder alone until the command has ended.`,
        ),
      );
      await lock.release();
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    const lock = await FolderLock.take(folder);
    rmSync(file);
    writeFileSync(file, "77\n");
    await expect(lock.check()).rejects.toThrow(`${folder} is process 77's now`);
    await lock.release();
    expect(existsSync(file)).toBe(true);
  });

  it("says what is in the way", async () => {
    await expect(FolderLock.take(join(folder, "none"))).rejects.toThrow(
      new FileError(`${folder}/none/lock cannot be created: it does not exist (ENOENT). Check the path.`),
    );
    mkdirSync(file);
    await expect(FolderLock.take(folder)).rejects.toThrow(
      new FileError(`${file} cannot be read: it is a folder (EISDIR). Give the name of a file.`),
    );
    expect(readdirSync(folder)).toEqual(["lock"]);
  });
});
