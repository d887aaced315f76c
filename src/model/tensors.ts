/** Checks tensors that a file or a program gives by name. */

import type { Standardization } from "../data/standardize.ts";
import { typedArrayName } from "../data/values.ts";
import { FileError } from "../errors.ts";
import { shown } from "../options.ts";
import type { Bytes } from "../platform.ts";
import type { FloatArray, Tensor } from "../tensor.ts";
import { OPTIMIZER, type OptimizerTensors, UPDATES } from "./optimizerState.ts";
import type { NamedTensor } from "./safetensors.ts";
import type { Workspace } from "./workspace.ts";

/** The names under which the standardisation is saved. */
export const MEAN = "standardize.mean";
export const STD = "standardize.std";

export interface CheckedTensors {
  /** All tensors but the standardisation. */
  readonly byName: Map<string, NamedTensor>;
  readonly standardization: Standardization | undefined;
}

/**
 * Checks that tensors have different names, each with as many numbers as its shape says.
 * @param from where they come from, for errors
 * @throws FileError if that is not so, or the standardisation is not one
 */
export function checkTensors(tensors: Iterable<NamedTensor>, from: string): CheckedTensors {
  if (typeof tensors !== "object" || tensors === null || !(Symbol.iterator in tensors)) {
    throw new FileError(
      `${from}: the tensors are ${shown(tensors)}, expected a list, such as Model.tensors().`,
    );
  }
  const byName = new Map<string, NamedTensor>();
  for (const tensor of tensors as Iterable<unknown>) {
    const checked = checkTensor(tensor, from);
    if (byName.has(checked.name)) {
      throw new FileError(`${from}: ${checked.name} is there twice. Give every tensor once.`);
    }
    byName.set(checked.name, checked);
  }
  const [mean, std] = [byName.get(MEAN), byName.get(STD)];
  byName.delete(MEAN);
  byName.delete(STD);
  return { byName, standardization: standardizationOf(mean, std, from) };
}

