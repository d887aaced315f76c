import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { referenceKernels } from "../../src/kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../../src/kernels/matmul.ts";
import { Random } from "../../src/random.ts";
import { Region, type Tensor } from "../../src/tensor.ts";
import { threads } from "../../src/wasm/binaries.generated.ts";
import type { Exports } from "../../src/wasm/exports.generated.ts";
import { threads as wideThreads } from "../../src/wasm/wideBinaries.generated.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import {
  everyTwins,
  float32Twins,
  float64Twins,
  floats,
  type Twins,
  wideTwins,
  written,
} from "../helpers/twins.ts";
import { kinds, numbers } from "../helpers/values.ts";

type Size = readonly [m: number, n: number, k: number];

/** The three forms, each with the shapes of its operands a and b for a result (m, n) of sums over k. */
const forms = {
  multiply: ([m, n, k]: Size) => ({ a: [m, k], b: [k, n] }),
  transposedA: ([m, n, k]: Size) => ({ a: [k, m], b: [k, n] }),
  transposedB: ([m, n, k]: Size) => ({ a: [m, k], b: [n, k] }),
} as const;
type Form = keyof typeof forms;
const formNames = Object.keys(forms) as Form[];

type Values = ArrayLike<number> | (() => number);

function product(twins: Twins, form: Form, size: Size, a: Values, b: Values) {
  const shapes = forms[form](size);
  const tensor = ([rows, columns]: readonly number[], values?: Values) => floats(rows!, columns!, values);
  return twins.check(
    `matmul.${form}`,
    { c: written(tensor(size)), a: tensor(shapes.a, a), b: tensor(shapes.b, b) },
    (kernels, { c, a, b }, workspace) => kernels.matmul[form](c, a, b, workspace),
  ).c.data;
}

/** The product with a bias, with and without the ReLU: checked against what they stand for, too. */
function productWithBias(twins: Twins, [m, n, k]: Size, next: () => number) {
  const values = (size: number) => Array.from({ length: size }, next);
  const slots = {
    x: floats(m, k, values(m * k)),
    w: floats(k, n, values(k * n)),
    bias: floats(1, n, values(n)),
  };
  const y = written(floats(m, n));
  const fused = (name: "multiplyBias" | "multiplyBiasRelu") =>
    twins
      .check(`matmul.${name}`, { y, ...slots }, ({ matmul }, { y, x, w, bias }, workspace) =>
        matmul[name](y, x, w, bias, workspace),
      )
      .y.data.slice();
  const [plain, withRelu] = [fused("multiplyBias"), fused("multiplyBiasRelu")];
  const steps = { sum: written(floats(m, n)), rectified: written(floats(m, n)), ...slots };
  const expected = twins.check("the steps", steps, (kernels, { sum, rectified, x, w, bias }, workspace) => {
    kernels.matmul.multiply(sum, x, w, workspace);
    kernels.bias.add(sum, sum, bias);
    kernels.relu.forward(rectified, sum);
  });
  expectSameBits(plain, expected.sum.data);
  expectSameBits(withRelu, expected.rectified.data);
}

describe("matmul, by hand", () => {
  // (1 2 3; 4 5 6) · (7 8; 9 10; 11 12) = (58 64; 139 154)
  it.each([
    ["multiply", [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]],
    ["transposedA", [1, 4, 2, 5, 3, 6], [7, 8, 9, 10, 11, 12]],
    ["transposedB", [1, 2, 3, 4, 5, 6], [7, 9, 11, 8, 10, 12]],
  ] as const)("%s multiplies (2, 3) by (3, 2)", (form, a, b) => {
    expect([...product(float64Twins, form, [2, 2, 3], a, b)]).toEqual([58, 64, 139, 154]);
  });

  it.each(formNames)("%s gives zeros for a sum of no terms", (form) => {
    expect([...product(float64Twins, form, [2, 2, 0], [], [])]).toEqual([0, 0, 0, 0]);
  });

  it("adds a bias, and keeps what is positive then, NaN too", () => {
    const slots = {
      y: written(floats(2, 3)),
      x: floats(2, 1, [1, 2]),
      w: floats(1, 3, [1, -2, NaN]),
      bias: floats(1, 3, [-2, 3, 0]),
    };
    const run = (name: "multiplyBias" | "multiplyBiasRelu") => [
      ...float64Twins.check(`matmul.${name}`, slots, ({ matmul }, { y, x, w, bias }, workspace) =>
        matmul[name](y, x, w, bias, workspace),
      ).y.data,
    ];
    expect(run("multiplyBias")).toEqual([-1, 1, NaN, 0, -1, NaN]);
    expect(run("multiplyBiasRelu")).toEqual([0, 1, NaN, 0, 0, NaN]);
  });

  it("adds the terms one by one, in their order", () => {
    // 2^24 + 1 is 2^24 in float32: every 1 after it is lost, every 1 before it counts.
    const ones = new Array(3000).fill(1);
    const sum = (row: number[]) => [...product(float32Twins, "multiply", [1, 1, row.length], row, ones)];
    expect(sum([16777216, ...ones.slice(1)])).toEqual([16777216]);
    expect(sum([...ones.slice(1), 16777216])).toEqual([16777216 + 3000]);
  });

  it("keeps NaN and infinities in their rows and columns", () => {
    const a = [1, NaN, 2, 2, Infinity, 1];
    // Rows (1 NaN) (2 2) (∞ 1), times the columns (1, 0) (0, 1).
    expect([...product(float32Twins, "multiply", [3, 2, 2], a, [1, 0, 0, 1])]).toEqual([
      NaN,
      NaN,
      2,
      2,
      Infinity,
      NaN,
    ]);
  });
});

