import { describe, expect, it } from "vitest";
import { referenceBackend, wasmBackend } from "../../src/backend/index.ts";
import { ConfigError } from "../../src/errors.ts";
import { Dense, Dropout } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { Model } from "../../src/model/model.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import type { FloatArray } from "../../src/tensor.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import { buildLayer } from "../helpers/layers.ts";
import { MaskedDropout } from "../helpers/maskedDropout.ts";
import { clusters, network } from "../helpers/samples.ts";

const x = Array.from({ length: 60 }, (_, i) => i + 1);

describe.each([referenceBackend(), wasmBackend()])("Dropout on %o", (backend) => {
  it("drops about the rate, scales the rest, and drops the same of the gradient", async () => {
    const built = await buildLayer(new Dropout(0.2), { inputs: 6, rows: 10, backend });
    expect([built.outputs, built.parameters.size, built.states.size]).toEqual([6, 0, 0]);
    const y = built.forward(x);
    expect(y.every((value, i) => value === 0 || value === x[i]! * 1.25)).toBe(true);
    const kept = y.map((value) => (value === 0 ? 0 : 1));
    const count = kept.filter((value) => value === 1).length;
    expect(count).toBeGreaterThan(60 * 0.8 - 12);
    expect(count).toBeLessThan(60);
    expect(built.backward(x.map(() => 4))).toEqual(kept.map((value) => 5 * value));
  });

  it("is off in inference, and at rate 0 everywhere: the tensor itself goes on", async () => {
    const built = await buildLayer(new Dropout(0.9), { inputs: 6, rows: 10, backend });
    expect(built.forward(x, "inference")).toEqual(x);
    const none = await buildLayer(new Dropout(0), { inputs: 6, rows: 10, backend });
    expect(none.forward(x)).toEqual(x);
    expect(none.backward(x)).toEqual(x);
  });

  it("is MaskedDropout with the mask that it draws, to the bit", async () => {
    const drawn = await buildLayer(new Dropout(0.3), { inputs: 6, rows: 10, backend });
    const y = drawn.forward(x.map((value) => value / 7));
    const dx = drawn.backward(x.map((value) => -value / 3))!;
    const masked = new MaskedDropout(0.3, (mask) => {
      y.forEach((value, i) => {
        mask[i] = value === 0 ? 0 : 1;
      });
    });
    const given = await buildLayer(masked, { inputs: 6, rows: 10, backend });
    masked.next();
    expectSameBits(given.forward(x.map((value) => value / 7)), y);
    expectSameBits(
      given.backward(x.map((value) => -value / 3))!,
      dx.map((value, i) => (y[i] === 0 ? 0 : value)),
    );
  });
});

it("leaves the gradient by the input out where nobody wants it", async () => {
  const built = await buildLayer(new Dropout(0.5), { inputs: 2, rows: 1, needsInputGradient: false });
  built.forward([1, 2]);
  expect(built.backward([1, 2])).toBeUndefined();
});

it.each([-0.1, 1, NaN, "0.5", undefined, null])("refuses the rate %o", (rate) => {
  const shown = typeof rate === "string" ? `"${rate}"` : String(rate);
  expect(() => new Dropout(rate as number)).toThrow(
    new ConfigError(`Dropout: rate is ${shown}, expected a number from 0 to below 1.`),
  );
});

const options = { batchSize: 10, epochs: 3 };
const samples = clusters(64);

/** What a training leaves. */
async function trained(model: Model, dropped = options): Promise<FloatArray[]> {
  await model.fit(samples, dropped);
  const values = model.tensors().map(({ data }) => data as FloatArray);
  await model.close();
  return values;
}

describe("a training with dropout", () => {
  it("has the same bits in 1, 2 and 3 threads, and on the definitions; another seed gives others", async () => {
    const run = (more: object) => trained(network({ dropout: 0.5, batchNormalization: "after" }, more));
    const one = await run({ threads: 1 });
    for (const more of [{ threads: 2 }, { threads: 3 }, { engine: "js" }]) {
      (await run(more)).forEach((values, i) => {
        expectSameBits(values, one[i]!, JSON.stringify(more));
      });
    }
    expect(await run({ seed: 2 })).not.toEqual(one);
  });

  it("may have it on its inputs, with the same bits everywhere too", async () => {
    const run = (more: object) =>
      trained(
        new Model(
          [new Dropout(0.2), new Dense(6, { activation: "relu" }), new Dense(4, { activation: "softmax" })],
          more,
        ).compile({ loss: new CategoricalCrossEntropyLoss(), optimizer: new SGDOptimizer() }),
      );
    const one = await run({ threads: 1 });
    for (const more of [{ threads: 2 }, { engine: "js" }]) {
      (await run(more)).forEach((values, i) => {
        expectSameBits(values, one[i]!, JSON.stringify(more));
      });
    }
  });

  it("differs from one without, of which rate 0 has the bits", async () => {
    const without = await trained(network());
    expect(await trained(network({ dropout: 0 }))).toEqual(without);
    expect(await trained(network({ dropout: 0.1 }))).not.toEqual(without);
  });

  it("predicts without dropout: again and again the same", async () => {
    const model = network({ dropout: 0.5 });
    await model.fit(samples, options);
    const first = await model.predict(samples);
    expect(await model.predict(samples)).toEqual(first);
    await model.close();
  });
});
