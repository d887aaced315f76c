/**
 * How the matrix products cut up their operands. The host needs these numbers as well, so the build makes TypeScript of this
 * file, with `number` for the integers. It may only say what means the same in both languages.
 */

// In float32 a block of A (256 KiB) stays in L2. B has so many columns that A is copied only once for 1024 of them.
/** Terms of a sum in a block. */
export const KC: i32 = 1024;
/** Rows of A in a block. */
export const MC: i32 = 64;
/** Columns of B in a block. */
export const NC: i32 = 1024;

/** Bytes between packed pairs of A's rows, beside what their columns take, at most. */
export const PAIR_GAP: i32 = 64;
/** Bytes of the packed block of A, at most. */
export const PACKED_A: i32 = MC * KC * 8 + (MC / 2) * PAIR_GAP;
/** Bytes that a thread needs to pack its blocks, in either precision. */
export const MATMUL_WORKSPACE_BYTES: i32 = PACKED_A + KC * NC * 8;

/** Up to so many rows of X, W is not packed, which would cost more than it saves, and threads do not share the product. */
export const FEW_ROWS: i32 = 3;