const small = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];

// The products of the paper's networks: a batch of 100 through 3072 → 50 → 50 → 10, and 50 → 30 → 20 → 10.
const layers = [
  [3072, 50],
  [50, 50],
  [50, 30],
  [30, 20],
  [20, 10],
  [10, 10],
] as const;

// A block more, a block less, one after the other: MC = 64 rows, NC = 1024 columns, KC = 1024 terms.
const edges: Size[] = [
  ...[63, 64, 65, 129].map((m): Size => [m, 5, 7]),
  ...[1023, 1024, 1025, 2049].map((n): Size => [3, n, 5]),
  ...[1023, 1024, 1025, 2047, 2048, 2049].map((k): Size => [5, 9, k]),
  // Panels of 5, 4, 3, 2 and 1 vectors, of two and of four elements, in every combination; the last one not full.
  ...Array.from({ length: 120 }, (_, i): Size => [i % 11, i + 1, 3 + (i % 9)]),
  [65, 1025, 200],
  [65, 41, 1025],
  // Five vectors, the last one not full, on top of an earlier block of terms, with rows of either parity.
  [7, 17, 1025],
  [8, 39, 1025],
  [7, 9, 2049],
  // B as large as it may be to be read as it is, in either precision, and larger.
  ...[127, 128, 129, 255, 256, 257].flatMap((k): Size[] => [
    [9, 32, k],
    [3, 64, k],
  ]),
  // Few rows of X, and as many as they may be.
  ...[1, 2, 3, 4].flatMap((m): Size[] => [
    [m, 50, 784],
    [m, 10, 50],
  ]),
];

describe.each([...everyTwins, ...wideTwins])("matmul in $name", (twins) => {
  it.each(formNames)("%s has the definition's bits at 2,744 shapes up to (33, 33, 33)", (form) => {
    const next = numbers("ordinary", twins.precision, "matmul");
    for (const m of small)
      for (const n of small) for (const k of small) product(twins, form, [m, n, k], next, next);
  });

  it.each(kinds)("has the definition's bits for %s values, at tails of every kind", (kind) => {
    const next = numbers(kind, twins.precision, "matmul");
    for (const form of formNames) {
      for (const m of [1, 2, 3, 5, 6, 7]) {
        for (const n of [1, 2, 3, 4, 6, 9, 13, 16, 23]) {
          for (const k of [1, 2, 5, 300]) product(twins, form, [m, n, k], next, next);
        }
      }
    }
  });

  it.each(formNames)("%s has the definition's bits at the blocks' edges", (form) => {
    const next = numbers("ordinary", twins.precision, "edges");
    for (const shape of edges) product(twins, form, shape, next, next);
  });

  it.each(kinds)("adds a bias and rectifies with the bits of the steps one by one, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "bias");
    for (const m of [0, 1, 2, 3, 4, 7])
      for (const n of small) for (const k of [0, 1, 9, 50]) productWithBias(twins, [m, n, k], next);
    if (kind === "ordinary") for (const shape of edges) productWithBias(twins, shape, next);
  });

  /** The rows, columns and terms from which on lists of what is not 0 are taken, and tails of strips, chunks and blocks of rows. */
  const listed: Size[] = [
    ...[32, 33, 63, 64, 65, 97].map((n): Size => [40, n, 130]),
    ...[32, 35, 128, 129, 257].map((m): Size => [m, 64, 33]),
    ...[32, 37, 128, 131, 300].map((k): Size => [33, 96, k]),
    [31, 64, 64],
    [64, 31, 64],
    [64, 64, 31],
  ];

  it.each([0.2, 0.5, 0.95, 1])("has the definition's bits where %d of A is 0, of either sign", (zeros) => {
    const random = new Random(1, "zeros", twins.precision);
    const next = numbers("ordinary", twins.precision, "lists");
    const sparse = () => (random.uniform() < zeros ? (random.below(2) === 0 ? 0 : -0) : next());
    for (const form of formNames) for (const size of listed) product(twins, form, size, sparse, next);
  });

  it("has the definition's bits where 0 meets what is infinite or NaN, wherever that stands", () => {
    const random = new Random(1, "not finite", twins.precision);
    const next = numbers("ordinary", twins.precision, "lists");
    const sparse = () => (random.uniform() < 0.6 ? 0 : next());
    for (const form of formNames) {
      for (const size of [
        [33, 65, 131],
        [40, 97, 129],
      ] as const) {
        const [, n, k] = size;
        for (const bad of [NaN, Infinity, -Infinity]) {
          for (const at of [0, 1, 64, n - 1, n, (n * k) >> 1, n * k - n, n * k - 1]) {
            const b = Array.from({ length: n * k }, next).with(at, bad);
            product(twins, form, size, sparse, b);
          }
        }
      }
    }
  });

  const wrong = { c: floats(2, 3), a: floats(2, 4), b: floats(4, 3), bad: floats(5, 5) };
  it.each([
    ["matmul.multiply: w is (5, 5), expected (4, 5).", "multiply", ["c", "a", "bad"]],
    ["matmul.multiply: y is (5, 5), expected (2, 3).", "multiply", ["bad", "a", "b"]],
    ["matmul.transposedA: dy is (4, 3), expected (2, 3).", "transposedA", ["bad", "a", "b"]],
    ["matmul.transposedA: dw is (5, 5), expected (4, 3).", "transposedA", ["bad", "a", "c"]],
    ["matmul.transposedB: w is (2, 3), expected (2, 4).", "transposedB", ["bad", "a", "c"]],
    ["matmul.transposedB: dx is (5, 5), expected (2, 2).", "transposedB", ["bad", "a", "a"]],
  ] as const)("refuses other shapes: %s", (message, form, names) => {
    twins.refuses(message, wrong, (kernels, tensors, workspace) => {
      const [c, a, b] = names.map((name) => tensors[name]) as [Tensor, Tensor, Tensor];
      kernels.matmul[form](c, a, b, workspace);
    });
  });
});

