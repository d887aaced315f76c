/** The seeded numbers and the sizes with which kernels are tested. */
import { Random } from "../../src/random.ts";
import type { Precision } from "../../src/tensor.ts";

/** Sizes below a vector, of a vector, with a tail, of two vectors, with a tail, …, and the paper's widths up to 100. */
export const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 20, 30, 31, 33, 50, 100] as const;

/** (n, d) for the kernels that work on rows: every width, and the paper's inputs. */
export const matrixShapes: readonly (readonly [n: number, d: number])[] = [
  ...[0, 1, 2, 3, 5, 17].flatMap((n) => sizes.map((d) => [n, d] as const)),
  [100, 50],
  [3, 3072],
];

export const kinds = ["ordinary", "tiny", "huge", "special"] as const;
export type Kind = (typeof kinds)[number];

const extremes = {
  float32: { tiny: 2 ** -140, huge: 2 ** 125, denormal: 2 ** -149, largest: 3.4028234663852886e38 },
  float64: { tiny: 2 ** -1060, huge: 2 ** 1021, denormal: 2 ** -1074, largest: Number.MAX_VALUE },
};

/**
 * A source of numbers, seeded by `path`:
 * ordinary: N(0, 1); tiny: every other one denormal; huge: every other one near overflow;
 * special: one in four NaN, ±Infinity, ±0, ±the smallest denormal or ±the largest number.
 */
export function numbers(kind: Kind, precision: Precision, ...path: (string | number)[]): () => number {
  const random = new Random(1, kind, ...path);
  const { tiny, huge, denormal, largest } = extremes[precision];
  const special = [NaN, Infinity, -Infinity, 0, -0, denormal, -denormal, largest, -largest];
  return {
    ordinary: () => random.normal(),
    tiny: () => random.normal() * (random.below(2) === 0 ? tiny : 1),
    huge: () => random.normal() * (random.below(2) === 0 ? huge : 1),
    special: () => (random.below(4) === 0 ? special[random.below(special.length)]! : random.normal()),
  }[kind];
}
