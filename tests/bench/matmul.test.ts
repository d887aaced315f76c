import { describe, expect, test } from "vitest";
import * as matmul from "../../bench/baseline/matmul.ts";
import * as unrolled from "../../bench/baseline/unrolled.ts";
import { Random } from "../../src/random.ts";

/** Every width around the tile of 2 × 5 and the block of 256 terms. */
const sizes = [1, 2, 3, 4, 5, 6, 9, 10, 11].flatMap((n) => [
  [n, 7, 12 - n],
  [n, 255 + n, n],
]) as [number, number, number][];

function integers(length: number, random: Random): Float32Array {
  return new Float32Array(length).map(() => random.below(9) - 4);
}

describe.each([
  ["tiles", matmul],
  ["unrolled", unrolled],
])("the baseline's products, %s,", (_, { multiply, transposedA, transposedB }) => {
  test.each(sizes)("are exact on small integers at %i × %i × %i", (n, inputs, outputs) => {
    const random = new Random(1, "test", n, inputs);
    const x = integers(n * inputs, random);
    const w = integers(inputs * outputs, random);
    const dy = integers(n * outputs, random);
    // What stands in the results before does not matter.
    const y = integers(n * outputs, random);
    const dw = integers(inputs * outputs, random);
    const dx = integers(n * inputs, random);
    multiply(y, x, w, n, inputs, outputs);
    transposedA(dw, x, dy, n, inputs, outputs);
    transposedB(dx, dy, w, n, inputs, outputs);
    const [wantedY, wantedDw, wantedDx] = [y, dw, dx].map(({ length }) => new Float32Array(length)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let i = 0; i < n; i++) {
      for (let p = 0; p < inputs; p++) {
        for (let j = 0; j < outputs; j++) {
          wantedY[i * outputs + j]! += x[i * inputs + p]! * w[p * outputs + j]!;
          wantedDw[p * outputs + j]! += x[i * inputs + p]! * dy[i * outputs + j]!;
          wantedDx[i * inputs + p]! += dy[i * outputs + j]! * w[p * outputs + j]!;
        }
      }
    }
    expect(y).toEqual(wantedY);
    expect(dw).toEqual(wantedDw);
    expect(dx).toEqual(wantedDx);
  });
});
