import * as baseline from "./baseline/gather.ts";
import type { KernelCase } from "./kernelCase.ts";

const [n, d] = [100, 3072];
/** 61 MB of samples, more than a cache holds. There are so many batches that none is still in it when it comes again. */
const SAMPLES = 20_000;
const BATCHES = 100;

export const cases: readonly KernelCase[] = [
  {
    name: `gather.batch ${n}x${d} bytes`,
    flops: 2 * n * d,
    setup(operands) {
      const x = operands.float32(n, d);
      const values = operands.uint8(SAMPLES, d);
      const batches = Array.from({ length: BATCHES }, () => operands.uint32(n, 1, SAMPLES));
      const scale = operands.float32(1, d, () => 1 / (255 * (0.2 + 0.1 * operands.random.uniform())));
      const shift = operands.float32(1, d, () => -2 * operands.random.uniform());
      let wasmBatch = 0;
      let jsBatch = 0;
      return {
        wasm: ({ gather }) => {
          const { tensor } = batches[wasmBatch++ % BATCHES]!;
          gather.batch(x.tensor, values.tensor, tensor, scale.tensor, shift.tensor);
        },
        js: () => {
          const { array } = batches[jsBatch++ % BATCHES]!;
          baseline.bytes(x.array, values.array, array, scale.array, shift.array, n, d);
        },
        outputs: [x],
        rewind: () => {
          wasmBatch = 0;
          jsBatch = 0;
        },
      };
    },
  },
  {
    name: `gather.labels ${n}`,
    setup(operands) {
      const y = operands.uint8(n, 1);
      const labels = operands.uint8(SAMPLES, 1, 10);
      const rows = operands.uint32(n, 1, SAMPLES);
      return {
        wasm: ({ gather }) => gather.labels(y.tensor, labels.tensor, rows.tensor),
        js: () => baseline.labels(y.array, labels.array, rows.array),
        outputs: [y],
      };
    },
  },
];
