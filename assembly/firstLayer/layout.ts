/**
 * What the first layer's kernels keep in memory, and where. The host needs these numbers as well, so the build makes TypeScript
 * of this file, with `number` for the integers. It may only say what means the same in both languages: no operations on bits,
 * no division with a rest.
 */

/** `value` or the next multiple of `unit`. */
export function roundUp(value: usize, unit: usize): usize {
  const last = value + unit - 1;
  return last - (last % unit);
}

// What the forward pass keeps of a batch for its update: [⌈d/64⌉][n][64], as the samples are stored.

/** Features that are kept together: a cache line of bytes, two strips. */
export const BLOCK: i32 = 64;

/** How many numbers of n samples with d features are kept. */
export function keptNumbers(n: usize, d: usize): usize {
  return n * roundUp(d, BLOCK);
}

/** Where feature `f` of the first of n samples is among them. That of the next sample is BLOCK further. */
export function keptAt(f: usize, n: usize): usize {
  return (f - (f % BLOCK)) * n + (f % BLOCK);
}

// A thread's own scratch: a panel of samples and its sums in the forward pass, a strip of features and its sums in the
// update; and behind it, where there are several threads, the panels that it has prepared for the batch to come.

/** Features of a panel that are multiplied at a time: 240 KB, of which the second-level cache holds enough. */
export const KC: i32 = 3072;
/** Vectors of samples in a panel, at most: the wide binary has one less. */
export const PANEL_VECTORS: i32 = 5;
/** A panel's bytes for one feature, or for one unit. */
export const PANEL_ROW: usize = PANEL_VECTORS * 16;
export const PANEL_BYTES: usize = PANEL_ROW * KC;

/** Samples whose strip of features stands in the first-level cache at once (see inline/strip.ts). */
export const CHUNK: i32 = 128;
/** Features that are summed at once, at most: eight vectors, in the wide binary sixteen. */
export const STRIP: i32 = 64;
export const STRIP_BYTES: usize = STRIP * 4;
/** The rows of a strip: the samples of a chunk, and a row of zeros for the entries that make a list even. */
export const STRIP_ROWS: usize = CHUNK + 1;

/** Vectors of samples that a thread prepares for the batch to come, at most: four or five panels. */
export const PREPARED_VECTORS: i32 = 20;
/**
 * What stands before them, u32 each: the batch's ticket, for how many threads this one has prepared its share, how many
 * vectors of samples are ready, how many its share has, and which panel is the first.
 */
export const PREPARED_HEADER: usize = 128;
export const PREPARED_BYTES: usize = PREPARED_HEADER + PREPARED_VECTORS * 16 * KC;

/** Bytes of a thread's own scratch, without what it prepares. */
export function ownBytes(units: usize): usize {
  const panel = PANEL_BYTES + units * PANEL_ROW;
  const strip = STRIP_ROWS * STRIP_BYTES + (units + 1) * STRIP_BYTES;
  return roundUp(panel > strip ? panel : strip, 128);
}

/** Where a thread's own scratch begins. */
export function ownAt(scratch: usize, units: usize, part: usize): usize {
  return scratch + part * (ownBytes(units) + PREPARED_BYTES);
}

/** Where the panels that a thread prepares begin. A thread without others has no such room, and does not look there. */
export function preparedAt(scratch: usize, units: usize, part: usize): usize {
  return ownAt(scratch, units, part) + ownBytes(units);
}

/**
 * Bytes of all threads' scratch. They do not depend on the number of samples, so that panels prepared for one batch outlast a
 * forward pass of another size.
 */
export function threadsBytes(units: usize, threads: usize): usize {
  return threads > 1 ? ownAt(0, units, threads) : ownBytes(units);
}

// The packed gradient, behind the threads' scratch: a header, then the lists of what is not 0, or pairs of units.

// The header's first word says whether there are lists.
/** Where threads count how often they take strips, and how many they take from the end. */
export const TAKEN: usize = 16;
export const TAKEN_LAST: usize = 32;
/** Where the lists' lengths begin, in bytes, [chunk][unit] u32. */
export const LENGTHS: usize = 64;

/** How many chunks n samples make. */
export function chunksOf(n: usize): usize {
  return roundUp(n, CHUNK) / CHUNK;
}

/** Bytes before the lists. */
export function headerBytes(n: usize, units: usize): usize {
  return roundUp(LENGTHS + chunksOf(n) * units * 4, 64);
}

/** Bytes of a packed gradient, at most. */
export function gradientBytes(n: usize, units: usize): usize {
  return headerBytes(n, units) + chunksOf(n) * units * CHUNK * 8;
}
