/**
 * A model as a file. It is a file of tensors in the format safetensors, whose metadata (all of it text) say what the tensors
 * are of:
 *
 *   | key           | what it holds                                                                                     |
 *   | ------------- | ------------------------------------------------------------------------------------------------- |
 *   | format        | "nnwasm"                                                                                          |
 *   | formatVersion | "1"; "2" if it has a preprocessing, without which its answers would be wrong                      |
 *   | version       | the version of the library that wrote it                                                          |
 *   | architecture  | JSON: the layers, each as { name, options }; a layer that follows from another is not among them  |
 *   | dtype         | "float32" or "float64": the precision of all computations                                         |
 *   | features      | numbers in a sample                                                                               |
 *   | seed          | the model's                                                                                       |
 *   | values        | "bytes", which stand for v / 255, or "numbers": what it was trained on                            |
 *   | targets       | JSON: { kind, width }, what it was trained for                                                    |
 *   | classNames    | JSON: the names of the classes                                                                    |
 *   | preprocessing | JSON: what is done to a table's columns, or to images, before they are features                   |
 *   | intervals     | JSON: of each target, a number of a table, { mostCoverage, radii }: see intervals.ts              |
 *   | training      | JSON: { loss, optimizer, metrics }, each as { name, options }                                     |
 *   | weightsSha256 | the hash of the layers' tensors                                                                   |
 *   | settings      | JSON: the settings of the run                                                                     |
 *   | data          | JSON: the fingerprint of the data                                                                 |
 *
 * All from `seed` on may be missing. openModel.ts reads it.
 */
