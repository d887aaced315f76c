/** Which parameters the results of a study depend on. */
import { checkOptions, requireInteger } from "../options.ts";
import { Random } from "../random.ts";
import { encode } from "./encoding.ts";
import { hasValue, valuesWithFailures } from "./failures.ts";
import { type Distribution, paramOf } from "./searchSpace.ts";
import type { Direction, FinishedTrial } from "./trial.ts";

export interface ParameterImportance {
  readonly name: string;
  /** The parameter's share, from 0 to 1. */
  readonly importance: number;
}

export interface ImportanceOptions {
  /** Whether a larger value is better: a failed trial counts as worse than all others. Default: "maximize". */
  readonly direction?: Direction;
  /** Decides the forest and its permutations. Default: 1. */
  readonly seed?: number;
  /** Trees in the forest, ≥ 1. Default: 64. */
  readonly trees?: number;
}

/** With fewer trials in all, or fewer for each parameter, the shares are chance. */
const FEWEST_TRIALS = 20;
const FEWEST_A_PARAMETER = 5;

/** How many trials with a value are needed to measure the importance of so many parameters. */
export const trialsForImportance = (parameters: number): number =>
  Math.max(FEWEST_TRIALS, FEWEST_A_PARAMETER * parameters);

const FEWEST_IN_LEAF = 2;
/** The permutations that are tried for each tree and parameter. */
const PERMUTATIONS = 16;
/** The code of a parameter that a trial does not have: below all others. */
const ABSENT = -1;

/**
 * The permutation importance of the parameters, in a random forest (Breiman, "Random forests", 2001, §10), the most
 * important first. Each tree predicts the trials that it has not seen. The importance of a parameter is how much the mean
 * squared error grows when its values are permuted among them, as a share of the sum. A negative growth counts as 0.
 *
 * The forest: regression trees on bootstrap samples, all parameters considered at every split, leaves of 2 trials or
 * more; a categorical parameter is split into the best two sets of its choices. The scale of a number does not matter.
 *
 * Shares are of squared effects: with three times the effect, a parameter gets nine times the share. Parameters that go
 * together divide what they explain between them. So do a conditional parameter, for which absent is a value of its own,
 * and the one it depends on. A share holds where the trials are; an adaptive sampler puts them where values are good.
 *
 * Complete and pruned trials count with their (last) values, failed ones as worse than all others
 * (src/tuner/failures.ts).
 * @param trials in any order: they are sorted by their numbers
 * @returns one entry a parameter, with shares of 0 if the values depend on nothing; none if fewer trials have a value than
 *   {@link trialsForImportance} asks for
 */
export function parameterImportance(
  trials: readonly FinishedTrial[],
  options: ImportanceOptions = {},
): ParameterImportance[] {
  checkOptions("parameterImportance", options, ["direction", "seed", "trees"]);
  const { direction = "maximize", seed = 1, trees = 64 } = options;
  requireInteger("parameterImportance: trees", trees);
  const measured = trials.toSorted((a, b) => a.number - b.number);
  const distributions: Record<string, Distribution> = Object.assign(
    {},
    ...measured.map((trial) => trial.distributions),
  );
  const fewest = trialsForImportance(Object.keys(distributions).length);
  if (measured.filter(hasValue).length < fewest) return [];
  const columns = Object.entries(distributions).map(
    ([name, distribution]): Column => ({
      categorical: distribution.kind === "categorical",
      codes: Float64Array.from(measured, ({ params }) => encode(distribution, paramOf(params, name), ABSENT)),
    }),
  );
  // Scaled so that no square overflows, and centred so that no square loses the digits that differ.
  const raw = valuesWithFailures(measured, direction);
  const largest = Math.max(...raw.map(Math.abs)) || 1;
  const scaled = Float64Array.from(raw, (value) => value / largest);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const values = scaled.map((value) => value - mean);
  const increases = columns.map(() => 0);
  for (let t = 0; t < trees; t++) {
    const random = new Random(seed, "importance", t);
    const { sample, rest } = bootstrap(values.length, random);
    if (rest.length < 2) continue;
    const tree = grow(columns, values, sample);
    columns.forEach((_, c) => {
      increases[c]! += errorIncrease(tree, columns, values, rest, c);
    });
  }
  const gains = increases.map((increase) => Math.max(increase, 0));
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return Object.keys(distributions)
    .map((name, c) => ({ name, importance: total > 0 ? gains[c]! / total : 0 }))
    .sort((a, b) => b.importance - a.importance);
}

/** The codes of a parameter in all trials. Codes of numbers are ordered, those of categories are not. */
interface Column {
  readonly categorical: boolean;
  readonly codes: Float64Array;
}

