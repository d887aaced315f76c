/** The team of threads, with kernels of its own (`delays.as.ts`) that take random times, trap and hang. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ConfigError, TeamError } from "../../src/errors.ts";
import { MAILBOX_BYTES, places } from "../../src/threads/mailbox.ts";
import { Team } from "../../src/threads/team.ts";
import {
  BASE,
  Chain,
  COUNTER,
  compileDelays,
  type Delays,
  instantiate,
  OUT,
  SCRATCH,
  START,
  startTeam,
} from "./delays.ts";

const NEXT_STEP = "Train again, with fewer threads if it happens again.";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Waits for what workers do, on however busy a machine. */
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 60_000, interval: 1 });
/**
 * For teams that lose a worker, in milliseconds. Less, and a worker that another program keeps from its core would be
 * lost as well; six times as much is what it may take to start.
 */
const PATIENCE = 500;
/** Turns of `busy` that take seconds: a worker that is to be lost is not done with them before. */
const ENDLESS = 4e9;

let binary: Uint8Array<ArrayBuffer>;
let module: WebAssembly.Module;
beforeAll(async () => {
  binary = await compileDelays();
  module = await WebAssembly.compile(binary);
});

const teams: Team[] = [];
afterEach(async () => {
  await Promise.all(teams.splice(0).map((team) => team.close()));
});

/** A team in a memory of its own, which is closed after the test. */
async function start(
  options: Parameters<typeof startTeam>[1],
  delays?: Delays,
): Promise<Delays & Awaited<ReturnType<typeof startTeam>>> {
  const place = delays ?? (await instantiate(module));
  const started = await startTeam(place, options);
  teams.push(started.team);
  return { ...place, ...started };
}

/** What run() throws. */
function errorOf(call: () => void): TeamError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(TeamError);
    return error as TeamError;
  }
  throw new Error("It did not throw.");
}

/** A message without the time in it, "after 0.3 s", and the time. */
function withoutSeconds({ message }: Error): { text: string; seconds: number } {
  const [found, seconds] = / after ([\d.]+) s/.exec(message)!;
  return { text: message.replace(found, " after … s"), seconds: Number(seconds) };
}

