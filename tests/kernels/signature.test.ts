/** Whether every kernel does with its arguments what its signature says: on its definition, which wasm follows to the bit. */
import { describe, expect, it } from "vitest";
import { referenceBackend } from "../../src/backend/index.ts";
import { firstLayerKept, firstLayerScratchBytes } from "../../src/kernels/firstLayer.ts";
import { type Kernels, referenceKernels, signatures } from "../../src/kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../../src/kernels/matmul.ts";
import { type Access, argumentsIn } from "../../src/kernels/signature.ts";
import { Random } from "../../src/random.ts";
import { type DType, Region, Tensor } from "../../src/tensor.ts";

/** 5 samples of 7 numbers out of 6, 3 units. */
const [n, d, units, count] = [5, 7, 3, 6];

type Shape = readonly [rows: number, columns: number, dtype?: DType];
const matrix: Shape = [n, d];
const vector: Shape = [1, d];
const workspace: Shape = [1, MATMUL_WORKSPACE_BYTES, "uint8"];
const rows: Shape = [n, 1, "uint32"];
const labels: Shape = [n, 1, "uint8"];
const sum: Shape = [1, 1, "float64"];
const weights: Shape = [n, 1, "float64"];
const rate = { value: 0.5 };

const normed = { gamma: vector, beta: vector, movingMean: vector, movingVariance: vector };
const imageSizes = { channels: 1, height: 1, width: d };
const elementwise = { y: matrix, x: matrix };
const product = { y: [n, units], x: matrix, w: [d, units], bias: [1, units], workspace } as const;
const compared = { loss: sum, dz: matrix, z: matrix, targets: matrix, weights } as const;
const first = {
  values: [count, d, "uint8"],
  rows,
  scale: vector,
  shift: vector,
  packed: [units + 1, d],
  bias: [1, units],
  kept: [1, 2 * firstLayerKept(n, d), "uint8"],
  scratch: [1, firstLayerScratchBytes(n, units, 1), "uint8"],
  tickets: { current: 1, next: 2 },
} as const;
const update = { ...first, dy: [n, units], lambda: 0.5, learningRate: rate } as const;

/** For every kernel its arguments: the shape of a tensor, or the value itself. */
const cases: { readonly [F in keyof Kernels]: Readonly<Record<keyof Kernels[F], object>> } = {
  accuracy: { count: { correct: sum, scores: matrix, labels } },
  activation: {
    forward: { y: matrix, x: matrix, name: "gelu" },
    backward: { dx: matrix, dy: matrix, at: matrix, name: "gelu" },
  },
  adam: {
    update: {
      ...{ w: matrix, dw: matrix, m: matrix, v: matrix, lambda: 0.5, decay: 0.5 },
      ...{ beta1: 0.5, beta2: 0.25, epsilon: 0.125, learningRate: rate, updates: { value: 2 } },
    },
  },
  augment: {
    move: { ...elementwise, seed: { high: 1, low: 2 }, sizes: imageSizes, flip: true, shift: 1 },
    moveBack: { dx: matrix, dy: matrix, seed: { high: 1, low: 2 }, sizes: imageSizes, flip: true, shift: 1 },
    noise: { ...elementwise, seed: { high: 1, low: 2 }, sigma: 0.5 },
  },
  batchNorm: {
    forward: { ...normed, y: matrix, xHat: matrix, invStd: vector, x: matrix, epsilon: 0.1, momentum: 0.5 },
    inference: { ...normed, y: matrix, x: matrix, epsilon: 0.1 },
    backward: {
      ...{ dx: matrix, dGamma: vector, dBeta: vector },
      ...{ dy: matrix, xHat: matrix, gamma: vector, invStd: vector },
    },
  },
  bias: { add: { y: matrix, x: matrix, bias: vector }, columnSums: { sums: vector, x: matrix } },
  clip: {
    squares: { sums: [1, 3, "float64"], columns: [1, d, "float64"], g: matrix, index: 1 },
    packedSquares: { sums: [1, 3, "float64"], columns: [1, 4, "float64"], g: [4, d], index: 1 },
    scale: { g: matrix, sums: [1, 3, "float64"], limit: 0.5 },
  },
  dropout: { apply: { ...elementwise, seed: { high: 1, low: 2 }, rate: 0.5 } },
  elementary: {
    exp: elementwise,
    expm1: elementwise,
    log: elementwise,
    log1p: elementwise,
    softplus: elementwise,
  },
  ensemble: {
    first: { sums: [n, d, "float64"], x: matrix, weight: 0.5 },
    add: { sums: [n, d, "float64"], x: matrix, weight: 0.5 },
    outputs: { y: matrix, sums: [n, d, "float64"], output: "logit", temperature: 2 },
  },
  binaryCrossEntropy: { forward: { loss: sum, dz: matrix, z: matrix, flags: [n, d, "uint8"], weights } },
  classWeights: { apply: { y: weights, table: [3, 1, "float64"], labels, weights } },
  fingerprint: {
    addRows: {
      ...{ lanes: [1, 16, "uint32"], values: [n, d, "uint8"], block: [1, 16, "uint32"] },
      ...{ first: 0, count: n },
    },
  },
  finite: { all: { result: sum, x: matrix } },
  firstLayer: {
    pack: { packed: [units + 1, d], w: [d, units] },
    unpack: { packed: [units + 1, d], w: [d, units] },
    forward: { ...first, y: [n, units] },
    forwardRelu: { ...first, y: [n, units] },
    prepare: first,
    beginUpdate: update,
    update,
    beginGradient: { ...update, dw: [units + 1, d] },
    gradient: { ...update, dw: [units + 1, d] },
  },
  gather: {
    batch: { x: matrix, values: [count, d], rows, scale: [2, d], shift: [2, d] },
    labels: { y: labels, labels: [count, 1, "uint8"], rows },
  },
  l2: {
    penalty: { penalty: sum, w: matrix, lambda: 0.5 },
    addGradient: { dw: matrix, w: matrix, lambda: 0.5 },
  },
  matmul: {
    multiply: product,
    multiplyBias: product,
    multiplyBiasRelu: product,
    transposedA: { dw: [d, units], x: matrix, dy: [n, units], workspace },
    transposedB: { dx: matrix, dy: [n, units], w: [d, units], workspace },
  },
  moments: {
    bytes: {
      ...{ sums: [1, d, "float64"], squares: [1, d, "float64"] },
      ...{ values: [n, d, "uint8"], scratch: [1, 2 * d, "uint32"] },
    },
  },
  regression: { squared: compared, absolute: compared, huber: { ...compared, delta: 0.5 } },
  relu: { forward: { y: matrix, x: matrix }, backward: { dx: matrix, dy: matrix, y: matrix } },
  scale: {
    multiply: { y: matrix, x: matrix, factor: vector },
    gradient: { dFactor: vector, dy: matrix, x: matrix },
  },
  sgd: {
    update: { w: matrix, dw: matrix, learningRate: rate },
    updateL2: { w: matrix, dw: matrix, lambda: 0.5, learningRate: rate },
    updateMomentum: {
      ...{ w: matrix, dw: matrix, velocity: matrix },
      ...{ lambda: 0.5, momentum: 0.5, nesterov: true, learningRate: rate },
    },
  },
  softmaxCrossEntropy: {
    softmax: { y: matrix, z: matrix },
    forward: { loss: sum, dz: matrix, z: matrix, labels },
    weighted: { loss: sum, dz: matrix, z: matrix, labels, weights, smoothing: 0.1 },
  },
};

