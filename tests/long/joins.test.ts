/**
 * Millions of joins of a team's threads with random delays, and workers that are killed at random moments: nothing may
 * hang, and no result may be wrong. Run alone by `npm run test:stress`, which takes some minutes and prints what it did.
 */
import type { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { TeamError } from "../../src/errors.ts";
import { Random } from "../../src/random.ts";
import { Chain, compileDelays, type Delays, instantiate, startTeam } from "../threads/delays.ts";

const JOINS = 1_000_000;
const KILLED = 50;

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await WebAssembly.compile(await compileDelays());
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (begin: number) => ((performance.now() - begin) / 1000).toFixed(1);

/** The longest delays, in turns of some nanoseconds: mostly short ones, so that there are many joins in a minute. */
const DELAYS = [0, 10, 100, 100, 1000, 1000, 1000, 10_000];

describe("random delays", () => {
  for (const threads of [2, 3])
    it(`in ${threads} threads: ${JOINS} joins, each with the right result`, async () => {
      const begin = performance.now();
      const random = new Random(threads);
      const delays = await instantiate(module);
      const { team } = await startTeam(delays, { threads });
      const step = team.kernel("step");
      const chain = new Chain(delays);
      let rests = 0;
      let longest = 0;
      while (chain.joins < JOINS) {
        const before = performance.now();
        chain.step(team, step, DELAYS[random.below(DELAYS.length)]!, 2 + random.below(threads - 1));
        longest = Math.max(longest, performance.now() - before);
        // Now and then all workers fall asleep.
        if (random.below(2000) === 0) {
          rests++;
          await pause(random.below(5));
        }
      }
      await team.close();
      console.log(
        `${threads} threads: ${chain.joins} joins and ${rests} rests in ${seconds(begin)} s, ` +
          `the longest join ${longest.toFixed(0)} ms`,
      );
    });
});

/** When a worker is killed: between two calls, with or without the news of it; or in a call. */
const MOMENTS = ["at rest", "at rest, unheard", "in a call"] as const;

describe("killed workers", () => {
  it(`${KILLED} of them, in teams of 2 to 4 on one memory: an error every time, and the next team works`, async () => {
    const random = new Random(1);
    const place = await instantiate(module);
    const count = { "at rest": 0, "at rest, unheard": 0, "in a call": 0 };
    const reasons = new Map<string, number>();
    let joins = 0;
    let longest = 0;
    const begin = performance.now();
    for (let round = 0; round < KILLED; round++) {
      const moment = MOMENTS[random.below(MOMENTS.length)]!;
      count[moment]++;
      let kill = () => {};
      const workers: Worker[] = [];
      const exports = killingInStep(place, () => kill());
      const { team } = await startTeam(
        place,
        { threads: 2 + random.below(3), patience: 1000, exports },
        workers,
      );
      const step = team.kernel("step");
      const chain = new Chain(place);
      for (let left = random.below(1000); left > 0; left--) chain.step(team, step, 1000);

      const victim = workers[random.below(workers.length)]!;
      if (moment === "in a call") {
        let calls = random.below(20);
        kill = () => {
          if (calls-- > 0) return;
          for (let turns = random.below(50_000); turns > 0; turns--);
          void victim.terminate();
          kill = () => {};
        };
      } else if (moment === "at rest") {
        await victim.terminate();
        await pause(0);
      } else void victim.terminate();

      const before = performance.now();
      const error = await errorOf(() => {
        for (let i = 0; i < 100_000; i++) chain.step(team, step, 1000);
      });
      longest = Math.max(longest, performance.now() - before);
      const reason = /^Worker \d of \d (is lost: it has not returned from step|has ended: exit code 1)/;
      expect(error.message).toMatch(reason);
      const [, what] = reason.exec(error.message)!;
      reasons.set(what!, (reasons.get(what!) ?? 0) + 1);
      joins += chain.joins;
      await team.close();
      expect(workers.every(({ threadId }) => threadId === -1)).toBe(true);
    }
    console.log(
      `${KILLED} workers killed (${MOMENTS.map((moment) => `${count[moment]} ${moment}`).join("; ")}) ` +
        `among ${joins} joins in ${seconds(begin)} s; the longest way to the error ${longest.toFixed(0)} ms; ` +
        [...reasons].map(([reason, times]) => `${times} × "${reason}"`).join(", "),
    );
  });
});

/** The exports for a leader whose share of every `step` is followed by `kill`. */
const killingInStep = (place: Delays, kill: () => void) => ({
  ...place.exports,
  // biome-ignore format: a team counts the parameters
  step(a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) {
    place.exports.step!(a, b, c, d, e, f, g, h);
    kill();
  },
});

async function errorOf(calls: () => void): Promise<TeamError> {
  try {
    calls();
  } catch (error) {
    if (error instanceof TeamError) return error;
    throw error;
  }
  throw new Error("The team has not noticed.");
}
