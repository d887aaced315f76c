/**
 * Makes a model of a file (see modelFile.ts). Nothing in a file is run: it names layers, and the options of each, among those
 * that there are. Whoever wrote it, it makes a model or one of our errors. The tensors' sizes are those of the file, and the
 * architecture is held against them before anything is allocated for it.
 */
import { createDescribed, type Folder, type Kind, type Kinds } from "../described.ts";
import { ConfigError, FileError, MemoryError, NnwasmError, ShapeError } from "../errors.ts";
import { type GivenFile, isGivenFile, namedFile, readBlob } from "../files/given.ts";
import { readModelFile } from "../files/modelFiles.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { Layer } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { checkOptions, shown } from "../options.ts";
import type { Prediction } from "../preprocessing/preprocessing.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { type TargetKind, type Targets, targetKinds } from "../targets.ts";
import type { Precision } from "../tensor.ts";
import { VERSION } from "../version.ts";
import type { CompileOptions } from "./checks.ts";
import type { SomeMetrics } from "./history.ts";
import { openIntervals } from "./intervals.ts";
import { libraryKinds } from "./kinds.ts";
import { memories, type TrainedTargets } from "./memory.ts";
import { Model, type ModelOptions } from "./model.ts";
import { FORMAT, FORMAT_VERSION } from "./modelFile.ts";
import { modelPreprocessing, tablePreprocessing } from "./preprocessing.ts";
import { decodeSafetensors, type NamedTensor } from "./safetensors.ts";
import { type Fingerprint, TrainedData } from "./trainedData.ts";

/** Functions that make things of one's own, by the names in their descriptions, from the description's options. */
export type OwnKinds<T> = Readonly<Record<string, (options: never) => T>>;

export interface LoadModelOptions extends Pick<ModelOptions, "engine" | "threads"> {
  /** Layers of one's own: { lowRank: ({ rank }) => new LowRank(rank) }. Default: none. */
  readonly layers?: OwnKinds<Layer>;
  /** Losses of one's own. Default: none. */
  readonly losses?: OwnKinds<Loss>;
  /** Metrics of one's own. Default: none. */
  readonly metrics?: OwnKinds<Metric>;
  /** Optimizers of one's own. Default: none. */
  readonly optimizers?: OwnKinds<Optimizer>;
  /** Schedules of one's own. Default: none. */
  readonly schedules?: OwnKinds<Schedule>;
  /** Regularizers of one's own. Default: none. */
  readonly regularizers?: OwnKinds<Regularizer>;
  /** Initializers of one's own. Default: none. */
  readonly initializers?: OwnKinds<Initializer>;
}

/** The folders of which there may be things of one's own, by the names of the options. */
export const kindFolders = Object.keys(libraryKinds) as Folder[];

/** A network of more layers is none that anyone has trained. */
const MOST_LAYERS = 10_000;

/** Characters of JSON that are parsed: names of 65,536 classes and 10,000 layers take less. */
const MOST_CHARACTERS = 32_000_000;

/**
 * Opens a model that {@link Model.save} has written or {@link Model.toBytes} has given, on any machine: it predicts,
 * evaluates and trains on to the same bits. It is compiled as the one that was saved, unless that had a loss, an optimizer, a
 * schedule or a metric of one's own without describe().
 *
 *     const model = await loadModel("runs/train-001");
 *     const probabilities = await model.predict(images);
 *
 * `M` is the type of the metrics' values, `P` that of its answers to rows of a table (see {@link Model}).
 *
 * @param source the path of a file, or of a run's folder, which holds model.safetensors (Node); a File or Blob; or the bytes of the
 *   file
 * @throws FileError if it cannot be read, is damaged, of a newer format, or no model: its architecture does not fit its
 *   tensors, or names a layer that there is not; MemoryError if it does not fit into the memory
 */