describe("a team", () => {
  for (const [threads, joins, spins] of [
    [2, 20_000, undefined],
    [2, 2000, 0],
    [3, 4000, undefined],
    [3, 300, 20_000],
    [8, 1000, undefined],
  ] as const) {
    const looks = spins === undefined ? "" : `, with ${spins} looks before sleeping`;
    it(`of ${threads} computes the same as one thread, ${joins} times with random delays${looks}`, async () => {
      const { team, ...delays } = await start({ threads, spins });
      const step = team.kernel("step");
      const chain = new Chain(delays);
      for (let i = 0; i < joins; i++) chain.step(team, step, i % 3 === 0 ? 0 : 4000);
      expect(chain.joins).toBe(joins);
    });
  }

  it("gives every thread all of up to 16 numbers, exactly, and its part", async () => {
    const { team, memory } = await start({ threads: 3 });
    const echo = team.kernel("echo");
    const numbers = [0.1, -1e300, 0.5, -2147483648, 0x9000_0000, 5e-324, 2 ** 53];
    const more = [Infinity, NaN, -0, 10, 11, 12, 13, 14];
    team.run(echo, [OUT, ...numbers, ...more]);
    for (let part = 0; part < 3; part++) {
      const seen = [...new Float64Array(memory.buffer, OUT + 256 * part, 18)];
      expect(seen).toEqual([OUT, ...numbers, ...more, part, 3]);
    }
  });

  it("lets fewer threads than it has do a call, and one alone", async () => {
    const { team, memory, ...delays } = await start({ threads: 3 });
    const echo = team.kernel("echo");
    const seen = new Float64Array(memory.buffer, OUT, 3 * 32);
    for (const parts of [1, 2, 3, 1, 2]) {
      seen.fill(-1);
      team.run(echo, [OUT, ...Array<number>(15).fill(0)], parts);
      const found = [0, 1, 2].map((part) => [seen[32 * part + 16], seen[32 * part + 17]]);
      const expected = [0, 1, 2].map((part) => (part < parts ? [part, parts] : [-1, -1]));
      expect(found).toEqual(expected);
    }
    const chain = new Chain({ memory, ...delays });
    const step = team.kernel("step");
    for (let i = 0; i < 300; i++) chain.step(team, step, 1000, 1 + (i % 3));
  });

  it("begins a call before its leader, whose share comes later, or before the next call", async () => {
    const { team, memory, ...delays } = await start({ threads: 3 });
    const echo = team.kernel("echo");
    const seen = new Float64Array(memory.buffer, OUT, 3 * 32);
    const parts = () => [0, 1, 2].map((part) => seen[32 * part + 16]);
    for (const next of [
      () => team.complete(),
      () => team.run(team.kernel("nothing"), []),
      () => team.post(team.kernel("count"), [SCRATCH, 9, 9]),
      () => team.begin(team.kernel("nothing"), []),
    ]) {
      seen.fill(-1);
      team.begin(echo, [OUT, ...Array<number>(15).fill(0)]);
      await until(() => seen[32 + 16] === 1 && seen[64 + 16] === 2);
      expect(parts()).toEqual([-1, 1, 2]);
      next();
      expect(parts()).toEqual([0, 1, 2]);
      team.complete();
    }
    // Nothing is left to do.
    seen.fill(-1);
    team.complete();
    expect(parts()).toEqual([-1, -1, -1]);
    const chain = new Chain({ memory, ...delays });
    for (let i = 0; i < 300; i++) chain.step(team, team.kernel("step"), 1000);
  });

  it("does a call meanwhile, without its leader, until the next one waits for it", async () => {
    const { team, memory, ...delays } = await start({ threads: 3 });
    const counters = new Int32Array(memory.buffer, OUT, 3 * 32);
    const count = team.kernel("count");
    for (const next of [
      () => team.run(team.kernel("nothing"), []),
      // Of another one that is posted, who takes no part in it does not wait again.
      () => team.post(team.kernel("count"), [SCRATCH, 9, 9], 1),
    ]) {
      counters.fill(0);
      team.post(count, [OUT, 9, 9]);
      await until(() => Atomics.load(counters, 32) > 1000 && Atomics.load(counters, 64) > 1000);
      next();
      const counted = [...counters];
      expect(counted[0]).toBe(0);
      await pause(20);
      expect([...counters]).toEqual(counted);
    }
    // Among other calls, with workers that have not begun when they are hurried.
    const chain = new Chain({ memory, ...delays });
    for (let i = 0; i < 3000; i++) {
      if (i % 3 > 0) team.post(count, [OUT, 9, 9], 1 + (i % 4 === 0 ? 1 : 2));
      chain.step(team, team.kernel("step"), i % 2 === 0 ? 0 : 2000, 1 + (i % 3));
    }
  });

  it("of one is the calling thread, and needs no memory", async () => {
    expect(Team.bytes(1)).toBe(0);
    const { team, workers, ...delays } = await start({ threads: 1 });
    expect(workers).toEqual([]);
    const chain = new Chain(delays);
    for (let i = 0; i < 10; i++) chain.step(team, team.kernel("step"), 0);
  });

  it("wakes its workers after a rest in which they have gone to sleep", async () => {
    const { team, memory, ...delays } = await start({ threads: 3 });
    const step = team.kernel("step");
    const chain = new Chain({ memory, ...delays });
    const sleeps = [0, 1].map(
      (worker) => new Int32Array(memory.buffer, BASE + worker * MAILBOX_BYTES + 4 * places.workerSleeps, 1),
    );
    // They look around after 100 ms anyway; that it is not this which wakes them is known from how many were woken.
    const notify = vi.spyOn(Atomics, "notify");
    for (const rest of [0, 1, 5, 20, 50, 70, 99, 100, 101]) {
      await until(() => sleeps.every((word) => Atomics.load(word, 0) === 1));
      await pause(rest);
      chain.step(team, step, 100);
    }
    const woken = notify.mock.results.map(({ value }) => value as number);
    notify.mockRestore();
    expect(Math.max(...woken)).toBe(1);
  });

  it("wakes its leader, who has gone to sleep, when the last of the workers is done", async () => {
    const { team } = await start({ threads: 2, spins: 0 });
    const busy = team.kernel("busy");
    const wait = vi.spyOn(Atomics, "wait");
    // The worker needs some 2 ms; a leader who is kept from its core for that long does not go to sleep.
    for (let i = 0; i < 100; i++) team.run(busy, [SCRATCH, 0, 3e5]);
    const ends = wait.mock.results.map(({ value }) => value);
    wait.mockRestore();
    expect(ends).toContain("ok");
  });

  it("goes on when another instance has grown the memory", async () => {
    const { team, memory, ...delays } = await start({ threads: 2 });
    const chain = new Chain({ memory, ...delays });
    for (let i = 0; i < 20; i++) {
      memory.grow(1);
      chain.step(team, team.kernel("step"), 100);
    }
  });

  it("works beside another team on the same memory", async () => {
    const place = await instantiate(module);
    const { team } = await start({ threads: 2 }, place);
    const other = await start({ threads: 2, base: 65536 + Team.bytes(2) }, place);
    const chain = new Chain(place);
    for (let i = 0; i < 200; i++) {
      chain.step(team, team.kernel("step"), 100);
      chain.step(other.team, other.team.kernel("step"), 100);
    }
  });

  it("can be closed twice, and be followed by another one in the same place", async () => {
    const place = await instantiate(module);
    const chain = new Chain(place);
    for (let i = 0; i < 5; i++) {
      const { team, workers } = await start({ threads: 3 }, place);
      for (let j = 0; j < 20; j++) chain.step(team, team.kernel("step"), 100);
      await Promise.all([team.close(), team.close()]);
      expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
      expect(errorOf(() => team.run(0, [])).message).toBe("The team is closed. Start another one.");
    }
  });
});