describe.each([...everyTwins, ...wideTwins])("matmul with a bias in $name", (twins) => {
  const slots = { y: floats(2, 3), x: floats(2, 4), w: floats(4, 3), bias: floats(1, 3), bad: floats(5, 5) };
  it.each([
    ["multiplyBias", "matmul.multiplyBias: bias is (5, 5), expected (1, 3).", { bias: slots.bad }],
    ["multiplyBiasRelu", "matmul.multiplyBiasRelu: y is (5, 5), expected (2, 3).", { y: slots.bad }],
    [
      "multiplyBiasRelu",
      "matmul.multiplyBiasRelu: w is (5, 5), expected (4, 5).",
      { w: slots.bad, bias: floats(1, 5) },
    ],
  ] as const)("refuses other shapes in %s: %s", (name, message, changed) => {
    twins.refuses(message, { ...slots, ...changed }, ({ matmul }, { y, x, w, bias }, workspace) =>
      matmul[name](y!, x!, w!, bias!, workspace),
    );
  });
});

describe.each(["float32", "float64"] as const)("matmul in %s, the workspace full", (precision) => {
  // 1019 columns end with five vectors of which the last is not full; beyond them, B's room is the least.
  it.each([1024, 1025])("has the definition's bits at (5, 1019, %i)", async (k) => {
    const region = new Region();
    const [c, a, b] = [
      region.tensor(precision, 5, 1019),
      region.tensor(precision, 5, k),
      region.tensor(precision, k, 1019),
    ];
    const workspace = region.tensor("uint8", 1, MATMUL_WORKSPACE_BYTES);
    const guard = region.tensor("uint8", 1, 256);
    const { buffer, base, kernels } = await wasmBackend().open(region.bytes, precision);
    region.bind(buffer, base);
    const next = numbers("ordinary", precision, "workspace", k);
    for (const { data } of [a, b]) for (let i = 0; i < data.length; i++) data[i] = next();
    kernels.matmul.multiply(c, a, b, workspace);
    const computed = c.data.slice();
    referenceKernels.matmul.multiply(c, a, b, workspace);
    expectSameBits(computed, c.data);
    expect(guard.data.every((byte) => byte === 0)).toBe(true);
  });
});

