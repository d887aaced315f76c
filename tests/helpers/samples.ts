/** Small seeded samples for tests of models. */
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { AccuracyMetrics } from "../../src/metrics/index.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import { denseNetwork, type NetworkOptions } from "../../src/model/network.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { Random } from "../../src/random.ts";
import type { Schedule } from "../../src/schedules/index.ts";

/** Bytes around a centre for each class: a network learns them within a few epochs. */
export function clusters(count: number, { features = 12, classes = 4, seed = 1 } = {}): Samples {
  const random = new Random(seed, "clusters");
  const centres = Float64Array.from({ length: classes * features }, () => 255 * random.uniform());
  const labels = Uint8Array.from({ length: count }, () => random.below(classes));
  const values = Uint8Array.from({ length: count * features }, (_, i) => {
    const label = labels[Math.floor(i / features)]!;
    return Math.min(255, Math.max(0, centres[label * features + (i % features)]! + 40 * random.normal()));
  });
  return samplesFromArrays({ values, labels, features, classes });
}

/** A compiled network of the paper's kind. */
export function network(
  { hidden = [8, 6], classes = 4, ...options }: Partial<NetworkOptions> = {},
  { schedule = 0.1, ...modelOptions }: ModelOptions & { schedule?: Schedule | number } = {},
): Model {
  return new Model(denseNetwork({ hidden, classes, ...options }), modelOptions).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer({ schedule }),
    metrics: [new AccuracyMetrics()],
  });
}
