/** `nnwasm worker`, and searches and reproductions over a queue, as users have them: processes and a folder that they share. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encode } from "../../src/queue/codec.ts";
import { queueEngine } from "../../src/queue/index.ts";
import { versionOf } from "../../src/queue/messages.ts";
import { type CliResult, type Event, events, type Running, readJson } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { signalAt } from "../helpers/signalAt.ts";

const { at, runCli, runJson, startCli } = cliFolder({ cifar: false });

const search = (...more: string[]): string[] => [
  ...words("search --data spirals --layers 8 --validation 500 --epochs 4 --seed 3"),
  ...words("--sampler tpe --startup 3 --trials 6 --space l2=log:1e-5:1e-1"),
  ...more,
];
/** One trial, which takes long. */
const long = (...more: string[]): string[] => [
  ...words("search --data spirals --layers 8 --validation 500 --epochs 100000 --trials 1 --sampler random"),
  ...more,
];
const worker = (...more: string[]): string[] => [..."worker --concurrency 1".split(" "), ...more];

/** What must be the same, wherever the trials were done. */
const table = (path: string) =>
  readFileSync(at(path, "trials.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Event)
    .sort((a, b) => a.trial - b.trial)
    .map(({ trial, params, value, state, reports, attributes }) => ({
      ...{ trial, params, value, state, reports, attributes },
    }));

/** Makes a queue, as a coordinator does that comes before its workers. */
async function makeQueue(name: string): Promise<void> {
  const url = `folder:${at(name)}`;
  await (await queueEngine(url).openClient(url, {})).close();
}

/** Ends a process that has no other end. */
async function ended({ child, result }: Running): Promise<CliResult> {
  child.kill("SIGKILL");
  return await result;
}

const local = new Map<string, Promise<unknown>>();
/** The table of a search on this machine's threads. */
async function localTable(name: string, args: readonly string[]) {
  if (!local.has(name)) local.set(name, runJson([...args, "--out", name, "--workers", "2"]));
  await local.get(name);
  return table(name);
}

describe("a search over a queue", () => {
  it("gives the trials, the table and the bits of one on this machine", async () => {
    const helper = startCli(worker(...words("--queue folder:queue-a")));
    const { code, stdout, stderr } = await runCli(search(...words("--queue folder:queue-a --out over-a")));
    expect([code, stderr]).toEqual([0, expect.stringContaining("by tpe, over ")]);
    expect(stdout).toMatch(/6 trials, 24 epochs in [\d.]+ s over \S*queue-a/);
    expect(table("over-a")).toEqual(await localTable("local", search()));
    expect(table("over-a").every(({ attributes }) => attributes.weightsSha256.length === 64)).toBe(true);
    const { stderr: told } = await ended(helper);
    expect(told).toContain("trial 5: begins, epochs 1 to 4\n");
    expect(told).toMatch(/^Search [0-9a-f]{20}: spirals, /m);
    expect(told).toMatch(/^trial 5: done in [\d.]+ s$/m);
  });

  it("waits for workers, is stopped, and goes on with those that come", async () => {
    const waiting = {
      stream: "stderr",
      text: "Waiting for workers: nnwasm worker --queue ",
      signal: "SIGINT",
    } as const;
    const stopped = await runCli(search(...words("--queue folder:queue-b --out over-b")), signalAt(waiting));
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      expect.stringContaining("Go on with: nnwasm search --resume over-b --queue …\n"),
    ]);
    const { id } = readJson(at("over-b", "study.json"));
    expect(id).toMatch(/^[0-9a-z]{20}$/);
    const helper = startCli(worker(), { NNWASM_QUEUE: "folder:queue-b" });
    const resumed = await runCli(words("search --resume over-b --lease 20"), {
      NNWASM_QUEUE: "folder:queue-b",
    });
    await ended(helper);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("by tpe, over ")]);
    expect(table("over-b")).toEqual(await localTable("local", search()));
    expect(readJson(at("over-b", "study.json")).id).toBe(id);
    const files = readdirSync(at("over-b"), { recursive: true, encoding: "utf8", withFileTypes: true });
    for (const file of files.filter((each) => each.isFile())) {
      expect(readFileSync(`${file.parentPath}/${file.name}`, "utf8")).not.toContain("queue-b");
    }
  });

  it("gives an id to a study of before, and keeps it", async () => {
    await runJson(search(...words("--trials 1 --out of-before")));
    const { id: _, ...before } = readJson(at("of-before", "study.json"));
    writeFileSync(at("of-before", "study.json"), JSON.stringify(before));
    for (const trials of ["2", "3"]) await runJson(words(`search --resume of-before --trials ${trials}`));
    expect(readJson(at("of-before", "study.json")).id).toMatch(/^[0-9a-z]{20}$/);
    expect(table("of-before")).toEqual((await localTable("local", search())).slice(0, 3));
  });

  it("tells no password, in no output and no file", async () => {
    const url = "redis://someone:s3cret@127.0.0.1:1/0?password=s3cret";
    const run = startCli(search("--out", "secret", "--json"), { NNWASM_QUEUE: url });
    // It is told that nobody answers, or ends with that.
    await Promise.race([run.waitFor("stderr", "127.0.0.1:1").catch(() => {}), run.result]);
    run.child.kill("SIGINT");
    const { stdout, stderr } = await run.result;
    const wrong = await runCli(worker("--queue", "nosuch://someone:s3cret@host"));
    expect(wrong.code).toBe(2);
    const refused = await runCli(search("--workers", "2", "--queue", url));
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--workers with --queue")]);
    const files = readdirSync(at(), { recursive: true, encoding: "utf8" })
      .filter((file) => file.startsWith("secret/") && file.endsWith("json"))
      .map((file) => readFileSync(at(file), "utf8"));
    for (const text of [stdout, stderr, wrong.stderr, refused.stderr, ...files])
      expect(text).not.toContain("s3cret");
  });
});

