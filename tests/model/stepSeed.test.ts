/** Seeds that a layer gets for each training step. */
import { expect, it } from "vitest";
import type { Kernels } from "../../src/kernels/index.ts";
import { type BuildScope, Dense, type Layer, type StepSeed } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import type { FitOptions } from "../../src/model/fitOptions.ts";
import { Model } from "../../src/model/model.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import type { Tensor } from "../../src/tensor.ts";
import { clusters } from "../helpers/samples.ts";

/** Passes everything on, and asks for a seed. */
class Seeded implements Layer {
  readonly kind = "seeded";
  readonly parameters = [];
  readonly states = [];
  readonly minimumBatch = 1;
  seed!: StepSeed;
  other!: StepSeed;

  build(scope: BuildScope, inputs: number): number {
    this.seed = scope.stepSeed();
    this.other = scope.stepSeed();
    return inputs;
  }

  forward(_: Kernels, x: Tensor): Tensor {
    return x;
  }

  backward(_: Kernels, dy: Tensor): Tensor {
    return dy;
  }
}

/** "epoch.step: seeds" of every step, in hexadecimal. */
async function seedsOf(options: FitOptions, threads = 1, modelSeed = 1): Promise<string[]> {
  const [first, second] = [new Seeded(), new Seeded()];
  const layers = [new Dense(5), first, new Dense(4), second, new Dense(4, { activation: "softmax" })];
  const model = new Model(layers, { threads, seed: modelSeed }).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer(),
  });
  const steps: string[] = [];
  await model.fit(clusters(30), {
    batchSize: 10,
    ...options,
    onStep: ({ epoch, step }) => {
      const seeds = [first.seed, second.seed, first.other, second.other].flatMap(({ high, low }) => [
        high,
        low,
      ]);
      steps.push(`${epoch}.${step}: ${seeds.map((word) => word.toString(16)).join(" ")}`);
    },
  });
  await model.close();
  return steps;
}

it("differ between steps, epochs, layers, seeds, and what one layer draws for", async () => {
  const steps = [...(await seedsOf({ epochs: 3 })), ...(await seedsOf({ epochs: 3, seed: 2 }))];
  const seeds = steps.flatMap((step) => {
    return [...step.split(": ")[1]!.matchAll(/\w+ \w+/g)].map(([words]) => words);
  });
  expect(seeds.length).toBe(72);
  expect(new Set(seeds).size).toBe(72);
});

it("are the same again, with any number of threads, and where a training goes on", async () => {
  const steps = await seedsOf({ epochs: 3 });
  expect(steps).toEqual(await seedsOf({ epochs: 3 }));
  expect(steps).toEqual(await seedsOf({ epochs: 3 }, 2));
  expect(steps).toEqual(await seedsOf({ epochs: 3 }, 3));
  expect(steps.slice(3)).toEqual(await seedsOf({ epochs: 3, initialEpoch: 1 }));
  // The training's seed counts, not the model's.
  expect(await seedsOf({ epochs: 1, seed: 5 }, 1, 7)).toEqual(await seedsOf({ epochs: 1, seed: 5 }, 1, 8));
});