/** A predicted value, or a split: whether the code is ≤ threshold or, for categories, one of a set. */
type Tree = number | Split;

interface Split {
  readonly column: number;
  readonly goesLeft: (code: number) => boolean;
  readonly left: Tree;
  readonly right: Tree;
}

/** n of n rows drawn with replacement, and the rows that were not drawn, in random order. */
function bootstrap(n: number, random: Random): { sample: number[]; rest: number[] } {
  const sample = Array.from({ length: n }, () => random.below(n));
  const drawn = new Set(sample);
  const rest = Array.from({ length: n }, (_, row) => row).filter((row) => !drawn.has(row));
  return { sample, rest: random.shuffle(rest) };
}

/** A regression tree on some rows: each split is the one that leaves the smallest sum of squares. */
function grow(columns: readonly Column[], values: Float64Array, rows: readonly number[]): Tree {
  const sum = rows.reduce((s, row) => s + values[row]!, 0);
  // Σ (y − mean)² of both parts is smallest where Σ sum² / n of both is largest.
  const unsplit = (sum * sum) / rows.length;
  let best = unsplit + 1e-12 * Math.abs(unsplit);
  let split: { column: number; order: number[]; keys: Float64Array; size: number } | undefined;
  columns.forEach((column, c) => {
    const keys = keysOf(column, values, rows);
    const order = rows.toSorted((a, b) => keys[a]! - keys[b]!);
    let left = 0;
    for (let size = 1; size <= rows.length - FEWEST_IN_LEAF; size++) {
      left += values[order[size - 1]!]!;
      if (size < FEWEST_IN_LEAF || keys[order[size - 1]!] === keys[order[size]!]) continue;
      const score = (left * left) / size + ((sum - left) * (sum - left)) / (rows.length - size);
      if (score > best) {
        best = score;
        split = { column: c, order, keys, size };
      }
    }
  });
  if (split === undefined) return sum / rows.length;
  const { column, order, keys, size } = split;
  const { categorical, codes } = columns[column]!;
  const [leftRows, rightRows] = [order.slice(0, size), order.slice(size)];
  const threshold = (keys[leftRows.at(-1)!]! + keys[rightRows[0]!]!) / 2;
  const set = new Set(leftRows.map((row) => codes[row]!));
  return {
    column,
    goesLeft: categorical ? (code) => set.has(code) : (code) => code <= threshold,
    left: grow(columns, values, leftRows),
    right: grow(columns, values, rightRows),
  };
}

/**
 * The keys by which rows are sorted to find the best split of a column: the code or, for a category, the mean value of
 * its rows. One of the splits of that order is the best division into two sets (Fisher, "On grouping for maximum
 * homogeneity", 1958). The keys are indexed by row; those of other rows mean nothing.
 */
function keysOf({ categorical, codes }: Column, values: Float64Array, rows: readonly number[]): Float64Array {
  if (!categorical) return codes;
  const sums = new Map<number, { sum: number; n: number }>();
  for (const row of rows) {
    const { sum, n } = sums.get(codes[row]!) ?? { sum: 0, n: 0 };
    sums.set(codes[row]!, { sum: sum + values[row]!, n: n + 1 });
  }
  const keys = new Float64Array(codes.length);
  for (const row of rows) {
    const { sum, n } = sums.get(codes[row]!)!;
    keys[row] = sum / n;
  }
  return keys;
}

/** A tree's prediction for a row, with the code of one column taken from another row. */
function predict(
  tree: Tree,
  columns: readonly Column[],
  row: number,
  permuted: number,
  donor: number,
): number {
  let node = tree;
  while (typeof node !== "number") {
    const code = columns[node.column]!.codes[node.column === permuted ? donor : row]!;
    node = node.goesLeft(code) ? node.left : node.right;
  }
  return node;
}

/**
 * How much the mean squared error on rows grows with a column permuted, averaged over permutations. In the first, every
 * row gets the code of the next row; in the second, of the one after that; and so on.
 * @param rows in random order
 */
function errorIncrease(
  tree: Tree,
  columns: readonly Column[],
  values: Float64Array,
  rows: readonly number[],
  column: number,
): number {
  const shifts = Math.min(rows.length - 1, PERMUTATIONS);
  let increase = 0;
  rows.forEach((row, i) => {
    const squared = (donor: number) => {
      const error = predict(tree, columns, row, column, donor) - values[row]!;
      return error * error;
    };
    const own = squared(row);
    for (let shift = 1; shift <= shifts; shift++) increase += squared(rows[(i + shift) % rows.length]!) - own;
  });
  return increase / (shifts * rows.length);
}