it("a reproduction over a queue trains the networks that it trains here", async () => {
  const reproduce = words("reproduce fig3 --data spirals --validation 500 --epochs 2 --seeds 2");
  const helper = startCli(worker(...words("--queue folder:queue-r")));
  const over = await runCli([...reproduce, ...words("--queue folder:queue-r --out over-r")]);
  const { stderr } = await ended(helper);
  expect([over.code, over.stderr]).toEqual([0, expect.stringContaining(" epochs, over ")]);
  expect(stderr).toMatch(/^fig3-?\S*, seed 2: done in /m);
  await runJson([...reproduce, ...words("--out here-r")]);
  const trainings = (path: string) =>
    readFileSync(at(path, "trainings.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Event)
      .map(({ id, seed, test, weightsSha256 }) => ({ id, seed, test, weightsSha256 }))
      .sort((a, b) => `${a.id} ${a.seed}`.localeCompare(`${b.id} ${b.seed}`));
  expect(trainings("over-r")).toEqual(trainings("here-r"));
  expect(trainings("here-r").length).toBeGreaterThanOrEqual(2);
  expect(readJson(at("over-r", "summary.json")).machine).toContain("workers over a queue");
});

describe("a worker that is told to end", () => {
  it.each([
    ["SIGTERM", 0],
    ["SIGINT", 130],
  ] as const)("by %s gives back what it does not end in time, and exits with %i", async (signal, code) => {
    const name = `queue-${signal}`;
    const coordinator = startCli(long("--queue", `folder:${name}`));
    const told = { stream: "stderr", text: "trial 0: begins", signal } as const;
    const gone = await runCli(worker(...words(`--queue folder:${name} --grace 0`)), signalAt(told));
    expect([gone.code, gone.stderr]).toEqual([code, expect.stringMatching(/^trial 0: given back after /m)]);
    expect(gone.stderr).toContain("No more trainings are taken; those under way have 0 seconds");
    expect(gone.stderr).toContain("The worker has ended: 0 trainings done.");
    // Another one takes it at once, long before a lease would have run out.
    const next = startCli(worker(...words(`--queue folder:${name} --lease 3600 --json`)));
    await next.waitFor("stdout", '"event":"begin"');
    expect(events(next.output.stdout).find(({ event }) => event === "begin")).toMatchObject({
      ...{ name: "trial 0", from: 0, to: 100_000, retries: 0 },
    });
    await ended(next);
    await ended(coordinator);
  });

  it("twice gives back at once", async () => {
    const coordinator = startCli(long(...words("--queue folder:queue-twice")));
    const impatient = startCli(worker(...words("--queue folder:queue-twice --grace 3600")));
    await impatient.waitFor("stderr", "trial 0: begins");
    impatient.child.kill("SIGTERM");
    await impatient.waitFor("stderr", "have 3600 seconds");
    // What npm hands on beside the terminal comes at the same moment, and is no second time.
    await new Promise((resolve) => setTimeout(resolve, 600));
    impatient.child.kill("SIGTERM");
    const { code, stderr } = await impatient.result;
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^trial 0: given back after /m)]);
    await ended(coordinator);
  });

  it("by its time without work exits with 0", async () => {
    await makeQueue("queue-idle");
    const { code, stderr } = await runCli(worker(...words("--queue folder:queue-idle --idle-timeout 0.3")));
    expect([code, stderr]).toEqual([0, expect.stringContaining("The worker has ended: 0 trainings done.\n")]);
    const quiet = await runCli(
      worker(...words("--queue folder:queue-idle --idle-timeout 0.3 --quiet --json")),
    );
    expect([quiet.code, quiet.stderr]).toEqual([0, ""]);
    const told = events(quiet.stdout);
    expect(told.map(({ event }) => event)).toEqual(["start", "idle", "result"]);
    expect(told[0]).toMatchObject({ command: "worker", concurrency: 1 });
    expect(told[2]).toEqual({ event: "result", command: "worker", done: 0 });
  });
});