describe("a worker that cannot start", () => {
  it("is an error with the reason, and ends the others", async () => {
    const place = await instantiate(module);
    const start = new Uint32Array(place.memory.buffer, START, 1);
    start[0] = 1;
    const workers: Worker[] = [];
    await expect(startTeam(place, { threads: 3 }, workers)).rejects.toThrow(
      /^Worker [12] of 2 did not start: RuntimeError: unreachable\. Use one thread\.$/,
    );
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
    start[0] = 0;
    const { team } = await startTeam(place, { threads: 3 });
    await team.close();
  });

  it("is an error after six times the team's patience if it does not say anything", async () => {
    const place = await instantiate(module);
    new Uint32Array(place.memory.buffer, START, 1)[0] = 2;
    const workers: Worker[] = [];
    await expect(startTeam(place, { threads: 2, patience: 50 }, workers)).rejects.toThrow(
      new TeamError("Worker 1 of 1 did not start: it is not ready after 0.3 s. Use one thread."),
    );
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1]);
  });
});

describe("a process with a team at rest", () => {
  for (const spins of [0, 1e9])
    it(`ends by itself, whether the workers sleep or look for news (${spins} times)`, async () => {
      const url = new URL("../../dist/threads/team.js", import.meta.url);
      const script = `
        import { Team } from ${JSON.stringify(url.href)};
        const module = await WebAssembly.compile(Buffer.from(process.argv[1], "base64"));
        const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
        const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
        const team = await Team.start({ module, memory, base: 65536, exports, threads: 3, spins: ${spins} });
        team.run(team.kernel("nothing"), []);
        console.log("at rest");`;
      const args = ["--input-type=module", "-e", script, Buffer.from(binary).toString("base64")];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 120_000 });
      expect({ stdout, stderr }).toEqual({ stdout: "at rest\n", stderr: "" });
    });
});

describe("a team refuses", () => {
  it("a number of threads, or an address, that cannot be", async () => {
    const place = await instantiate(module);
    for (const [options, text] of [
      [{ threads: 0 }, "A team has a whole number of threads from 1 on, not 0."],
      [{ threads: 1.5 }, "A team has a whole number of threads from 1 on, not 1.5."],
      [
        { threads: 2, base: 65600 },
        "The mailboxes of a team need an address that is a multiple of 128, not 65600.",
      ],
    ] as const)
      await expect(startTeam(place, options)).rejects.toThrow(new ConfigError(text));
  });

  it("kernels that are not there or know nothing of parts, and calls that do not fit them", async () => {
    const { team } = await start({ threads: 2 });
    const refused = [
      [
        () => team.kernel("stop"),
        'No kernel "stop". There are: alone, busy, count, echo, hang, nothing, step, trap, trapAndHang.',
      ],
      [
        () => team.kernel("alone"),
        "alone has 1 parameters, expected 2 to 18, `part` and `parts` the last of them.",
      ],
      [() => team.run(99, []), "No kernel has the index 99. Take it from the team's kernel()."],
      [() => team.run(team.kernel("trap"), [1, 2]), "trap takes 1 numbers before `part` and `parts`, got 2."],
      [
        () => team.post(team.kernel("count"), [1]),
        "count takes 3 numbers before `hurry`, `part` and `parts`, got 1.",
      ],
      [
        () => team.post(team.kernel("count"), [OUT, 9, 9], 3),
        "count is asked for in 3 threads. The team has 1 to 2.",
      ],
      [
        () => team.run(team.kernel("nothing"), [], 3),
        "nothing is asked for in 3 threads. The team has 1 to 2.",
      ],
      [
        () => team.run(team.kernel("nothing"), [], 0),
        "nothing is asked for in 0 threads. The team has 1 to 2.",
      ],
    ] as const;
    for (const [call, text] of refused) expect(call).toThrow(new ConfigError(text));
    team.run(team.kernel("nothing"), []);
  });
});