function checkTensor(tensor: unknown, from: string): NamedTensor {
  if (typeof tensor !== "object" || tensor === null || Array.isArray(tensor)) {
    throw new FileError(
      `${from}: a tensor is ${shown(tensor)}, expected { name, shape, data }. Of a Map, give its values().`,
    );
  }
  const { name, shape, data } = tensor as Partial<NamedTensor>;
  if (typeof name !== "string") {
    throw new FileError(
      `${from}: a tensor's name is ${shown(name)}, expected text, such as "dense1.weight".`,
    );
  }
  const isShape =
    Array.isArray(shape) &&
    shape.every((size: unknown) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (!isShape) {
    throw new FileError(
      `${from}: the shape of ${name} is ${shown(shape)}, expected an array of integers ≥ 0.`,
    );
  }
  const kind = typedArrayName(data);
  if (kind !== "Float32Array" && kind !== "Float64Array") {
    throw new FileError(
      `${from}: the data of ${name} is ${kind === undefined ? shown(data) : `a ${kind}`}, expected a Float32Array or a ` +
        "Float64Array. What has been JSON must be made one again.",
    );
  }
  const size = shape!.reduce((product, length) => product * length, 1);
  if (data!.length !== size) {
    throw new FileError(
      `${from}: ${name} has ${data!.length} numbers, expected ${size} of its shape (${shape!.join(", ")}).`,
    );
  }
  requireAll({ name, shape: shape!, data: data! }, Number.isFinite, "a finite number", from);
  return { name, shape: shape!, data: data! };
}

function standardizationOf(
  mean: NamedTensor | undefined,
  std: NamedTensor | undefined,
  from: string,
): Standardization | undefined {
  if (mean === undefined && std === undefined) return undefined;
  if (mean === undefined || std === undefined) {
    const [there, missing] = mean === undefined ? [STD, MEAN] : [MEAN, STD];
    throw new FileError(`${from}: there is ${there}, but no ${missing}. Give both, or neither.`);
  }
  if (mean.data.length !== std.data.length) {
    throw new FileError(
      `${from}: ${MEAN} has ${mean.data.length} numbers and ${STD} ${std.data.length}, expected one for each feature.`,
    );
  }
  requireAll(std, (value) => value > 0, "a finite number > 0", from);
  return { mean: Float64Array.from(mean.data), std: Float64Array.from(std.data) };
}

function requireAll(
  { name, data }: NamedTensor,
  is: (value: number) => boolean,
  expected: string,
  from: string,
): void {
  for (let i = 0; i < data.length; i++) {
    if (!is(data[i]!)) throw new FileError(`${from}: ${name}[${i}] is ${data[i]}, expected ${expected}.`);
  }
}

/**
 * Checks that a tensor can take a parameter's or a state's place.
 * @throws FileError if its shape differs, or a number is too large for the model's precision
 */
export function checkFits(
  { name, shape, data }: NamedTensor,
  own: { readonly shape: readonly number[]; readonly value: Tensor },
  from: string,
): void {
  const { rows, columns, dtype } = own.value;
  // A row may come as a vector or as a matrix.
  const given = rows === 1 && shape.length === 2 && shape[0] === 1 ? shape.slice(1) : shape;
  const expected = rows === 1 ? [columns] : [rows, columns];
  if (given.length !== expected.length || given.some((size, i) => size !== expected[i])) {
    throw new FileError(
      `${from}: ${name} is (${shape.join(", ")}), expected (${own.shape.join(", ")}). Is it another network's file?`,
    );
  }
  if (dtype === "float64") return;
  const i = (data as FloatArray).findIndex(
    (value) => Number.isFinite(value) && !Number.isFinite(Math.fround(value)),
  );
  if (i >= 0) {
    throw new FileError(
      `${from}: ${name}[${i}] is ${data[i]}, too large for float32. Make a model of dtype "float64".`,
    );
  }
}

/** The numbers' bytes, little-endian: a view for each. */
export function bytesOf(tensors: readonly NamedTensor[]): Bytes[] {
  return tensors.map(
    ({ data }) => new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  );
}

/** The names of a first layer's weight; of an ensemble, that of its first member's. */
const FIRST_WEIGHTS = ["dense1.weight", "ensemble1.0.dense1.weight"];

/** The numbers in a sample, which follow from the tensors of a model. */
export function featuresOf(
  byName: ReadonlyMap<string, NamedTensor>,
  standardization: Standardization | undefined,
): number | undefined {
  const shape = FIRST_WEIGHTS.map((name) => byName.get(name)).find((weight) => weight !== undefined)?.shape;
  return shape?.length === 2 ? shape[0] : standardization?.mean.length;
}

/** The standardisation as tensors, in float64. */
export function standardizationTensors(standardization: Standardization | undefined): NamedTensor[] {
  if (standardization === undefined) return [];
  const { mean, std } = standardization;
  return [
    { name: MEAN, shape: [mean.length], data: mean.slice() },
    { name: STD, shape: [std.length], data: std.slice() },
  ];
}

/** @throws FileError unless the tensors include all parameters of this network, and no others but its states */
export function checkAll(
  { parameters, states, optimizer, options }: Workspace,
  { byName, standardization }: CheckedTensors,
  from: string,
): void {
  const { features } = options;
  if (standardization !== undefined && standardization.mean.length !== features) {
    throw new FileError(
      `${from}: ${MEAN} has ${standardization.mean.length} numbers, expected ${features}, the model's features. ` +
        "Is it another network's file?",
    );
  }
  const unknown = new Set(byName.keys());
  const optional = new Set<object>(states);
  for (const own of [...parameters, ...states]) {
    const tensor = byName.get(own.name);
    unknown.delete(own.name);
    if (tensor !== undefined) checkFits(tensor, own, from);
    else if (!optional.has(own)) {
      throw new FileError(`${from}: ${own.name} is missing. It must hold every parameter of this network.`);
    }
  }
  checkOptimizerTensors(optimizer, byName, from);
  const name = [...unknown].find((each) => !each.startsWith(OPTIMIZER));
  if (name !== undefined) {
    throw new FileError(`${from}: ${name} is not a tensor of this network. Is it another network's file?`);
  }
}

/** Tensors of another optimizer are no mistake, as the model's training may go on with this one. */
function checkOptimizerTensors(
  { states }: OptimizerTensors,
  byName: ReadonlyMap<string, NamedTensor>,
  from: string,
): void {
  for (const own of states) {
    const tensor = byName.get(own.name);
    if (tensor !== undefined) checkFits(tensor, own, from);
  }
  const updates = byName.get(UPDATES)?.data;
  if (updates === undefined) return;
  if (updates.length === 1 && Number.isSafeInteger(updates[0]) && updates[0]! >= 0) return;
  const found = updates.length === 1 ? shown(updates[0]) : `${updates.length} numbers`;
  throw new FileError(`${from}: ${UPDATES} is ${found}, expected one integer ≥ 0.`);
}