/** What only other threads do, or what has a part in the work of several calls: the definition leaves it alone. */
const untouched = ["firstLayer.prepare", "firstLayer.beginUpdate", "firstLayer.beginGradient"];

/** The arguments' bytes after the call; `before` is what stands in those of these accesses before it. */
async function run(family: keyof Kernels, name: string, before: (access: Access) => number) {
  const given = cases[family][name as never] as Readonly<Record<string, unknown>>;
  const args = argumentsIn((signatures[family] as Readonly<Record<string, string>>)[name]!);
  const region = new Region();
  const values = args.map(({ name: argument }) => {
    const shape = given[argument];
    if (!Array.isArray(shape)) return shape;
    const [rowCount, columns, dtype = "float32"] = shape as unknown as Shape;
    return region.tensor(dtype, rowCount, columns);
  });
  const { buffer, base } = await referenceBackend().open(region.bytes, "float32");
  region.bind(buffer, base);
  args.forEach(({ access, name: argument }, i) => {
    const value = values[i];
    if (!(value instanceof Tensor)) return;
    const random = new Random(1, argument);
    const extra = before(access);
    const { data } = value as Tensor<DType>;
    // Row numbers and labels stay in range; a variance is positive.
    for (let j = 0; j < data.length && j < 4096; j++) {
      data[j] =
        value.dtype === "uint8" || value.dtype === "uint32" ? random.below(3) : 0.1 + random.uniform();
      if (extra !== 0) data[j] = data[j]! + extra;
    }
  });
  const bytes = () =>
    values.map((value) => {
      if (!(value instanceof Tensor)) return JSON.stringify(value);
      const { data } = value as Tensor<DType>;
      return Buffer.from(data.buffer, data.byteOffset, Math.min(data.byteLength, 1 << 16)).toString("hex");
    });
  const start = bytes();
  const kernel = (referenceKernels[family] as unknown as Record<string, (...all: unknown[]) => void>)[name]!;
  kernel(...values);
  return { args, start, end: bytes() };
}

const all = Object.entries(signatures).flatMap(([family, texts]) =>
  Object.keys(texts).map((name) => [`${family}.${name}`, family as keyof Kernels, name] as const),
);

describe.each(all)("the signature of %s", (title, family, name) => {
  it("lets what is only read, and every value, be as it was", async () => {
    const { args, start, end } = await run(family, name, () => 0);
    args.forEach(({ access, name: argument }, i) => {
      if (access === "read" || access === "value")
        expect(`${argument} ${end[i]}`).toBe(`${argument} ${start[i]}`);
    });
  });

  it("makes what is written depend on nothing that stood there, or in the scratch", async () => {
    const plain = await run(family, name, () => 0);
    const other = await run(family, name, (access) => (access === "write" || access === "scratch" ? 1 : 0));
    plain.args.forEach(({ access, name: argument }, i) => {
      if (access === "write" || access === "update") {
        expect(`${argument} ${other.end[i]}`).toBe(`${argument} ${plain.end[i]}`);
      }
    });
  });

  if (untouched.includes(title)) return;
  it("changes something, and says what", async () => {
    const { args, start, end } = await run(family, name, () => 0);
    const changed = args.filter((_, i) => start[i] !== end[i]).map(({ access }) => access);
    expect(changed.length).toBeGreaterThan(0);
    for (const access of changed) expect(["write", "update", "scratch"]).toContain(access);
  });
});
