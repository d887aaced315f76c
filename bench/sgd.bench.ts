import * as baseline from "./baseline/sgd.ts";
import type { KernelCase, Operand } from "./kernelCase.ts";

type Numbers = Operand<"float32">;

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
  {
    name: `sgd.updateMomentum ${rows}x${columns}`,
    flops: 6 * rows * columns,
    setup(operands) {
      const [w, dw, v] = [0, 1, 2].map(() => operands.float32(rows, columns)) as [Numbers, Numbers, Numbers];
      return {
        wasm: ({ sgd }) => sgd.updateMomentum(w.tensor, dw.tensor, v.tensor, LAMBDA, 0.9, false, rate),
        js: () => baseline.updateMomentum(w.array, dw.array, v.array, LAMBDA, 0.9, rate.value),
        outputs: [w, v],
      };
    },
  },
];
