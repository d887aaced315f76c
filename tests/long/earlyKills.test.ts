/** Every call of the file system between a command's start and its first training, as the last one before a kill -9. */
import { readdirSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import { cliFolder } from "../helpers/cliFolder.ts";
import { killedAt } from "../helpers/faults.ts";

const { at, cifar, runCli, runJson } = cliFolder({ cifar: true });

/** The first file is there after fifteen; with --force, a few more are removed first. */
const CALLS = 30;

it.each([
  ["train", "train --layers 4", "config.json"],
  ["search", "search --coarse 2 --rounds 1 --workers 1 --layers 4", "study.json"],
  ["reproduce", "reproduce tab1-1 --workers 1", "reproduction.json"],
])(
  "%s goes on after a kill at any call, with the same command, --resume or --force",
  async (name, begin, first) => {
    const args = `${begin} --limit 100 --validation 100 --epochs 1 --data ${cifar()}`.split(" ");
    const seen = new Set<string>();
    for (let call = 0; ; call++) {
      const out = `${name}-${call}`;
      const { signal } = await runCli([...args, "--out", out], killedAt(call));
      if (signal !== "SIGKILL") break;
      const files = filesOf(out);
      const begun = files.includes(first);
      seen.add(begun ? "begun" : "empty");
      const more = !begun ? [...args, "--out", out] : [];
      if (begun && name === "train") more.push(...args, "--out", out, "--force");
      else if (begun) more.push(name, "--resume", out);
      await runJson(more);
      const left = filesOf(out).filter((file) => file.startsWith(".") || file === "lock");
      expect([call, left]).toEqual([call, []]);
      rmSync(at(out), { recursive: true });
    }
    expect([...seen].sort()).toEqual(["begun", "empty"]);
  },
  600_000,
);

it("search with --force, killed at any call, leaves a folder that --force takes, and never the old trials with the new study", async () => {
  const args = (seed: number) =>
    `search --coarse 2 --rounds 1 --workers 1 --layers 4 --limit 100 --validation 100 --epochs 1 --data ${cifar()} --out forced --force --seed ${seed}`.split(
      " ",
    );
  for (let call = 0; call < CALLS; call++) {
    await runJson(args(1));
    const { signal } = await runCli(args(2), killedAt(call));
    if (signal !== "SIGKILL") break;
    const files = filesOf("forced");
    if (files.includes("study.json")) {
      const all = await runJson(["search", "--resume", "forced"]);
      expect(all.at(-1)).toMatchObject({ event: "result", trials: 2, complete: 2 });
    }
  }
}, 600_000);

function filesOf(out: string): string[] {
  try {
    return readdirSync(at(out));
  } catch {
    return [];
  }
}
