/** Which rows are held out together: the folds of a cross-validation. */
import { ascending, type HeldOutBy, nearest, numbered, requireEntries } from "../data/entries.ts";
import { ConfigError } from "../errors.ts";
import { checkOptions, requireInteger, shown } from "../options.ts";
import { permutation, Random } from "../random.ts";

export interface FoldOptions extends HeldOutBy {
  /** How many, ≥ 2. There are fewer if there are fewer rows, groups or times to hold out. */
  readonly folds: number;
  /** Decides which rows come together. Default: 1. */
  readonly seed?: number;
  /** A class for each row: each class has its share of every fold. Default: none. */
  readonly classes?: ArrayLike<unknown> | undefined;
}

/** The folds of some rows. */
export interface Folds {
  /** How many there are: 0, if there are no two parts that could be told apart; never 1. */
  readonly count: number;
  /** (rows) The fold in which each row is held out, from 0 to count − 1; or {@link ALWAYS_TRAINED}. */
  readonly foldOf: Int32Array;
}

/** The two sides of a fold, each in ascending order. */
export interface Sides {
  /** The rows that are held out. */
  readonly validation: Uint32Array;
  /** All others. */
  readonly train: Uint32Array;
}

/** The fold of a row that is held out in none. */
export const ALWAYS_TRAINED = -1;

const WHERE = "foldsOf";

/**
 * Divides rows into folds, of which none is empty and none has all rows.
 * - By default at random. The sizes differ by 1 at most.
 * - `classes`: so do the rows of each class in the folds, and still the sizes. A class of k rows, fewer than folds, is in k
 *   folds, so that every fold's other side has some of it. A class of one row is not held out: no model would know it.
 * - `groups`: the largest first, each goes where the fewest rows are. The sizes differ by the largest group's at most.
 * - `groups` and `classes`: each group goes where its classes are rarest, which makes Σ_f Σ_c n_fc² / n_c small, n_fc being
 *   the rows of class c in fold f. A class of one group is in one fold, whose other side does not know it.
 * - `times`: the rows in order of time are cut into as many stretches, between two times, where that is nearest to equal sizes.
 *   So rows of one time are in one fold, and the sizes differ by 1 at most if each has its own. The first stretch is
 *   fold 0. Nothing is random.
 *
 * @param count rows, ≥ 1
 * @throws ConfigError if an option is out of its range, an array has another length than there are rows, or times are
 *   given beside classes or groups
 */
export function foldsOf(count: number, options: FoldOptions): Folds {
  checkOptions(WHERE, options, ["folds", "seed", "classes", "groups", "times"]);
  const { folds, seed = 1, classes, groups, times } = options;
  requireInteger(`${WHERE}: count`, count);
  requireInteger(`${WHERE}: folds`, folds, 2);
  requireInteger(`${WHERE}: seed`, seed, 0);
  if (classes !== undefined) requireEntries(`${WHERE}: classes`, classes, count);
  if (groups !== undefined) requireEntries(`${WHERE}: groups`, groups, count);
  if (times !== undefined) {
    requireEntries(`${WHERE}: times`, times, count);
    const other = classes === undefined ? "groups" : "classes";
    if ((classes ?? groups) === undefined) return stretches(times, folds);
    throw new ConfigError(`${WHERE}: times and ${other} exclude each other. Give one of them.`);
  }
  const order = permutation(count, new Random(seed, "folds"));
  if (groups !== undefined) return grouped(order, folds, groups, classes);
  return dealt(order, folds, classes);
}

/**
 * The rows that a fold holds out, and those that remain to train on.
 * @param fold 0 ≤ fold < folds.count
 * @throws ConfigError if there is no such fold
 */
