/**
 * What every runtime and every bundle trains: a small network on bytes, by one thread, by two and by as many as are
 * fastest. Its results have to be the same everywhere.
 */

const features = 300;
const classes = 10;
const count = 256;

/** @param {typeof import("../../../src/index.ts")} nnwasm the library, as the runtime has got it */
function make(nnwasm, threads) {
  const random = new nnwasm.Random(1, "runtimes");
  const samples = nnwasm.samplesFromArrays({
    values: Uint8Array.from({ length: count * features }, () => random.below(256)),
    labels: Uint8Array.from({ length: count }, () => random.below(classes)),
    features,
    classes,
  });
  const layers = nnwasm.denseNetwork({ hidden: [60, 40], classes, batchNormalization: "after" });
  const model = new nnwasm.Model(layers, { threads }).compile({
    loss: new nnwasm.CategoricalCrossEntropyLoss(),
    optimizer: new nnwasm.SGDOptimizer({ schedule: 0.1 }),
    metrics: [new nnwasm.AccuracyMetrics()],
  });
  return { model, samples, fitting: { epochs: 60, batchSize: 64 } };
}

async function train(nnwasm, threads) {
  const { model, samples, fitting } = make(nnwasm, threads);
  const said = [];
  const { rows } = await model.fit(samples, { ...fitting, onThreads: (report) => said.push(report) });
  const saved = nnwasm.decodeSafetensors(nnwasm.encodeSafetensors(model.tensors(), { é: "€" }), "saved");
  const weights = await model.weightsSha256();
  await model.close();
  return { weights, loss: rows.at(-1).train.loss, saved: [...saved.tensors.keys()], said };
}

/** By the number of threads that were asked for: what came out, or the error. */
export async function trainAll(nnwasm) {
  const outcomes = {};
  for (const threads of [1, 2, "auto"]) {
    outcomes[threads] = await train(nnwasm, threads).catch((error) => ({ error: String(error) }));
  }
  return outcomes;
}

/** The same by trainInWorker: its loss and weights, how often it told of its progress; or the error. */
export async function trainThere(nnwasm, options = {}) {
  const { model, samples, fitting } = make(nnwasm, 1);
  let reports = 0;
  const onProgress = () => reports++;
  try {
    const training = nnwasm.trainInWorker(model, samples, { ...fitting, onProgress, ...options });
    const { rows } = await training.finished;
    return { weights: await model.weightsSha256(), loss: rows.at(-1).train.loss, told: reports > 0 };
  } catch (error) {
    return { error: String(error) };
  }
}