it("a worker tells its health", async () => {
  await makeQueue("queue-health");
  const healthy = startCli(
    worker(...words("--queue folder:queue-health --health-host 127.0.0.1 --health-port 0 --json")),
  );
  await healthy.waitFor("stdout", '"event":"idle"');
  const { health: url } = events(healthy.output.stdout)[0]!;
  const [alive, ready, unknown, post] = await Promise.all([
    fetch(`${url}/healthz`),
    fetch(`${url}/readyz?now`),
    fetch(`${url}/`),
    fetch(`${url}/healthz`, { method: "POST" }),
  ]);
  expect([alive, ready, unknown, post].map(({ status }) => status)).toEqual([200, 200, 404, 405]);
  expect(await alive!.json()).toEqual({
    ...{ version: expect.stringMatching(/^\d+\.\d+\.\d+/), state: "idle", trainings: [], done: 0 },
    idleSeconds: expect.any(Number),
  });
  const taken = await runCli(
    worker(
      ...words(`--queue folder:queue-health --health-host 127.0.0.1 --health-port ${new URL(url).port}`),
    ),
  );
  expect([taken.code, taken.stderr]).toEqual([
    2,
    expect.stringContaining("another program has it. Give another one (0: any), or another --health-host.\n"),
  ]);
  await ended(healthy);
});

describe("a worker that does not fit", () => {
  it("has other data: it gives the job back and exits with 5", async () => {
    const coordinator = startCli(search(...words("--queue folder:queue-data --out over-data")));
    const other = await runCli(worker(...words("--queue folder:queue-data --data moons")));
    expect(other.code).toBe(5);
    expect(other.stderr).toMatch(
      /QueueError: The data here are moons \(2000 training.*\) with the fingerprint [0-9a-f]{32}, those of the job \S+ are spirals \(/,
    );
    expect(other.stderr).toContain("Give this worker the coordinator's data: --data PATH.\n");
    const fit = startCli(worker(...words("--queue folder:queue-data")));
    expect((await coordinator.result).code).toBe(0);
    await ended(fit);
    expect(table("over-data")).toEqual(await localTable("local", search()));
  });

  it("is of another version: it gives the job back and exits with 5", async () => {
    const url = `folder:${at("queue-version")}`;
    const stop = new AbortController();
    const client = await queueEngine(url).openClient(url, {});
    const version = "9.9.9 0123456789ab";
    const job = { id: "abc-def", payload: encode({ version, study: {}, job: {} }) };
    const answer = client.submit(job, { signal: stop.signal }).catch(() => {});
    const { code, stderr } = await runCli(worker("--queue", url));
    stop.abort();
    await answer;
    await client.close();
    expect(code).toBe(5);
    expect(stderr).toContain(
      `QueueError: The job abc-def is of nnwasm "${version}", this worker is "${versionOf()}"`,
    );
    expect(stderr).toContain("npm install nnwasm@VERSION");
  });

  it("is asked for nothing, or for what says nothing", async () => {
    const refused = async (args: string[]) => {
      const { code, stderr } = await runCli(args);
      return [code, stderr.trimEnd().split("\n").at(-1)];
    };
    expect(await refused(["worker"])).toEqual([
      2,
      "ConfigError: Say where trainings are taken from: nnwasm worker --queue URL, or NNWASM_QUEUE=URL.",
    ]);
    expect(await refused(words("worker --queue folder:q --health-host ::1"))).toEqual([
      2,
      "ConfigError: --health-host says nothing without --health-port. Give it, or leave both out.",
    ]);
    expect(await refused(search("--lease", "5"))).toEqual([
      2,
      "ConfigError: --lease says nothing without a queue. Give --queue URL (or NNWASM_QUEUE), or leave it out.",
    ]);
    for (const wrong of [
      "--queue-name a/b",
      "--lease 0",
      "--retries -1",
      "--grace -1",
      "--health-port 70000",
    ]) {
      expect((await runCli(words(`worker --queue folder:q ${wrong}`))).code, wrong).toBe(2);
    }
  });
});
