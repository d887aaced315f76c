/**
 * The targets of samples, which a loss and a metric compare the outputs with: their kinds, and how they are stored. Kernels
 * say themselves what they take; all else asks here.
 *
 *   | kind    | what a sample has          | stored as                             |
 *   | ------- | -------------------------- | ------------------------------------- |
 *   | classes | one of some classes        | a byte; from 257 classes on, 16 bits  |
 *   | numbers | `width` numbers            | floats, in the model's precision      |
 *   | flags   | `width` answers, yes or no | a byte for each, 1 or 0               |
 */
import type { Precision, Region, Tensor } from "./tensor.ts";

/** What a sample is labelled with. */
export type TargetKind = "classes" | "numbers" | "flags";

/** The kinds, as errors name them. */
export const targetKinds: Readonly<Record<TargetKind, TargetKind>> = {
  classes: "classes",
  numbers: "numbers",
  flags: "flags",
};

/** The kind of the targets, and how many a sample has. */
export interface Targets {
  readonly kind: TargetKind;
  /** Numbers or flags in a sample, ≥ 1; of classes 1. */
  readonly width: number;
}

/** Classes that there can be at most: a label has 16 bits. */
export const MOST_CLASSES = 65_536;

/** Classes whose labels fit in a byte. */
export const MOST_BYTE_CLASSES = 256;

/**
 * The targets of samples, (n × width), row-major: the class of each, 0 ≤ label < classes, in a Uint8Array up to 256 classes
 * and a Uint16Array above; or numbers; or flags, 0 or 1, in a Uint8Array.
 */
export type TargetArray = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** The element types of targets. */
export type TargetDType = "uint8" | "uint16" | Precision;

/** Targets in linear memory, (n, width). */
export type TargetTensor = Tensor<"uint8"> | Tensor<"uint16"> | Tensor;

/** The weights of samples in linear memory, (n, 1), each ≥ 0. */
export type WeightTensor = Tensor<"float64">;

/** What decides how targets are stored. */
export interface TargetLayout extends Targets {
  /** Of classes: how many there are. */
  readonly classes: number;
}

/** All that samples say of what they are labelled with. */
export interface Labelling extends TargetLayout {
  /** Whether each sample has a weight. */
  readonly weighted: boolean;
}

const CLASSES: Targets = { kind: "classes", width: 1 };

/** The targets of samples, which are classes unless the samples say something else. */
export const targetsOf = ({ targets }: { readonly targets?: Targets | undefined }): Targets =>
  targets ?? CLASSES;

/** How samples are labelled. */
export function labellingOf(samples: {
  readonly classes: number;
  readonly targets?: Targets | undefined;
  readonly weighted?: boolean | undefined;
}): Labelling {
  const { kind, width } = targetsOf(samples);
  return { kind, width, classes: samples.classes, weighted: samples.weighted === true };
}

/** How targets are stored. */
export function storedTargets(
  { kind, classes }: Pick<TargetLayout, "kind" | "classes">,
  precision: Precision,
): TargetDType {
  if (kind === "numbers") return precision;
  return kind === "classes" && classes > MOST_BYTE_CLASSES ? "uint16" : "uint8";
}

const arrays = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array, float64: Float64Array };

/** An array for the targets of `count` samples. */
export const newTargets = (count: number, layout: TargetLayout, precision: Precision): TargetArray =>
  new arrays[storedTargets(layout, precision)](count * layout.width);

/** Room for the targets of `count` samples. */
export const planTargets = (
  region: Region,
  count: number,
  layout: TargetLayout,
  precision: Precision,
): TargetTensor => region.tensor(storedTargets(layout, precision), count, layout.width) as TargetTensor;

/** Room for the weights of `count` samples. */
export const planWeights = (region: Region, count: number): WeightTensor =>
  region.tensor("float64", count, 1);
