// Calls kernels with random shapes and values at one width, and prints a digest for every BLOCK calls, so that two processes
// can be compared: `node compare.mjs narrow|wide SEED CALLS`. A process that widens, widens the narrow binary as well: hence two.
//
// Values are ordinary ones, with zeros, denormals, huge ones and infinities among them. Every NaN counts as the same one.
import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { Random } from "../../../dist/random.js";
import { WIDEN } from "../../../dist/simd/flag.js";
import { calls } from "../../../dist/wasm/exports.generated.js";
import * as layout from "../../../dist/wasm/firstLayerLayout.generated.js";
import { MATMUL_WORKSPACE_BYTES } from "../../../dist/wasm/matmulLayout.generated.js";

export const BLOCK = 500;

const [width, seed, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
if (width === "wide") setFlagsFromString(WIDEN);
const file = width === "wide" ? "wideBinaries" : "binaries";
const { plain } = await import(`../../../dist/wasm/${file}.generated.js`);
const memory = new WebAssembly.Memory({ initial: 800, maximum: 65536 });
const module = new WebAssembly.Module(Buffer.from(plain, "base64"));
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
const kernels = calls(exports);
const random = new Random(seed, "wide");

/** Of 0 to `most`: small ones as often as large ones. */
const size = (most) => random.below(1 + random.below(1 + random.below(2) * most + 12));

const SPECIAL = [0, -0, 1e-42, 1e30, -1e30, 3e38, Number.POSITIVE_INFINITY, 1];
const ordinary = () => random.normal();
const rectified = () => Math.max(0, random.normal());
const odd = () => (random.below(20) === 0 ? SPECIAL[random.below(SPECIAL.length)] : random.normal());

/** What the products pack into, behind all tensors. It holds whatever it holds. */
const WORKSPACE = memory.buffer.byteLength - MATMUL_WORKSPACE_BYTES;

/** Room in the memory, one tensor behind the other, a few bytes off the lines of a cache. */
let free;
function room(type, length, next) {
  free = (free + 63 + 16 * random.below(4)) & ~15;
  const data = new type(memory.buffer, free, length);
  free += data.byteLength + 64;
  if (next === undefined) data.fill(0);
  else for (let i = 0; i < length; i++) data[i] = next();
  return { data };
}

const precisions = { F32: Float32Array, F64: Float64Array };

/** A product in one of its forms. */
function product(suffix, next) {
  const type = precisions[suffix];
  const most = random.below(30) === 0 ? 300 : 70;
  const [m, n, k] = [size(most), size(most), size(most)];
  const y = room(type, m * n);
  const [a, b] = [room(type, m * k, next), room(type, k * n, next)];
  const workspace = WORKSPACE;
  const form = random.below(3);
  if (form === 1) kernels[`matmulTransposedA${suffix}`]({ dw: y, x: a, dy: b, m, n, k, workspace });
  else if (form === 2) kernels[`matmulTransposedB${suffix}`]({ dx: y, dy: a, w: b, m, n, k, workspace });
  else {
    const bias = random.below(2) === 0 ? 0 : room(type, n, next);
    const rectify = bias !== 0 && random.below(2) === 0;
    kernels[`matmul${suffix}`]({ y, x: a, w: b, bias, m, n, k, rectify, workspace });
  }
  return [y];
}

/** The first layer's forward pass, and its update or gradient. */
function firstLayer(_suffix, next) {
  const isBytes = random.below(2) === 0;
  const type = isBytes ? Uint8Array : Float32Array;
  const ending = isBytes ? "Bytes" : "Floats";
  const [n, d, units] = [size(130), size(200), 1 + size(60)];
  const factors = isBytes ? 1 : 2;
  const values = room(type, (n + 1) * d, isBytes ? () => random.below(256) : ordinary);
  const rows = room(Uint32Array, n, () => random.below(n + 1));
  const scale = room(Float32Array, factors * d, () => 0.01 + random.uniform());
  const shift = room(Float32Array, factors * d, () => random.uniform() - 0.5);
  const even = units + (units & 1);
  const w = room(Float32Array, units * d, next);
  const pairs = room(Float32Array, even * d);
  kernels.firstLayerPack({ pairs, w, d, units });
  const bias = room(Float32Array, units, next);
  const y = room(Float32Array, n * units);
  const kept = room(type, layout.keptNumbers(n, d));
  const scratch = room(Uint8Array, layout.threadsBytes(units, 1) + 64);
  const given = { kept, values, rows, scale, shift, pairs, n, units, d, scratch };
  kernels[`firstLayerForward${ending}`]({ ...given, y, bias, rectify: random.below(2) === 0, ticket: 0 });
  const share = random.uniform();
  const dy = room(Float32Array, n * units, () => (random.uniform() < share ? 0 : random.normal()));
  const gradient = room(Uint8Array, layout.gradientBytes(n, units) + 64);
  kernels.firstLayerPackGradient({ gradient, dy, n, units });
  const update = { pairs, gradient, kept, scale, shift, n, units, d, scratch };
  if (random.below(2) === 0) kernels[`firstLayerUpdate${ending}`]({ ...update, lambda: 0.005, rate: 0.1 });
  else kernels[`firstLayerGradient${ending}`](update);
  return [y, pairs];
}

/** What stands between the products. */
function between(suffix, next) {
  const type = precisions[suffix];
  const [n, d] = [1 + size(60), 1 + size(80)];
  const some = (length = n * d) => room(type, length, next);
  const [x, y, dx] = [some(), some(), some()];
  switch (random.below(10)) {
    case 0:
      kernels[`reluForward${suffix}`]({ y, x, n: n * d });
      kernels[`reluBackward${suffix}`]({ dx, dy: x, y, n: n * d });
      return [y, dx];
    case 1: {
      const [xHat, invStd, gamma, beta, mean, variance] = [
        some(),
        some(d),
        some(d),
        some(d),
        some(d),
        some(d),
      ];
      const [dGamma, dBeta] = [some(d), some(d)];
      kernels[`batchNormForward${suffix}`]({
        ...{ y, xHat, invStd, movingMean: mean, movingVariance: variance, x, gamma, beta, n, d },
        ...{ epsilon: 1e-3, momentum: 0.9 },
      });
      kernels[`batchNormBackward${suffix}`]({ dx, dGamma, dBeta, dy: x, xHat, gamma, invStd, n, d });
      return [y, dx, xHat, invStd, mean, variance, dGamma, dBeta];
    }
    case 2: {
      const [bias, sums] = [some(d), some(d)];
      kernels[`biasAdd${suffix}`]({ y, x, bias, n, d });
      kernels[`columnSums${suffix}`]({ sums, x: y, n, d });
      return [y, sums];
    }
    case 3:
      kernels[`softmax${suffix}`]({ y, z: x, n, c: d });
      return [y];
    case 4:
      kernels[`sgdL2${suffix}`]({ w: y, dw: x, n: n * d, lambda: 0.005, learningRate: 0.1 });
      return [y];
    case 5: {
      const velocity = some();
      const how = { lambda: 0.01, momentum: 0.9, nesterov: random.below(2) === 0, learningRate: 0.1 };
      kernels[`sgdMomentum${suffix}`]({ w: y, dw: x, v: velocity, n: n * d, ...how });
      return [y, velocity];
    }
    case 6: {
      const [m, v] = [some(), room(type, n * d, rectified)];
      const rates = {
        lambda: 0.01,
        decay: 0.001,
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
        rate: 0.01,
        root: 0.5,
      };
      kernels[`adam${suffix}`]({ w: y, dw: x, m, v, n: n * d, ...rates });
      return [y, m, v];
    }
    case 7: {
      const [gamma, beta, mean, variance] = [some(d), some(d), some(d), room(type, d, rectified)];
      kernels[`batchNormInference${suffix}`]({
        ...{ y, x, gamma, beta, movingMean: mean, movingVariance: variance, n, d, epsilon: 1e-3 },
      });
      return [y];
    }
    case 8: {
      const result = room(Float64Array, 1, next);
      kernels[`allFinite${suffix}`]({ result, x, n: n * d });
      kernels[`sgd${suffix}`]({ w: y, dw: x, n: n * d, learningRate: 0.1 });
      return [result, y];
    }
    default: {
      const name = ["gelu", "mish", "selu", "sigmoid", "silu", "tanh"][random.below(6)];
      kernels[`${name}Forward${suffix}`]({ y, x, n: n * d });
      kernels[`${name}Backward${suffix}`]({ dx, dy: x, at: x, n: n * d });
      return [y, dx];
    }
  }
}

const kinds = [product, product, firstLayer, between];
let hash = createHash("sha256");
for (let call = 1; call <= count; call++) {
  free = 65536;
  const next = [ordinary, ordinary, rectified, odd][random.below(4)];
  const results = kinds[random.below(kinds.length)](random.below(3) === 0 ? "F64" : "F32", next);
  for (const { data } of results) {
    for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) data[i] = 0;
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  if (call % BLOCK === 0 || call === count) {
    console.log(`${call} ${hash.digest("hex")}`);
    hash = createHash("sha256");
  }
}
