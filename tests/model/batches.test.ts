/** Sources of batches other than resident samples: the training loop takes whatever they put in place. */
import { expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { type BatchSource, ResidentBatches } from "../../src/model/batches.ts";
import { runTraining } from "../../src/model/fit.ts";
import { resolveFitOptions } from "../../src/model/fitOptions.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { Random } from "../../src/random.ts";
import { labellingOf } from "../../src/targets.ts";
import { clusters } from "../helpers/samples.ts";

const [count, batchSize, epochs] = [35, 10, 3];

/** A workspace with the samples in it, not standardised, and its parameters drawn from seed 1. */
async function workspaceOf(samples: Samples): Promise<Workspace> {
  const model = new Model(denseNetwork({ hidden: [7], classes: 4, batchNormalization: "after" }));
  const workspace = await Workspace.create(
    {
      ...{ layers: model.layers, loss: new CategoricalCrossEntropyLoss(), metrics: [] },
      ...{ optimizer: new SGDOptimizer(), precision: "float32", features: samples.features, kind: "bytes" },
      ...{ maxRows: count, resident: [samples] },
    },
    wasmBackend(),
  );
  const { values, labels } = workspace.samples.find(samples)!;
  await samples.read({ values: values.data, labels: labels!.data });
  workspace.factors.get("bytes")!.scale.data.fill(1 / 255);
  for (const { name, value, initializer } of workspace.parameters) {
    initializer.fill(value.data, value.rows, value.columns, new Random(1, name));
  }
  return workspace;
}

/** Reads every batch into the staging room when its turn comes, as data does that is too large for the memory. */
class StreamedBatches implements BatchSource {
  readonly batchSize = batchSize;
  readonly #workspace: Workspace;
  readonly #samples: Samples;
  readonly #sizes = [10, 10, 10, 5];
  #done = 0;
  waits = 0;

  constructor(workspace: Workspace, samples: Samples) {
    this.#workspace = workspace;
    this.#samples = samples;
  }

  get #place() {
    const { samples, targets } = this.#workspace;
    return samples.stagingFor("bytes", labellingOf(this.#samples), targets);
  }

  get steps(): number {
    return this.#sizes.length;
  }

  async begin(): Promise<void> {
    this.#done = 0;
  }

  skip(steps: number): void {
    this.#done = steps;
  }

  async ready(): Promise<void> {
    const n = this.#sizes[this.#done]!;
    const rows = Uint32Array.from({ length: n }, (_, i) => 10 * this.#done + i);
    await new Promise((resolve) => setTimeout(resolve, 1));
    const { values, labels } = this.#place;
    await this.#samples.select(rows).read({
      values: values.data.subarray(0, n * this.#samples.features),
      labels: labels!.data.subarray(0, n),
    });
    this.waits++;
  }

  next() {
    const n = this.#sizes[this.#done++]!;
    for (let i = 0; i < n; i++) this.#workspace.rows.data[i] = i;
    this.#workspace.firstLayer?.beginBatch(undefined);
    return { n, place: this.#place };
  }
}

it("a stream of batches trains to the same bits as samples that lie in memory", async () => {
  const samples = clusters(count);
  const train = async (make: (workspace: Workspace) => BatchSource) => {
    const workspace = await workspaceOf(samples);
    const place = workspace.samples.find(samples)!;
    const options = { ...resolveFitOptions({ epochs, batchSize }, 1), chooseThreads: false };
    const none = { validation: undefined, layerTensors: () => [], encode: () => new Uint8Array() };
    const inputs = { ...none, workspace, train: place, batches: make(workspace) };
    const { rows, steps } = await runTraining(inputs, options);
    workspace.readParameters();
    return {
      steps,
      rows: rows.map((row) => row.train),
      values: workspace.parameters.map(({ value }) => [...value.data]),
    };
  };
  const resident = await train((workspace) => {
    const place = workspace.samples.find(samples)!;
    return new ResidentBatches(workspace, place, { batchSize, minimumBatch: 2, shuffle: false, seed: 1 });
  });
  let streamed: StreamedBatches | undefined;
  const result = await train((workspace) => {
    streamed = new StreamedBatches(workspace, samples);
    return streamed;
  });
  expect(result).toEqual(resident);
  expect(result.steps).toBe(4 * epochs);
  expect(streamed!.waits).toBe(4 * epochs);
  expect(result.rows[2]!.loss).toBeLessThan(result.rows[0]!.loss);
});
