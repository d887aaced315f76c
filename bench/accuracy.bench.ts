import * as baseline from "./baseline/accuracy.ts";
import type { KernelCase } from "./kernelCase.ts";

const [n, classes] = [256, 10];

export const cases: readonly KernelCase[] = [
  {
    name: `accuracy.count ${n}x${classes}`,
    flops: n * classes,
    setup(operands) {
      const correct = operands.float64(1, 1);
      const scores = operands.float32(n, classes);
      const labels = operands.uint8(n, 1, classes);
      return {
        wasm: ({ accuracy }) => accuracy.count(correct.tensor, scores.tensor, labels.tensor),
        js: () => {
          correct.array[0] = baseline.count(scores.array, labels.array, n, classes);
        },
        outputs: [correct],
      };
    },
  },
];
