/** A short training, the same in the site's build and in Node. */
import {
  CategoricalCrossEntropyLoss,
  ConstantSchedule,
  denseNetwork,
  Model,
  SGDOptimizer,
  spirals,
} from "../../../src/index.ts";

export interface Trained {
  readonly threads: number;
  readonly sha256: string;
}

/** Trains a small network on the spirals, for three epochs. */
export async function trainSpirals(threads: number): Promise<Trained> {
  const layers = denseNetwork({ hidden: [256, 128], classes: 2, batchNormalization: "after" });
  const model = new Model(layers, { seed: 3, threads });
  model.compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer({ schedule: new ConstantSchedule(0.05) }),
  });
  let used = 1;
  await model.fit(spirals().training, {
    ...{ epochs: 3, batchSize: 100 },
    onThreads(report) {
      used = report.threads;
    },
  });
  const sha256 = await model.weightsSha256();
  await model.close();
  return { threads: used, sha256 };
}
