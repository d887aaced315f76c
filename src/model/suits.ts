/**
 * Decides whether samples suit a model. fit, its validation, evaluate and predict all ask here, before anything is read or
 * made. data/reading.ts checks the values that are read.
 */
import type { ElementType, Residence, Samples } from "../data/dataset.ts";
import { elementTypes, kindOf, type ValueKind } from "../data/values.ts";
import { DatasetError } from "../errors.ts";
import { type Loss, lossAdvice, targetsTaken, titleOf } from "../losses/index.ts";
import { shown } from "../options.ts";
import { MOST_CLASSES, type TargetKind, targetKinds, targetsOf } from "../targets.ts";

/** The inputs that a model takes, as far as that is decided. */
export interface ModelInputs {
  /** Numbers in a sample; undefined before the model is built. */
  readonly features: number | undefined;
  /** The kind of values; undefined before a training has decided it. */
  readonly kind: ValueKind | undefined;
}

/** The most samples, as rows are numbered with 32 bits. */
const MOST_SAMPLES = 2 ** 32 - 1;

/**
 * Checks that samples have whole sizes that are not negative, a known element type, and functions to read them.
 * @throws DatasetError
 */
export function checkSamples(where: string, samples: unknown): asserts samples is Samples {
  if (
    typeof samples !== "object" ||
    samples === null ||
    Array.isArray(samples) ||
    ArrayBuffer.isView(samples)
  ) {
    throw new DatasetError(
      `${where}: the samples are ${shown(samples)}, expected samplesFromArrays(…) or the like.`,
    );
  }
  const { count, features, classes, elementType, read, select, residence } = samples as Partial<Samples>;
  const { targets, weighted, classNames } = samples as Partial<Samples>;
  const require = (is: boolean, name: string, value: unknown, expected: string) => {
    if (!is)
      throw new DatasetError(`${where}: the samples' ${name} is ${shown(value)}, expected ${expected}.`);
  };
  const isInteger = (value: unknown, least: number, most: number) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  require(isInteger(count, 0, MOST_SAMPLES), "count", count, `an integer from 0 to ${MOST_SAMPLES}`);
  require(isInteger(
    features,
    1,
    MOST_SAMPLES,
  ), "features", features, "an integer ≥ 1, the numbers in a sample");
  require(targets === undefined ||
    isTargets(
      targets,
    ), "targets", targets, `{ kind, width }, with one of ${Object.keys(targetKinds).join(", ")}`);
  const { kind, width } = targetsOf({ targets });
  require(isInteger(classes, 1, MOST_CLASSES), "classes", classes, `an integer from 1 to ${MOST_CLASSES}`);
  require(kind === "classes" ? width === 1 : width === classes, "targets.width", width, kind === "classes"
    ? "1, as each sample has a class"
    : `${classes}, as its classes are`);
  require(weighted === undefined || typeof weighted === "boolean", "weighted", weighted, "true or false");
  require(classNames === undefined ||
    isNames(
      classNames,
      classes!,
    ), "classNames", classNames, `undefined, or an array of ${classes} different names`);
  require(typeof elementType === "string" &&
    Object.hasOwn(
      elementTypes,
      elementType,
    ), "elementType", elementType, `one of ${Object.keys(elementTypes).join(", ")}`);
  require(typeof read === "function", "read", read, "a function");
  require(typeof select === "function", "select", select, "a function");
  require(residence === undefined ||
    isResidence(residence), "residence", residence, "undefined, or memory, values and labels");
}

function isTargets(targets: unknown): boolean {
  if (typeof targets !== "object" || targets === null) return false;
  const { kind, width } = targets as { readonly kind?: unknown; readonly width?: unknown };
  return typeof kind === "string" && Object.hasOwn(targetKinds, kind) && Number.isInteger(width);
}

const isNames = (names: unknown, count: number): boolean =>
  Array.isArray(names) &&
  names.length === count &&
  new Set(names).size === count &&
  names.every((name) => typeof name === "string");

/** Whether it has the parts of a residence. A model checks them only when it knows that the samples lie in its memory. */
function isResidence(residence: unknown): boolean {
  const { memory, values, labels } = (residence ?? {}) as Partial<Residence>;
  return [memory, values, labels].every((each) => typeof each === "object" && each !== null);
}

/**
 * Checks the kind of values and their number in a sample.
 * @throws DatasetError if the model takes others
 */
export function checkValues(
  where: string,
  { features, elementType }: { readonly features: number; readonly elementType: ElementType },
  inputs: ModelInputs,
  subject = "samples",
): void {
  if (inputs.features !== undefined && features !== inputs.features) {
    throw new DatasetError(
      `${where}: the ${subject} have ${features} features, the model takes ${inputs.features}. ` +
        "Give it samples of the kind that it was made for, or make a new Model.",
    );
  }
  const kind = kindOf(elementType);
  if (inputs.kind !== undefined && kind !== inputs.kind) {
    throw new DatasetError(
      `${where}: the ${subject} are ${described(kind)}, the model takes ${described(inputs.kind)}. ${advice(inputs.kind)}`,
    );
  }
}

/**
 * Checks that the loss takes the samples' targets, and that the model has as many outputs as these need.
 * @param outputs how many numbers the model gives for a sample
 * @param loss undefined if the model is not compiled, or if predictions are made, for which no targets are needed
 * @throws DatasetError if it does not: a label without an output has no probability
 */
export function checkTargets(where: string, samples: Samples, outputs: number, loss: Loss | undefined): void {
  const { classes, weighted } = samples;
  const { kind } = targetsOf(samples);
  if (loss !== undefined && !targetsTaken(loss).includes(kind)) {
    throw new DatasetError(
      `${where}: the samples have ${kind}, and ${titleOf(loss)} takes ${targetsTaken(loss).join(" or ")}. ${lossAdvice(kind)}`,
    );
  }
  if (loss !== undefined && weighted === true && loss.targets === undefined) {
    throw new DatasetError(
      `${where}: the samples are weighted, and the loss does not say that it takes weights. Give it \`targets\`, such as ` +
        '["classes"], and let it weigh the samples.',
    );
  }
  const isEnough = kind === "classes" ? classes <= outputs : loss === undefined || classes === outputs;
  if (isEnough) return;
  throw new DatasetError(
    `${where}: the samples have ${counted(kind, classes)}, the model has ${outputs} ` +
      `${outputs === 1 ? "output" : "outputs"}. End it with Dense(${classes}), or give it other samples.`,
  );
}

/** "5 classes", "1 number", "3 flags" */
const counted = (kind: TargetKind, count: number) =>
  `${count} ${count === 1 && kind !== "classes" ? kind.slice(0, -1) : kind}`;

/** @throws DatasetError if there are no samples */
export function requireSome(where: string, { count }: Samples): void {
  if (count === 0) throw new DatasetError(`${where}: there are no samples. Give it at least one.`);
}

const described = (kind: ValueKind) => (kind === "bytes" ? "bytes (v / 255)" : "numbers");

const advice = (kind: ValueKind) =>
  kind === "bytes"
    ? "Give it a Uint8Array, or samples made from one."
    : "Give it a Float32Array or a plain array, or samples made from one.";
