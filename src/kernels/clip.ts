/** The norm of gradients, and their clipping by it. */
import { ShapeError } from "../errors.ts";
import { rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import type { Offers } from "./call.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";
import type { TeamCalls } from "./teamCalls.ts";

export interface ClipKernels {
  /**
   * sums[index] = Σ_u (Σ_f g[f,u]²), in float64: the squares of each column from the first row on, then the columns in order.
   * @param sums (1, count), of which one number is written
   * @param columns room for at least as many numbers as g has columns
   * @param g (rows, columns)
   * @param index from 0 to count − 1
   * @throws ShapeError if there is too little room, or no such index
   */
  squares(sums: Tensor<"float64">, columns: Tensor<"float64">, g: Tensor, index: number): void;
  /**
   * The same, with the same bits, for the gradient of the first layer's weight as `firstLayer.gradient` lays it out.
   * @param columns room for at least as many numbers as g has rows
   * @param g (units, rounded up to an even number; features)
   */
  packedSquares(sums: Tensor<"float64">, columns: Tensor<"float64">, g: Tensor, index: number): void;
  /**
   * g *= min(1, limit / (√(Σ sums) + 1e-6)), the factor in float64 and rounded to g's precision: `clip_grad_norm_` of PyTorch.
   * @param g any shape, read and written
   * @param sums (1, count), added in order
   * @param limit > 0
   */
  scale(g: Tensor, sums: Tensor<"float64">, limit: number): void;
}

export const signatures = signaturesOf<ClipKernels>()({
  squares: "update sums, scratch columns, read g, value index",
  packedSquares: "update sums, scratch columns, read g, value index",
  scale: "update g, read sums, value limit",
});

export const offers: Offers<"clip"> = {
  squares: (args) => ({
    inPackedLayout: (packed) => ({
      family: "clip",
      name: "packedSquares",
      args: { ...args, g: packed(args.g) },
    }),
  }),
  scale: (args) => ({
    inPackedLayout: (packed) => ({ family: "clip", name: "scale", args: { ...args, g: packed(args.g) } }),
  }),
};

/** What PyTorch adds to the norm before it divides by it. */
const BESIDE_NORM = 1e-6;

/** √(Σ sums). */
export function normOf({ data }: Tensor<"float64">): number {
  let sum = 0;
  for (const each of data) sum += each;
  return Math.sqrt(sum);
}

/** The factor that clips; 1 where the norm is below the limit. */
const factorOf = (sums: Tensor<"float64">, limit: number): number =>
  Math.min(1, limit / (normOf(sums) + BESIDE_NORM));

type Squares = Parameters<ClipKernels["squares"]>;

function check(name: string, width: number, ...[sums, columns, , index]: Squares): void {
  if (columns.size < width) {
    throw new ShapeError(
      `clip.${name}: columns has ${columns.size} numbers, expected at least ${width}, one for each column of g.`,
    );
  }
  if (!(Number.isInteger(index) && index >= 0 && index < sums.columns)) {
    throw new ShapeError(
      `clip.${name}: index is ${index}, expected an integer from 0 to ${sums.columns - 1}.`,
    );
  }
}

/** @param at the index of g[f,u] */
function defineSquares(g: Tensor, rows: number, width: number, at: (f: number, u: number) => number): number {
  let total = 0;
  for (let u = 0; u < width; u++) {
    let sum = 0;
    for (let f = 0; f < rows; f++) sum += g.data[at(f, u)]! * g.data[at(f, u)]!;
    total += sum;
  }
  return total;
}

/** The definition. */
export const reference: ClipKernels = {
  squares(...args) {
    const [sums, , g, index] = args;
    check("squares", g.columns, ...args);
    sums.data[index] = defineSquares(g, g.rows, g.columns, (f, u) => f * g.columns + u);
  },
  packedSquares(...args) {
    const [sums, , g, index] = args;
    check("packedSquares", g.rows, ...args);
    sums.data[index] = defineSquares(
      g,
      g.columns,
      g.rows,
      (f, u) => (u - (u & 1)) * g.columns + 2 * f + (u & 1),
    );
  },
  scale(g, sums, limit) {
    const round = rounding(g.dtype);
    const factor = round(factorOf(sums, limit));
    for (let i = 0; i < g.size; i++) g.data[i] = g.data[i]! * factor;
  },
};

/** The least numbers for which the threads of a team share the scaling. */
const TEAM_NUMBERS = 2 ** 17;

/**
 * The same to the bit, in SIMD. Packed gradients in float64, which no plan has, are the definition's.
 * @param team the exports, called in all threads
 */
export function wasm(calls: Calls, suffix: Suffix, team: TeamCalls): ClipKernels {
  const place = (sums: Tensor<"float64">, index: number) => sums.data.byteOffset + 8 * index;
  return {
    squares(...args) {
      const [sums, columns, g, index] = args;
      check("squares", g.columns, ...args);
      calls[`sumOfSquares${suffix}`]({ sum: place(sums, index), columns, g, rows: g.rows, width: g.columns });
    },
    packedSquares(...args) {
      if (suffix === "F64") return reference.packedSquares(...args);
      const [sums, columns, g, index] = args;
      check("packedSquares", g.rows, ...args);
      calls.firstLayerSquares({
        ...{ sum: place(sums, index), columns, pairs: g, units: g.rows, d: g.columns },
      });
    },
    scale(g, sums, limit) {
      const factor = factorOf(sums, limit);
      // A product with 1 would change nothing.
      if (factor === 1) return;
      (g.size < TEAM_NUMBERS ? calls : team.calls)[`scaleBy${suffix}`]({ g, n: g.size, factor });
    },
  };
}
