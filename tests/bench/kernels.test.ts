import { describe, expect, test } from "vitest";
import { type KernelCase, prepare, relativeDifference } from "../../bench/kernelCase.ts";
import { gemm, kernels } from "../../bench/kernels.ts";

describe("kernels of the benchmark", () => {
  // Of the 1024³ products a second of JavaScript each: the other sizes show the same.
  const quick = kernels.filter(({ name }) => !name.includes("1024x1024x1024"));

  test.each(quick)(
    "$name: wasm gives the definition's bits, and the baseline the same numbers",
    async (each) => {
      const { sum } = await prepare(each);
      expect(sum()).toBeTypeOf("number");
    },
  );

  test("no two cases have the same name", () => {
    expect(new Set(kernels.map(({ name }) => name)).size).toBe(kernels.length);
    expect(gemm.flops).toBe(2 * 1024 ** 3);
  });

  const doubled = (factor: number): KernelCase => ({
    name: "bias.add 2x3",
    setup(operands) {
      const y = operands.float32(2, 3);
      const x = operands.float32(2, 3, () => 1);
      const bias = operands.float32(1, 3, () => 1);
      return {
        wasm: (each) => each.bias.add(y.tensor, x.tensor, bias.tensor),
        js: () => y.array.fill(factor),
        outputs: [y],
      };
    },
  });

  test("a baseline that computes something else is refused before it is timed", async () => {
    await expect(prepare(doubled(2))).resolves.toBeDefined();
    await expect(prepare(doubled(1.5))).rejects.toThrow(
      "bias.add 2x3: output 0 of the baseline differs from the wasm kernel's by 0.25 of the largest number, " +
        "expected at most 0.0001. Correct bench/baseline.",
    );
    await expect(prepare(doubled(Number.NaN))).rejects.toThrow("differs from the wasm kernel's by NaN");
  });

  test("a wasm kernel with other bits than its definition is refused before it is timed", async () => {
    let calls = 0;
    const wrong: KernelCase = {
      name: "relu.forward 1x4",
      setup(operands) {
        const y = operands.float32(1, 4);
        return {
          // The definition runs second.
          wasm: () => y.tensor.data.fill(calls++),
          js: () => y.array.fill(0),
          outputs: [y],
        };
      },
    };
    await expect(prepare(wrong)).rejects.toThrow(
      "relu.forward 1x4: output 0 of the wasm kernel is not the definition's. Run npm test.",
    );
  });

  test("a difference is relative to the largest number", () => {
    expect(relativeDifference([1, -4], [1, -5])).toBe(0.25);
    expect(relativeDifference([0, 0], [0, 0])).toBe(0);
    expect(relativeDifference([0, 0], [0, 1])).toBe(Infinity);
    expect(relativeDifference([1, 2], [1, Number.NaN])).toBeNaN();
  });
});
