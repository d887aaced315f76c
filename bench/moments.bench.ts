import * as baseline from "./baseline/moments.ts";
import type { KernelCase } from "./kernelCase.ts";

const [n, d] = [5000, 3072];

export const cases: readonly KernelCase[] = [
  {
    name: `moments.bytes ${n}x${d}`,
    flops: 3 * n * d,
    setup(operands) {
      const [sums, squares] = [operands.float64(1, d), operands.float64(1, d)];
      const values = operands.uint8(n, d);
      const scratch = operands.uint32(1, 2 * d, 1);
      return {
        wasm: ({ moments }) => moments.bytes(sums.tensor, squares.tensor, values.tensor, scratch.tensor),
        js: () => baseline.bytes(sums.array, squares.array, values.array, n, d),
        outputs: [sums, squares],
      };
    },
  },
];
