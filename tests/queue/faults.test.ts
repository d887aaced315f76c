/** Searches whose workers, queues and coordinators are killed, stopped, cut off or wrong: the table is that of an undisturbed one. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VERSION } from "../../src/version.ts";
import { type Environment, type Event, PROGRAM } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { signalAt } from "../helpers/signalAt.ts";
import { endWorkers, is, type Place, queueProcesses, SEARCH, type Watched, writeTable } from "./processes.ts";
import { type Proxy as CutProxy, startProxy } from "./proxy.ts";
import { noPostgres, noRedis, redisCommand, type Server, startPostgres, startRedis } from "./servers.ts";

const folder = cliFolder({ cifar: false });
const { at, runCli } = folder;
const { coordinator, worker, copy, trials } = queueProcesses(folder);

const DATA = ["--data", "table.csv"];
const search = [...SEARCH, ...DATA, "--target", "kind", "--validation", "60"];
/** Longer than any test takes. */
const LONG_LEASE = 600;

/** The table of a search that nothing disturbs. */
let undisturbed: Event[];
beforeAll(async () => {
  writeTable(at("table.csv"));
  const { code, stderr } = await runCli(["search", ...search, "--workers", "2", "--out", "undisturbed"]);
  if (code !== 0) throw new Error(stderr);
  undisturbed = trials("undisturbed");
});

let places = 0;
/** A queue, and a folder for its study, that no other test has. */
const newPlace = (url: string, lease = 2): Place & { readonly out: string } => {
  const name = `study-${++places}`;
  return { url, name, lease, out: name };
};
const begin = (place: Place & { readonly out: string }, env?: Environment): Watched =>
  coordinator(place, ["search", ...search, "--out", place.out], { env });
const resume = (place: Place, out: string): Watched => coordinator(place, ["search", "--resume", out]);
const serve = (place: Place, env?: Environment): Watched => worker(place, { args: DATA, env });
/** The worker's own signal to itself in its first training, whose answer has not been given. */
const atEpoch = (signal: NodeJS.Signals): Environment =>
  signalAt({ stream: "stdout", text: '"event":"epoch"', signal });
const endOf = (job: string) => is("end", job);

interface Engine {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly missing: string | undefined;
  /** Gives the queue's URL, and what ends it. */
  readonly open: () => Promise<{ readonly url: string; readonly close: () => Promise<void> }>;
}

const engines: readonly Engine[] = [
  { name: "Redis", missing: noRedis, open: startRedis },
  { name: "PostgreSQL", missing: noPostgres, open: startPostgres },
  {
    name: "a folder",
    missing: undefined,
    open: async () => ({ url: `folder:${at("queue")}`, close: async () => {} }),
  },
];

