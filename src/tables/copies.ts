/** Columns that tell the target: copies of it, other words for it, multiples of it. */
import { shownText } from "./names.ts";
import type { Profile } from "./profile.ts";
import type { TableColumn } from "./table.ts";
import { asFlags, type Wording } from "./wording.ts";

export interface Copy {
  /** The column's name. */
  readonly name: string;
  /** The warning. */
  readonly text: string;
  /** The target's name in quotes, if the column is equal to it cell by cell. */
  readonly copy?: string | undefined;
}

/** Values whose pairs are looked at: counts end far above. */
const MOST_PAIRS = 1000;

/** Two numbers are multiples of each other if their correlation is this near to 1. */
const CORRELATED = 1 - 1e-9;

/** @param features columns that are not dropped */
export function copiesOf(
  targets: readonly Profile[],
  features: readonly Profile[],
  { option }: Wording = asFlags,
): Copy[] {
  return targets.flatMap((target) =>
    features.flatMap((feature): Copy[] => {
      const name = feature.column.name;
      const [its, wanted] = [shownText(name), shownText(target.column.name)];
      if (areEqual(feature.column, target.column)) {
        return [
          {
            name,
            text: `Column ${its} is equal to the target ${wanted} in every row: it is dropped.`,
            copy: wanted,
          },
        ];
      }
      if (areOneToOne(feature, target)) {
        return [
          {
            name,
            text: `Column ${its} tells the target ${wanted}: each of its values has one of the target's. If it will not be known beforehand, ${option("drop")} it.`,
          },
        ];
      }
      if (areCorrelated(feature, target)) {
        return [
          {
            name,
            text: `Column ${its} is the target ${wanted} in another unit. If it will not be known beforehand, ${option("drop")} it.`,
          },
        ];
      }
      return [];
    }),
  );
}

/** The texts by which cells of two columns are compared. */
const valueIn = ({ kind, values }: TableColumn, cell: number): string | number =>
  kind === "category" || kind === "boolean" ? (values?.[cell] ?? cell) : cell;

function areEqual(a: TableColumn, b: TableColumn): boolean {
  if (a.kind !== b.kind || a.distinct !== b.distinct || a.missing !== b.missing) return false;
  return a.cells.every(
    (cell, row) =>
      Object.is(valueIn(a, cell), valueIn(b, b.cells[row]!)) ||
      (cell + b.cells[row]! === 0 && cell === b.cells[row]),
  );
}

const isNone = (cell: number, { kind }: TableColumn) =>
  Number.isNaN(cell) || (kind === "category" && cell < 0);

/** Whether the values of two columns go together in pairs; of values that hardly repeat, that says nothing. */
function areOneToOne(a: Profile, b: Profile): boolean {
  const { distinct } = b.column;
  if (a.column.distinct !== distinct || distinct > MOST_PAIRS) return false;
  if (distinct > a.present / 4 || a.present < 10) return false;
  const there = new Map<number, number>();
  const back = new Map<number, number>();
  for (let row = 0; row < a.rows; row++) {
    const [one, two] = [a.column.cells[row]!, b.column.cells[row]!];
    if (isNone(one, a.column) || isNone(two, b.column)) continue;
    if ((there.get(one) ?? two) !== two || (back.get(two) ?? one) !== one) return false;
    there.set(one, two);
    back.set(two, one);
  }
  return there.size > 1;
}

/** Whether two columns of numbers are the same but for their zero and their unit. */
function areCorrelated(a: Profile, b: Profile): boolean {
  if (a.column.kind !== "number" || b.column.kind !== "number") return false;
  if (a.column.distinct < 3 || a.present < 10) return false;
  const [x0, y0] = [a.low, b.low];
  const [xUnit, yUnit] = [a.high - a.low, b.high - b.low];
  if (!(xUnit > 0 && yUnit > 0 && xUnit < Number.POSITIVE_INFINITY && yUnit < Number.POSITIVE_INFINITY))
    return false;
  let [n, sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < a.rows; row++) {
    const x = (a.column.cells[row]! - x0) / xUnit;
    const y = (b.column.cells[row]! - y0) / yUnit;
    if (Number.isNaN(x + y)) continue;
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  const covariance = n * sxy - sx * sy;
  const variances = (n * sxx - sx * sx) * (n * syy - sy * sy);
  return n >= 10 && variances > 0 && covariance * covariance > CORRELATED * variances;
}
