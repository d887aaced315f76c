/** Python's random.Random(seed).shuffle: the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded as Python seeds it. */

const LENGTH = 624;
const SHIFT = 397;

/** `a` and `b` are 32-bit words: the high bit of one, the others of the next. */
const twist = (a: number, b: number): number => {
  const y = (a & 0x80000000) | (b & 0x7fffffff);
  return (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
};

/** The state after init_by_array([seed]). */
function seeded(seed: number): Uint32Array {
  const state = new Uint32Array(LENGTH);
  state[0] = 19650218;
  for (let i = 1; i < LENGTH; i++) {
    state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
  }
  let i = 1;
  const mix = (factor: number, added: number) => {
    const before = state[i - 1]!;
    state[i] = (state[i]! ^ Math.imul(before ^ (before >>> 30), factor)) + added;
    if (++i < LENGTH) return;
    state[0] = state[LENGTH - 1]!;
    i = 1;
  };
  for (let k = 0; k < LENGTH; k++) mix(1664525, seed);
  for (let k = 1; k < LENGTH; k++) mix(1566083941, -i);
  state[0] = 0x80000000;
  return state;
}

/** @param seed an integer from 0 to 2³² − 1 */
function generator(seed: number): () => number {
  const state = seeded(seed);
  let next = LENGTH;
  return () => {
    if (next === LENGTH) {
      for (let i = 0; i < LENGTH; i++) {
        state[i] = state[(i + SHIFT) % LENGTH]! ^ twist(state[i]!, state[(i + 1) % LENGTH]!);
      }
      next = 0;
    }
    let y = state[next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/** The numbers 0 … count − 1 in the order of `order = list(range(count)); random.Random(seed).shuffle(order)`, Python 3.2 or later. */
export function pythonOrder(count: number, seed: number): number[] {
  const random = generator(seed);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    // Python draws as many bits as i + 1 has, until they are no more than i.
    const unused = Math.clz32(i + 1);
    let j: number;
    do j = random() >>> unused;
    while (j > i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
