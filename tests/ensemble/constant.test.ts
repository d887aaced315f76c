import { expect, it } from "vitest";
import { constantBiases } from "../../src/ensemble/constant.ts";

const softmax = (outputs: Float64Array) => {
  const powers = [...outputs].map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};
const close = (found: Iterable<number>, expected: readonly number[]) => {
  [...found].forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 12));
};

it("of classes gives their shares, with a row more that is divided among all", () => {
  const labels = { kind: "classes", width: 3, targets: [0, 0, 1, 2, 2, 2], weights: undefined } as const;
  close(softmax(constantBiases([0, 1, 2], labels)), [(2 + 1 / 3) / 4, (1 + 1 / 3) / 4, 1 / 3 / 4]);
});

it("counts the rows' weights", () => {
  const weights = [2, 0, 1, 5];
  close(softmax(constantBiases([0, 1, 2], { kind: "classes", width: 2, targets: [0, 1, 1, 1], weights })), [
    2.5 / 4,
    1.5 / 4,
  ]);
  close(constantBiases([0, 1, 2], { kind: "numbers", width: 1, targets: [3, 100, 6, 1], weights }), [4]);
});

it("of flags gives log odds, finite ones for a flag that is never set", () => {
  const labels = { kind: "flags", width: 2, targets: [1, 0, 1, 0, 0, 0], weights: undefined } as const;
  close(constantBiases([0, 1, 2], labels), [Math.log(2.5 / 1.5), Math.log(0.5 / 3.5)]);
});

it("of numbers gives each one's mean, and 0 without rows", () => {
  const labels = { kind: "numbers", width: 2, targets: [1, -2, 3, 6], weights: undefined } as const;
  close(constantBiases([0, 1], labels), [2, 2]);
  close(constantBiases([], labels), [0, 0]);
});
