import { describe, expect, it, vi } from "vitest";
import type { FitOptions } from "../../src/model/fitOptions.ts";
import type { Model } from "../../src/model/model.ts";
import { clusters, network } from "../helpers/samples.ts";

const bn = { batchNormalization: "after" } as const;
const running = { trainingMetrics: "running" } as const;

describe("running training metrics", () => {
  it("leave the weights, the validation and the test as they are with full ones", async () => {
    const samples = clusters(103);
    const train = async (options: FitOptions) => {
      const model = network(bn);
      const validation = clusters(20, { seed: 2 });
      const { rows } = await model.fit(samples, { epochs: 3, batchSize: 10, validation, ...options });
      const after = await model.evaluate(samples);
      return { rows, after, sha: await model.weightsSha256() };
    };
    const [with_, full, byDefault] = [
      await train(running),
      await train({ trainingMetrics: "full" }),
      await train({}),
    ];
    expect([with_.sha, byDefault.sha]).toEqual([full.sha, full.sha]);
    expect(with_.rows.map(({ validation }) => validation)).toEqual(
      full.rows.map(({ validation }) => validation),
    );
    expect(with_.after).toEqual(full.after);
    expect(byDefault.rows.map((row) => row.train)).toEqual(full.rows.map((row) => row.train));
    expect(full.rows.at(-1)!.train).toEqual(full.after);
    for (const [i, { train: numbers }] of with_.rows.entries()) {
      expect(numbers.loss).not.toBe(full.rows[i]!.train.loss);
    }
  });

  it("are those of each batch before its update, the cost with the penalty after the epoch", async () => {
    const samples = clusters(25);
    const batches = [
      [...Array(10).keys()],
      [...Array(10).keys()].map((i) => i + 10),
      [20, 21, 22, 23, 24],
    ].map((rows) => samples.select(Uint32Array.from(rows)));
    const options = { epochs: 1, batchSize: 10, shuffle: false, standardize: false };
    const make = () => network({ l2: 0.1 }, { dtype: "float64" });
    const model = make();
    const { train } = (await model.fit(samples, { ...options, ...running })).rows[0]!;

    // The same by single steps: an evaluation of each batch before it is trained on.
    const other = await make().build(12);
    let [loss, right] = [0, 0];
    for (const batch of batches) {
      const before = await other.evaluate(batch);
      loss += batch.count * before.loss;
      right += batch.count * before.accuracy!;
      await other.fit(batch, options);
    }
    expect(await other.weightsSha256()).toBe(await model.weightsSha256());
    const { cost, loss: end } = await model.evaluate(samples);
    expect(train.loss).toBeCloseTo(loss / 25, 12);
    expect(train.accuracy).toBeCloseTo(right / 25, 12);
    expect(train.cost - train.loss).toBeCloseTo(cost - end, 12);
    expect(cost - end).toBeGreaterThan(0.1);
  });

  it("are means over the samples that were trained on, those of this epoch alone", async () => {
    const sums: number[] = [];
    const { rows } = await network(bn).fit(clusters(21), {
      ...{ epochs: 2, batchSize: 8, ...running },
      onStep: ({ epoch, step, loss }) => {
        sums[epoch] = (sums[epoch] ?? 0) + loss * (step < 3 ? 8 : 5);
      },
    });
    expect(rows.map(({ train }) => train.loss)).toEqual(
      [1, 2].map((epoch) => expect.closeTo(sums[epoch]! / 21)),
    );
    const left: number[] = [];
    const { rows: other } = await network(bn).fit(clusters(21), {
      ...{ epochs: 1, batchSize: 10, ...running },
      onStep: ({ loss }) => left.push(loss),
    });
    // The sample left over is one too few for batch normalisation.
    expect(other[0]!.train.loss).toBeCloseTo((left[0]! + left[1]!) / 2, 12);
  });

  it("go on after a stop to the same rows", async () => {
    const samples = clusters(50);
    const numbers = async (model: Model, epochs: number, initialEpoch = 0) =>
      (await model.fit(samples, { epochs, initialEpoch, batchSize: 16, ...running })).rows.map(
        ({ train }) => train,
      );
    const whole = await numbers(network(bn), 4);
    const model = network(bn);
    expect([...(await numbers(model, 2)), ...(await numbers(model, 4, 2))]).toEqual(whole);
  });

  it("are no other word's", async () => {
    await expect(network().fit(clusters(9), { trainingMetrics: "none" as "full" })).rejects.toThrow(
      'No trainingMetrics "none". There are: full, running.',
    );
  });
});

describe("fit in a browser", () => {
  it("lets other work have its turn without a timer, which a hidden page holds back", async () => {
    vi.stubGlobal("setImmediate", undefined);
    vi.stubGlobal("setTimeout", () => {});
    try {
      const controller = new AbortController();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        controller.abort();
        port1.close();
      };
      port2.postMessage("other work");
      const { interrupted } = await network().fit(clusters(20), { epochs: 1e6, signal: controller.signal });
      expect(interrupted).toBe(true);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
