/**
 * Kernels for the tests of the team. Each takes a random time in every thread, from nothing to some ten microseconds,
 * now and then far more, so that the threads meet in every order.
 */

/** What instantiation does: nothing if this word of memory is 0, trap if it is 1, and never end if it is 2. */
const START: usize = 32768;
if (load<u32>(START) == 1) unreachable();
while (load<u32>(START) == 2) {}

/** A hash of 32 bits: MurmurHash3's finalizer. */
function mix(x: u32): u32 {
  x = (x ^ (x >>> 16)) * 0x85ebca6b;
  x = (x ^ (x >>> 13)) * 0xc2b2ae35;
  return x ^ (x >>> 16);
}

/** Loops `turns` times at `scratch`, which no compiler may leave out. */
function spin(scratch: usize, turns: u32): void {
  for (let i: u32 = 0; i < turns; i++) atomic.store<u32>(scratch, i);
}

/**
 *   next[i] = mix(previous[i] + previous[(i + 1) % n] + seed)
 *
 * next, previous: n words, not overlapping. The delay comes before the reads or after the writes. scratch: a line of
 * 128 bytes for every part. A part that is seen too early, or sees too early, spoils all words within n calls.
 */
export function step(
  next: usize,
  previous: usize,
  n: u32,
  scratch: usize,
  seed: u32,
  delay: u32,
  part: u32,
  parts: u32,
): void {
  const random = mix(seed ^ (part * 0x9e3779b9));
  let turns = delay ? random % delay : 0;
  if (delay && (random >>> 20) % 1000 == 0) turns += 100 * delay;
  const line = scratch + ((<usize>part) << 7);
  if (random & 0x80000) spin(line, turns);
  for (let i = (n * part) / parts; i < (n * (part + 1)) / parts; i++) {
    const sum = load<u32>(previous + (i << 2)) + load<u32>(previous + (((i + 1) % n) << 2));
    store<u32>(next + (i << 2), mix(sum + seed));
  }
  if (!(random & 0x80000)) spin(line, turns);
}

/** Nothing. */
export function nothing(part: u32, parts: u32): void {}

/** Writes its 18 arguments, as float64, to out + 256 · part. */
export function echo(
  out: u32,
  a: f64,
  b: f64,
  c: f32,
  d: i32,
  e: u32,
  f: f64,
  g: f64,
  h: f64,
  i: f64,
  j: f64,
  k: f64,
  l: f64,
  m: f64,
  n: f64,
  o: f64,
  part: u32,
  parts: u32,
): void {
  const to = <usize>out + ((<usize>part) << 8);
  store<f64>(to, <f64>out, 0);
  store<f64>(to, a, 8);
  store<f64>(to, b, 16);
  store<f64>(to, <f64>c, 24);
  store<f64>(to, <f64>d, 32);
  store<f64>(to, <f64>e, 40);
  store<f64>(to, f, 48);
  store<f64>(to, g, 56);
  store<f64>(to, h, 64);
  store<f64>(to, i, 72);
  store<f64>(to, j, 80);
  store<f64>(to, k, 88);
  store<f64>(to, l, 96);
  store<f64>(to, m, 104);
  store<f64>(to, n, 112);
  store<f64>(to, o, 120);
  store<f64>(to, <f64>part, 128);
  store<f64>(to, <f64>parts, 136);
}

/** Not for a team. */
export function alone(part: u32): void {}

/** Loops so many turns in the leader, and so many in all others. */
export function busy(scratch: usize, leader: u32, others: u32, part: u32, parts: u32): void {
  spin(scratch + ((<usize>part) << 7), part ? others : leader);
}

/** Traps in one part. */
export function trap(which: u32, part: u32, parts: u32): void {
  if (part == which) unreachable();
}

/** Never returns in one part, where it counts on and on. */
export function hang(counter: usize, which: u32, part: u32, parts: u32): void {
  if (part == which) while (true) atomic.add<u32>(counter, 1);
}

/** Counts, in a line of 128 bytes for every part, until it is hurried; traps in part `trapping` and hangs in `hanging`. */
export function count(
  counters: usize,
  trapping: u32,
  hanging: u32,
  hurry: usize,
  part: u32,
  parts: u32,
): void {
  const line = counters + ((<usize>part) << 7);
  while (atomic.load<u32>(hurry) == 0) atomic.add<u32>(line, 1);
  trap(trapping, part, parts);
  hang(line, hanging, part, parts);
}

/** Traps in one part and hangs in another. */
export function trapAndHang(counter: usize, trapping: u32, hanging: u32, part: u32, parts: u32): void {
  trap(trapping, part, parts);
  hang(counter, hanging, part, parts);
}
