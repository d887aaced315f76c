/**
 * The matrix products of a layer, n × inputs × outputs: forward, alone and with bias and ReLU; the gradients by the weight
 * and by the input.
 */
import * as bias from "./baseline/bias.ts";
import * as baseline from "./baseline/matmul.ts";
import * as relu from "./baseline/relu.ts";
import type { KernelCase } from "./kernelCase.ts";

const sizes = [
  [100, 3072, 50],
  [100, 50, 50],
  [100, 50, 30],
  [100, 20, 10],
  [100, 1024, 10],
  [1, 3072, 50],
  [1024, 1024, 1024],
] as const;

export const cases: readonly KernelCase[] = sizes.flatMap(([n, inputs, outputs]): KernelCase[] => {
  const size = `${n}x${inputs}x${outputs}`;
  const flops = 2 * n * inputs * outputs;
  return [
    {
      name: `matmul.multiply ${size}`,
      flops,
      setup(operands) {
        const y = operands.float32(n, outputs);
        const x = operands.float32(n, inputs);
        const w = operands.float32(inputs, outputs);
        const workspace = operands.workspace();
        return {
          wasm: ({ matmul }) => matmul.multiply(y.tensor, x.tensor, w.tensor, workspace),
          js: () => baseline.multiply(y.array, x.array, w.array, n, inputs, outputs),
          outputs: [y],
        };
      },
    },
    {
      name: `matmul.multiplyBiasRelu ${size}`,
      flops,
      setup(operands) {
        const y = operands.float32(n, outputs);
        const x = operands.float32(n, inputs);
        const w = operands.float32(inputs, outputs);
        const b = operands.float32(1, outputs);
        const workspace = operands.workspace();
        const bits = relu.bitsOf(y.array);
        return {
          wasm: ({ matmul }) => matmul.multiplyBiasRelu(y.tensor, x.tensor, w.tensor, b.tensor, workspace),
          js() {
            baseline.multiply(y.array, x.array, w.array, n, inputs, outputs);
            bias.add(y.array, y.array, b.array, n, outputs);
            relu.forward(bits, bits);
          },
          outputs: [y],
        };
      },
    },
    {
      name: `matmul.transposedA ${size}`,
      flops,
      setup(operands) {
        const dw = operands.float32(inputs, outputs);
        const x = operands.float32(n, inputs);
        const dy = operands.float32(n, outputs);
        const workspace = operands.workspace();
        return {
          wasm: ({ matmul }) => matmul.transposedA(dw.tensor, x.tensor, dy.tensor, workspace),
          js: () => baseline.transposedA(dw.array, x.array, dy.array, n, inputs, outputs),
          outputs: [dw],
        };
      },
    },
    {
      name: `matmul.transposedB ${size}`,
      flops,
      setup(operands) {
        const dx = operands.float32(n, inputs);
        const dy = operands.float32(n, outputs);
        const w = operands.float32(inputs, outputs);
        const workspace = operands.workspace();
        return {
          wasm: ({ matmul }) => matmul.transposedB(dx.tensor, dy.tensor, w.tensor, workspace),
          js: () => baseline.transposedB(dx.array, dy.array, w.array, n, inputs, outputs),
          outputs: [dx],
        };
      },
    },
  ];
});
