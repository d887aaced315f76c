// The networks in TensorFlow.js: its gradients, and the update by hand, which spares it operations.
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";

const { initialWeight, makeData, serve, standardize, trainingProgram } = await import(process.argv[2]);
const settings = JSON.parse(process.argv[3]);
const backend = process.argv[4];
const { widths, batchNormalization, lambda, samples } = settings;
const MOMENTUM = 0.9;
const EPSILON = 1e-5;

// Their CommonJS builds, so that all share one core.
const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
let engine = "plain JavaScript";
if (backend === "wasm") {
  const { setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")) + sep);
  engine = `WebAssembly${(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")) ? " SIMD" : ""}`;
}
await tf.setBackend(backend);
await tf.ready();

const { bytes, labels } = makeData(settings);
const x = tf.tensor2d(standardize(bytes), [samples, widths[0]]);
const y = tf.tidy(() =>
  tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), widths.at(-1)), "float32"),
);

function make() {
  const layers = widths.slice(1).map((outputs, i) => {
    const isNormalized = batchNormalization && i < widths.length - 2;
    return {
      weight: tf.variable(tf.tensor2d(initialWeight(settings, i), [widths[i], outputs])),
      bias: tf.variable(tf.zeros([outputs])),
      ...(isNormalized && {
        gamma: tf.variable(tf.ones([outputs])),
        beta: tf.variable(tf.zeros([outputs])),
        movingMean: tf.variable(tf.zeros([outputs]), false),
        movingVariance: tf.variable(tf.ones([outputs]), false),
      }),
    };
  });
  const weights = layers.map(({ weight }) => weight);
  const learned = layers.flatMap(({ weight, bias, gamma, beta }) =>
    gamma === undefined ? [weight, bias] : [weight, bias, gamma, beta],
  );
  const move = (average, now) => average.assign(tf.add(tf.mul(average, MOMENTUM), tf.mul(now, 1 - MOMENTUM)));
  const logits = (inputs) =>
    layers.reduce((h, { weight, bias, gamma, beta, movingMean, movingVariance }, i) => {
      const z = tf.add(tf.matMul(h, weight), bias);
      if (i === layers.length - 1) return z;
      const a = tf.relu(z);
      if (gamma === undefined) return a;
      const { mean, variance } = tf.moments(a, 0);
      move(movingMean, mean);
      move(movingVariance, variance);
      return tf.batchNorm2d(a, mean, variance, beta, gamma, EPSILON);
    }, inputs);
  return {
    step: (rows, rate) =>
      tf.tidy(() => {
        const indices = tf.tensor1d(Int32Array.from(rows), "int32");
        const inputs = tf.gather(x, indices);
        const targets = tf.gather(y, indices);
        const { value, grads } = tf.variableGrads(
          () => tf.losses.softmaxCrossEntropy(targets, logits(inputs)),
          learned,
        );
        for (const variable of learned) {
          const kept = weights.includes(variable) ? tf.mul(variable, 1 - rate * lambda) : variable;
          variable.assign(tf.sub(kept, tf.mul(grads[variable.name], rate)));
        }
        return value.dataSync()[0];
      }),
    // In float64: float32 would lose a thousandth of three million squares.
    penalty: () =>
      0.5 *
      lambda *
      weights.reduce((sum, weight) => weight.dataSync().reduce((all, w) => all + w * w, sum), 0),
  };
}

const introduction = { name: `TensorFlow.js ${backend}`, version: tf.version.tfjs, threads: 1, engine };
await serve(introduction, trainingProgram(settings, make));
