import * as baseline from "./baseline/elementary.ts";
import type { KernelCase } from "./kernelCase.ts";

/** Sizes: the scores of 100 samples, and of a block that is evaluated at once. */
const sizes = [
  [100, 10],
  [256, 50],
] as const;

export const cases: readonly KernelCase[] = sizes.flatMap(([n, d]): KernelCase[] => [
  {
    name: `elementary.exp ${n}x${d}`,
    setup(operands) {
      const y = operands.float32(n, d);
      const x = operands.float32(n, d, () => -20 * operands.random.uniform());
      return {
        wasm: ({ elementary }) => elementary.exp(y.tensor, x.tensor),
        js: () => baseline.exp(y.array, x.array),
        outputs: [y],
      };
    },
  },
  {
    name: `elementary.log ${n}x${d}`,
    setup(operands) {
      const y = operands.float32(n, d);
      const x = operands.float32(n, d, () => 1e-6 + 10 * operands.random.uniform());
      return {
        wasm: ({ elementary }) => elementary.log(y.tensor, x.tensor),
        js: () => baseline.log(y.array, x.array),
        outputs: [y],
      };
    },
  },
]);
