import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { firstLayerKept, firstLayerScratchBytes, type StoredSamples } from "../../src/kernels/firstLayer.ts";
import { factorRows } from "../../src/kernels/gather.ts";
import { referenceKernels } from "../../src/kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../../src/kernels/matmul.ts";
import { Random } from "../../src/random.ts";
import { type DType, Region, type Tensor } from "../../src/tensor.ts";
import { threads } from "../../src/wasm/binaries.generated.ts";
import type { Exports } from "../../src/wasm/exports.generated.ts";
import * as layout from "../../src/wasm/firstLayerLayout.generated.ts";
import { threads as wideThreads } from "../../src/wasm/wideBinaries.generated.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import {
  bytes,
  everyTwins,
  float32Twins,
  floats,
  integers,
  type Slot,
  singles,
  type Twins,
  wideTwins,
  written,
} from "../helpers/twins.ts";
import { kinds, numbers } from "../helpers/values.ts";

/** n samples, d features, units. */
type Size = readonly [n: number, d: number, units: number];

const even = (units: number) => units + (units & 1);
const twins32 = [...everyTwins, ...wideTwins].filter(({ precision }) => precision === "float32");

/** Below a vector, a vector, a panel, a block and a chunk, and a tail behind each. */
const sizes: Size[] = [
  ...[0, 1, 3, 4, 5, 17, 20, 21].flatMap((n) => [0, 1, 2, 15, 16, 17, 33].map((d): Size => [n, d, 3])),
  ...[1, 2, 4, 5, 7, 8, 50].map((units): Size => [9, 70, units]),
  ...[63, 64, 65, 97, 128, 255, 256, 257, 300].map((d): Size => [6, d, 5]),
  ...[99, 100, 127, 128, 129, 257].map((n): Size => [n, 40, 7]),
  [100, 784, 50],
  [20, 3072, 50],
  [3, 3100, 2],
];

type Kind = "bytes" | "floats";

/** Samples of both kinds: bytes, and float32 numbers. */
function stored(kind: Kind, count: number, d: number, random: Random): Slot<"uint8"> {
  return kind === "bytes"
    ? bytes(count, d, () => random.below(256))
    : // The kernels look at what it is, and take either.
      (singles(count, d, () => random.normal()) as Slot<DType> as Slot<"uint8">);
}

const normal = (random: Random) => () => random.normal();

/** dY, a share of it exactly 0 (of either sign). */
const sparse = (random: Random, zeros: number) => () =>
  random.uniform() < zeros ? (random.below(2) === 0 ? 0 : -0) : random.normal();

const standardization = (kind: Kind, d: number, random: Random) => ({
  scale: floats(kind === "bytes" ? 1 : 2, d, () => 0.01 + 0.01 * random.uniform()),
  shift: floats(kind === "bytes" ? 1 : 2, d, () => -2 * random.uniform()),
});

/** The weight in pairs of units. */
const packedWeight = (d: number, units: number, random: Random) =>
  // Of the unit that an odd number lacks, the weights are 0.
  floats(even(units), d, (at) =>
    units % 2 === 1 && at >= (units - 1) * d && at % 2 !== ((units - 1) * d) % 2 ? 0 : random.normal(),
  );

function forwardSlots([n, d, units]: Size, kind: Kind) {
  const random = new Random(1, "first layer", kind, n, d, units);
  const count = 2 * n + 1;
  return {
    kept: written(stored(kind, 1, firstLayerKept(n, d), random)),
    values: stored(kind, count, d, random),
    rows: integers(n, 1, () => random.below(count)),
    ...standardization(kind, d, random),
    packed: packedWeight(d, units, random),
    bias: floats(1, units, normal(random)),
    y: written(floats(n, units)),
  };
}

function updateSlots([n, d, units]: Size, kind: Kind, zeros = 0.5) {
  const random = new Random(1, "first layer's update", kind, n, d, units, Math.round(zeros * 100));
  return {
    kept: stored(kind, 1, firstLayerKept(n, d), random),
    ...standardization(kind, d, random),
    packed: written(packedWeight(d, units, random)),
    dy: floats(n, units, sparse(random, zeros)),
  };
}

type ForwardSlots = ReturnType<typeof forwardSlots>;
type UpdateSlots = ReturnType<typeof updateSlots>;

