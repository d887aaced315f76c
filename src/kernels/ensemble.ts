/** The weighted mean of the outputs of several networks, and its logarithms. */
import { log } from "../math.ts";
import { expectShape, type Precision, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

interface Bounds {
  readonly largest: number;
  /** The least probability: the least normal number. */
  readonly least: number;
  /** The largest probability of a flag: the largest number below 1. */
  readonly below: number;
}

const bounds: Readonly<Record<Precision, Bounds>> = {
  float32: { largest: 3.4028234663852886e38, least: 2 ** -126, below: 1 - 2 ** -24 },
  float64: { largest: Number.MAX_VALUE, least: 2 ** -1022, below: 1 - 2 ** -53 },
};

/** A NaN passes. */
const between = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/** What the outputs are made of, the weighted mean. Each is carried out in float64. */
const functions = {
  mean: (mean: number) => mean,
  log: (mean: number, { least }: Bounds, temperature: number) =>
    log(between(mean, least, Number.MAX_VALUE)) / temperature,
  logit: (mean: number, { least, below }: Bounds, temperature: number) => {
    const p = between(mean, least, below);
    return log(p / (1 - p)) / temperature;
  },
} as const;

/** The names of {@link EnsembleKernels.outputs}' functions. */
export type EnsembleOutput = keyof typeof functions;
export const ensembleOutputs = Object.keys(functions) as readonly EnsembleOutput[];

export interface EnsembleKernels {
  /**
   * sums = weight · x, in float64: the first member's. Outputs that are not finite count as the largest number of their
   * sign; a NaN passes.
   * @param sums (n, c), float64, written
   * @param x (n, c)
   * @param weight ≥ 0
   * @throws ShapeError if the shape of sums is not x's
   */
  first(sums: Tensor<"float64">, x: Tensor, weight: number): void;
  /** sums = sums + weight · x: another member's, as {@link first}. */
  add(sums: Tensor<"float64">, x: Tensor, weight: number): void;
  /**
   * The outputs, from the mean m = sums, rounded once:
   *
   *   mean    y = m
   *   log     y = log(max(m, least)) / temperature
   *   logit   y = log(p / (1 − p)) / temperature, p = min(max(m, least), below)
   *
   * `least` is the least normal number of y's precision, `below` its largest one below 1. y is clamped to the finite numbers; a
   * NaN passes.
   * @param y (n, c), written
   * @param sums (n, c), float64
   * @param output the function
   * @param temperature > 0; the mean takes none
   * @throws ShapeError if y's shape is not that of sums
   */
  outputs(y: Tensor, sums: Tensor<"float64">, output: EnsembleOutput, temperature: number): void;
}

export const signatures = signaturesOf<EnsembleKernels>()({
  first: "write sums, read x, value weight",
  add: "update sums, read x, value weight",
  outputs: "write y, read sums, value output, value temperature",
});

function checkAdd(name: "first" | "add", sums: Tensor<"float64">, x: Tensor): number {
  expectShape(`ensemble.${name}`, "sums", sums, x.rows, x.columns);
  return x.size;
}

function checkOutputs(y: Tensor, sums: Tensor<"float64">): number {
  expectShape("ensemble.outputs", "y", y, sums.rows, sums.columns);
  return sums.size;
}

/** The definition. */
export const reference: EnsembleKernels = {
  first(sums, x, weight) {
    const n = checkAdd("first", sums, x);
    const { largest } = bounds[x.dtype];
    for (let i = 0; i < n; i++) sums.data[i] = weight * between(x.data[i]!, -largest, largest);
  },
  add(sums, x, weight) {
    const n = checkAdd("add", sums, x);
    const { largest } = bounds[x.dtype];
    for (let i = 0; i < n; i++) sums.data[i]! += weight * between(x.data[i]!, -largest, largest);
  },
  outputs(y, sums, output, temperature) {
    const n = checkOutputs(y, sums);
    const limits = bounds[y.dtype];
    const round = rounding(y.dtype);
    for (let i = 0; i < n; i++) {
      const value = functions[output](sums.data[i]!, limits, temperature);
      y.data[i] = round(between(value, -limits.largest, limits.largest));
    }
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): EnsembleKernels {
  const add = calls[`ensembleAdd${suffix}`];
  const mean = calls[`ensembleMean${suffix}`];
  const logarithm = calls[`ensembleLog${suffix}`];
  return {
    first(sums, x, weight) {
      add({ sums, x, n: checkAdd("first", sums, x), weight, isFirst: true });
    },
    add(sums, x, weight) {
      add({ sums, x, n: checkAdd("add", sums, x), weight, isFirst: false });
    },
    outputs(y, sums, output, temperature) {
      const n = checkOutputs(y, sums);
      if (output === "mean") mean({ y, sums, n });
      else logarithm({ y, sums, n, temperature, ofOdds: output === "logit" });
    },
  };
}
