import * as baseline from "./baseline/l2.ts";
import type { KernelCase } from "./kernelCase.ts";

const [rows, columns] = [3072, 50];
const LAMBDA = 0.005;

export const cases: readonly KernelCase[] = [
  {
    name: `l2.penalty ${rows}x${columns}`,
    flops: 2 * rows * columns,
    setup(operands) {
      const penalty = operands.float64(1, 1);
      const w = operands.float32(rows, columns);
      return {
        wasm: ({ l2 }) => l2.penalty(penalty.tensor, w.tensor, LAMBDA),
        js: () => {
          penalty.array[0] = baseline.penalty(w.array, LAMBDA);
        },
        outputs: [penalty],
      };
    },
  },
  {
    name: `l2.addGradient ${rows}x${columns}`,
    flops: 2 * rows * columns,
    setup(operands) {
      const [dw, w] = [operands.float32(rows, columns), operands.float32(rows, columns)];
      return {
        wasm: ({ l2 }) => l2.addGradient(dw.tensor, w.tensor, LAMBDA),
        js: () => baseline.addGradient(dw.array, w.array, LAMBDA),
        outputs: [dw],
      };
    },
  },
];
