// Trains the rows of tests/fixtures/hashes.json, and prints a line of JSON for each.
//
// It is JavaScript and takes the built library, so that every Node runs it. The samples follow from Random and from
// operations that are exact, so that they are the same everywhere; they are as few as show what a row is there for.
import { readFileSync } from "node:fs";
import {
  CategoricalCrossEntropyLoss,
  denseNetwork,
  HeInitializer,
  LRCyclingSchedule,
  Model,
  NormalInitializer,
  Random,
  SGDOptimizer,
  samplesFromArrays,
  XavierInitializer,
  ZerosInitializer,
} from "../../../dist/index.js";

export const TABLE = new URL("../../fixtures/hashes.json", import.meta.url);

const arrays = { bytes: Uint8Array, float32: Float32Array, float64: Float64Array };

/** Values around a centre for each class: bytes, or floats from `offset` on in steps of `scale`. */
function makeSamples({ type, count, features, classes, seed = 1, offset = 0, scale = 1 }) {
  const places = new Random(1, "centres");
  const centres = Float64Array.from({ length: classes * features }, () => 255 * places.uniform());
  const random = new Random(seed, "samples");
  const labels = Uint8Array.from({ length: count }, () => random.below(classes));
  const values = Uint8Array.from({ length: count * features }, (_, i) => {
    const centre = centres[labels[Math.floor(i / features)] * features + (i % features)];
    return Math.min(255, Math.max(0, centre + 160 * (random.uniform() - 0.5)));
  });
  // Of bytes neither is given.
  const stored = arrays[type].from(values, (value) => offset + scale * value);
  return samplesFromArrays({ values: stored, labels, features, classes });
}

const initializers = {
  xavier: () => new XavierInitializer(),
  he: () => new HeInitializer(),
  normal: () => new NormalInitializer(0.05),
  zeros: () => new ZerosInitializer(),
};

/** What the settings of a row lead to: the hash of the weights, and the losses of the last epoch and of other samples. */
export async function train({ samples, network = {}, model: options = {}, schedule, fit = {} }) {
  const { weightInitializer: weights = "xavier", biasInitializer: biases = weights, ...rest } = network;
  const layers = denseNetwork({
    hidden: [20, 13],
    ...rest,
    classes: samples.classes,
    weightInitializer: initializers[weights](),
    biasInitializer: initializers[biases](),
  });
  const model = new Model(layers, options).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer({ schedule: schedule ?? new LRCyclingSchedule({ stepSize: 5 }) }),
  });
  const { rows } = await model.fit(makeSamples(samples), { epochs: 3, batchSize: 32, ...fit });
  const { loss } = await model.evaluate(makeSamples({ ...samples, count: 70, seed: 2 }));
  const weightsSha256 = await model.weightsSha256();
  await model.close();
  return { weightsSha256, trainLoss: rows.at(-1).train.loss, loss };
}

if (process.argv[1]?.endsWith("train.mjs")) {
  for (const { name, settings } of JSON.parse(readFileSync(TABLE, "utf8")))
    console.log(JSON.stringify({ name, ...(await train(settings)) }));
}