for (const { name, missing, open } of engines) {
  describe.skipIf(missing)(`over ${name}`, () => {
    let url: string;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ url, close } = await open());
    });
    afterAll(async () => {
      await close();
    });

    it("a worker is killed in a trial: another one does it", async () => {
      const place = newPlace(url);
      const searching = begin(place);
      const killed = serve(place, atEpoch("SIGKILL"));
      const { job } = await killed.event(is("begin"));
      expect((await killed.result).signal).toBe("SIGKILL");
      const other = serve(place);
      await searching.ends();
      expect(trials(place.out)).toEqual(undisturbed);
      expect(await other.event(is("begin", job))).toMatchObject({ retries: 1 });
      await endWorkers(other);
    });

    it("a worker is stopped until its trial is another's, and woken: its result is dropped, it goes on", async () => {
      const place = newPlace(url);
      const searching = begin(place);
      const stopped = serve(place, atEpoch("SIGSTOP"));
      const { job } = await stopped.event(is("epoch"));
      // The other one is stopped, too, with the same trial: so the first one has to go on working.
      const text = `"event":"epoch","job":"${job}"`;
      const other = serve(place, signalAt({ stream: "stdout", text, signal: "SIGSTOP" }));
      await other.event(is("epoch", job));
      stopped.wake();
      expect(await stopped.event(endOf(job))).toMatchObject({ end: "lost" });
      await stopped.event((event) => event.event === "end" && event.end === "answered");
      other.wake();
      await searching.ends();
      expect(trials(place.out)).toEqual(undisturbed);
      await endWorkers(stopped, other);
    });

    it("SIGTERM in a trial: it is done to its end, or given back at once with --grace 0, and is no retry", async () => {
      const place = newPlace(url, LONG_LEASE);
      const searching = begin(place);
      const patient = serve(place, atEpoch("SIGTERM"));
      const { job } = await patient.event(is("begin"));
      await patient.ends();
      expect(patient.events().filter(is("end"))).toMatchObject([{ job, end: "answered" }]);
      const hurried = worker(place, {
        args: [...DATA, "--grace", "0"],
        env: signalAt({ stream: "stdout", text: '"event":"begin"', signal: "SIGTERM" }),
      });
      const { job: next } = await hurried.event(is("begin"));
      await hurried.ends();
      expect(hurried.events().filter(is("end"))).toMatchObject([{ job: next, end: "back" }]);
      const other = serve(place);
      await searching.ends();
      expect(trials(place.out)).toEqual(undisturbed);
      expect(other.events().filter(is("begin", next))).toMatchObject([{ retries: 0 }]);
      expect(other.events().filter(is("begin", job))).toEqual([]);
      await endWorkers(other);
    });

    it("a coordinator is killed, and goes on with a copy of its folder", async () => {
      const place = newPlace(url);
      const text = '"event":"trial","trial":12';
      const killed = begin(place, signalAt({ stream: "stdout", text, signal: "SIGKILL" }));
      const workers = [serve(place), serve(place)];
      expect((await killed.result).signal).toBe("SIGKILL");
      const elsewhere = copy(place.out, `${place.out} elsewhere`);
      expect(numbersOf(elsewhere)).toContain(12);
      expect(numbersOf(elsewhere).length).toBeLessThan(24);
      await resume(place, elsewhere).ends();
      expect(trials(elsewhere)).toEqual(undisturbed);
      await endWorkers(...workers);
    });
  });
}

