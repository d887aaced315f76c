/** docs/distributed-recipes.md: its scripts are scripts, and its commands are read as they stand there. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { searchCommand } from "../../src/cli/commands/search.ts";
import { workerCommand } from "../../src/cli/commands/worker.ts";
import { blocks } from "../helpers/readme.ts";
import { silentContext } from "../helpers/silentContext.ts";

const text = readFileSync(new URL("../../docs/distributed-recipes.md", import.meta.url), "utf8");
const scripts = blocks(text, "sh");
const [compose = "", kubernetes = ""] = blocks(text, "yaml");
const [unit = ""] = blocks(text, "ini");

it("has a file for each of the four", () => {
  expect([scripts.length, blocks(text, "yaml").length, blocks(text, "ini").length]).toEqual([6, 2, 1]);
});

const hasBash = spawnSync("bash", ["--version"]).status === 0;
describe.skipIf(!hasBash)("a script", () => {
  it.each(scripts)("is one: %s", (script) => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
    expect(stderr + status).toBe("0");
  });
});

/** What follows `search` or `worker` in a line of shell. */
const words = (line: string) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, a, b]) => a ?? b!);

/** All commands: [name, …arguments]. */
const commands: string[][] = [
  ...[...compose.matchAll(/command: (\["worker".*\])/g)].map(([, list]) => JSON.parse(list!) as string[]),
  ...[...kubernetes.matchAll(/args:\n((?: +- (?:worker|--\S+)\n)+)/g)].map(([, list]) =>
    words(list!).filter((word) => word !== "-"),
  ),
  ...[kubernetes, unit, ...scripts]
    .flatMap((block) => block.replaceAll("\\\n", " ").replaceAll("$SLURM_CPUS_PER_TASK", "8").split("\n"))
    .map((line) => /(?:nnwasm"?|--rm search) ((?:search|worker) .*?)(?:; fi| +# .*)?$/.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .map(words),
];

it("has workers and searches in all of them", () => {
  expect(commands.map(([name]) => name)).toEqual([
    ...["worker", "worker", "search", "search", "worker"],
    ...["search", "search", "worker", "search", "search"],
  ]);
});

it.each(commands)("%s is read: %s %s %s %s", async (...command) => {
  const [name, ...flags] = command;
  const made = name === "worker" ? workerCommand(silentContext()) : searchCommand(silentContext());
  made.action(() => {}); // it is read, not done
  await made.parseAsync(flags, { from: "user" });
});