import { type Described, type Description, describeThing, Undescribed } from "../described.ts";
import { ConfigError, TrainingError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { checkOptions, requireBoolean, shown } from "../options.ts";
import type { Bytes } from "../platform.ts";
import { sha256AtOnce } from "../sha256.ts";
import { VERSION } from "../version.ts";
import type { CompileOptions } from "./checks.ts";
import { keptIntervals } from "./intervals.ts";
import type { ModelMemory } from "./memory.ts";
import { describePreprocessing, modelPreprocessing } from "./preprocessing.ts";
import { encodeSafetensors, type NamedTensor } from "./safetensors.ts";
import { bytesOf, standardizationTensors } from "./tensors.ts";
import { DIVERGED_ADVICE } from "./totals.ts";

/** The format's name, in the metadata. */
export const FORMAT = "nnwasm";
/** The newest version of the format that this library reads, which it writes where there is a preprocessing; else it writes 1. */
export const FORMAT_VERSION = 2;

export interface SaveOptions {
  /** The names of the classes (of numbers or flags: of each). Default: those of the samples that it was trained on. */
  readonly classNames?: readonly string[];
  /** The settings of the run, an object that can be written as JSON. Default: those of the file that it comes from. */
  readonly settings?: object;
  /**
   * What tells the data from others, an object that can be written as JSON. Default: that of the file that it comes from; of a
   * trained model, a fingerprint of its samples, unless the model was closed before.
   */
  readonly data?: object;
  /**
   * What is done to inputs before they are features: a preprocessing of tables, or its description; or that of images. Default:
   * the model's own.
   */
  readonly preprocessing?: object | undefined;
  /** Whether the optimizer's tensors are written, with which a training goes on to the same bits. Default: true. */
  readonly optimizer?: boolean;
}

/** What the model says of itself. */
interface Facts {
  readonly precision: string;
  readonly seed: number;
  readonly layers: readonly (readonly [name: string, layer: Layer])[];
}

/**
 * The bytes of the file.
 * @throws ConfigError if the model has not been built, or a part of it cannot be described; TrainingError if a number is not
 *   finite
 */
export function encodeModel(where: string, model: Facts, memory: ModelMemory, options: SaveOptions): Bytes {
  checkOptions(where, options, ["classNames", "settings", "data", "preprocessing", "optimizer"]);
  const { optimizer = true } = options;
  requireBoolean(`${where}: optimizer`, optimizer);
  const layerTensors = memory.layerTensors();
  const { features } = memory;
  if (layerTensors === undefined || features === undefined)
    throw new ConfigError(`${where}: the model is not built. Call build() or fit().`);
  const tensors = [
    ...layerTensors,
    ...(optimizer ? memory.optimizerTensors() : []),
    ...standardizationTensors(memory.standardization),
  ];
  requireFinite(where, tensors);
  const { targets, provenance, trainedData, trainedKind } = memory;
  const { classNames = targets?.classNames, settings = provenance?.settings } = options;
  const { data = provenance?.data ?? trainedData?.fingerprint } = options;
  const preprocessing = preprocessingOf(where, options.preprocessing, memory, features);
  const asJson = (name: string, value: unknown) =>
    value === undefined ? undefined : json(`${where}: ${name}`, value);
  const metadata: Record<string, string | undefined> = {
    format: FORMAT,
    formatVersion: preprocessing === undefined ? "1" : `${FORMAT_VERSION}`,
    version: VERSION,
    architecture: asJson("architecture", architectureOf(where, model.layers)),
    dtype: model.precision,
    features: `${features}`,
    seed: `${model.seed}`,
    values: trainedKind,
    targets: targets && JSON.stringify({ kind: targets.kind, width: targets.width }),
    classNames: classNames && asJson("classNames", checkNames(where, classNames, memory)),
    preprocessing: asJson("preprocessing", preprocessing),
    intervals: asJson("intervals", keptIntervals(memory, preprocessing)),
    training: trainingOf(where, memory.compiled),
    weightsSha256: sha256AtOnce(bytesOf(layerTensors)),
    settings: asJson("settings", requireObject(`${where}: settings`, settings)),
    data: asJson("data", requireObject(`${where}: data`, data)),
  };
  return encodeSafetensors(tensors, given(metadata));
}

/** The description of what is done to inputs. @throws ConfigError if it does not fit the model */
function preprocessingOf(
  where: string,
  given: object | undefined,
  memory: ModelMemory,
  features: number,
): object | undefined {
  if (given === undefined) return memory.preprocessing && describePreprocessing(memory.preprocessing);
  const sizes = { features, outputs: memory.outputs(features) };
  return describePreprocessing(modelPreprocessing(given, sizes, `${where}: preprocessing`));
}

/** Those that have a value. */
const given = (texts: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** The layers' descriptions. One that follows from the layer before it is in that one's. */
export function architectureOf(
  where: string,
  layers: readonly (readonly [name: string, layer: Layer])[],
): Description[] {
  return layers
    .filter(([, layer], i) => layers[i - 1]?.[1].followedBy !== layer)
    .map(([name, layer]) => checkDescription(`${where}: ${name}`, describeThing(`${where}: ${name}`, layer)));
}

/** @throws ConfigError unless it is a description */
function checkDescription(where: string, description: Description): Description {
  const { name, options } = (description ?? {}) as Partial<Description>;
  if (typeof name === "string" && typeof options === "object" && options !== null) return { name, options };
  throw new ConfigError(
    `${where}: its describe() gives ${shown(description)}, expected { name, options }, such as { name: "mine", options: {} }.`,
  );
}

/**
 * Loss, optimizer and metrics. If one of them is one's own, and cannot describe itself, nothing is written of all: the model
 * is then compiled anew when it has been opened.
 */
function trainingOf(where: string, compiled: CompileOptions | undefined): string | undefined {
  if (compiled === undefined) return undefined;
  const { loss, optimizer, metrics = [] } = compiled;
  const described = (name: string, thing: Partial<Described>) =>
    checkDescription(`${where}: ${name}`, describeThing(`${where}: ${name}`, thing));
  try {
    return json(`${where}: training`, {
      loss: described("the loss", loss),
      optimizer: described("the optimizer", optimizer),
      metrics: metrics.map((metric, i) => described(`metrics[${i}]`, metric)),
    });
  } catch (error) {
    if (error instanceof Undescribed) return undefined;
    throw error;
  }
}

/** @throws ConfigError unless they are texts, and not more than there are outputs */
function checkNames(where: string, names: readonly string[], memory: ModelMemory): readonly string[] {
  const outputs = memory.outputs(memory.features!);
  if (Array.isArray(names) && names.length <= outputs && names.every((name) => typeof name === "string"))
    return names;
  throw new ConfigError(
    `${where}: classNames is ${shown(names)}, expected an array of at most ${outputs} texts, one for each output.`,
  );
}

/** @throws TrainingError, with its place, if a number is not finite */
function requireFinite(where: string, tensors: readonly NamedTensor[]): void {
  for (const { name, data } of tensors) {
    const i = (data as Float64Array).findIndex((value) => !Number.isFinite(value));
    if (i < 0) continue;
    throw new TrainingError(`${where}: ${name}[${i}] is ${data[i]}: no file can keep it. ${DIVERGED_ADVICE}`);
  }
}

/**
 * JSON that says all there is.
 * @throws ConfigError if a part would be lost: a number that is not finite, a function, an object that is no plain one
 */
function json(where: string, value: unknown): string {
  requireJson(where, value, 0);
  return JSON.stringify(value);
}

/** @throws ConfigError if it is given and no object */
function requireObject(where: string, value: unknown): unknown {
  if (value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value)))
    return value;
  throw new ConfigError(`${where} is ${shown(value)}, expected an object that JSON can hold.`);
}

/** What settings and options may be nested. */
const DEEPEST = 100;

function requireJson(where: string, value: unknown, depth: number): void {
  if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return;
  if (Array.isArray(value) && depth < DEEPEST) {
    // forEach would pass over holes.
    for (const [i, each] of value.entries()) requireJson(`${where}[${i}]`, each, depth + 1);
    return;
  }
  if (isPlain(value) && depth < DEEPEST) {
    for (const [key, each] of Object.entries(value)) {
      if (each !== undefined) requireJson(`${where}.${key}`, each, depth + 1);
    }
    return;
  }
  throw new ConfigError(
    `${where} is ${shown(value)}, expected what JSON can hold: text, finite numbers, true, false, null, arrays and plain objects.`,
  );
}

/** An object literal, of any realm. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || "toJSON" in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