/** The numbers of the trials that a folder has. */
const numbersOf = (out: string): number[] =>
  readFileSync(at(out, "trials.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { trial: number }).trial);

describe.skipIf(noRedis)("Redis", () => {
  let redis: Server;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis.close();
  });
  async function withProxy(use: (proxy: CutProxy) => Promise<void>): Promise<void> {
    const proxy = await startProxy(redis.url);
    try {
      await use(proxy);
    } finally {
      await proxy.close();
    }
  }

  it("a worker's connection is cut in a trial for less than its lease: its answer counts", async () => {
    await withProxy(async (proxy) => {
      const place = newPlace(redis.url, LONG_LEASE);
      const searching = begin(place);
      const only = serve({ ...place, url: proxy.url }, atEpoch("SIGSTOP"));
      const { job } = await only.event(is("epoch"));
      proxy.cut();
      only.wake();
      await only.event(is("trouble"));
      proxy.restore();
      await searching.ends();
      expect(trials(place.out)).toEqual(undisturbed);
      expect(only.events().filter(is("begin", job)).length).toBe(1);
      expect(only.events().filter(endOf(job))).toMatchObject([{ end: "answered" }]);
      await endWorkers(only);
    });
  });

  it("a worker's connection is cut in a trial for longer than its lease: another one does it", async () => {
    await withProxy(async (proxy) => {
      const place = newPlace(redis.url);
      const searching = begin(place);
      const cut = serve({ ...place, url: proxy.url }, atEpoch("SIGSTOP"));
      const { job } = await cut.event(is("epoch"));
      proxy.cut();
      cut.wake();
      const other = serve(place);
      await other.event(is("begin", job));
      await searching.ends();
      proxy.restore();
      expect(await cut.event(endOf(job))).toMatchObject({ end: "lost" });
      expect(trials(place.out)).toEqual(undisturbed);
      await endWorkers(cut, other);
    });
  });

  it("the coordinator's connection is cut, and comes back", async () => {
    await withProxy(async (proxy) => {
      const place = newPlace(redis.url);
      const searching = begin({ ...place, url: proxy.url });
      const only = serve(place, atEpoch("SIGSTOP"));
      await only.event(is("epoch"));
      proxy.cut();
      only.wake();
      // Its answer is there before the coordinator is.
      await only.event(is("end"));
      proxy.restore();
      await searching.ends();
      expect(trials(place.out)).toEqual(undisturbed);
      await endWorkers(only);
    });
  });

  it.each([
    ["with its append-only file", true],
    ["without one, so that it has lost every trial", false],
  ])("Redis is killed in a trial and started again, %s", async (_, appendOnly) => {
    const server = await startRedis({ appendOnly });
    try {
      const place = newPlace(server.url);
      const searching = begin(place);
      const stopped = serve(place, atEpoch("SIGSTOP"));
      await stopped.event(is("epoch"));
      await server.restart("SIGKILL");
      stopped.wake();
      const other = serve(place);
      await searching.ends();
      expect(trials(place.out)).toEqual(undisturbed);
      await endWorkers(stopped, other);
    } finally {
      await server.close();
    }
  });

  it("Redis is full in a trial, until it has room", async () => {
    const place = newPlace(redis.url);
    const searching = begin(place);
    const stopped = serve(place, atEpoch("SIGSTOP"));
    await stopped.event(is("epoch"));
    expect(await redisCommand(redis, "CONFIG SET maxmemory 1")).toContain("OK");
    stopped.wake();
    await stopped.event(is("trouble"));
    expect(await redisCommand(redis, "CONFIG SET maxmemory 0")).toContain("OK");
    await searching.ends();
    expect(trials(place.out)).toEqual(undisturbed);
    await endWorkers(stopped);
  });

  it("two coordinators at once, on copies of one folder, end with the same table", async () => {
    const place = newPlace(redis.url);
    const text = '"event":"trial","trial":';
    const killed = begin(place, signalAt({ stream: "stdout", text, signal: "SIGKILL" }));
    const workers = [serve(place), serve(place)];
    expect((await killed.result).signal).toBe("SIGKILL");
    const [first, second] = ["first", "second"].map((name) => copy(place.out, `${place.out} ${name}`));
    await Promise.all([resume(place, first!).ends(), resume(place, second!).ends()]);
    expect(trials(first!)).toEqual(undisturbed);
    expect(trials(second!)).toEqual(undisturbed);
    await endWorkers(...workers);
  });

  it("workers of another version and with other data end with 5, and another one does their trials", async () => {
    const place = newPlace(redis.url, LONG_LEASE);
    writeTable(at("other.csv"), { seed: 2 });
    writeTable(at("smaller.csv"), { rows: 150 });
    const searching = begin(place);
    const old = worker(place, { args: DATA, program: programOfVersion("0.0.9") });
    const others = ["other.csv", "smaller.csv"].map((data) => worker(place, { args: ["--data", data] }));
    await old.ends(5);
    expect(old.output.stderr).toMatch(
      new RegExp(`^QueueError: The job \\S+ is of nnwasm "${VERSION} \\w+", this worker is "0\\.0\\.9 `, "m"),
    );
    for (const other of others) {
      await other.ends(5);
      expect(other.output.stderr).toMatch(
        /^QueueError: The data here are .* with the fingerprint [0-9a-f]{32}, .* with [0-9a-f]{32}\./m,
      );
    }
    const right = serve(place);
    await searching.ends();
    expect(trials(place.out)).toEqual(undisturbed);
    expect(right.events().filter(({ retries }) => retries > 0)).toEqual([]);
    await endWorkers(right);
  });
});

describe.skipIf(noPostgres)("PostgreSQL", () => {
  let postgres: Server;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => {
    await postgres.close();
  });

  it("PostgreSQL is restarted in a trial", async () => {
    const place = newPlace(postgres.url);
    const searching = begin(place);
    const stopped = serve(place, atEpoch("SIGSTOP"));
    await stopped.event(is("epoch"));
    await postgres.restart();
    stopped.wake();
    const other = serve(place);
    await searching.ends();
    expect(trials(place.out)).toEqual(undisturbed);
    await endWorkers(stopped, other);
  });
});

/** A copy of the program that says that it is of this version; gives its file. */
function programOfVersion(version: string): string {
  const root = at(`nnwasm-${version}`);
  const source = dirname(dirname(PROGRAM));
  mkdirSync(root);
  for (const name of ["bin", "dist", "package.json"]) {
    cpSync(join(source, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(source, "node_modules"), join(root, "node_modules"));
  const file = join(root, "dist", "version.js");
  const text = readFileSync(file, "utf8");
  expect(text).toContain(`"${VERSION}"`);
  writeFileSync(file, text.replace(`"${VERSION}"`, `"${version}"`));
  return join(root, "bin", "nnwasm.js");
}
