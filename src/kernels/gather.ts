/** A batch taken from a data set that stays as it was stored, standardised on the way. */
import { expectShape, rounding, type Tensor } from "../tensor.ts";
import type { Exports } from "../wasm/exports.generated.ts";
import type { Suffix } from "./suffix.ts";

export interface GatherKernels {
  /**
   * x[i,j] = values[rows[i], j] · scale[j] + shift[j].
   * @param x (n, d), written
   * @param values (count, d), bytes or float32
   * @param rows (n, 1), each < count
   * @param scale (1, d); a byte v that stands for v / 255 has scale 1 / (255 · std)
   * @param shift (1, d); −mean / std
   * @throws ShapeError if a shape does not follow from x's
   */
  batch(
    x: Tensor,
    values: Tensor<"uint8"> | Tensor<"float32">,
    rows: Tensor<"uint32">,
    scale: Tensor,
    shift: Tensor,
  ): void;
  /**
   * y[i] = labels[rows[i]].
   * @param y (n, 1), written
   * @param labels (count, 1)
   * @param rows (n, 1), each < count
   */
  labels(y: Tensor<"uint8">, labels: Tensor<"uint8">, rows: Tensor<"uint32">): void;
}

function checkBatch(...[x, values, rows, scale, shift]: Parameters<GatherKernels["batch"]>): void {
  expectShape("gather.batch", "values", values, values.rows, x.columns);
  expectShape("gather.batch", "rows", rows, x.rows, 1);
  expectShape("gather.batch", "scale", scale, 1, x.columns);
  expectShape("gather.batch", "shift", shift, 1, x.columns);
}

function checkLabels(y: Tensor<"uint8">, labels: Tensor<"uint8">, rows: Tensor<"uint32">): void {
  expectShape("gather.labels", "rows", rows, y.rows, 1);
  expectShape("gather.labels", "labels", labels, labels.rows, 1);
}

/** The definition. */
export const reference: GatherKernels = {
  batch(x, values, rows, scale, shift) {
    checkBatch(x, values, rows, scale, shift);
    const d = x.columns;
    const round = rounding(x.dtype);
    for (let i = 0; i < x.rows; i++) {
      const from = rows.data[i]! * d;
      for (let j = 0; j < d; j++) {
        x.data[i * d + j] = round(values.data[from + j]! * scale.data[j]!) + shift.data[j]!;
      }
    }
  },
  labels(y, labels, rows) {
    checkLabels(y, labels, rows);
    for (let i = 0; i < y.rows; i++) y.data[i] = labels.data[rows.data[i]!]!;
  },
};

/** The same to the bit, in SIMD. */
export function wasm(exports: Exports, suffix: Suffix): GatherKernels {
  const bytes = exports[`gatherBytes${suffix}`];
  const floats = exports[`gatherFloats${suffix}`];
  return {
    batch(x, values, rows, scale, shift) {
      checkBatch(x, values, rows, scale, shift);
      const gather = values.dtype === "uint8" ? bytes : floats;
      gather(
        x.data.byteOffset,
        values.data.byteOffset,
        rows.data.byteOffset,
        scale.data.byteOffset,
        shift.data.byteOffset,
        x.rows,
        x.columns,
      );
    },
    labels(y, labels, rows) {
      checkLabels(y, labels, rows);
      exports.gatherLabels(y.data.byteOffset, labels.data.byteOffset, rows.data.byteOffset, y.rows);
    },
  };
}
