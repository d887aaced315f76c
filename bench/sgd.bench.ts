import * as baseline from "./baseline/sgd.ts";
import type { KernelCase } from "./kernelCase.ts";

const [rows, columns] = [3072, 50];
const LAMBDA = 0.005;
/** The rate is small, so that the weights stay finite over any number of calls. */
const rate = { value: 1e-9 };

export const cases: readonly KernelCase[] = [
  {
    name: `sgd.update ${rows}x${columns}`,
    flops: 2 * rows * columns,
    setup(operands) {
      const [w, dw] = [operands.float32(rows, columns), operands.float32(rows, columns)];
      return {
        wasm: ({ sgd }) => sgd.update(w.tensor, dw.tensor, rate),
        js: () => baseline.update(w.array, dw.array, rate.value),
        outputs: [w],
      };
    },
  },
  {
    name: `sgd.updateL2 ${rows}x${columns}`,
    flops: 4 * rows * columns,
    setup(operands) {
      const [w, dw] = [operands.float32(rows, columns), operands.float32(rows, columns)];
      return {
        wasm: ({ sgd }) => sgd.updateL2(w.tensor, dw.tensor, LAMBDA, rate),
        js: () => baseline.updateL2(w.array, dw.array, LAMBDA, rate.value),
        outputs: [w],
      };
    },
  },
];