const checkForward = (twins: Twins, slots: ForwardSlots, name: "forward" | "forwardRelu" = "forward") =>
  twins.check(
    `firstLayer.${name}`,
    slots,
    ({ firstLayer }, { y, kept, values, rows, scale, shift, packed, bias }, workspace) =>
      firstLayer[name](y, kept, values, rows, scale, shift, packed, bias, workspace),
  );

const checkUpdate = (twins: Twins, slots: UpdateSlots, lambda = 0.005, rate = 0.1) =>
  twins.check("firstLayer.update", slots, ({ firstLayer }, { packed, dy, kept, scale, shift }, workspace) =>
    firstLayer.update(packed, dy, kept, scale, shift, lambda, { value: rate }, workspace),
  );

/** The gradient into memory that holds other numbers. */
const checkGradient = (twins: Twins, { packed, ...slots }: UpdateSlots) =>
  twins.check(
    "firstLayer.gradient",
    { ...slots, dw: written(floats(packed.rows, packed.columns, () => 7)) },
    ({ firstLayer }, { dw, dy, kept, scale, shift }, workspace) =>
      firstLayer.gradient(dw, dy, kept, scale, shift, workspace),
  );

describe("firstLayer, by hand", () => {
  it("packs a weight in pairs of units, a zero beside the odd one, and unpacks it", () => {
    const w = [1, 2, 3, 4, 5, 6];
    const { packed } = float32Twins.check(
      "firstLayer.pack",
      { packed: written(floats(4, 2)), w: floats(2, 3, w) },
      (kernels, { packed, w }) => kernels.firstLayer.pack(packed, w),
    );
    // Units 0 and 1: (1 2) (4 5); unit 2: (3 0) (6 0).
    expect([...packed.data]).toEqual([1, 2, 4, 5, 3, 0, 6, 0]);
    const { plain } = float32Twins.check(
      "firstLayer.unpack",
      { plain: written(floats(2, 3)), packed: floats(4, 2, [1, 2, 4, 5, 3, 9, 6, 9]) },
      (kernels, { plain, packed }) => kernels.firstLayer.unpack(plain, packed),
    );
    expect([...plain.data]).toEqual(w);
  });

  it("multiplies standardised rows by the weight, adds the bias and keeps the rows", () => {
    const { y, kept } = checkForward(float32Twins, {
      y: written(floats(2, 1)),
      kept: written(bytes(1, 2 * 128, new Array(2 * 128).fill(9))),
      values: bytes(3, 65, (at) => [1, 2, 0, 0, 3, 4][2 * Math.floor(at / 65) + (at % 65)] ?? at),
      rows: integers(2, 1, [2, 0]),
      scale: floats(1, 65, (f) => [2, 1][f] ?? 0),
      shift: floats(1, 65, (f) => (f === 1 ? -1 : 0)),
      packed: floats(2, 65, (at) => [10, 0, 100, 0][at] ?? 0),
      bias: floats(1, 1, [0.5]),
    });
    // x = (6 3 0 …) (2 1 0 …)
    expect([...y.data]).toEqual([360.5, 120.5]);
    // 64 features of both samples, the last one of both; what is beyond it stays.
    expect([0, 1, 64, 65, 128, 129, 192, 193].map((at) => kept.data[at])).toEqual([
      ...[3, 4, 1, 2],
      ...[(2 * 65 + 64) % 256, 9, 64, 9],
    ]);
  });

  it("keeps of the outputs what is positive, NaN too", () => {
    const { y } = checkForward(
      float32Twins,
      {
        y: written(floats(1, 5)),
        kept: written(bytes(1, 64)),
        values: bytes(1, 1, [2]),
        rows: integers(1, 1, [0]),
        scale: floats(1, 1, [1]),
        shift: floats(1, 1, [0]),
        packed: floats(6, 1, [1, -1, NaN, 0, 3, 0]),
        bias: floats(1, 5, [-1, 1, 0, -0, -8]),
      },
      "forwardRelu",
    );
    expect([...y.data]).toEqual([1, 0, NaN, 0, 0]);
  });

  it("keeps nothing where no update follows", () => {
    // It would keep 70 KB, more than lie between address 0 and the guard zones.
    const { kept: _, ...slots } = forwardSlots([100, 700, 3], "bytes");
    float32Twins.check(
      "firstLayer.forward",
      slots,
      ({ firstLayer }, { y, values, rows, scale, shift, packed, bias }, workspace) =>
        firstLayer.forward(y, undefined, values, rows, scale, shift, packed, bias, workspace),
    );
  });

  it("subtracts the gradient and the penalty's, times the rate", () => {
    const slots = {
      packed: written(floats(2, 2, [16, 0, 32, 0])),
      dy: floats(2, 1, [1, 0.5]),
      kept: bytes(1, 128, (at) => ({ 0: 1, 1: 2, 64: 4, 65: 6 })[at] ?? 255),
      scale: floats(1, 2, [1, 1]),
      shift: floats(1, 2, [0, 0]),
    };
    const { packed } = checkUpdate(float32Twins, slots, 0.25, 0.5);
    // xᵀ · dy = (3 5); + w / 4 = (7 13); w − half of it.
    expect([...packed.data]).toEqual([12.5, 0, 25.5, 0]);
    expect([...checkGradient(float32Twins, slots).dw.data]).toEqual([3, 0, 5, 0]);
  });
});

