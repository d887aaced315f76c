import * as baseline from "./baseline/bias.ts";
import type { KernelCase } from "./kernelCase.ts";

const [n, d] = [100, 50];

export const cases: readonly KernelCase[] = [
  {
    name: `bias.add ${n}x${d}`,
    flops: n * d,
    setup(operands) {
      const y = operands.float32(n, d);
      const x = operands.float32(n, d);
      const bias = operands.float32(1, d);
      return {
        wasm: (kernels) => kernels.bias.add(y.tensor, x.tensor, bias.tensor),
        js: () => baseline.add(y.array, x.array, bias.array, n, d),
        outputs: [y],
      };
    },
  },
  {
    name: `bias.columnSums ${n}x${d}`,
    flops: n * d,
    setup(operands) {
      const sums = operands.float32(1, d);
      const x = operands.float32(n, d);
      return {
        wasm: (kernels) => kernels.bias.columnSums(sums.tensor, x.tensor),
        js: () => baseline.columnSums(sums.array, x.array, n, d),
        outputs: [sums],
      };
    },
  },
];
