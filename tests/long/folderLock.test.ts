/** Hundreds of rounds in which processes take one folder at the same moment, and are killed at any moment of it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { FolderLock } from "../../src/cli/folders/folderLock.ts";
import { Random } from "../../src/random.ts";
import { lockRounds } from "../helpers/lockRounds.ts";

it.each([
  ["none", undefined],
  ["that of a process that is gone", "4194305\n"],
  ["one that a crash has cut", ""],
])(
  "one of 2 and of 6 gets in, 600 times, where the lock is %s",
  async (_name, stale) => {
    for (const processes of [2, 6]) {
      const { winners, left } = await lockRounds({ processes, rounds: 600, stale: () => stale });
      expect(winners.filter((count) => count !== 1)).toEqual([]);
      expect(left).toEqual(["lock"]);
    }
  },
  600_000,
);

it("a folder in whose door processes are killed lets the next one in, 200 times", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-lock-"));
  const taker = fileURLToPath(new URL("../helpers/lockTaker.mjs", import.meta.url));
  const random = new Random(1, "door");
  for (let round = 0; round < 200; round++) {
    const takers = Array.from({ length: 3 }, () => fork(taker));
    await Promise.all(takers.map((child) => once(child, "message")));
    for (const child of takers) child.send({ take: folder });
    await new Promise((resolve) => setTimeout(resolve, random.below(8)));
    await Promise.all(
      takers.map(async (child) => {
        const end = once(child, "exit");
        child.kill("SIGKILL");
        await end;
      }),
    );
    const lock = await FolderLock.take(folder);
    expect(readdirSync(folder)).toEqual(["lock"]);
    await lock.release();
  }
  rmSync(folder, { recursive: true });
}, 600_000);
