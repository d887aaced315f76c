/** Files of models that someone has changed: by hand, or by chance. */
import { type Backend, referenceBackend } from "../../src/backend/index.ts";
import { MemoryError, NnwasmError } from "../../src/errors.ts";
import { BatchNormalization, Dense } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { AccuracyMetrics } from "../../src/metrics/index.ts";
import { Model } from "../../src/model/model.ts";
import { loadModel } from "../../src/model/openModel.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/model/safetensors.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import type { Random } from "../../src/random.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import { clusters } from "./samples.ts";

/** A small trained model with some of everything. */
export async function someModel(): Promise<Model> {
  const model = new Model([
    new Dense(6, { activation: "relu", weightRegularizer: new L2Regularizer(0.01) }),
    new BatchNormalization(),
    new Dense(4, { activation: "softmax" }),
  ]).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer({ schedule: new LRCyclingSchedule({ stepSize: 5 }) }),
    metrics: [new AccuracyMetrics()],
  });
  await model.fit(clusters(40, { features: 5 }), { epochs: 1, batchSize: 10 });
  return model as unknown as Model;
}

/** The content of a file, to be changed. */
export interface Content {
  metadata: Record<string, string>;
  tensors: NamedTensor[];
}

export function contentOf(bytes: Uint8Array): Content {
  const { metadata, tensors } = decodeSafetensors(bytes, "file");
  return { metadata: Object.fromEntries(metadata), tensors: [...tensors.values()] };
}

export const encoded = ({ metadata, tensors }: Content): Uint8Array => encodeSafetensors(tensors, metadata);

/** The engine js, which refuses memories above `most` bytes, and says how large the largest was that it was asked for. */
export function watchedBackend(most = 2 ** 31): { backend: Backend; asked: () => number } {
  let largest = 0;
  const backend: Backend = {
    ...referenceBackend(),
    open(bytes, precision) {
      largest = Math.max(largest, bytes);
      if (bytes > most) throw new MemoryError(`${bytes} bytes are more than ${most}.`);
      return referenceBackend().open(bytes, precision);
    },
  };
  return { backend, asked: () => largest };
}

const HOSTILE: readonly unknown[] = [
  ...[0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -1e-320, null, true, "", "relu", "__proto__", "\u0000", "😀"],
  ...[[], {}, [[]], { name: "dense", options: { units: 3 } }, { name: "constructor", options: {} }],
  JSON.parse('{ "__proto__": { "kind": "x" }, "name": "relu", "options": { "__proto__": {} } }'),
];

/** A value of JSON with some part of it exchanged, removed, or there twice. */
export function mutated(value: unknown, random: Random): unknown {
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)]!;
  if (typeof value !== "object" || value === null || random.below(4) === 0) {
    if (typeof value === "number" && random.below(2) === 0)
      return pick([value + 1, -value, value * 1e9, value / 3]);
    return pick(HOSTILE);
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(HOSTILE)];
    const i = random.below(value.length);
    const edit = random.below(4);
    if (edit === 0) return value.toSpliced(i, 1);
    if (edit === 1) return [...value.slice(0, i), value[i], ...value.slice(i)];
    return value.with(i, mutated(value[i], random));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return { [pick(["units", "__proto__", "momentum", "x"])]: pick(HOSTILE) };
  const i = random.below(entries.length);
  const [key, each] = entries[i]!;
  const edit = random.below(6);
  if (edit === 0) return Object.fromEntries(entries.toSpliced(i, 1));
  if (edit === 1) return { ...value, [pick(["units", "name", "toString", "x"])]: pick(HOSTILE) };
  return { ...value, [key]: mutated(each, random) };
}

/** The file with a few changes: of bytes, of what its metadata say, or of its tensors. */
export function mutatedFile(bytes: Uint8Array, random: Random): Uint8Array {
  const kind = random.below(8);
  if (kind === 0) {
    const copy = bytes.slice(0, random.below(3) === 0 ? random.below(bytes.length) : bytes.length);
    for (let n = 1 + random.below(3); n > 0 && copy.length > 0; n--)
      copy[random.below(copy.length)] = random.below(256);
    return copy;
  }
  const content = contentOf(bytes);
  for (let n = 1 + random.below(2); n > 0; n--) {
    if (kind === 1) mutateTensors(content, random);
    else mutateMetadata(content, random);
  }
  // Otherwise the hash hides what comes after it.
  if (random.below(2) === 0) delete content.metadata.weightsSha256;
  return encoded(content);
}

function mutateMetadata({ metadata }: Content, random: Random): void {
  const keys = Object.keys(metadata);
  const isArchitecture = random.below(2) === 0 && metadata.architecture !== undefined;
  const key = isArchitecture ? "architecture" : keys[random.below(keys.length)];
  if (key === undefined) return;
  const edit = random.below(8);
  if (edit === 0) delete metadata[key];
  else if (edit === 1) metadata[key] = String(HOSTILE[random.below(HOSTILE.length)]);
  else {
    let value: unknown;
    try {
      value = JSON.parse(metadata[key]!);
    } catch {
      value = metadata[key];
    }
    metadata[key] = JSON.stringify(mutated(value, random));
  }
}

function mutateTensors(content: Content, random: Random): void {
  const { tensors } = content;
  if (tensors.length === 0) return;
  const i = random.below(tensors.length);
  const { name, shape, data } = tensors[i]!;
  const edit = random.below(5);
  if (edit === 0) tensors.splice(i, 1);
  if (edit === 1)
    tensors[i] = { name, shape, data: data.map(() => [NaN, Infinity, -1e30][random.below(3)]!) };
  if (edit === 2) tensors[i] = { name: `${name}.x`, shape, data };
  if (edit === 3) tensors[i] = { name, shape: [data.length], data };
  if (edit === 4) tensors[i] = { name, shape, data: Float64Array.from(data) };
}

/** What comes of a file: a model that still says something, or the name of our error. Any other error is thrown. */
export async function outcomeOf(bytes: Uint8Array, engine: Backend): Promise<string> {
  let model: Model;
  try {
    model = await loadModel(bytes, { engine });
  } catch (error) {
    if (error instanceof NnwasmError && error.message !== "") return error.name;
    throw error;
  }
  // A model that was opened can be kept again.
  await loadModel(model.toBytes(), { engine });
  return "a model";
}