export async function loadModel<M = SomeMetrics, P = Prediction>(
  source: string | GivenFile | Uint8Array | ArrayBuffer,
  options: LoadModelOptions = {},
): Promise<Model<M, P>> {
  const where = "loadModel";
  checkOptions(where, options, ["engine", "threads", ...kindFolders]);
  const kinds = kindsWith(where, options);
  const { bytes, file } = await bytesFrom(where, source);
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const parts = readParts(metadata, tensors, file);
  const { engine, threads } = options;
  const layers = parts.architecture.map((description, i) =>
    inFile(file, () => createDescribed(kinds, "layers", description, `layer ${i}`) as Layer),
  );
  requireFewLayers(layers, file);
  const model = new Model(layers, {
    ...{ dtype: parts.dtype, seed: parts.seed },
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
  });
  try {
    const { training } = parts;
    if (training !== undefined) inFile(file, () => model.compile(compileOptions(kinds, training)));
    await fill(model, parts, tensors, file);
    return model as unknown as Model<M, P>;
  } catch (error) {
    await model.close();
    throw error;
  }
}

/**
 * Gives a model what the file of an equal one says: its tensors, and what it was trained on.
 * @param from where the bytes come from, for errors
 * @throws FileError if they are no file of such a model; the model is then as it was
 */
export async function adoptFile(model: Model, bytes: Uint8Array, from: string): Promise<void> {
  const { tensors, metadata } = decodeSafetensors(bytes, from);
  await fill(model, readParts(metadata, tensors, from), tensors, from);
  // For whoever asks it has been trained here, and not been opened.
  const memory = memories.get(model)!;
  const data = memory.provenance?.data as Fingerprint | undefined;
  memory.provenance = undefined;
  memory.trainedData = data && TrainedData.measured(data);
}

/** What the metadata say, as far as it does not depend on the layers. */
interface Parts {
  readonly version: string;
  readonly architecture: readonly unknown[];
  readonly dtype: Precision;
  readonly features: number;
  readonly seed: number;
  readonly values: "bytes" | "numbers" | undefined;
  readonly targets: TrainedTargets | undefined;
  readonly training: Readonly<Record<string, unknown>> | undefined;
  readonly weightsSha256: string | undefined;
  readonly settings: unknown;
  readonly data: unknown;
  readonly preprocessing: unknown;
  readonly intervals: unknown;
}

/** The library's things and those of one's own. @throws ConfigError if one of these is none, or has a name of the library's */
export function kindsWith(where: string, options: LoadModelOptions): Kinds {
  const entries = kindFolders.map((folder) => {
    const library: Readonly<Record<string, Kind<unknown>>> = libraryKinds[folder];
    const own = options[folder] ?? {};
    checkOptions(`${where}: ${folder}`, own, Object.keys(own));
    const made = Object.entries(own).map(([name, create]) => {
      if (typeof create !== "function") {
        throw new ConfigError(
          `${where}: ${folder}.${name} is ${shown(create)}, expected a function that makes one from options.`,
        );
      }
      if (Object.hasOwn(library, name)) {
        throw new ConfigError(
          `${where}: ${folder}.${name} has the name of one of the library's. Give it another.`,
        );
      }
      return [name, { create: create as (options: object) => unknown }] as const;
    });
    return [folder, { ...library, ...Object.fromEntries(made) }] as const;
  });
  return Object.fromEntries(entries) as Kinds;
}

async function bytesFrom(where: string, source: unknown): Promise<{ bytes: Uint8Array; file: string }> {
  if (typeof source === "string" && source !== "") return await readModelFile(source);
  const type = Object.prototype.toString.call(source).slice(8, -1);
  if (type === "Uint8Array") return { bytes: source as Uint8Array, file: "The model" };
  if (type === "ArrayBuffer") return { bytes: new Uint8Array(source as ArrayBuffer), file: "The model" };
  if (isGivenFile(source)) {
    const file = namedFile(source, "The model");
    return { bytes: await readBlob(file), file: file.path };
  }
  throw new ConfigError(
    `${where}: the source is ${shown(source)}, expected a path, a File, or the bytes of a file in a Uint8Array or an ArrayBuffer.`,
  );
}

/** Does what may find a fault in the file: our errors then name it. */
function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NnwasmError) || error instanceof MemoryError) throw error;
    throw new FileError(`${file}: ${error.message}`, { cause: error });
  }
}

