import { availableParallelism } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DeviceTeam } from "../../src/backend/index.ts";
import { ConfigError, TeamError } from "../../src/errors.ts";
import type { Model } from "../../src/model/model.ts";
import { ThreadChoice } from "../../src/model/threadChoice.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { clusters, network } from "../helpers/samples.ts";

/** Large enough for every kernel that threads share: the first layer's, the products, the updates. */
const samples = clusters(260, { features: 300, classes: 10 });
const wide = { hidden: [60, 400, 400], classes: 10 } as const;

const models: Model[] = [];
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.close()));
});

type Options = Parameters<typeof network>;

function modelOf(...[options, modelOptions]: Options): Model {
  const model = network(options, modelOptions);
  models.push(model);
  return model;
}

/** Everything that a training gives: losses, evaluations, weights and predictions. */
async function trained(options: Options[0], modelOptions: Options[1], epochs = 2) {
  const model = modelOf(options, modelOptions);
  const losses: number[] = [];
  const { rows } = await model.fit(samples, {
    epochs,
    batchSize: 64,
    validation: clusters(70, { features: 300, classes: 10, seed: 2 }),
    onStep: ({ loss }) => losses.push(loss),
  });
  const numbers = rows.map(({ train, validation }) => ({ train, validation }));
  const predictions = [...(await model.predict(samples))];
  return { losses, numbers, predictions, weights: await model.weightsSha256() };
}

describe.each([
  ["after", "half of the first dY is 0"],
  ["before", "none of the first dY is 0"],
] as const)("trained with batch normalisation %s the ReLU (%s)", (batchNormalization, _share) => {
  it.each(["float32", "float64"] as const)(
    "1, 2, 3 and 8 threads give the same bits in %s",
    async (dtype) => {
      const options = { ...wide, batchNormalization };
      const one = await trained(options, { dtype });
      for (const threads of [2, 3, 8]) expect(await trained(options, { dtype, threads })).toEqual(one);
      expect(one.losses.at(-1)).toBeLessThan(0.5 * one.losses[0]!);
    },
  );
});