describe.each(twins32.map((twins) => [twins.name, twins] as const))("firstLayer, %s", (_name, twins) => {
  it.each(["bytes", "floats"] as const)("multiplies stored %s as its definition, at every size", (kind) => {
    for (const size of sizes) {
      checkForward(twins, forwardSlots(size, kind));
      checkForward(twins, forwardSlots(size, kind), "forwardRelu");
    }
  });

  it.each(kinds)("multiplies stored floats as its definition, %s values", (values) => {
    for (const [n, d, units] of [
      [5, 17, 3],
      [21, 70, 2],
      [6, 129, 5],
    ] as const) {
      const next = numbers(values, "float32", "first layer", n, d);
      checkForward(twins, {
        ...forwardSlots([n, d, units], "floats"),
        values: singles(2 * n + 1, d, next) as Slot<DType> as Slot<"uint8">,
        scale: floats(2, d, next),
        shift: floats(2, d, next),
      });
    }
  });

  it.each(["bytes", "floats"] as const)("updates by stored %s as its definition, at every size", (kind) => {
    for (const size of sizes)
      for (const zeros of [0, 0.5]) checkUpdate(twins, updateSlots(size, kind, zeros));
  });

  it.each(["bytes", "floats"] as const)(
    "has the gradient of stored %s as its definition, at every size",
    (kind) => {
      for (const size of sizes)
        for (const zeros of [0, 0.5]) checkGradient(twins, updateSlots(size, kind, zeros));
    },
  );

  it("packs and unpacks as its definition, at every size", () => {
    for (const [, d, units] of sizes) {
      const values = normal(new Random(1, "pack", d, units));
      twins.check(
        "firstLayer.pack",
        { packed: written(floats(even(units), d)), w: floats(d, units, values) },
        (kernels, { packed, w }) => kernels.firstLayer.pack(packed, w),
      );
      twins.check(
        "firstLayer.unpack",
        { w: written(floats(d, units)), packed: floats(even(units), d, values) },
        (kernels, { w, packed }) => kernels.firstLayer.unpack(w, packed),
      );
    }
  });
});

describe("the update's zeros", () => {
  it.each([0, 0.1, 0.24, 0.25, 0.26, 0.5, 0.9, 0.99, 1])("change no bit where %d of dY are 0", (zeros) => {
    for (const size of [
      [100, 130, 50],
      [200, 65, 7],
      [5, 40, 1],
    ] as const)
      checkUpdate(float32Twins, updateSlots(size, "bytes", zeros));
  });

  it("change no bit where whole rows or columns of dY are 0", () => {
    const [n, d, units] = [20, 70, 6];
    const random = new Random(1, "rows");
    for (const isZero of [
      (i: number, _u: number) => i !== 7,
      (i: number, _u: number) => i === 7,
      (_i: number, u: number) => u !== 2,
      (_i: number, u: number) => u === 2,
    ]) {
      const dy = floats(n, units, (at) => (isZero(Math.floor(at / units), at % units) ? 0 : random.normal()));
      checkUpdate(float32Twins, { ...updateSlots([n, d, units], "bytes"), dy });
    }
  });

  it("pass NaN and infinities of dY on to the unit's weights", () => {
    for (const zeros of [0, 0.5]) {
      const random = new Random(1, "special", zeros * 2);
      const ordinary = sparse(random, zeros);
      const dy = floats(30, 4, (at) => (at === 9 ? NaN : at === 22 ? Infinity : ordinary()));
      const { packed } = checkUpdate(float32Twins, { ...updateSlots([30, 20, 4], "bytes"), dy }, 0);
      // Units 1 (9 = 2 · 4 + 1) and 2 (22 = 5 · 4 + 2).
      expect([...packed.data].filter((value) => !Number.isFinite(value)).length).toBe(2 * 20);
    }
  });
});