export function sidesOf({ count, foldOf }: Folds, fold: number): Sides {
  if (!Number.isInteger(fold) || fold < 0 || fold >= count) {
    throw new ConfigError(`sidesOf: the fold is ${shown(fold)}, expected an integer below ${count}.`);
  }
  const rows = Uint32Array.from(foldOf, (_, row) => row);
  return {
    validation: rows.filter((row) => foldOf[row] === fold),
    train: rows.filter((row) => foldOf[row] !== fold),
  };
}

/** As many folds as can be had of so many parts. */
const foldsAmong = (parts: number, folds: number): number => (parts < 2 ? 0 : Math.min(parts, folds));

const withoutFolds = (count: number): Int32Array => new Int32Array(count).fill(ALWAYS_TRAINED);

function stretches(times: ArrayLike<number>, folds: number): Folds {
  const { order, ends } = ascending(times);
  const among = foldsAmong(ends.length, folds);
  const foldOf = withoutFolds(order.length);
  let last = -1;
  for (let fold = 0; fold < among; fold++) {
    const from = last < 0 ? 0 : ends[last]!;
    // Each of the folds to come has a time at least.
    last = nearest(ends, ((fold + 1) * order.length) / among, last + 1, ends.length - among + fold);
    for (let place = from; place < ends[last]!; place++) foldOf[order[place]!] = fold;
  }
  return { count: among, foldOf };
}

/** Deals the rows out like cards, a class after the other and without a break between them. */
function dealt(order: Uint32Array, folds: number, classes: ArrayLike<unknown> | undefined): Folds {
  const foldOf = withoutFolds(order.length);
  const dealtRows = classes === undefined ? order : byClass(order, classes);
  const among = foldsAmong(dealtRows.length, folds);
  if (among > 0) {
    dealtRows.forEach((row, i) => {
      foldOf[row] = i % among;
    });
  }
  return { count: among, foldOf };
}

/** The rows of each class that has two or more, a class after the other. */
function byClass(order: Uint32Array, classes: ArrayLike<unknown>): Uint32Array {
  const { numbers, counts } = numbered(classes);
  let total = 0;
  const next = counts.map((count) => {
    const first = total;
    if (count > 1) total += count;
    return first;
  });
  const rows = new Uint32Array(total);
  for (const row of order) {
    const number = numbers[row]!;
    if (counts[number]! > 1) rows[next[number]!++] = row;
  }
  return rows;
}

function grouped(
  order: Uint32Array,
  folds: number,
  groups: ArrayLike<unknown>,
  classes: ArrayLike<unknown> | undefined,
): Folds {
  const rows = order.length;
  const { numbers, counts } = numbered(groups);
  const among = foldsAmong(counts.length, folds);
  const foldOf = withoutFolds(rows);
  if (among === 0) return { count: 0, foldOf };
  const { numbers: classOf, counts: sizes } = numbered(classes ?? new Uint8Array(rows));
  const rowsOf: number[][] = counts.map(() => []);
  // The groups in the order in which the random one comes to them: it decides between equal sizes.
  const inOrder: number[] = [];
  for (const row of order) {
    const group = numbers[row]!;
    if (rowsOf[group]!.length === 0) inOrder.push(group);
    rowsOf[group]!.push(row);
  }
  inOrder.sort((a, b) => counts[b]! - counts[a]!);
  const filled = Array.from({ length: among }, () => ({ rows: 0, ofClass: new Uint32Array(sizes.length) }));
  for (const group of inOrder) {
    let best = 0;
    let least = Infinity;
    filled.forEach((fold, index) => {
      // Half of what the sum of squares grows by, but for what is the same for every fold.
      let growth = 0;
      for (const row of rowsOf[group]!) growth += fold.ofClass[classOf[row]!]! / sizes[classOf[row]!]!;
      if (growth > least || (growth === least && fold.rows >= filled[best]!.rows)) return;
      least = growth;
      best = index;
    });
    for (const row of rowsOf[group]!) {
      foldOf[row] = best;
      filled[best]!.ofClass[classOf[row]!]!++;
    }
    filled[best]!.rows += counts[group]!;
  }
  return { count: among, foldOf };
}