describe("an error in a kernel", () => {
  for (const which of [1, 2])
    it(`in worker ${which} is thrown, and again, with the call and what the worker has seen`, async () => {
      const { team } = await start({ threads: 3 });
      const error = errorOf(() => team.run(team.kernel("trap"), [which]));
      expect(error.message).toBe(
        `Worker ${which} of 2 failed in trap(${which}, ${which}, 3): RuntimeError: unreachable. ${NEXT_STEP}`,
      );
      expect(errorOf(() => team.run(team.kernel("nothing"), []))).toBe(error);
      await team.close();
      expect(errorOf(() => team.run(team.kernel("nothing"), []))).toBe(error);
    });

  it("in a call that is done meanwhile is thrown by the next one", async () => {
    const { team } = await start({ threads: 3 });
    team.post(team.kernel("count"), [OUT, 2, 9]);
    const error = errorOf(() => team.post(team.kernel("count"), [OUT, 9, 9]));
    expect(error.message.replace(/, \d+, 2, 3\)/, ", …, 2, 3)")).toBe(
      `Worker 2 of 2 failed in count(${OUT}, 2, 9, …, 2, 3): RuntimeError: unreachable. ${NEXT_STEP}`,
    );
    expect(errorOf(() => team.run(team.kernel("nothing"), []))).toBe(error);
  });

  it("in the last worker is thrown while the first one still computes", async () => {
    const { team, memory } = await start({ threads: 3 });
    const error = errorOf(() => team.run(team.kernel("trapAndHang"), [COUNTER, 2, 1]));
    // After the team's patience, it would be of the first worker.
    expect(error.message).toBe(
      `Worker 2 of 2 failed in trapAndHang(${COUNTER}, 2, 1, 2, 3): RuntimeError: unreachable. ${NEXT_STEP}`,
    );
    await expectAtRest(team, memory);
  });

  it("in the leader's own share is the team's as well", async () => {
    const { team } = await start({ threads: 2 });
    const error = errorOf(() => team.run(team.kernel("trap"), [0]));
    expect(error.message).toBe(
      `The leading thread failed in trap(0, 0, 2): RuntimeError: unreachable. ${NEXT_STEP}`,
    );
    expect(error.cause).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(errorOf(() => team.run(team.kernel("nothing"), []))).toBe(error);
  });
});

/** Closes a team one of whose workers counts in an endless loop, and looks whether it does so no more. */
async function expectAtRest(team: Team, memory: WebAssembly.Memory): Promise<void> {
  const counter = new Uint32Array(memory.buffer, COUNTER, 1);
  const before = Atomics.load(counter, 0);
  await until(() => Atomics.load(counter, 0) !== before);
  await team.close();
  const after = Atomics.load(counter, 0);
  await pause(20);
  expect(Atomics.load(counter, 0)).toBe(after);
}