describe("a NaN in x", () => {
  it("makes its sample's outputs NaN and no others, so that the loss of the batch shows it", () => {
    const random = new Random(1, "NaN");
    const values = singles(31, 20, (at) => (at === 3 * 20 + 7 ? NaN : random.normal()));
    const rows = integers(30, 1, (i) => i);
    const slots = forwardSlots([30, 20, 5], "floats");
    const { y } = checkForward(float32Twins, {
      ...slots,
      values: values as Slot<DType> as Slot<"uint8">,
      rows,
    });
    expect([...y.data].map(Number.isNaN)).toEqual(
      Array.from({ length: 150 }, (_, at) => Math.floor(at / 5) === 3),
    );
  });
});

/** Tensors of a size, filled, in a memory of their own. */
async function bound([n, d, units]: Size, zeros = 0.5, kind: Kind = "bytes") {
  const region = new Region();
  const type = kind === "bytes" ? "uint8" : "float32";
  const tensors = {
    values: region.tensor(type, 2 * n + 1, d) as StoredSamples,
    kept: region.tensor(type, 1, firstLayerKept(n, d)) as StoredSamples,
    rows: region.tensor("uint32", n, 1),
    scale: region.tensor("float32", factorRows(type), d),
    shift: region.tensor("float32", factorRows(type), d),
    w: region.tensor("float32", d, units),
    packed: region.tensor("float32", even(units), d),
    bias: region.tensor("float32", 1, units),
    dy: region.tensor("float32", n, units),
    x: region.tensor("float32", n, d),
    y: region.tensor("float32", n, units),
    dw: region.tensor("float32", d, units),
    scratch: region.tensor("uint8", 1, firstLayerScratchBytes(n, units, 8)),
    workspace: region.tensor("uint8", 1, MATMUL_WORKSPACE_BYTES),
  };
  const device = await wasmBackend().open(region.bytes, "float32");
  region.bind(device.buffer, device.base);
  const random = new Random(1, "bound", n, d, units);
  const fill = (data: { [i: number]: number; length: number }, value: () => number) => {
    for (let i = 0; i < data.length; i++) data[i] = value();
  };
  fill(tensors.values.data, () => (kind === "bytes" ? random.below(256) : random.normal()));
  fill(tensors.rows.data, () => random.below(2 * n + 1));
  fill(tensors.scale.data, () => 0.01 + 0.01 * random.uniform());
  fill(tensors.shift.data, () => -2 * random.uniform());
  fill(tensors.w.data, normal(random));
  fill(tensors.bias.data, normal(random));
  fill(tensors.dy.data, sparse(random, zeros));
  return { ...device, ...tensors };
}

