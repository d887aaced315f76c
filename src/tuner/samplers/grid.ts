/** Grid search: every combination of a few values of each parameter. */
import { ConfigError } from "../../errors.ts";
import { exp, log } from "../../math.ts";
import { checkOptions, pickOptions } from "../../options.ts";
import {
  type Distribution,
  isActive,
  type Params,
  type ParamValue,
  type SearchSpace,
} from "../searchSpace.ts";
import type { Sampler, SamplerContext } from "../trial.ts";
import { checkCount } from "./check.ts";
import type { SamplerKind } from "./kind.ts";
import { between, clamp } from "./random.ts";

export interface GridOptions {
  /**
   * How many values of a number are tried, both ends of its range included, ≥ 2. An integer that has fewer values takes
   * them all. Default: 5.
   */
  readonly points?: number;
}

const OPTIONS = ["points"] as const;
const POINTS = 5;

/**
 * Trial i has combination i. Combinations are counted like nested loops: the last parameter changes fastest. Those that
 * differ only in parameters whose condition is not met are one.
 */
export class GridSampler implements Sampler {
  readonly name = "grid";
  readonly enumerates = true;
  readonly points: number;

  /** @throws ConfigError unless points is an integer ≥ 2 */
  constructor(options: GridOptions = {}) {
    checkOptions("GridSampler", options, OPTIONS);
    const { points = POINTS } = options;
    checkCount("GridSampler", "points", points, 2);
    this.points = points;
  }

  roundSize(): number {
    return Infinity;
  }

  /** The number of combinations. */
  limit(space: SearchSpace): number {
    return new Grid(space, this.points).count(0, {});
  }

  /** @throws ConfigError if the trial's number is beyond the last combination */
  propose(space: SearchSpace, { number }: SamplerContext): Params {
    const grid = new Grid(space, this.points);
    const count = grid.count(0, {});
    if (number >= count) {
      throw new ConfigError(
        `GridSampler: trial ${number} is beyond the last of ${count} combinations. Ask for ${count} trials.`,
      );
    }
    return grid.combination(number);
  }

  /** @throws ConfigError always: the combinations follow from all parameters at once */
  sample(name: string): ParamValue {
    throw new ConfigError(
      `GridSampler: ${name} is asked for by itself, expected a search space declared beforehand. ` +
        "Declare the space, or take another sampler.",
    );
  }
}

export const grid: SamplerKind = {
  learns: false,
  options: {
    points: {
      ...{ kind: "integer", flags: "--points <n>", least: 2, default: POINTS, raisesLimit: true },
      help: "values of a range",
    },
  },
  create: (options) => new GridSampler(pickOptions(options, OPTIONS)),
};

/** The combinations of a space as the leaves of a tree that has a level for each parameter. */
class Grid {
  readonly #levels;
  /** For each level, the earlier parameters that conditions from there on name. Its count depends on nothing else. */
  readonly #relevant: readonly (readonly string[])[];
  readonly #counts = new Map<string, number>();

  constructor(space: SearchSpace, points: number) {
    this.#levels = Object.entries(space).map(([name, entry]) => ({
      name,
      entry,
      values: gridValues(entry, points),
    }));
    this.#relevant = this.#levels.map((_, level) => {
      const before = new Set(this.#levels.slice(0, level).map(({ name }) => name));
      const named = this.#levels.slice(level).flatMap(({ entry }) => entry.when?.param ?? []);
      return [...new Set(named)].filter((name) => before.has(name));
    });
  }

  /** How many combinations the parameters from `level` on have, given those before. */
  count(level: number, params: Params): number {
    const here = this.#levels[level];
    if (here === undefined) return 1;
    const given = this.#relevant[level]!.map((name) => (Object.hasOwn(params, name) ? [params[name]] : []));
    const key = JSON.stringify([level, given]);
    let count = this.#counts.get(key);
    if (count === undefined) {
      const { name, entry, values } = here;
      count = isActive(entry, params)
        ? values.reduce<number>((sum, value) => sum + this.count(level + 1, { ...params, [name]: value }), 0)
        : this.count(level + 1, params);
      this.#counts.set(key, count);
    }
    return count;
  }

  /** The combination of a leaf, 0 ≤ index < count(0, {}). */
  combination(index: number): Params {
    const params: Record<string, ParamValue> = {};
    let rest = index;
    for (const [level, { name, entry, values }] of this.#levels.entries()) {
      if (!isActive(entry, params)) continue;
      for (const value of values) {
        params[name] = value;
        const count = this.count(level + 1, params);
        if (rest < count) break;
        rest -= count;
      }
    }
    return params;
  }
}

/** The values of a parameter in the grid, in rising order or in that of the choices. */
function gridValues(distribution: Distribution, points: number): readonly ParamValue[] {
  if (distribution.kind === "categorical") return distribution.choices;
  const { kind, low, high } = distribution;
  const at = (i: number): number => {
    if (i === 0) return low;
    if (i === points - 1) return high;
    const t = i / (points - 1);
    return distribution.log ? exp(between(log(low), log(high), t)) : between(low, high, t);
  };
  if (kind === "float") {
    // People read these values and type them again. 15 digits give 0.001, not 0.0009999999999999998.
    const values = Array.from({ length: points }, (_, i) => clamp(Number(at(i).toPrecision(15)), low, high));
    values[0] = low;
    values[points - 1] = high;
    return [...new Set(values)];
  }
  if (high - low < points) return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const values: number[] = [];
  for (let i = 0; i < points; i++) {
    // A value that rounds to the one before moves up, but leaves room for those to come.
    values.push(clamp(Math.round(at(i)), (values.at(-1) ?? low - 1) + 1, high - (points - 1 - i)));
  }
  return values;
}