/** @throws FileError if there are more layers than any network has, with those within them */
function requireFewLayers(layers: readonly Layer[], file: string): void {
  const count = layers.reduce((sum, { innerLayers = [] }) => sum + 1 + innerLayers.length, 0);
  if (count > MOST_LAYERS)
    throw damaged(file, `its architecture has ${count} layers, expected ${MOST_LAYERS} at most.`);
}

const damaged = (file: string, what: string) =>
  new FileError(`${file}: ${what} Save the model again, or fetch its file again.`);

/**
 * Whether it is a file of this format: text for an error if it is not.
 * @throws FileError if it is one that a newer library has written
 */
function readParts(
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, NamedTensor>,
  file: string,
): Parts {
  requireFormat(metadata, tensors, file);
  const text = (key: string) => {
    const found = metadata.get(key);
    if (found === undefined) throw damaged(file, `its metadata has no ${JSON.stringify(key)}.`);
    return found;
  };
  const parsed = (key: string) => parse(metadata.get(key), key, file);
  const object = (key: string) => {
    const found = parsed(key);
    if (found === undefined || isObject(found)) return found;
    throw damaged(file, `its ${key} are ${shown(found)}, expected an object.`);
  };
  const architecture = parse(text("architecture"), "architecture", file);
  if (!Array.isArray(architecture) || architecture.length === 0 || architecture.length > MOST_LAYERS) {
    throw damaged(
      file,
      `its architecture is ${shown(architecture)}, expected an array of 1 to ${MOST_LAYERS} layers.`,
    );
  }
  const dtype = text("dtype");
  if (dtype !== "float32" && dtype !== "float64")
    throw damaged(file, `its dtype is ${brief(dtype)}, expected float32 or float64.`);
  const values = metadata.get("values");
  if (values !== undefined && values !== "bytes" && values !== "numbers")
    throw damaged(file, `its values are ${brief(values)}, expected bytes or numbers.`);
  const training = parsed("training");
  if (training !== undefined && !isObject(training))
    throw damaged(file, `its training is ${shown(training)}, expected { loss, optimizer, metrics }.`);
  return {
    ...{ architecture, dtype, values, training },
    version: metadata.get("version") ?? "unknown",
    features: integer(text("features"), "features", 1, file),
    seed: integer(metadata.get("seed") ?? "1", "seed", 0, file),
    targets: targetsFrom(parsed("targets"), parsed("classNames"), file),
    weightsSha256: metadata.get("weightsSha256"),
    settings: object("settings"),
    data: object("data"),
    preprocessing: parsed("preprocessing"),
    intervals: parsed("intervals"),
  };
}

/** @throws FileError unless it is a model's file, and this library's format or an older one */
export function requireFormat(
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, NamedTensor>,
  file: string,
): void {
  const makeOne =
    "To use them, make a Model of the same layers, and give its load() the tensors of decodeSafetensors(). " +
    "`nnwasm train --init` takes them, too.";
  if (metadata.get("format") !== FORMAT) {
    const names = [...tensors.keys()].slice(0, 3).map(brief);
    const more = tensors.size > 3 ? ", …" : "";
    throw new FileError(
      `${file}: it holds tensors (${names.join(", ") || "none"}${more}), but not the architecture of a model of nnwasm. ${makeOne}`,
    );
  }
  requireVersion(metadata, file);
  if (metadata.has("formatVersion")) return;
  throw new FileError(
    `${file}: it was written by nnwasm ${brief(metadata.get("version") ?? "unknown")}, before files held whole models. ${makeOne}`,
  );
}

/** @throws FileError if a newer library has written it */
export function requireVersion(metadata: ReadonlyMap<string, string>, file: string): void {
  const format = metadata.get("formatVersion");
  if (metadata.get("format") !== FORMAT || format === undefined) return;
  const number = integer(format, "formatVersion", 1, file);
  if (number <= FORMAT_VERSION) return;
  throw new FileError(
    `${file}: it was written by nnwasm ${brief(metadata.get("version") ?? "unknown")} in format ${number}; ` +
      `this is nnwasm ${VERSION}, which reads format ${FORMAT_VERSION}. Update nnwasm.`,
  );
}