describe("a worker that is lost", () => {
  it("in an endless loop is an error when the team's patience is at its end, and gone after close()", async () => {
    const { team, memory } = await start({ threads: 3, patience: PATIENCE });
    const error = errorOf(() => team.run(team.kernel("hang"), [COUNTER, 2]));
    const { text, seconds } = withoutSeconds(error);
    expect(text).toBe(
      `Worker 2 of 2 is lost: it has not returned from hang(${COUNTER}, 2, 2, 3) after … s. ${NEXT_STEP}`,
    );
    expect(seconds).toBeGreaterThanOrEqual(PATIENCE / 1000);
    await expectAtRest(team, memory);
  });

  it("in a call that is done meanwhile is an error of the next one", async () => {
    const { team, memory } = await start({ threads: 2, patience: PATIENCE });
    // Of the counters' lines, worker 1 has the second.
    team.post(team.kernel("count"), [COUNTER - 128, 9, 1]);
    const { text } = withoutSeconds(errorOf(() => team.run(team.kernel("nothing"), [])));
    expect(text.replace(/, \d+, 1, 2\)/, ", …, 1, 2)")).toBe(
      `Worker 1 of 1 is lost: it has not returned from count(${COUNTER - 128}, 9, 1, …, 1, 2) after … s. ${NEXT_STEP}`,
    );
    await expectAtRest(team, memory);
  });

  it("is waited for twenty times as long as the leader's own share takes", async () => {
    const place = await instantiate(module);
    const clock = new Int32Array(new SharedArrayBuffer(4));
    const exports = {
      ...place.exports,
      // So that the leader's share takes so many milliseconds, and nothing of a core that the worker could have.
      busy(_scratch: number, leader: number, _others: number, _part: number, _parts: number) {
        Atomics.wait(clock, 0, 0, leader);
      },
    };
    const { team } = await start({ threads: 2, patience: PATIENCE, exports }, place);
    const busy = team.kernel("busy");
    // In the end the worker takes longer than the team's patience, and less than twenty times the leader's share.
    let longest = 0;
    for (let turns = 5e7; longest < 1.5 * PATIENCE; turns *= 2) {
      const begin = performance.now();
      team.run(busy, [SCRATCH, 300, turns]);
      longest = performance.now() - begin;
    }
    const { text } = withoutSeconds(errorOf(() => team.run(busy, [SCRATCH, 1, ENDLESS])));
    expect(text).toBe(
      `Worker 1 of 1 is lost: it has not returned from busy(${SCRATCH}, 1, ${ENDLESS}, 1, 2) after … s. ${NEXT_STEP}`,
    );
  });

  it("at rest is an error at once, when the event loop has told of it", async () => {
    const { team, workers } = await start({ threads: 3 });
    const nothing = team.kernel("nothing");
    team.run(nothing, []);
    await workers[1]!.terminate();
    await pause(0);
    const error = errorOf(() => team.run(nothing, []));
    // After the team's patience, it would be lost.
    expect(error.message).toBe(`Worker 2 of 2 has ended: exit code 1. ${NEXT_STEP}`);
    expect(errorOf(() => team.run(nothing, []))).toBe(error);
  });

  it("at rest is an error after the team's patience, when the event loop could not tell of it", async () => {
    const { team, workers } = await start({ threads: 2, patience: PATIENCE });
    void workers[0]!.terminate();
    const { text } = withoutSeconds(
      errorOf(() => {
        // It may still answer a few times.
        for (let i = 0; i < 1e6; i++) team.run(team.kernel("nothing"), []);
      }),
    );
    expect(text).toBe(
      `Worker 1 of 1 is lost: it has not returned from nothing(1, 2) after … s. ${NEXT_STEP}`,
    );
  });

  it("in the middle of a call is an error within the team's patience, and the next team works", async () => {
    const place = await instantiate(module);
    let kill = () => {};
    // The leader's share of `busy` ends the worker while that is in its own, of some seconds.
    const exports = {
      ...place.exports,
      busy(scratch: number, leader: number, others: number, part: number, parts: number) {
        place.exports.busy!(scratch, leader, others, part, parts);
        kill();
      },
    };
    const { team, workers } = await start({ threads: 2, patience: PATIENCE, exports }, place);
    const busy = team.kernel("busy");
    team.run(busy, [SCRATCH, 1000, 1000]);
    kill = () => void workers[0]!.terminate();
    const { text } = withoutSeconds(errorOf(() => team.run(busy, [SCRATCH, 1e5, ENDLESS])));
    expect(text).toBe(
      `Worker 1 of 1 is lost: it has not returned from busy(${SCRATCH}, 100000, ${ENDLESS}, 1, 2) after … s. ${NEXT_STEP}`,
    );
    await team.close();
    const next = await start({ threads: 2 }, place);
    const chain = new Chain(place);
    for (let i = 0; i < 1000; i++) chain.step(next.team, next.team.kernel("step"), 1000);
  });
});
