/** Searches and reproductions that are killed twenty times end with what those have that are not. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { type Event, events } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { killedAgainAndAgain } from "../helpers/kills.ts";

const { at, cifar, runJson } = cliFolder({ cifar: true });

/** The lines of a log, without what depends on the time: by what orders them. */
function lines(out: string, log: string): Event[] {
  const key = ({ trial, id, seed }: Event) => trial ?? `${id} ${seed}`;
  return events(readFileSync(at(out, log), "utf8"))
    .map(({ seconds, trainSeconds, clock, rows, ...line }) => ({ ...line, epochs: rows?.length }))
    .sort((a: Event, b: Event) => (key(a) < key(b) ? -1 : 1));
}

const SMALL = "--limit 300 --validation 200 --json --data";
const TPE = "--sampler tpe --startup 3 --trials 40 --space l2=log:1e-5:1e-1 --space eta-max=log:0.001:1";

describe("killed again and again", () => {
  it.each([
    ["search", `search --layers 6 --epochs 4 ${TPE}`, "trials.jsonl", "study.json"],
    [
      "search with ASHA",
      `search --layers 6 --epochs 4 ${TPE} --pruner asha --reduction 2 --round-size 5`,
      "trials.jsonl",
      "study.json",
    ],
    [
      "reproduce",
      "reproduce fig2 tab1 tab4-9 --fresh-search --epochs 2",
      "trainings.jsonl",
      "reproduction.json",
    ],
  ])("%s ends as if it had not been", async (name, flags, log, settings) => {
    const args = (out: string) => [...`${flags} ${SMALL}`.split(" "), cifar(), "--out", out];
    const begin = performance.now();
    await runJson(args(`${name} undisturbed`));
    const { out } = await killedAgainAndAgain({
      cwd: at(),
      name,
      begin: args,
      resume: (out) => [args("")[0]!, "--resume", out, "--json"],
      milliseconds: performance.now() - begin,
      attempts: 20,
      random: new Random(1, "kill", name),
      isTooEarly: (stderr) => stderr.includes(`${settings} cannot be read`),
    });
    expect(lines(out, log)).toEqual(lines(`${name} undisturbed`, log));
  });
});
