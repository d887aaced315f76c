// The networks in jax-js: a whole step, gradients and update, is one compiled function. Its arrays are moved: what is
// used once more is taken by .ref.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";

const { initialWeight, makeData, serve, standardize, trainingProgram } = await import(process.argv[2]);
const settings = JSON.parse(process.argv[3]);
const { widths, batchNormalization, batchSize, lambda } = settings;
const [features, classes] = [widths[0], widths.at(-1)];
const MOMENTUM = 0.9;
const EPSILON = 1e-5;

await init("wasm");
defaultDevice("wasm");
const { bytes, labels } = makeData(settings);
const values = standardize(bytes);

/** The mean loss, and every normalised layer's mean and variance. */
function loss(layers, x, targets) {
  const moments = [];
  let h = x;
  layers.forEach(({ weight, bias, gamma, beta }, i) => {
    h = np.matmul(h, weight).add(bias);
    if (i === layers.length - 1) return;
    h = nn.relu(h);
    if (gamma === undefined) return;
    const mean = h.ref.mean(0);
    const centred = h.sub(mean.ref);
    const variance = np.square(centred.ref).mean(0);
    moments.push({ mean, variance: variance.ref });
    h = centred
      .div(np.sqrt(variance.add(EPSILON)))
      .mul(gamma)
      .add(beta);
  });
  return [
    nn
      .logSoftmax(h, -1)
      .mul(targets)
      .sum()
      .mul(-1 / batchSize),
    moments,
  ];
}

const update = jit((layers, averages, x, targets, rate) => {
  const [[value, moments], gradients] = valueAndGrad(loss, { hasAux: true })(tree.ref(layers), x, targets);
  const decay = rate.ref.mul(-lambda).add(1);
  const updated = layers.map((layer, i) =>
    Object.fromEntries(
      Object.entries(layer).map(([name, array]) => {
        const kept = name === "weight" ? array.mul(decay.ref) : array;
        return [name, kept.sub(gradients[i][name].mul(rate.ref))];
      }),
    ),
  );
  decay.dispose();
  rate.dispose();
  const move = (average, now) => average.mul(MOMENTUM).add(now.mul(1 - MOMENTUM));
  const moved = averages.map((average, i) => ({
    mean: move(average.mean, moments[i].mean),
    variance: move(average.variance, moments[i].variance),
  }));
  return [value, updated, moved];
});

function make() {
  const averages = [];
  let layers = widths.slice(1).map((outputs, i) => {
    const dense = {
      weight: np.array(initialWeight(settings, i)).reshape([widths[i], outputs]),
      bias: np.zeros([outputs]),
    };
    if (!batchNormalization || i === widths.length - 2) return dense;
    averages.push({ mean: np.zeros([outputs]), variance: np.ones([outputs]) });
    return { ...dense, gamma: np.ones([outputs]), beta: np.zeros([outputs]) };
  });
  let moved = averages;
  return {
    async step(rows, rate) {
      const x = new Float32Array(batchSize * features);
      const targets = new Float32Array(batchSize * classes);
      rows.forEach((row, i) => {
        x.set(values.subarray(row * features, (row + 1) * features), i * features);
        targets[i * classes + labels[row]] = 1;
      });
      let value;
      [value, layers, moved] = update(
        layers,
        moved,
        np.array(x).reshape([batchSize, features]),
        np.array(targets).reshape([batchSize, classes]),
        np.array([rate]).reshape([]),
      );
      return (await value.data())[0];
    },
    async penalty() {
      let sum = 0;
      // In float64: float32 would lose a thousandth of three million squares.
      for (const { weight } of layers) for (const w of await weight.ref.data()) sum += w * w;
      return 0.5 * lambda * sum;
    },
  };
}

const manifest = createRequire(import.meta.url)
  .resolve("@jax-js/jax")
  .replace(/dist.*$/, "package.json");
const { version } = JSON.parse(readFileSync(manifest, "utf8"));
await serve(
  { name: "jax-js wasm", version, threads: 1, engine: "WebAssembly SIMD" },
  trainingProgram(settings, make),
);
