/** The same work on this machine, and over every queue: equal tables, equal weights. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Event, events } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { endWorkers, type Place, queueProcesses, SEARCH, writeTable } from "./processes.ts";
import { noPostgres, noRedis, type Server, startPostgres, startRedis } from "./servers.ts";

const folder = cliFolder({ cifar: false });
const { at, runCli } = folder;
const { coordinator, worker, trials } = queueProcesses(folder);

let redis: Server | undefined;
let postgres: Server | undefined;
beforeAll(async () => {
  writeTable(at("table.csv"));
  [redis, postgres] = await Promise.all([
    noRedis ? undefined : startRedis(),
    noPostgres ? undefined : startPostgres(),
  ]);
});
afterAll(async () => {
  await Promise.all([redis?.close(), postgres?.close()]);
});

/** What a command prints at its end, up to what depends on the time. */
const tableOf = (stdout: string): string => stdout.slice(0, stdout.search(/^\d+ (trials|trainings), /m));

/** Runs a command with these workers, and gives what it prints. */
async function overQueue(place: Place, command: readonly string[], workers: number, data: string) {
  const waiting = Array.from({ length: workers }, () => worker(place, { args: ["--data", data] }));
  const running = coordinator(place, command, { asText: true });
  await running.ends();
  await endWorkers(...waiting);
  return running.output.stdout;
}

async function local(command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli([...command, "--workers", "2"]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

describe("24 trials on synthetic data", () => {
  const search = ["search", ...SEARCH, ...words("--data synthetic --limit 500 --validation 200")];
  let table: string;
  let trialsHere: Event[];
  beforeAll(async () => {
    table = tableOf(await local([...search, "--out", "here"]));
    expect(table).toContain("best: trial ");
    trialsHere = trials("here");
    const ended = trialsHere.filter(({ state }) => state === "complete");
    expect(ended.length).toBeGreaterThan(1);
    for (const { attributes } of ended) expect(attributes.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(trialsHere.some(({ state }) => state === "pruned")).toBe(true);
  });

  it.skipIf(noRedis)("over Redis with three workers", async () => {
    const place = { url: redis!.url, name: "synthetic", lease: 30 };
    const printed = await overQueue(place, [...search, "--out", "redis"], 3, "synthetic");
    expect(trials("redis")).toEqual(trialsHere);
    expect(tableOf(printed)).toBe(table);
  });

  it.skipIf(noPostgres)("over PostgreSQL with two workers", async () => {
    const place = { url: postgres!.url, name: "synthetic", lease: 30 };
    const printed = await overQueue(place, [...search, "--out", "postgres"], 2, "synthetic");
    expect(trials("postgres")).toEqual(trialsHere);
    expect(tableOf(printed)).toBe(table);
  });

  it("over a folder with two workers", async () => {
    const place = { url: `folder:${at("queue")}`, name: "synthetic", lease: 30 };
    const printed = await overQueue(place, [...search, "--out", "folder"], 2, "synthetic");
    expect(trials("folder")).toEqual(trialsHere);
    expect(tableOf(printed)).toBe(table);
  });
});

describe.skipIf(noRedis)("over Redis", () => {
  it("a table whose trials are five networks each, over folds", async () => {
    const search = ["search", ...SEARCH, ...words("--data table.csv --target kind --cv 5 --trials 9")];
    const table = tableOf(await local([...search, "--out", "folds here"]));
    const place = { url: redis!.url, name: "folds", lease: 30 };
    const printed = await overQueue(place, [...search, "--out", "folds"], 2, "table.csv");
    expect(trials("folds", 9)).toEqual(trials("folds here", 9));
    expect(tableOf(printed)).toBe(table);
  });

  it("a part of the reproduction", async () => {
    const command = words("reproduce fig2 tab1-1 --data synthetic --limit 300 --validation 200 --epochs 1");
    await local([...command, "--out", "rows here"]);
    const place = { url: redis!.url, name: "reproduction", lease: 30 };
    await overQueue(place, [...command, "--out", "rows"], 2, "synthetic");
    const trainings = (out: string) =>
      events(readFileSync(at(out, "trainings.jsonl"), "utf8"))
        .map(withoutTimes)
        .sort((a: Event, b: Event) => (`${a.id} ${a.seed}` < `${b.id} ${b.seed}` ? -1 : 1));
    expect(trainings("rows").length).toBe(2);
    expect(trainings("rows")).toEqual(trainings("rows here"));
  });
});

const TIMES = ["seconds", "trainSeconds", "clock", "stepsPerSecond", "samplesPerSecond"];

/** A training as it is in the log, without what depends on the time. */
const withoutTimes = (line: Event): Event =>
  JSON.parse(JSON.stringify(line, (key, value) => (TIMES.includes(key) ? undefined : value))) as Event;
