import * as baseline from "./baseline/relu.ts";
import type { KernelCase } from "./kernelCase.ts";

const [n, d] = [100, 50];

export const cases: readonly KernelCase[] = [
  {
    name: `relu.forward ${n}x${d}`,
    flops: n * d,
    setup(operands) {
      const y = operands.float32(n, d);
      const x = operands.float32(n, d);
      const [yBits, xBits] = [baseline.bitsOf(y.array), baseline.bitsOf(x.array)];
      return {
        wasm: (kernels) => kernels.relu.forward(y.tensor, x.tensor),
        js: () => baseline.forward(yBits, xBits),
        outputs: [y],
      };
    },
  },
  {
    name: `relu.backward ${n}x${d}`,
    flops: n * d,
    setup(operands) {
      const dx = operands.float32(n, d);
      const dy = operands.float32(n, d);
      const y = operands.float32(n, d, () => Math.max(0, 2 * operands.random.uniform() - 1));
      const [dxBits, dyBits, yBits] = [dx, dy, y].map(({ array }) => baseline.bitsOf(array));
      return {
        wasm: (kernels) => kernels.relu.backward(dx.tensor, dy.tensor, y.tensor),
        js: () => baseline.backward(dxBits!, dyBits!, yBits!),
        outputs: [dx],
      };
    },
  },
];