describe("the kernels of the first layer", () => {
  const rate = { value: 0.1 };

  it.each([
    [0, "bytes"],
    [0.5, "bytes"],
    [0, "floats"],
    [0.5, "floats"],
  ] as const)(
    "have the bits of gather, matmul, bias, relu, l2 and sgd, %d of dY being 0, of %s",
    async (zeros, kind) => {
      for (const size of [
        [100, 3072, 50],
        [37, 100, 9],
      ] as const) {
        const {
          kernels,
          x,
          y,
          w,
          dw,
          dy,
          values,
          kept,
          rows,
          scale,
          shift,
          packed,
          bias,
          scratch,
          workspace,
        } = await bound(size, zeros, kind);
        kernels.firstLayer.pack(packed, w);
        kernels.gather.batch(x, values, rows, scale, shift);
        kernels.matmul.multiply(y, x, w, workspace);
        kernels.bias.add(y, y, bias);
        const expected = y.data.slice();
        kernels.firstLayer.forward(y, kept, values, rows, scale, shift, packed, bias, scratch);
        expectSameBits(y.data, expected, "forward");
        kernels.relu.forward(y, y);
        const rectified = y.data.slice();
        kernels.firstLayer.forwardRelu(y, kept, values, rows, scale, shift, packed, bias, scratch);
        expectSameBits(y.data, rectified, "forwardRelu");

        kernels.matmul.transposedA(dw, x, dy, workspace);
        for (const lambda of [0.005, 0]) {
          if (lambda > 0) kernels.sgd.updateL2(w, dw, lambda, rate);
          else kernels.sgd.update(w, dw, rate);
          const updated = w.data.slice();
          kernels.firstLayer.update(packed, dy, kept, scale, shift, lambda, rate, scratch);
          kernels.firstLayer.unpack(w, packed);
          expectSameBits(w.data, updated, `update, lambda ${lambda}`);
        }
        kernels.firstLayer.gradient(packed, dy, kept, scale, shift, scratch);
        kernels.firstLayer.unpack(w, packed);
        expectSameBits(w.data, dw.data, "gradient");
      }
    },
  );

  it("take more samples than half a million at once", async () => {
    const { kernels, x, y, w, values, kept, rows, scale, shift, packed, bias, scratch, workspace } =
      await bound([600_000, 4, 2]);
    kernels.firstLayer.pack(packed, w);
    kernels.gather.batch(x, values, rows, scale, shift);
    kernels.matmul.multiply(y, x, w, workspace);
    kernels.bias.add(y, y, bias);
    const expected = y.data.slice();
    kernels.firstLayer.forward(y, kept, values, rows, scale, shift, packed, bias, scratch);
    expect(
      Buffer.compare(
        Buffer.from(y.data.buffer, y.data.byteOffset, y.data.byteLength),
        Buffer.from(expected.buffer),
      ),
    ).toBe(0);
  });

  /**
   * The threads' binary, on which this thread does the shares of all, one after the other.
   * @param most how many threads there is room for
   */
  async function shares([n, d, units]: Size, kind: Kind, most = 8, binary = threads) {
    const region = new Region();
    const type = kind === "bytes" ? "uint8" : "float32";
    const factors = factorRows(type);
    const value = (random: Random) => (kind === "bytes" ? random.below(256) : random.normal());
    const tensors = {
      values: region.tensor(type, 2 * n + 1, d),
      kept: region.tensor(type, 2, firstLayerKept(n, d)),
      rows: region.tensor("uint32", n, 1),
      scale: region.tensor("float32", factors, d),
      shift: region.tensor("float32", factors, d),
      packed: region.tensor("float32", even(units), d),
      bias: region.tensor("float32", 1, units),
      y: region.tensor("float32", n, units),
      hurry: region.tensor("uint32", 1, 1),
      scratch: region.tensor("uint8", 1, firstLayerScratchBytes(n, units, most)),
      guard: region.tensor("uint8", 1, 256),
    };
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const { instance } = await WebAssembly.instantiate(Buffer.from(binary, "base64"), { env: { memory } });
    const exports = instance.exports as unknown as Exports;
    const base = (exports.heapBase() + 127) & ~127;
    memory.grow(Math.ceil((base + region.bytes) / 65536));
    region.bind(memory.buffer, base);
    const random = new Random(1, "shares", kind, n, d, units);
    const fill = (data: { [i: number]: number; length: number }, next: () => number) => {
      for (let i = 0; i < data.length; i++) data[i] = next();
    };
    fill(tensors.values.data, () => value(random));
    fill(tensors.rows.data, () => random.below(2 * n + 1));
    fill(tensors.scale.data, () => 0.01 + 0.01 * random.uniform());
    fill(tensors.shift.data, () => -2 * random.uniform());
    fill(tensors.packed.data, normal(random));
    fill(tensors.bias.data, normal(random));
    fill(tensors.scratch.data, () => 0xff);
    const at = Object.fromEntries(
      Object.entries(tensors).map(([name, { data }]) => [name, data.byteOffset]),
    ) as Record<keyof typeof tensors, number>;
    const [prepareShare, forwardShare] =
      kind === "bytes"
        ? [exports.firstLayerPrepareBytes, exports.firstLayerForwardBytes]
        : [exports.firstLayerPrepareFloats, exports.firstLayerForwardFloats];
    const { kept, values, rows, scale, shift, packed, bias, y, scratch, hurry } = at;
    const each = (parts: number, call: (part: number) => void) => {
      for (let part = 0; part < parts; part++) call(part);
    };
    return {
      ...tensors,
      /** @param stop the address of a word: as soon as it is not 0, nobody prepares any more */
      prepare: (ticket: number, parts: number, stop = hurry) =>
        each(parts, (part) =>
          prepareShare(
            ...([kept, values, rows, scale, shift, n, units, d, scratch, ticket, stop] as const),
            ...([part, parts] as const),
          ),
        ),
      /** @returns y, and the samples that are kept */
      forward: (ticket: number, parts: number) => {
        tensors.y.data.fill(7);
        each(parts, (part) =>
          forwardShare(
            ...([y, kept, values, rows, scale, shift, packed, bias, n, units, d, false] as const),
            ...([scratch, ticket, part, parts] as const),
          ),
        );
        return [...tensors.y.data, ...tensors.kept.data];
      },
      /** The update after a forward pass, by the parts in this order. */
      update: (zeros: number, order: readonly number[], parts: number) => {
        const dy = new Random(1, "dy");
        fill(tensors.y.data, sparse(dy, zeros));
        const gradient = scratch + layout.threadsBytes(units, most);
        exports.firstLayerPackGradient(gradient, y, n, units);
        for (const part of order)
          exports.firstLayerUpdateBytes(
            ...([
              packed,
              gradient,
              kept,
              scale,
              shift,
              n,
              units,
              d,
              0.005,
              0.1,
              scratch,
              part,
              parts,
            ] as const),
          );
      },
      /** The header of what a part has prepared: ticket, of how many parts, vectors ready, of how many. */
      header: (part: number) => {
        const begin = layout.preparedAt(scratch, units, part);
        return new Uint32Array(memory.buffer, begin, 4);
      },
    };
  }

  const binaries = { narrow: threads, wide: wideThreads };
  const ofWidths = (counts: readonly number[]) =>
    (["narrow", "wide"] as const).flatMap((width) => counts.map((count) => [width, count] as const));

  it.each(ofWidths([1, 2, 8]))(
    "stay within the scratch that the host gives, %s, %d threads",
    async (width, count) => {
      for (const [n, d, units] of [
        [1, 40, 3],
        [5, 33, 7],
        [130, 70, 50],
        [300, 100, 1000],
      ] as const) {
        const { prepare, forward, update, guard } = await shares(
          [n, d, units],
          "bytes",
          count,
          binaries[width],
        );
        prepare(1, count);
        forward(1, count);
        // Nothing is 0, so that the lists are as long as they get.
        update(
          0,
          Array.from({ length: count }, (_, part) => part),
          count,
        );
        expect(
          guard.data.every((byte) => byte === 0),
          `${n}, ${d}, ${units}`,
        ).toBe(true);
      }
    },
  );

  it.each(ofWidths([0.5, 0]))(
    "update each strip once, %s, in whatever order the threads come, %d of dY being 0",
    async (width, zeros) => {
      for (const size of [
        [20, 300, 5],
        [130, 70, 50],
        [3, 64, 2],
        [4, 0, 2],
      ] as const) {
        const { packed, update } = await shares(size, "bytes", 8, binaries[width]);
        const before = packed.data.slice();
        update(zeros, [0], 1);
        const expected = packed.data.slice();
        for (const order of [
          [0, 1],
          [1, 0],
          [2, 0, 1],
          [5, 4, 3, 2, 1, 0],
        ]) {
          packed.data.set(before);
          update(zeros, order, order.length);
          expectSameBits(packed.data, expected, `${size}, in the order ${order}`);
        }
      }
    },
  );

  describe.each(["bytes", "floats"] as const)("prepared panels of %s", (kind) => {
    it.each(["narrow", "wide"] as const)(
      "change no bit, %s, whatever the share of them that is ready",
      async (width) => {
        for (const size of [
          [1, 5, 1],
          [4, 64, 3],
          [21, 70, 2],
          [37, 300, 50],
          [100, 130, 50],
          [257, 33, 7],
        ] as const) {
          const { kept, prepare, forward, header } = await shares(size, kind, 8, binaries[width]);
          const sampleBytes = 64 * kept.data.BYTES_PER_ELEMENT;
          const expected = forward(0, 1);
          for (const parts of [2, 3, 8]) {
            kept.data.fill(0);
            expectSameBits(forward(5, parts), expected, "before anything is prepared");
            const [n] = size;
            for (const sample of [undefined, 0, 3, 20, n >> 1, (3 * n) >> 2, n - 1]) {
              kept.data.fill(0);
              // Whoever keeps this sample stops behind it, whoever comes later has no time at all.
              const stop = sample === undefined ? undefined : kept.data.byteOffset + sampleBytes * sample;
              prepare(6, parts, stop);
              const counts = Array.from({ length: parts - 1 }, (_, part) => [...header(part + 1)].slice(2));
              if (stop === undefined)
                for (const [ready, all] of counts) expect(ready).toBe(Math.min(all!, 20));
              expectSameBits(
                forward(6, parts),
                expected,
                `${size}, ${parts} parts, until ${sample}: ${counts}`,
              );
            }
          }
        }
      },
    );

    it("are used, under their own ticket and by as many threads", async () => {
      const { values, prepare, forward } = await shares([100, 130, 50], kind);
      const before = forward(0, 1);
      prepare(6, 2);
      values.data.fill(0);
      const after = forward(0, 1);
      expect(after).not.toEqual(before);
      // The first thread has prepared nothing, the second all of its share.
      const prepared = forward(6, 2);
      expect(prepared.slice(0, 50)).toEqual(after.slice(0, 50));
      expect(prepared.slice(99 * 50, 100 * 50)).toEqual(before.slice(99 * 50, 100 * 50));
      const [y] = [after.slice(0, 100 * 50)];
      for (const [ticket, parts] of [
        [7, 2],
        [6, 3],
        [6, 1],
        [0, 2],
      ] as const)
        expect(forward(ticket, parts).slice(0, 100 * 50)).toEqual(y);
    });

    it("are none when somebody waits already, when no batch is to come, and of more features than a panel has", async () => {
      for (const [d, ticket, waits] of [
        [130, 6, 1],
        [130, 0, 0],
        [3073, 6, 0],
      ] as const) {
        const { values, hurry, prepare, forward } = await shares([20, d, 4], kind);
        hurry.data[0] = waits;
        prepare(ticket, 2);
        values.data.fill(0);
        const expected = forward(0, 1);
        expect(forward(6, 2)).toEqual(expected);
      }
    });
  });

  it("refuse a scratch, and room for the batch, that is too small or of another type", async () => {
    const { kernels, y, values, kept, rows, scale, shift, packed, bias, dy } = await bound([4, 3, 2]);
    const scratch = new Region().tensor("uint8", 1, firstLayerScratchBytes(4, 2, 1));
    const little = new Region().tensor("uint8", 1, 100);
    const numbers = new Region().tensor("float32", 1, 256);
    for (const { firstLayer } of [kernels, referenceKernels]) {
      const forward = (kept: StoredSamples, scratch: Tensor<"uint8">) =>
        firstLayer.forward(y, kept, values, rows, scale, shift, packed, bias, scratch);
      expect(() => forward(kept, little)).toThrow(
        `firstLayer.forward: scratch has 100 bytes, expected at least ${scratch.size}.`,
      );
      expect(() => forward(little, scratch)).toThrow(
        "firstLayer.forward: kept has 100 numbers, expected at least 256.",
      );
      expect(() => forward(numbers, scratch)).toThrow(
        "firstLayer.forward: kept is float32, expected uint8, as the values.",
      );
      const prepare = (kept: StoredSamples) =>
        firstLayer.prepare(kept, values, rows, scale, shift, bias, scratch, { current: 1, next: 2 });
      expect(() => prepare(kept)).toThrow("firstLayer.prepare: kept has 256 numbers, expected at least 512.");
      expect(() => prepare(new Region().tensor("float32", 1, 512))).toThrow(
        "firstLayer.prepare: kept is float32, expected uint8, as the values.",
      );
      expect(() => firstLayer.update(packed, dy, numbers, scale, shift, 0, rate, scratch)).toThrow(
        "firstLayer.update: scale is (1, 3), expected (2, 3).",
      );
      expect(() => firstLayer.update(packed, dy, little, scale, shift, 0, rate, scratch)).toThrow(
        "firstLayer.update: kept has 100 numbers, expected at least 256.",
      );
    }
  });
});