/** A text of a file in a message. */
const brief = (text: string): string =>
  /^[\w.+-]{1,64}$/.test(text) ? text : JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function integer(text: string, key: string, least: number, file: string): number {
  const value = Number(text);
  if (/^(0|[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw damaged(file, `its ${key} is ${brief(text)}, expected an integer ≥ ${least}.`);
}

function parse(text: string | undefined, key: string, file: string): unknown {
  if (text === undefined) return undefined;
  if (text.length > MOST_CHARACTERS)
    throw damaged(file, `its ${key} has ${text.length} characters, expected ${MOST_CHARACTERS} at most.`);
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(file, `its ${key} is ${brief(text)}, expected JSON.`);
  }
}

function targetsFrom(targets: unknown, names: unknown, file: string): TrainedTargets | undefined {
  const areNames = Array.isArray(names) && names.every((name) => typeof name === "string");
  if (names !== undefined && !areNames)
    throw damaged(file, `its classNames are ${shown(names)}, expected an array of texts.`);
  if (targets === undefined) {
    if (names === undefined) return undefined;
    return { kind: "classes", width: 1, classNames: names as string[] };
  }
  const { kind, width } = (targets ?? {}) as Partial<Targets>;
  const isKind = typeof kind === "string" && Object.hasOwn(targetKinds, kind);
  if (!isKind || !Number.isSafeInteger(width) || width! < 1) {
    throw damaged(file, `its targets are ${shown(targets)}, expected a kind and a width ≥ 1.`);
  }
  return { kind: kind as TargetKind, width: width!, classNames: names as string[] | undefined };
}

function compileOptions(
  kinds: Kinds,
  { loss, optimizer, metrics = [] }: Parts["training"] & object,
): CompileOptions {
  if (!Array.isArray(metrics) || metrics.length > MOST_LAYERS)
    throw new ConfigError(`its metrics are ${shown(metrics)}, expected an array.`);
  return {
    loss: createDescribed(kinds, "losses", loss, "its loss") as Loss,
    optimizer: createDescribed(kinds, "optimizers", optimizer, "its optimizer") as Optimizer,
    metrics: metrics.map((each, i) => createDescribed(kinds, "metrics", each, `metrics[${i}]`) as Metric),
  };
}

/** Takes the tensors over, and what else was decided by the training. @throws FileError if they do not fit */
async function fill(
  model: Model,
  parts: Parts,
  tensors: ReadonlyMap<string, NamedTensor>,
  file: string,
): Promise<void> {
  const { features, values, targets, weightsSha256, version, settings, data, preprocessing } = parts;
  const { intervals } = parts;
  const memory = memories.get(model)!;
  memory.declaredFeatures = features;
  try {
    await model.load(tensors.values(), file);
  } catch (error) {
    // A shape that no kernel takes.
    if (error instanceof ShapeError || error instanceof ConfigError)
      inFile(file, () => {
        throw error;
      });
    throw error;
  }
  const hash = await model.weightsSha256();
  if (weightsSha256 !== undefined && weightsSha256 !== hash) {
    throw damaged(
      file,
      `its tensors have the hash ${hash}, its metadata weightsSha256 ${brief(weightsSha256)}: it has been changed.`,
    );
  }
  const outputs = memory.outputs(features);
  if (targets?.classNames !== undefined && targets.classNames.length > outputs) {
    throw damaged(
      file,
      `it has ${targets.classNames.length} classNames, expected ${outputs} at most, as it has outputs.`,
    );
  }
  if (preprocessing !== undefined) {
    const open = () => modelPreprocessing(preprocessing, { features, outputs }, "its preprocessing");
    memory.preprocessing = inFile(file, open);
  }
  if (intervals !== undefined) {
    memory.intervals = inFile(file, () =>
      openIntervals(intervals, tablePreprocessing(memory.preprocessing), "its intervals"),
    );
  }
  memory.trainedKind = values;
  memory.targets = targets;
  memory.trainedData = undefined;
  memory.provenance = {
    version,
    ...(settings !== undefined && { settings }),
    ...(data !== undefined && { data }),
  };
}
