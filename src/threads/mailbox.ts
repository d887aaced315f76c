/**
 * Where the leader and one worker of a team find each other's words, in linear memory. A line of 128 bytes (two of
 * the cache's, which are fetched in pairs) has one writer, so that the other side's reads cost nothing until there is
 * news.
 */

/** Bytes of one mailbox. */
export const MAILBOX_BYTES = 640;

/** The most numbers that one call can have, with `part` and `parts`. */
export const MAXIMUM_NUMBERS = 18;

/** In place of a kernel's index: the worker is to end. */
export const STOP = -1;

/** Where things are in a mailbox, counted in elements of their view. */
export const places = {
  // The leader writes these:
  /** Int32: counts the calls; a change is the news of one. */
  generation: 0,
  /** Int32: the index of the kernel to call, or STOP. */
  kernel: 1,
  /** Int32: how often to look for the next call, after this one, before sleeping. */
  spins: 2,
  /** Int32: 1 while the leader sleeps until `done` changes. */
  leaderSleeps: 3,
  /** Float64: the arguments of the call, MAXIMUM_NUMBERS of them. Integers, addresses above 2³¹ and rates all fit. */
  numbers: 2,
  /** Int32, behind the numbers: 1 when the leader waits for a call that may be cut short. */
  hurry: 2 * (2 + MAXIMUM_NUMBERS),
  // The worker writes these:
  /** Int32: the generation whose call is done. */
  done: 64,
  /** Int32: 1 while the worker sleeps until `generation` changes. */
  workerSleeps: 65,
  /** Int32: 0, or how many characters of `text` say what the call has thrown. */
  failure: 66,
  /** Uint16: UTF-16. */
  text: 192,
  /** The most characters of it. */
  textLength: 128,
} as const;
