import * as baseline from "./baseline/adam.ts";
import type { KernelCase } from "./kernelCase.ts";

const [rows, columns] = [3072, 50];
const LAMBDA = 0.005;
/** The rate is small, so that the weights stay finite over any number of calls. */
const rate = { value: 1e-9 };
const updates = { value: 1000 };

export const cases: readonly KernelCase[] = [
  {
    name: `adam.update ${rows}x${columns}`,
    // The square root and the division count as one each.
    flops: 15 * rows * columns,
    setup(operands) {
      const [w, dw] = [operands.float32(rows, columns), operands.float32(rows, columns)];
      const m = operands.float32(rows, columns);
      const v = operands.float32(rows, columns, () => operands.random.uniform());
      return {
        wasm: ({ adam }) => {
          adam.update(w.tensor, dw.tensor, m.tensor, v.tensor, LAMBDA, 0, 0.9, 0.999, 1e-8, rate, updates);
        },
        js: () => {
          baseline.update(w.array, dw.array, { m: m.array, v: v.array }, LAMBDA, rate.value, updates.value);
        },
        outputs: [w, m, v],
      };
    },
  },
];
