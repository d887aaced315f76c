import { describe, expect, it } from "vitest";
import type { Samples } from "../../src/data/dataset.ts";
import { ConfigError, DatasetError } from "../../src/errors.ts";
import { clusters, network } from "../helpers/samples.ts";

/** The same samples, which take their time to be read. */
function slow(samples: Samples): Samples {
  return {
    ...{ count: samples.count, features: samples.features, classes: samples.classes },
    elementType: samples.elementType,
    async read(target, options) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await samples.read(target, options);
    },
    select: (rows) => slow(samples.select(rows)),
  };
}

const underWay = (method: string) =>
  new ConfigError(
    `Model.${method}: fit() is under way. Wait for its end, or end it by its \`signal\` and wait.`,
  );

describe("a model that is asked for several things", () => {
  it("measures samples which a training could not read", async () => {
    const samples = clusters(60);
    let isBroken = true;
    const unreliable: Samples = {
      ...slow(samples),
      read: (target, options) =>
        isBroken ? Promise.reject(new DatasetError("The disk is gone.")) : samples.read(target, options),
      select: (rows) => samples.select(rows),
    };
    const model = network();
    await expect(model.fit(unreliable)).rejects.toThrow("The disk is gone.");
    isBroken = false;
    expect(await model.evaluate(unreliable)).toEqual(await network().evaluate(samples));
  });

  it("does not mix evaluations of samples that it reads block by block", async () => {
    const [some, others] = [slow(clusters(600, { seed: 2 })), slow(clusters(600, { seed: 3 }))];
    const model = network();
    await model.build(12);
    const [first, second] = [await model.evaluate(some), await model.evaluate(others)];
    const predicted = await model.predict(some);
    expect(await Promise.all([model.evaluate(some), model.evaluate(others), model.predict(some)])).toEqual([
      first,
      second,
      predicted,
    ]);
    expect(first).not.toEqual(second);
  });

  it("makes one memory for a training and an evaluation that come together", async () => {
    const samples = clusters(60);
    const model = network();
    const [history, evaluation] = await Promise.all([
      model.fit(samples, { epochs: 2 }),
      model.evaluate(slow(clusters(40))),
    ]);
    const alone = network();
    expect(history.rows.map(({ train }) => train)).toEqual(
      (await alone.fit(samples, { epochs: 2 })).rows.map(({ train }) => train),
    );
    expect(Number.isFinite(evaluation.loss)).toBe(true);
    expect(await model.weightsSha256()).toBe(await alone.weightsSha256());
  });

  it("refuses what would take the memory from a training, which goes on", async () => {
    const samples = clusters(60);
    const model = network();
    const refused: unknown[] = [];
    const history = await model.fit(samples, {
      epochs: 3,
      onEpoch: async () => {
        for (const call of [() => model.fit(samples), () => model.close()]) {
          await call().catch((error: unknown) => refused.push(error));
        }
        await model.evaluate(clusters(30));
      },
    });
    expect(refused).toEqual(new Array(3).fill([underWay("fit"), underWay("close")]).flat());
    expect(history.rows.length).toBe(3);
  });
});

describe("a model that was closed", () => {
  it("has its parameters, predicts and can be loaded", async () => {
    const samples = clusters(60);
    const model = network();
    await model.fit(samples, { epochs: 2 });
    const [tensors, hash] = [model.tensors(), await model.weightsSha256()];
    const values = new Uint8Array(24).map((_, i) => 10 * i);
    const predicted = await model.predict(values);
    await model.close();
    await model.close();
    expect(model.tensors()).toEqual(tensors);
    expect(await model.weightsSha256()).toBe(hash);
    expect(await model.predict(values)).toEqual(predicted);
    await model.close();
    const other = network({}, { seed: 2 });
    await other.build(12);
    await model.load(other.tensors());
    expect(await model.weightsSha256()).toBe(await other.weightsSha256());
  });
});
