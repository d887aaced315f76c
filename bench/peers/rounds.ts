/** Contenders by turns, A B C A B C …, and what their rates say: a ratio for every round, so that drifts cancel. */
import { median } from "./shared/serve.ts";
import type { SliceResult } from "./shared/settings.ts";

export interface Entrant {
  readonly id: string;
  slice(seconds: number, steps: number): Promise<SliceResult>;
}

export interface Turns {
  readonly rounds: number;
  /** Seconds of a slice. */
  readonly seconds: number;
  /** The least number of steps in a slice. */
  readonly steps: number;
  /** Seconds for each before the first round. */
  readonly warmUp: number;
  /** Seconds after which no further round begins, once there are three. */
  readonly limit: number;
}

/** Milliseconds in which the rest of a slice (waiting threads, a compiler) comes to an end. */
const REST = 30;

/**
 * Steps a second of every entrant in every round. One whose slice fails is left out, of the rounds before too, and
 * named with the reason.
 */
export async function takeTurns(
  entrants: readonly Entrant[],
  { rounds, seconds, steps, warmUp, limit }: Turns,
  onLost: (id: string, reason: string) => void,
  beforeRound: () => Promise<void> = async () => {},
): Promise<Map<string, number[]>> {
  const rates = new Map<string, number[]>(entrants.map(({ id }) => [id, []]));
  const turn = async ({ id, slice }: Entrant, length: number, least: number) => {
    const own = rates.get(id);
    if (own === undefined) return;
    try {
      const result = await slice(length, least);
      if (result.loss === null || Number.isNaN(result.loss)) throw new Error("its loss is not finite");
      own.push(1 / result.stepSeconds);
    } catch (error) {
      rates.delete(id);
      onLost(id, (error as Error).message);
    }
    await new Promise((resolve) => setTimeout(resolve, REST));
  };
  for (const entrant of entrants) await turn(entrant, warmUp, 1);
  for (const own of rates.values()) own.length = 0;
  const begin = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= 3 && performance.now() - begin > limit * 1000) break;
    await beforeRound();
    for (const entrant of entrants) await turn(entrant, seconds, steps);
  }
  return rates;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one */
export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** a / b, round by round. */
export function ratios(a: readonly number[], b: readonly number[]): number[] {
  return a.map((rate, round) => rate / b[round]!);
}

/** The highest of the rates of every round. */
export function best(rates: readonly (readonly number[])[]): number[] {
  return rates[0]!.map((_, round) => Math.max(...rates.map((own) => own[round]!)));
}