describe.each([
  ["float32", "narrow", threads],
  ["float64", "narrow", threads],
  ["float32", "wide", wideThreads],
  ["float64", "wide", wideThreads],
] as const)("the shares of threads in %s, %s", (precision, _width, binary) => {
  const sizes: Size[] = [
    ...[0, 1, 3, 4, 17, 100].flatMap((m): Size[] => [
      [m, 1, 5],
      [m, 10, 30],
      [m, 50, 30],
      [m, 33, 300],
    ]),
    // More columns than rows, of which each has a share; and a gradient whose lines would fall into few sets of a cache.
    [5, 203, 300],
    [512, 10, 50],
    // By lists, as half of A is 0.
    [70, 203, 150],
    [203, 70, 150],
  ];

  it("make the whole, with the bits of one thread", async () => {
    const region = new Region();
    const parts = [1, 2, 3, 5];
    const workspace = region.tensor("uint8", 1, Math.max(...parts) * MATMUL_WORKSPACE_BYTES);
    const next = numbers("ordinary", precision, "shares");
    const row = (size: number) => region.tensor(precision, 1, size);
    const [a, b, bias, c] = [row(1e5), row(1e5), row(300), row(1e5)];
    const memory = new WebAssembly.Memory({ initial: 1200, maximum: 65536, shared: true });
    const { instance } = await WebAssembly.instantiate(Buffer.from(binary, "base64"), { env: { memory } });
    const exports = instance.exports as unknown as Exports;
    region.bind(memory.buffer, 65536);
    for (const { data } of [a, b, bias]) for (let i = 0; i < data.length; i++) data[i] = next();
    for (let i = 0; i < a.data.length; i++) if (i % 5 < 2) a.data[i] = 0;
    const suffix = precision === "float32" ? "F32" : "F64";
    const operands = [c, a, b].map(({ data }) => data.byteOffset) as [number, number, number];
    const room = workspace.data.byteOffset;
    type Share = (size: Size, part: number, count: number) => void;
    const product =
      (shift: number, rectify: boolean): Share =>
      (size, part, count) =>
        exports[`matmul${suffix}`](...operands, shift, ...size, rectify, room, part, count);
    const gradient =
      (name: "matmulTransposedA" | "matmulTransposedB"): Share =>
      (size, part, count) =>
        exports[`${name}${suffix}`](...operands, ...size, room, part, count);
    const share = {
      multiply: product(0, false),
      transposedA: gradient("matmulTransposedA"),
      transposedB: gradient("matmulTransposedB"),
      multiplyBias: product(bias.data.byteOffset, false),
      multiplyBiasRelu: product(bias.data.byteOffset, true),
    };
    for (const [name, compute] of Object.entries(share)) {
      for (const size of sizes) {
        const [m, n] = size;
        let whole: ArrayLike<number> | undefined;
        for (const count of parts) {
          c.data.fill(7);
          // The last thread may be the first that comes.
          for (let part = count - 1; part >= 0; part--) compute(size, part, count);
          whole ??= c.data.slice(0, m * n + 20);
          expectSameBits(c.data.subarray(0, m * n + 20), whole, `${name} ${size}, ${count} threads`);
        }
        expect(new Set(Array.from(whole!).slice(m * n))).toEqual(new Set([7]));
      }
    }
  });
});

describe.each([float32Twins, float64Twins, ...wideTwins])(
  "matmul in $name, at the paper's sizes",
  (twins) => {
    it.each(layers)(
      "has the definition's bits for a layer (%i, %i) and a batch of 100",
      (inputs, outputs) => {
        const next = numbers("ordinary", twins.precision, "layer", inputs, outputs);
        product(twins, "multiply", [100, outputs, inputs], next, next);
        product(twins, "transposedA", [inputs, outputs, 100], next, next);
        product(twins, "transposedB", [100, inputs, outputs], next, next);
      },
    );

    it("gives few rows, which are multiplied without packing, the bits that they have among many", () => {
      for (const [n, k] of [
        [50, 3072],
        [33, 1025],
        [3, 7],
      ] as const) {
        const next = numbers("ordinary", twins.precision, "few", n, k);
        const a = Array.from({ length: 10 * k }, next);
        const b = Array.from({ length: k * n }, next);
        const whole = product(twins, "multiply", [10, n, k], a, b).slice();
        for (const m of [1, 2, 3, 4]) {
          const rows = product(twins, "multiply", [m, n, k], a.slice(0, m * k), b);
          expectSameBits(rows, whole.subarray(0, m * n));
        }
      }
    });

    it("gives an element the same bits wherever it stands", () => {
      const next = numbers("ordinary", twins.precision, "place");
      const [m, n, k] = [11, 53, 300];
      const a = Array.from({ length: m * k }, next);
      const b = Array.from({ length: k * n }, next);
      const whole = product(twins, "multiply", [m, n, k], a, b).slice();
      for (const [i, j] of [
        [0, 0],
        [10, 52],
        [5, 47],
        [6, 33],
      ] as const) {
        const row = a.slice(i * k, (i + 1) * k);
        const column = Array.from({ length: k }, (_, p) => b[p * n + j]!);
        expectSameBits(product(twins, "multiply", [1, 1, k], row, column), [whole[i * n + j]!]);
      }
    });
  },
);
