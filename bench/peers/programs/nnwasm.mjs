// nnwasm itself, as its users have it: from dist/, by its public API.

import { readFileSync } from "node:fs";
import {
  AdamOptimizer,
  BatchNormalization,
  CategoricalCrossEntropyLoss,
  Dense,
  L2Regularizer,
  LRCyclingSchedule,
  Model,
  SGDOptimizer,
  samplesFromArrays,
  wideSimd,
} from "../../../dist/index.js";
import { widen } from "../../../dist/simd/wide.js";

const {
  BYTE_DEVIATION,
  BYTE_MEAN,
  CHECK_STEP_SIZE,
  initialWeight,
  makeData,
  median,
  repeat,
  serve,
  standardize,
} = await import(process.argv[2]);
const settings = JSON.parse(process.argv[3]);
const simd = process.argv[4];
const { task, widths, batchNormalization, optimizer, batchSize, lambda, samples, etaMax, threads } = settings;
const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
const features = widths[0];
const classes = widths.at(-1);

/** The width of the vectors: that of the verdict, unless one is asked for. */
const width = simd === "auto" ? (await wideSimd()).width : simd;
if (simd === "wide") await widen();

/** Seconds of every slice before the clock starts: a training may start workers, whose code is compiled first. */
const LEAD = 0.2;

/** The network with the numbers that all begin with. */
async function makeModel(stepSize, elementType, standardization) {
  const weightRegularizer = new L2Regularizer(lambda);
  const hidden = widths.slice(1, -1).flatMap((units) => {
    const dense = new Dense(units, { activation: "relu", weightRegularizer });
    return batchNormalization ? [dense, new BatchNormalization()] : [dense];
  });
  const output = new Dense(classes, { activation: "softmax", weightRegularizer });
  const model = new Model([...hidden, output], { threads });
  const Optimizer = optimizer === "adam" ? AdamOptimizer : SGDOptimizer;
  model.compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new Optimizer({ schedule: new LRCyclingSchedule({ stepSize, etaMax }) }),
  });
  await model.build(features, elementType);
  const initial = model.tensors().map((tensor) => {
    const layer = /^dense(\d+)\.weight$/.exec(tensor.name)?.[1];
    if (layer !== undefined) return { ...tensor, data: initialWeight(settings, layer - 1) };
    // Predictions before a training: the peers' begin with 1.
    return tensor.name.endsWith(".movingVariance") ? { ...tensor, data: tensor.data.fill(1) } : tensor;
  });
  const everywhere = (name, value) => ({
    name: `standardize.${name}`,
    shape: [features],
    data: new Float64Array(features).fill(value),
  });
  const { mean, deviation } = standardization;
  await model.load([...initial, everywhere("mean", mean), everywhere("std", deviation)]);
  return model;
}

/** Bytes count as v / 255. */
const OF_BYTES = { mean: BYTE_MEAN / 255, deviation: BYTE_DEVIATION / 255 };

async function trainingProgram() {
  const { bytes, labels } = makeData(settings);
  const count = (n) =>
    samplesFromArrays({
      values: bytes.subarray(0, n * features),
      labels: labels.subarray(0, n),
      features,
      classes,
    });
  const all = count(samples);
  const model = await makeModel(settings.stepSize, "uint8", OF_BYTES);
  let seed = 1;
  return {
    threads: model.threads,
    async check(steps) {
      const checked = await makeModel(CHECK_STEP_SIZE, "uint8", OF_BYTES);
      const losses = [];
      await checked.fit(count(batchSize), {
        epochs: steps,
        batchSize,
        onStep: ({ loss }) => losses.push(loss),
      });
      const weights = checked.tensors().filter(({ name }) => name.endsWith(".weight"));
      const squares = weights.flatMap(({ data }) => data.reduce((sum, w) => sum + w * w, 0));
      // Its threads shall not stand beside those that are timed.
      await checked.close();
      return { losses, penalty: 0.5 * lambda * squares.reduce((sum, s) => sum + s, 0) };
    },
    async slice(seconds, least) {
      const enough = new AbortController();
      const times = [];
      let first = 0;
      let isMeasuring = false;
      let before = 0;
      let training = 0;
      let last = 0;
      await model.fit(all, {
        epochs: 1_000_000,
        batchSize,
        seed: seed++,
        signal: enough.signal,
        onStep({ loss }) {
          if (enough.signal.aborted) return;
          const now = performance.now();
          first ||= now;
          if (isMeasuring) {
            times.push((now - before) / 1000);
            training += times.at(-1);
            last = loss;
            if (times.length >= least && training >= seconds) enough.abort();
          }
          isMeasuring ||= now - first >= LEAD * 1000;
          before = now;
        },
        onEpoch() {
          // After the epoch's evaluation, which the peers do without.
          before = performance.now();
        },
      });
      return { steps: times.length, stepSeconds: median(times), loss: last };
    },
  };
}

async function predictingProgram() {
  const { bytes } = makeData(settings);
  const values = standardize(bytes.subarray(0, batchSize * features));
  const model = await makeModel(settings.stepSize, "float32", { mean: 0, deviation: 1 });
  return {
    threads: model.threads,
    outputs: () => model.predict(values),
    slice: (seconds, least) => repeat(seconds, least, () => model.predict(values)),
  };
}

const { threads: used, ...program } = await (task === "train" ? trainingProgram() : predictingProgram());
const engine = `Node ${process.versions.node}, ${width}`;
await serve({ name: "nnwasm", version, threads: used, engine }, program);
