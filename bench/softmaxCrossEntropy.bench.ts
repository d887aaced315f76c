import * as baseline from "./baseline/softmaxCrossEntropy.ts";
import type { KernelCase } from "./kernelCase.ts";

const [n, classes] = [100, 10];

export const cases: readonly KernelCase[] = [
  {
    name: `softmaxCrossEntropy.softmax ${n}x${classes}`,
    setup(operands) {
      const [y, z] = [operands.float32(n, classes), operands.float32(n, classes)];
      return {
        wasm: ({ softmaxCrossEntropy }) => softmaxCrossEntropy.softmax(y.tensor, z.tensor),
        js: () => baseline.softmax(y.array, z.array, n, classes),
        outputs: [y],
      };
    },
  },
  {
    name: `softmaxCrossEntropy.forward ${n}x${classes}`,
    setup(operands) {
      const loss = operands.float64(1, 1);
      const [dz, z] = [operands.float32(n, classes), operands.float32(n, classes)];
      const labels = operands.uint8(n, 1, classes);
      return {
        wasm: ({ softmaxCrossEntropy }) =>
          softmaxCrossEntropy.forward(loss.tensor, dz.tensor, z.tensor, labels.tensor),
        js: () => {
          loss.array[0] = baseline.forward(dz.array, z.array, labels.array, n, classes);
        },
        outputs: [loss, dz],
      };
    },
  },
];
