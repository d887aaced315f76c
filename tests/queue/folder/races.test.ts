/** Several processes at one folder, some of them killed or halted. */
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { QueueError } from "../../../src/errors.ts";
import { isOver, Site } from "./processes.ts";

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.end());

const FOLDERS = ["jobs", "leases", "answers", "progress"];
/** The files that are left, those of workers apart. */
const left = () =>
  FOLDERS.flatMap((name) => readdirSync(join(site.root, name)).map((file) => `${name}/${file}`));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const doubles = (n: number) => range(n).map((i) => ({ double: 2 * i }));
const kill = process.platform === "win32" ? it.skip : it;

describe("processes that race for jobs", () => {
  it("get each job once, as long as nobody is stopped", async () => {
    const client = await site.client();
    const workers = range(8).map(() => site.start());
    await Promise.all(workers.map((worker) => once(worker, "message")));
    const answers = await Promise.all(
      range(200).map((i) => client.submit({ id: `job-${i}`, payload: `${i}` })),
    );
    expect(answers.map((text) => JSON.parse(text))).toEqual(doubles(200));
    const took = site.lines.filter((line) => line.startsWith("took"));
    expect(took.sort()).toEqual(
      range(200)
        .map((i) => `took job-${i} 0`)
        .sort(),
    );
    // The last one may not have put its job away yet.
    for (const worker of workers) worker.kill("SIGTERM");
    await Promise.all(workers.map((worker) => isOver(worker) || once(worker, "exit")));
    await client.close();
    expect(left()).toEqual([]);
    expect(readdirSync(join(site.root, "workers"))).toEqual([]);
    expect(site.troubles).toEqual([]);
  });

  it("take over a lease that has run out, exactly one of them", async () => {
    const client = await site.client();
    await Promise.all(range(6).map(() => once(site.start({ lease: 1, milliseconds: 50 }), "message")));
    // Leases of workers that are gone, in place before the jobs.
    for (const i of range(20)) {
      writeFileSync(join(site.root, "leases", `job-${i}.0`), `${"0".repeat(32)} 1\n`);
    }
    const answers = await Promise.all(
      range(20).map((i) => client.submit({ id: `job-${i}`, payload: `${i}` })),
    );
    expect(answers.map((text) => JSON.parse(text))).toEqual(doubles(20));
    // A machine that is busy for a second may lose a lease, but none is taken over twice at once.
    const took = site.lines.filter((line) => line.startsWith("took"));
    expect(new Set(took).size).toBe(took.length);
    expect(took).toEqual(expect.arrayContaining(range(20).map((i) => `took job-${i} 1`)));
  });
});

describe("a worker that is killed", () => {
  kill("between any two steps leaves nothing that is not done", async () => {
    const client = await site.client({ lease: 1, retries: 1000 });
    const env = { NODE_OPTIONS: `--import ${new URL("../../helpers/fault.mjs", import.meta.url)}` };
    const ends = new Set<string | null>();
    // Each is killed a few calls later than the last one; jobs come all the while.
    for (const round of range(30)) {
      const job = client.submit({ id: `job-${round}`, payload: `${round}` });
      const worker = site.start({ lease: 1, env: { ...env, NNWASM_TEST_KILL: `${2 * round}` } });
      const [, signal] = (await once(worker, "exit")) as [number | null, string | null];
      ends.add(signal);
      job.catch(() => {});
    }
    expect([...ends]).toEqual(["SIGKILL"]);
    site.start({ lease: 1 });
    const answers = await Promise.all(
      range(30).map((i) => client.submit({ id: `job-${i}`, payload: `${i}` })),
    );
    expect(answers.map((text) => JSON.parse(text))).toEqual(doubles(30));
    expect(site.troubles).toEqual([]);
  });

  kill("at any moment loses no job, and the counts are of those that were lost", async () => {
    const client = await site.client({ lease: 1, retries: 1000 });
    const all = Promise.all(range(60).map((i) => client.submit({ id: `job-${i}`, payload: `${i}` })));
    const isDone = all.then(() => true);
    for (const round of range(30)) {
      const worker = site.start({ lease: 1, milliseconds: 5 });
      await once(worker, "message");
      const sofar = site.lines.length;
      await Promise.race([isDone, site.until(() => site.lines.length > sofar + (round % 4))]);
      worker.kill("SIGKILL");
      await once(worker, "exit");
    }
    site.start({ lease: 1 });
    expect((await all).map((text) => JSON.parse(text))).toEqual(doubles(60));
  });

  kill("more often than is allowed: the one who waits is told", async () => {
    const client = await site.client({ lease: 1, retries: 1 });
    const answer = client.submit({ id: "poison", payload: "1" });
    const told = expect(answer).rejects.toThrow(
      new QueueError(
        "The job poison was lost 2 times: its workers died, or gave no sign for as long as the lease. " +
          "Look at the workers' logs (was there memory enough?), or allow more retries.",
      ),
    );
    for (const losses of range(2)) {
      const worker = site.start({ lease: 1, milliseconds: 1e6 });
      await site.until(() => site.lines.includes(`took poison ${losses}`));
      worker.kill("SIGKILL");
      await once(worker, "exit");
    }
    await told;
    expect(left()).toEqual([]);
  });

  kill("or rather halted, and goes on after another one has its job: what it did is dropped", async () => {
    const client = await site.client({ lease: 1 });
    const answer = client.submit({ id: "a", payload: "1" });
    const halted = site.start({ lease: 1, milliseconds: 500 });
    await site.until(() => site.lines.includes("took a 0"));
    halted.kill("SIGSTOP");
    const other = site.start({ lease: 1 });
    await answer;
    await site.until(() => site.lines.includes("answered a"));
    other.kill("SIGKILL");
    halted.kill("SIGCONT");
    await site.until(() => site.lines.includes("lost a"));
    expect(site.lines).toEqual(["took a 0", "took a 1", "answered a", "lost a"]);
    await client.close();
    expect(left()).toEqual([]);
  });
});
