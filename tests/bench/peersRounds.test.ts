import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { coreRoundTrip } from "../../bench/peers/cores.ts";
import { best, type Entrant, ratios, spread, takeTurns } from "../../bench/peers/rounds.ts";

const turns = { rounds: 3, seconds: 0.5, steps: 2, warmUp: 1, limit: 60 };
const nobodyIsLost = (id: string, reason: string) => expect.fail(`${id}: ${reason}`);

describe("the way between two cores", () => {
  test.skipIf(availableParallelism() < 2)("takes some nanoseconds (needs two cores)", async () => {
    expect(await coreRoundTrip()).toBeGreaterThan(5);
  });
});

describe("rounds", () => {
  test("contenders take turns, and their warming up is not counted", async () => {
    const log: string[] = [];
    const entrant = (id: string, steps: number): Entrant => ({
      id,
      async slice(seconds, least) {
        log.push(`${id} ${seconds} ${least}`);
        return { steps, stepSeconds: seconds / steps, loss: 2 };
      },
    });
    const before = async () => void log.push("before");
    const rates = await takeTurns([entrant("a", 100), entrant("b", 50)], turns, nobodyIsLost, before);
    const round = ["before", "a 0.5 2", "b 0.5 2"];
    expect(log).toEqual(["a 1 1", "b 1 1", ...round, ...round, ...round]);
    expect(rates).toEqual(
      new Map([
        ["a", [200, 200, 200]],
        ["b", [100, 100, 100]],
      ]),
    );
  });

  test("only one computes at a time", async () => {
    let running = 0;
    const entrant = (id: string): Entrant => ({
      id,
      async slice(seconds) {
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
        return { steps: 1, stepSeconds: seconds };
      },
    });
    await takeTurns([entrant("a"), entrant("b"), entrant("c")], turns, nobodyIsLost);
  });

  test("one that fails in the middle is named and left out, the others go on", async () => {
    let slices = 0;
    const failing: Entrant = {
      id: "failing",
      async slice(seconds) {
        if (++slices === 3) throw new Error("it ended with SIGSEGV");
        return { steps: 1, stepSeconds: seconds };
      },
    };
    const diverging: Entrant = {
      id: "diverging",
      slice: async (seconds) => ({ steps: 1, stepSeconds: seconds, loss: Number.NaN }),
    };
    const steady: Entrant = {
      id: "steady",
      slice: async () => ({ steps: 30, stepSeconds: 1 / 30, loss: 1 }),
    };
    const lost: string[] = [];
    const rates = await takeTurns([failing, diverging, steady], turns, (id, reason) =>
      lost.push(`${id}: ${reason}`),
    );
    expect(lost).toEqual(["diverging: its loss is not finite", "failing: it ended with SIGSEGV"]);
    expect(rates).toEqual(new Map([["steady", [30, 30, 30]]]));
    expect(slices).toBe(3);
  });

  test("no round begins after the limit, once there are three", async () => {
    const slow: Entrant = { id: "slow", slice: async (seconds) => ({ steps: 1, stepSeconds: seconds }) };
    const rates = await takeTurns([slow], { ...turns, rounds: 100, limit: 0 }, nobodyIsLost);
    expect(rates.get("slow")).toHaveLength(3);
  });

  test("ratios are taken round by round, so that a machine that slows down leaves them as they are", () => {
    const ours = [100, 50, 10];
    const theirs = [50, 25, 5];
    expect(ratios(ours, theirs)).toEqual([2, 2, 2]);
    expect(spread(ratios(ours, theirs))).toEqual({ median: 2, min: 2, max: 2 });
    expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  test("the best of several is the fastest of each round", () => {
    expect(
      best([
        [1, 5, 2],
        [3, 4, 1],
      ]),
    ).toEqual([3, 5, 2]);
  });
});