describe("threads", () => {
  it("are as many as were asked for, and one again after close(), from which the model goes on", async () => {
    const model = modelOf(wide, { threads: 2 });
    expect(model.threads).toBe(1);
    const onThreads = vi.fn();
    await model.fit(samples, { epochs: 1, onThreads });
    expect(onThreads.mock.calls).toEqual([[{ threads: 2 }]]);
    expect(model.threads).toBe(2);
    const before = await model.weightsSha256();
    const evaluated = await model.evaluate(samples);
    await model.close();
    expect(model.threads).toBe(1);
    expect(await model.evaluate(samples)).toEqual(evaluated);
    expect(await model.weightsSha256()).toBe(before);
    expect(model.threads).toBe(2);
  });

  it("are found out on the training's own steps, which changes no bit", async () => {
    const model = modelOf(wide, { threads: "auto" });
    const onThreads = vi.fn();
    // A turn has at most 16 steps, however fast the machine. There is one more than four for each of the candidates: on
    // one core none, on two 9 turns, on eight or more 17; an epoch has 4 full batches.
    const epochs = 1 + (16 / 4) * (1 + 4 * (1 + Math.ceil(Math.log2(Math.min(8, availableParallelism())))));
    await model.fit(samples, { epochs, batchSize: 64, onThreads });
    // Once, but for a machine so slow that there is time to try anew.
    expect(onThreads.mock.lastCall).toEqual([{ threads: model.threads }]);
    const alone = modelOf(wide, {});
    await alone.fit(samples, { epochs, batchSize: 64 });
    expect(await model.weightsSha256()).toBe(await alone.weightsSha256());
  });

  it("use what was prepared for a batch, whatever is evaluated and predicted before it", async () => {
    // Of MNIST's size: there the panels of a larger batch would reach as far as what is prepared.
    const digits = clusters(400, { features: 784, classes: 10 });
    const others = new Uint8Array(256 * 784).map((_, i) => i);
    const run = async (threads: number) => {
      const model = modelOf({ hidden: [50], classes: 10 }, { threads });
      const seen: unknown[] = [];
      let steps = 0;
      const onStep = ({ loss }: { loss: number }) => {
        seen.push(loss);
        // The promise, not its value when it comes: when that is depends on the clock.
        if (++steps % 2 === 0) seen.push(model.evaluate(digits));
        else seen.push([...model.predictor().run(others)].slice(0, 5));
      };
      await model.fit(digits, { epochs: 3, batchSize: 100, onStep });
      return [await Promise.all(seen), await model.weightsSha256()];
    };
    const one = await run(1);
    for (const threads of [2, 3]) expect(await run(threads)).toEqual(one);
  });

  it("use nothing that was prepared for another batch or with another standardisation", async () => {
    const run = async (threads: number) => {
      const model = modelOf({ hidden: [60], classes: 10 }, { threads });
      const options = { epochs: 3, batchSize: 64 };
      const hashes = [];
      // Cut off where the next batch is prepared; the next training begins with others, under other tickets.
      for (const [seed, last] of [
        [3, 2],
        [4, 1],
        [4, 6],
      ] as const) {
        const end = new AbortController();
        let steps = 0;
        const onStep = () => {
          if (++steps === last) end.abort();
        };
        await model.fit(samples, { ...options, seed, signal: end.signal, onStep });
        hashes.push(await model.weightsSha256());
      }
      let steps = 0;
      const onStep = () => {
        if (++steps !== 2) return;
        // All means of the inputs' standardisation are others.
        const shifted = model
          .tensors()
          .map((tensor) =>
            tensor.name === "standardize.mean" ? { ...tensor, data: tensor.data.map((v) => v + 9) } : tensor,
          );
        void model.load(shifted);
      };
      await model.fit(samples, { ...options, onStep });
      hashes.push(await model.weightsSha256());
      return hashes;
    };
    const one = await run(1);
    expect(new Set(one).size).toBe(4);
    for (const threads of [2, 3]) expect(await run(threads)).toEqual(one);
  });

  it("are one, and it is said why, where memory cannot be shared", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    try {
      const onThreads = vi.fn();
      const model = modelOf(wide, { threads: 4 });
      await model.fit(samples, { epochs: 1, onThreads });
      expect(onThreads.mock.calls).toEqual([
        [
          {
            threads: 1,
            notice:
              "One thread: this page has no SharedArrayBuffer. Serve it by HTTPS or from localhost, " +
              "with the headers COOP same-origin and COEP require-corp.",
          },
        ],
      ]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("are one, and it is said why, where workers do not start; only who has asked for several gets an error", async () => {
    // As in a browser whose workers are refused.
    class Refused {
      constructor() {
        throw new Error("refused");
      }
    }
    vi.stubGlobal("process", Object.create(process, { versions: { value: {} } }));
    vi.stubGlobal("Worker", Refused);
    vi.stubGlobal("navigator", { hardwareConcurrency: 2, locks: {} });
    try {
      const reason = "Worker 1 of 1 did not start: Error: refused. Use one thread.";
      await expect(modelOf(wide, { threads: 2 }).fit(samples)).rejects.toThrow(new TeamError(reason));
      const model = modelOf(wide, { threads: "auto" });
      const onThreads = vi.fn();
      await model.fit(samples, { epochs: 1, onThreads });
      expect(onThreads.mock.calls).toEqual([[{ threads: 1, notice: `One thread. ${reason}` }]]);
      expect(model.threads).toBe(1);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it.each([0, 1.5, -1, 257, Number.NaN])("are refused when they are %d", (threads) => {
    expect(() => network({}, { threads })).toThrow(
      new ConfigError(`Model: threads is ${threads}, expected an integer from 1 to 256, or "auto".`),
    );
  });

  it("are refused for an engine that has none", () => {
    expect(() => network({}, { threads: 2, engine: "js" })).toThrow(
      new ConfigError('Model: the engine "js" has no 2 threads. Leave threads out.'),
    );
    expect(network({}, { threads: "auto", engine: "js" }).threads).toBe(1);
  });

  it("end a training with a TeamError when one is lost, and the model can be used again", async () => {
    const create = vi.spyOn(Workspace, "create");
    const model = modelOf(wide, { threads: 2 });
    let steps = 0;
    const training = model.fit(samples, {
      epochs: 1000,
      onStep: () => {
        steps++;
        // As if it had been killed: the next call finds the team without it.
        if (steps === 3) void create.mock.results[0]!.value.then(({ team }: Workspace) => team!.close());
      },
    });
    await expect(training).rejects.toThrow(TeamError);
    create.mockRestore();
    await model.fit(samples, { epochs: 1 });
    expect(model.threads).toBe(2);
  });
});

describe("ThreadChoice", () => {
  /** Steps that take `times[threads]` milliseconds; the numbers of threads that were tried, and the choice. */
  function choose(threads: number, times: (threads: number, step: number) => number) {
    const used: number[] = [];
    const team: DeviceTeam = {
      threads,
      active: threads,
      use: (count) => used.push(count),
      close: async () => {},
    };
    const choice = new ThreadChoice(team);
    let steps = 0;
    choice.resume(100);
    while (choice.chosen === undefined) choice.step(times(used.at(-1)!, ++steps), 100);
    return { chosen: choice.chosen, used, steps };
  }

  it("tries powers of two and all, by turns, and takes the fastest", () => {
    const { chosen, used } = choose(6, (threads) => 8 / threads);
    expect(used).toEqual([6, ...[1, 2, 4, 6], ...[1, 2, 4, 6], ...[1, 2, 4, 6], ...[1, 2, 4, 6], 6]);
    expect(chosen).toBe(6);
  });

  it("takes fewer where more gain nothing to speak of", () => {
    expect(choose(2, (threads) => (threads === 1 ? 1 : 0.98)).chosen).toBe(1);
    expect(choose(4, (threads) => (threads === 1 ? 2 : threads === 2 ? 1 : 0.99)).chosen).toBe(2);
  });

  it("is not misled by a turn that something else slowed down", () => {
    expect(choose(2, (threads, step) => (step < 30 && threads === 2 ? 50 : 1 / threads)).chosen).toBe(2);
  });

  it("does not count the steps of smaller batches", () => {
    const use = vi.fn();
    const choice = new ThreadChoice({ threads: 2, active: 2, use, close: async () => {} });
    choice.resume(100);
    for (let step = 1; choice.chosen === undefined; step++) {
      const threads = use.mock.calls.at(-1)![0] as number;
      // Every fourth batch is a small one.
      const samples = step % 4 === 0 ? 10 : 100;
      choice.step((samples * 30) / threads, samples);
    }
    expect(choice.chosen).toBe(2);
  });

  it("is made over several trainings, between which all threads compute until there is one", () => {
    const used: number[] = [];
    const team = { threads: 2, active: 2, use: (count: number) => used.push(count), close: async () => {} };
    const choice = new ThreadChoice(team);
    while (choice.chosen === undefined) {
      choice.resume(100);
      choice.step(used.at(-1) === 1 ? 100 : 60, 100);
      choice.pause();
      if (choice.chosen === undefined) expect(used.at(-1)).toBe(2);
    }
    expect(choice.chosen).toBe(2);
  });

  /** Steps for `seconds` of them, `times[threads]` milliseconds each; what was used, and the choice of each second. */
  function train(threads: number, seconds: number, times: (threads: number, second: number) => number) {
    let used = threads;
    const use = (count: number) => {
      used = count;
    };
    const choice = new ThreadChoice({ threads, active: threads, use, close: async () => {} });
    choice.resume(100);
    const spent = new Map<number, number>();
    const chosen: (number | undefined)[] = [];
    const said: number[] = [];
    for (let now = 0; now < 1000 * seconds; ) {
      const time = times(used, now / 1000);
      now += time;
      spent.set(used, (spent.get(used) ?? 0) + time);
      const threads = choice.step(time, 100);
      if (threads !== undefined) said.push(threads);
      chosen[Math.floor(now / 1000)] = choice.chosen;
    }
    return { spent, chosen, said };
  }

  it("is made anew after a while, when another program has ended or begun", () => {
    // For two seconds another program has one of the two cores, and from the tenth on again.
    const busy = (second: number) => second < 2 || second > 10;
    const { chosen, said } = train(2, 20, (threads, second) => (threads === 1 ? 1 : busy(second) ? 2 : 0.6));
    expect(chosen[1]).toBe(1);
    expect(chosen[5]).toBe(2);
    expect(chosen[19]).toBe(1);
    expect(said).toEqual([1, 2, 1]);
  });

  it("goes on from one number to the next", () => {
    const { chosen } = train(8, 20, (threads, second) => (second < 1 ? threads : 8 / threads));
    expect(chosen[0]).toBe(1);
    expect(chosen[19]).toBe(8);
  });

  it("stays with what it has where another is hardly faster", () => {
    const { chosen } = train(2, 20, (threads, second) => (threads === 1 ? 1 : second < 1 ? 0.9 : 1.02));
    expect(new Set(chosen.slice(1, -1))).toEqual(new Set([2]));
  });

  it("is not changed by a trial that begins with an epoch's last, smaller batch", () => {
    for (const phase of [0, 1, 2, 3, 4]) {
      let used = 2;
      const use = (count: number) => {
        used = count;
      };
      const choice = new ThreadChoice({ threads: 2, active: 2, use, close: async () => {} });
      choice.resume(100);
      const said: (number | undefined)[] = [];
      for (let step = phase; step < 4000; step++) {
        const full = used === 1 ? 18 : 15;
        said.push(step % 5 === 0 ? choice.step(full / 5, 20) : choice.step(full, 100));
      }
      expect(said.filter((threads) => threads !== undefined)).toEqual([2]);
    }
  });

  it("begins again where the next training's batches have another size, and leaves the last choice meanwhile", () => {
    for (const batch of [10, 1000]) {
      const used: number[] = [];
      const use = (count: number) => void used.push(count);
      const choice = new ThreadChoice({ threads: 2, active: 2, use, close: async () => {} });
      const steps = (count: number, samples: number, until = () => false) => {
        for (let i = 0; i < count && !until(); i++)
          choice.step((samples / 100) * (used.at(-1) === 1 ? 6 : 10), samples);
      };
      choice.resume(100);
      steps(1000, 100, () => choice.chosen !== undefined);
      // Until two threads are tried anew.
      steps(1000, 100, () => used.at(-1) === 2);
      expect(used.at(-1)).toBe(2);
      choice.pause();
      expect(used.at(-1)).toBe(1);
      choice.resume(batch);
      const before = used.length;
      steps(300, batch);
      expect(used.slice(before)).toContain(2);
      expect(choice.chosen).toBe(1);
      expect(used.at(-1)).toBe(1);
    }
  });

  it("takes little of a long training's time to try others", () => {
    const { spent } = train(8, 300, (threads) => 8 / threads);
    const others = [...spent].filter(([threads]) => threads !== 8).map(([, time]) => time);
    expect(others.reduce((a, b) => a + b)).toBeLessThan(0.01 * 300_000);
  });

  it("takes few steps where they are long", () => {
    expect(choose(2, (threads) => 100 / threads).steps).toBe(1 + 4 * 2);
  });
});
