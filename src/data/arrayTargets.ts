/** The targets and weights of samples from arrays: classes by number or by name, numbers, flags. */
import { DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import { MOST_CLASSES, newTargets, type TargetArray, type TargetKind, type Targets } from "../targets.ts";

/** One kind of targets for each sample; exactly one of them must be there. */
export interface ArrayTargets {
  /**
   * (count), the classes: integers from 0 to classes − 1, in an array of any type, or texts, which are names of classes.
   */
  readonly labels?: ArrayLike<number> | ArrayLike<string>;
  /** (count × outputs), row-major, or an array for each sample: finite numbers, which stand for themselves. */
  readonly numbers?: ArrayLike<number> | ArrayLike<ArrayLike<number>>;
  /** (count × outputs), row-major, or an array for each sample: true or 1, false or 0. */
  readonly flags?: ArrayLike<boolean | number> | ArrayLike<ArrayLike<boolean | number>>;
  /** Numbers or flags in a sample. Default: their length, if there is an array for each sample; else 1. */
  readonly outputs?: number;
  /** From 1 to 65,536. Default: as many as there are names; else the largest label + 1. */
  readonly classes?: number;
  /**
   * The names of the classes in their order; of numbers or flags, the name of each. Default, if labels are texts: those that
   * occur, sorted by their code units ("B" before "a", "10" before "9").
   */
  readonly classNames?: readonly string[];
}

/** Targets as they are kept. */
export interface KeptTargets {
  readonly labels: TargetArray;
  readonly count: number;
  readonly classes: number;
  readonly targets: Targets | undefined;
  readonly classNames: readonly string[] | undefined;
}

const FIELDS = ["labels", "numbers", "flags"] as const;
const WORDS = { labels: "integers or texts", numbers: "numbers", flags: "booleans, or of 0 and 1" } as const;

const isList = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === "object" &&
  value !== null &&
  Number.isSafeInteger((value as ArrayLike<unknown>).length) &&
  (value as ArrayLike<unknown>).length >= 0;

/** @throws DatasetError unless exactly one kind of targets is there, and right */
export function toTargets(where: string, options: ArrayTargets): KeptTargets {
  const { classes } = options;
  const given = FIELDS.filter((field) => options[field] !== undefined);
  if (given.length > 1) {
    throw new DatasetError(
      `${where}: there are ${given.join(" and ")}, expected one of them. Samples have one kind of targets.`,
    );
  }
  const field = given[0] ?? "labels";
  const list: unknown = options[field];
  if (!isList(list)) {
    const others = given.length === 0 ? " Give labels, numbers or flags." : "";
    throw new DatasetError(
      `${where}: ${field} is ${shown(list)}, expected an array of ${WORDS[field]}.${others}`,
    );
  }
  if (
    classes !== undefined &&
    !(field === "labels" && Number.isInteger(classes) && classes >= 1 && classes <= MOST_CLASSES)
  ) {
    const expected =
      field === "labels" ? `an integer from 1 to ${MOST_CLASSES}` : `none, as ${field} have none`;
    throw new DatasetError(`${where}: classes is ${shown(classes)}, expected ${expected}.`);
  }
  const names = checkNames(where, options.classNames);
  if (field !== "labels") return listed(where, field, list, options.outputs, names);
  if (options.outputs !== undefined) {
    throw new DatasetError(
      `${where}: outputs is ${shown(options.outputs)}, expected none: labels have one a sample.`,
    );
  }
  return typeof list[0] === "string"
    ? named(where, list, classes, names)
    : numbered(where, list, classes, names);
}

function checkNames(where: string, names: unknown): readonly string[] | undefined {
  if (names === undefined) return undefined;
  if (!Array.isArray(names) || names.length === 0 || names.length > MOST_CLASSES) {
    throw new DatasetError(
      `${where}: classNames is ${shown(names)}, expected an array of 1 to ${MOST_CLASSES} names.`,
    );
  }
  const places = new Map<string, number>();
  // forEach would pass over holes.
  Array.from(names).forEach((name: unknown, i) => {
    if (typeof name !== "string") {
      throw new DatasetError(`${where}: classNames[${i}] is ${shown(name)}, expected a text.`);
    }
    const before = places.get(name);
    if (before !== undefined) {
      throw new DatasetError(
        `${where}: classNames[${i}] is ${shown(name)}, as classNames[${before}] is. Give each class a name of its own.`,
      );
    }
    places.set(name, i);
  });
  return [...names];
}

function requireClasses(
  where: string,
  classes: number | undefined,
  names: readonly string[] | undefined,
): void {
  if (classes === undefined || names === undefined || classes === names.length) return;
  throw new DatasetError(
    `${where}: classes is ${classes}, expected ${names.length}, as there are class names.`,
  );
}

function numbered(
  where: string,
  list: ArrayLike<unknown>,
  classes: number | undefined,
  names: readonly string[] | undefined,
): KeptTargets {
  requireClasses(where, classes, names);
  const most = names?.length ?? classes ?? MOST_CLASSES;
  let largest = 0;
  for (let i = 0; i < list.length; i++) {
    const label = list[i];
    if (!Number.isInteger(label) || (label as number) < 0 || (label as number) >= most) {
      const advice = typeof label === "boolean" ? " Give true and false as flags." : "";
      throw new DatasetError(
        `${where}: label ${i} is ${shown(label)}, expected an integer from 0 to ${most - 1}.${advice}`,
      );
    }
    largest = Math.max(largest, label as number);
  }
  const count = names?.length ?? classes ?? largest + 1;
  const labels = newTargets(list.length, { kind: "classes", width: 1, classes: count }, "float64");
  for (let i = 0; i < list.length; i++) labels[i] = list[i] as number;
  return { labels, count: list.length, classes: count, targets: undefined, classNames: names };
}

function named(
  where: string,
  list: ArrayLike<unknown>,
  classes: number | undefined,
  given: readonly string[] | undefined,
): KeptTargets {
  const found = new Set<string>();
  for (let i = 0; i < list.length; i++) {
    const name = list[i];
    if (typeof name !== "string") {
      throw new DatasetError(`${where}: label ${i} is ${shown(name)}, expected a text, as label 0 is.`);
    }
    found.add(name);
  }
  const names = given ?? [...found].sort((a, b) => (a < b ? -1 : 1));
  if (names.length > MOST_CLASSES) {
    throw new DatasetError(
      `${where}: the labels are ${names.length} texts, expected at most ${MOST_CLASSES} classes.`,
    );
  }
  requireClasses(where, classes, names);
  const numbers = new Map(names.map((name, i) => [name, i]));
  const labels = newTargets(list.length, { kind: "classes", width: 1, classes: names.length }, "float64");
  for (let i = 0; i < list.length; i++) {
    const number = numbers.get(list[i] as string);
    if (number === undefined) {
      const some = names.length > 10 ? `${names.slice(0, 10).join(", ")}, …` : names.join(", ");
      throw new DatasetError(
        `${where}: label ${i} is ${shown(list[i])}, expected one of classNames: ${some}.`,
      );
    }
    labels[i] = number;
  }
  return { labels, count: list.length, classes: names.length, targets: undefined, classNames: names };
}

function listed(
  where: string,
  field: "numbers" | "flags",
  list: ArrayLike<unknown>,
  outputs: number | undefined,
  names: readonly string[] | undefined,
): KeptTargets {
  const isRows = typeof list[0] === "object" && list[0] !== null;
  const width = outputs ?? (isRows ? (list[0] as ArrayLike<unknown>).length : 1);
  if (!Number.isInteger(width) || width < 1 || width > MOST_CLASSES) {
    throw new DatasetError(
      `${where}: outputs is ${shown(width)}, expected an integer from 1 to ${MOST_CLASSES}.`,
    );
  }
  if (!isRows && list.length % width !== 0) {
    throw new DatasetError(
      `${where}: ${field} has ${list.length} values, expected a multiple of ${width}, the outputs.`,
    );
  }
  const count = isRows ? list.length : list.length / width;
  const kind: TargetKind = field;
  if (names !== undefined && names.length !== width) {
    throw new DatasetError(
      `${where}: classNames has ${names.length} names, expected ${width}, one for each output.`,
    );
  }
  const labels = newTargets(count, { kind, width, classes: width }, "float64");
  const put = field === "flags" ? toFlag : toNumber;
  for (let i = 0; i < count; i++) {
    const row = isRows ? list[i] : list;
    if (isRows && (!isList(row) || row.length !== width)) {
      const what = isList(row) ? `has ${row.length} values` : `is ${shown(row)}`;
      throw new DatasetError(`${where}: ${field}[${i}] ${what}, expected an array of ${width}.`);
    }
    for (let j = 0; j < width; j++) {
      const at = isRows ? j : i * width + j;
      const place = isRows ? `${field}[${i}][${j}]` : `${field}[${at}]`;
      labels[i * width + j] = put(where, place, (row as ArrayLike<unknown>)[at]);
    }
  }
  return { labels, count, classes: width, targets: { kind, width }, classNames: names };
}

function toNumber(where: string, place: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new DatasetError(`${where}: ${place} is ${shown(value)}, expected a finite number.`);
}

function toFlag(where: string, place: string, value: unknown): number {
  if (value === true || value === 1) return 1;
  if (value === false || value === 0) return 0;
  throw new DatasetError(`${where}: ${place} is ${shown(value)}, expected true, false, 1 or 0.`);
}

/** The weights as they are kept. @throws DatasetError unless there is a finite number ≥ 0 for each sample */
export function toWeights(where: string, weights: unknown, count: number): Float64Array | undefined {
  if (weights === undefined) return undefined;
  if (!isList(weights) || weights.length !== count) {
    const what = isList(weights) ? `has ${weights.length} numbers` : `is ${shown(weights)}`;
    throw new DatasetError(`${where}: weights ${what}, expected an array of ${count}, one for each sample.`);
  }
  return Float64Array.from({ length: count }, (_, i) => {
    const weight = weights[i];
    if (typeof weight === "number" && weight >= 0 && weight < Infinity) return weight;
    throw new DatasetError(`${where}: weights[${i}] is ${shown(weight)}, expected a finite number ≥ 0.`);
  });
}
