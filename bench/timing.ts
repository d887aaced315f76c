/** Measures contenders side by side: by turns, in slices, so that a machine that drifts slows down all of them. */

/** The statistics of a contender's seconds a call, over its slices. */
export interface Timing {
  /** Seconds a call. */
  readonly min: number;
  readonly median: number;
  readonly mean: number;
  /** The standard deviation between slices; 0 if there is only one. */
  readonly sd: number;
  readonly slices: number;
}

/** @param seconds the seconds of a call in every slice, at least one */
export function summarize(seconds: readonly number[]): Timing {
  const sorted = seconds.toSorted((a, b) => a - b);
  const n = sorted.length;
  const mean = sorted.reduce((sum, s) => sum + s, 0) / n;
  const squares = sorted.reduce((sum, s) => sum + (s - mean) ** 2, 0);
  return {
    min: sorted[0]!,
    median: (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2,
    mean,
    sd: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
    slices: n,
  };
}

/** How long to measure. */
export interface Effort {
  /** Seconds of warming up for each contender, while V8 compiles in the background. */
  readonly warmUp: number;
  /** Seconds of a slice. */
  readonly slice: number;
  /** Slices of each contender. */
  readonly slices: number;
  /** Seconds after which no further slice begins, once there are three. */
  readonly limit: number;
}

/** Runs for about so many seconds, at least one call; returns the seconds of a call. */
export type Slice = (seconds: number) => number | Promise<number>;

/** A slice of calls of one function. The clock is read only around groups of calls. */
export function sliceOf(call: () => void): Slice {
  let group = 1;
  return (seconds) => {
    let calls = 0;
    let elapsed = 0;
    const begin = performance.now();
    while (elapsed < seconds) {
      for (let i = 0; i < group; i++) call();
      calls += group;
      elapsed = (performance.now() - begin) / 1000;
      // A slice has about ten groups, so that the clock costs nothing, and a slice is never much too long.
      if (elapsed * 10 < seconds) group *= 2;
    }
    return elapsed / calls;
  };
}

/** Warms up, then takes turns: forwards in one round, backwards in the next. A timing for each contender. */
export async function alternate<Contenders extends readonly Slice[]>(
  contenders: readonly [...Contenders],
  { warmUp, slice, slices, limit }: Effort,
): Promise<{ [each in keyof Contenders]: Timing }> {
  for (const contender of contenders) await contender(warmUp);
  // Code that V8 has compiled in the background is swapped in when the event loop gets its turn.
  await new Promise((resolve) => setTimeout(resolve, 10));
  const entries = contenders.map((contender) => ({ contender, seconds: [] as number[] }));
  const begin = performance.now();
  for (let round = 0; round < slices; round++) {
    if (round >= 3 && performance.now() - begin > limit * 1000) break;
    const order = round % 2 === 0 ? entries : entries.toReversed();
    for (const { contender, seconds } of order) seconds.push(await contender(slice));
  }
  return entries.map(({ seconds }) => summarize(seconds)) as { [each in keyof Contenders]: Timing };
}
