/**
 * The first layer, n × features × units, on samples from all over a data set. dY of the update has from no zeros to almost
 * only zeros. The kernel changes from tiles to lists at a quarter of zeros.
 */
import { firstLayerKept, firstLayerScratchBytes } from "../src/kernels/firstLayer.ts";
import { permutation } from "../src/random.ts";
import * as baseline from "./baseline/firstLayer.ts";
import type { KernelCase, Operands } from "./kernelCase.ts";

const [d, units] = [3072, 50];
/** 61 MB of samples, more than a cache holds. There are so many batches that none is still in it when it comes again. */
const SAMPLES = 20_000;
const BATCHES = 200;
const LAMBDA = 0.005;
/** The rate is small, so that the weights stay finite over any number of calls. */
const rate = { value: 1e-5 };

/** The factors that standardise the samples. */
const scales = (operands: Operands) => ({
  scale: operands.float32(1, d, () => 1 / (255 * (0.2 + 0.1 * operands.random.uniform()))),
  shift: operands.float32(1, d, () => -2 * operands.random.uniform()),
});

/** Samples, and batches of them, which each contender takes one after another. */
function batches(operands: Operands, n: number) {
  const values = operands.uint8(SAMPLES, d);
  const { scale, shift } = scales(operands);
  const all = Array.from({ length: BATCHES }, () => {
    const rows = operands.uint32(n, 1, SAMPLES);
    return {
      rows: rows.tensor,
      batch: { values: values.array, rows: rows.array, scale: scale.array, shift: shift.array },
    };
  });
  let [wasm, js] = [0, 0];
  return {
    values: values.tensor,
    scale: scale.tensor,
    shift: shift.tensor,
    nextRows: () => all[wasm++ % BATCHES]!.rows,
    nextBatch: () => all[js++ % BATCHES]!.batch,
    rewind: () => {
      wasm = 0;
      js = 0;
    },
  };
}

/** A batch as the forward pass keeps it for the update, and the same batch for the baseline. */
function keptBatch(operands: Operands, n: number) {
  const kept = operands.uint8(1, firstLayerKept(n, d));
  const { scale, shift } = scales(operands);
  const values = new Uint8Array(n * d);
  for (let i = 0; i < n; i++)
    for (let f = 0; f < d; f++) values[i * d + f] = kept.array[((f >> 6) * n + i) * 64 + (f & 63)]!;
  const rows = new Uint32Array(n).map((_, i) => i);
  return {
    kept: kept.tensor,
    scale: scale.tensor,
    shift: shift.tensor,
    batch: { values, rows, scale: scale.array, shift: shift.array },
  };
}

/** Weights about as large as in a trained layer. */
const weight = (operands: Operands) => () => 0.04 * (operands.random.uniform() - 0.5);

function forward(n: number): KernelCase {
  return {
    name: `firstLayer.forward ${n}x${d}x${units}`,
    flops: 2 * n * d * units,
    setup(operands) {
      const y = operands.float32(n, units);
      const w = operands.float32(d, units, weight(operands));
      let at = 0;
      const packed = operands.float32(units, d, () => {
        const [pair, f, second] = [Math.floor(at / (2 * d)), (at >> 1) % d, at & 1];
        at++;
        return w.array[f * units + 2 * pair + second]!;
      });
      const bias = operands.float32(1, units);
      const { values, scale, shift, nextRows, nextBatch, rewind } = batches(operands, n);
      const kept = operands.bytes(firstLayerKept(n, d));
      const scratch = operands.bytes(firstLayerScratchBytes(n, units, 1));
      return {
        wasm: ({ firstLayer }) =>
          firstLayer.forward(
            ...([y.tensor, kept, values, nextRows(), scale, shift] as const),
            ...([packed.tensor, bias.tensor, scratch] as const),
          ),
        js: () => baseline.forward(y.array, nextBatch(), w.array, bias.array, d, units),
        outputs: [y],
        rewind,
      };
    },
  };
}

function update(n: number, percent: number): KernelCase {
  return {
    name: `firstLayer.update ${n}x${d}x${units}, ${percent}% zeros`,
    // These are the operations of the dense product, even if some are left out. So the rates show what zeros are worth.
    flops: 2 * n * d * units,
    setup(operands) {
      const { random } = operands;
      const packed = operands.float32(units, d, weight(operands));
      const order = permutation(n * units, random);
      let at = 0;
      const dy = operands.float32(n, units, () =>
        order[at++]! * 100 < percent * n * units ? 0 : 2 * random.uniform() - 1,
      );
      const { kept, scale, shift, batch } = keptBatch(operands, n);
      const scratch = operands.bytes(firstLayerScratchBytes(n, units, 1));
      return {
        wasm: ({ firstLayer }) =>
          firstLayer.update(packed.tensor, dy.tensor, kept, scale, shift, LAMBDA, rate, scratch),
        js: () => baseline.update(packed.array, dy.array, batch, LAMBDA, rate.value, d, units),
        outputs: [packed],
      };
    },
  };
}

export const cases: readonly KernelCase[] = [
  ...[100, 256].map(forward),
  ...[0, 10, 25, 50, 75, 90].map((percent) => update(100, percent)),
];
