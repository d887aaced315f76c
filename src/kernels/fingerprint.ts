/** Rows of bytes for a fingerprint: of what samples hold, and their order. See fingerprint.ts, which defines it. */
import { ShapeError } from "../errors.ts";
import { addRows, bytesOf, LANES } from "../fingerprint.ts";
import { expectShape, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";

/** A tensor of any type. */
type Any = Tensor<"uint8"> | Tensor<"uint16"> | Tensor<"uint32"> | Tensor;

export interface FingerprintKernels {
  /**
   * Adds some rows to the lanes, one after another, as {@link addRows} of fingerprint.ts does.
   * @param lanes (1, 16), read and written
   * @param values (n, d), of any type
   * @param block (1, 16), overwritten
   * @param first the first row
   * @param count how many rows there are from it on; first + count ≤ n
   * @throws ShapeError if a shape is another, or there are no such rows
   */
  addRows(lanes: Tensor<"uint32">, values: Any, block: Tensor<"uint32">, first: number, count: number): void;
}

export const signatures = signaturesOf<FingerprintKernels>()({
  addRows: "update lanes, read values, scratch block, value first, value count",
});

function check(...[lanes, values, block, first, count]: Parameters<FingerprintKernels["addRows"]>): void {
  expectShape("fingerprint.addRows", "lanes", lanes, 1, LANES);
  expectShape("fingerprint.addRows", "block", block, 1, LANES);
  if (first >= 0 && count >= 0 && first + count <= values.rows) return;
  throw new ShapeError(
    `fingerprint.addRows: there are no ${count} rows from ${first} on, the values have ${values.rows}.`,
  );
}

const rowBytesOf = ({ data, columns }: Any): number => columns * data.BYTES_PER_ELEMENT;

/** The definition. */
export const reference: FingerprintKernels = {
  addRows(...args) {
    check(...args);
    const [lanes, values, , first, count] = args;
    const rowBytes = rowBytesOf(values);
    const bytes = bytesOf(values.data).subarray(first * rowBytes, (first + count) * rowBytes);
    if (rowBytes > 0) addRows(lanes.data, bytes, rowBytes);
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls): FingerprintKernels {
  return {
    addRows(...args) {
      check(...args);
      const [lanes, values, block, first, count] = args;
      const rowBytes = rowBytesOf(values);
      const rows = values.data.byteOffset + first * rowBytes;
      if (rowBytes > 0) calls.fingerprintAddRows({ lanes, rows, block, rowBytes, count });
    },
  };
}
