/**
 * How many features the update sums at once. A strip of the samples stands in the first-level cache: eight vectors are what V8 has
 * registers for, sixteen if it widens them. Each sum waits for the one before, so that fewer would leave the adders idle.
 */
import { CHUNK } from "./layout";

/** Features of a strip, of which a block has one or two. */
export const STRIP: i32 = WIDE ? 64 : 32;
export const STRIP_BYTES: usize = STRIP * 4;
/** Bytes of a strip with its row of zeros. */
export const WHOLE_STRIP: usize = (<usize>CHUNK + 1) * STRIP_BYTES;
/** Features that the tiles take at once: four vectors. */
export const SIDE: i32 = 16;
