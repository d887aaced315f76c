/** Checks the targets and weights that are read: a kernel would use a wrong label as an index, and pass a NaN on. */
import { DatasetError } from "../errors.ts";
import type { Labelling, TargetArray } from "../targets.ts";

/** The targets and weights of some samples, as they are read. */
export interface ReadLabels {
  /** (count × width). */
  readonly labels: TargetArray;
  /** (count), of weighted samples. */
  readonly weights?: Float64Array | undefined;
}

/** The number that no target has, by which one is known that has not been read; undefined if every number can be one. */
function unreadMark(labels: TargetArray, { kind, classes }: Labelling): number | undefined {
  if (kind === "numbers") return Number.NaN;
  const most = labels.BYTES_PER_ELEMENT === 1 ? 255 : 65_535;
  return kind === "flags" || classes <= most ? most : undefined;
}

/** Marks targets and weights as unread, so that old content is not taken for what is read. */
export function markUnread({ labels, weights }: ReadLabels, labelling: Labelling): void {
  labels.fill(unreadMark(labels, labelling) ?? 0);
  weights?.fill(Number.NaN);
}

/**
 * @param first the number of the first sample, for errors
 * @throws DatasetError if a target or a weight is unread or wrong, with the sample
 */
export function checkLabels(where: string, read: ReadLabels, labelling: Labelling, first: number): void {
  const { labels, weights } = read;
  const { kind, classes, width } = labelling;
  const isRight = {
    classes: (value: number) => value < classes,
    numbers: Number.isFinite,
    flags: (value: number) => value <= 1,
  }[kind];
  for (let i = 0; i < labels.length; i++) {
    if (!isRight(labels[i]!)) throw wrongTarget(where, labels, i, labelling, first);
  }
  if (weights === undefined) return;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight >= 0 && weight < Infinity) continue;
    const isUnread = Number.isNaN(weight) && weights.subarray(i).every(Number.isNaN);
    throw new DatasetError(
      isUnread && i < weights.length - 1
        ? `${where}: read has left sample ${first + i} and all after it without a weight, expected ${labels.length / width}. Fill target.weights.`
        : `${where}: the weight of sample ${first + i} is ${weight}, expected a finite number ≥ 0.`,
    );
  }
}

function wrongTarget(
  where: string,
  labels: TargetArray,
  at: number,
  labelling: Labelling,
  first: number,
): DatasetError {
  const { kind, classes, width } = labelling;
  const sample = first + Math.floor(at / width);
  const mark = unreadMark(labels, labelling);
  const isUnread =
    Object.is(labels[at], mark) && labels.subarray(at).every((value: number) => Object.is(value, mark));
  if (isUnread) {
    return new DatasetError(
      `${where}: read has left sample ${sample} and all after it without a label, expected ${labels.length / width} samples. ` +
        "Fill target.labels and target.values, and return when that is done.",
    );
  }
  if (kind === "classes") {
    return new DatasetError(
      `${where}: sample ${sample} has label ${labels[at]}, expected less than ${classes}, the number of classes.`,
    );
  }
  const place = `sample ${sample}, ${kind === "flags" ? "flag" : "target"} ${at % width}`;
  if (kind === "flags") return new DatasetError(`${where}: ${place} is ${labels[at]}, expected 0 or 1.`);
  const isSingle = labels.BYTES_PER_ELEMENT === 4 && !Number.isNaN(labels[at]);
  return new DatasetError(
    `${where}: ${place} is ${labels[at]}, expected a finite number${isSingle ? " that float32 can hold" : ""}. ` +
      `Put a number there, or ${isSingle ? "divide all targets by a constant" : "leave the sample out"}.`,
  );
}
