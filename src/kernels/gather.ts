/** Gathers a batch from a data set as it is stored, and standardises it on the way. */
import { ShapeError } from "../errors.ts";
import type { TargetTensor } from "../targets.ts";
import { type DType, expectShape, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

/** Samples from which a batch is gathered. */
export type GatheredSamples = Tensor<"uint8"> | Tensor;

export interface GatherKernels {
  /**
   * Gathers from bytes v, which stand for v / 255, or from floats, from which the mean is subtracted before they are scaled:
   *
   *   x[i,j] = v · scale[j] + shift[j]                                        v = values[rows[i], j]
   *   x[i,j] = ((v · scale[0,j] + shift[0,j]) + shift[1,j]) · scale[1,j]
   *
   * @param x (n, d), written
   * @param values (count, d): bytes, float32, or float64 if x is float64
   * @param rows (n, 1), each < count
   * @param scale (1, d) for bytes, (2, d) for floats: see `gatherFactors` in data/standardize.ts
   * @param shift of the same shape
   * @throws ShapeError if a shape does not follow from x's, or values are float64 and x is float32
   */
  batch(x: Tensor, values: GatheredSamples, rows: Tensor<"uint32">, scale: Tensor, shift: Tensor): void;
  /**
   * y[i,j] = labels[rows[i], j]: of targets of any kind, and of weights.
   * @param y (n, d), written
   * @param labels (count, d), of y's type; numbers may also be of the other precision, and are then converted
   * @param rows (n, 1), each < count
   * @throws ShapeError if a shape does not follow from y's, or the types do not go together
   */
  labels(y: TargetTensor, labels: TargetTensor, rows: Tensor<"uint32">): void;
}

export const signatures = signaturesOf<GatherKernels>()({
  batch: "write x, read values, read rows, read scale, read shift",
  labels: "write y, read labels, read rows",
});

/** How many rows `scale` and `shift` have for values that are stored so. */
export const factorRows = (stored: DType): number => (stored === "uint8" ? 1 : 2);

/** The definition of x[i,j] as a function of a value and its feature j. */
export function standardizer(
  stored: DType,
  scale: Tensor,
  shift: Tensor,
): (value: number, feature: number) => number {
  const [d, s, t] = [scale.columns, scale.data, shift.data];
  const round = rounding(scale.dtype);
  if (stored === "uint8") return (v, j) => round(round(v * s[j]!) + t[j]!);
  return (v, j) => round(round(round(round(v * s[j]!) + t[j]!) + t[d + j]!) * s[d + j]!);
}

function checkBatch(...[x, values, rows, scale, shift]: Parameters<GatherKernels["batch"]>): void {
  const factors = factorRows(values.dtype);
  expectShape("gather.batch", "values", values, values.rows, x.columns);
  expectShape("gather.batch", "rows", rows, x.rows, 1);
  expectShape("gather.batch", "scale", scale, factors, x.columns);
  expectShape("gather.batch", "shift", shift, factors, x.columns);
  if (values.dtype === "float64" && x.dtype !== "float64") {
    throw new ShapeError(`gather.batch: values are float64, expected uint8 or float32, as x is ${x.dtype}.`);
  }
}

const isPrecision = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

function checkLabels(y: TargetTensor, labels: TargetTensor, rows: Tensor<"uint32">): void {
  expectShape("gather.labels", "rows", rows, y.rows, 1);
  expectShape("gather.labels", "labels", labels, labels.rows, y.columns);
  const isConverted = isPrecision(y.dtype) && isPrecision(labels.dtype);
  if (y.dtype !== labels.dtype && !isConverted) {
    throw new ShapeError(`gather.labels: labels are ${labels.dtype}, expected ${y.dtype}, as y is.`);
  }
}

/** The definition. */
export const reference: GatherKernels = {
  batch(x, values, rows, scale, shift) {
    checkBatch(x, values, rows, scale, shift);
    const d = x.columns;
    const standardized = standardizer(values.dtype, scale, shift);
    for (let i = 0; i < x.rows; i++) {
      const from = rows.data[i]! * d;
      for (let j = 0; j < d; j++) x.data[i * d + j] = standardized(values.data[from + j]!, j);
    }
  },
  labels(y, labels, rows) {
    checkLabels(y, labels, rows);
    const d = y.columns;
    for (let i = 0; i < y.rows; i++) {
      for (let j = 0; j < d; j++) y.data[i * d + j] = labels.data[rows.data[i]! * d + j]!;
    }
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): GatherKernels {
  const gathers = {
    uint8: calls[`gatherBytes${suffix}`],
    float32: calls[`gatherFloats${suffix}`],
    float64: calls.gatherDoublesF64,
  };
  return {
    batch(x, values, rows, scale, shift) {
      checkBatch(x, values, rows, scale, shift);
      gathers[values.dtype]({ x, values, rows, scale, shift, n: x.rows, d: x.columns });
    },
    labels(y, labels, rows) {
      checkLabels(y, labels, rows);
      const [n, d] = [y.rows, y.columns];
      if (y.dtype !== labels.dtype) {
        const convert = y.dtype === "float32" ? calls.gatherConvertedToF32 : calls.gatherConvertedToF64;
        convert({ y, values: labels, rows, n, d });
      } else if (y.dtype === "uint8" && d === 1) {
        calls.gatherLabels({ y, labels, rows, n });
      } else {
        calls.gatherRows({ y, values: labels, rows, n, bytes: d * y.data.BYTES_PER_ELEMENT });
      }
    },
  };
}
