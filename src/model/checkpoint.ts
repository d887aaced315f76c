/**
 * A checkpoint: all that a training needs to go on from between two steps, in one safetensors file.
 *
 *   tensors      those of Model.tensors(), and callbackN.NAME for what the N-th callback keeps
 *   metadata     format, formatVersion, version (of nnwasm), training (JSON: the state below), settings and data (what must
 *                be the same for it to go on), checksum (of these four and all tensors)
 */

import { FileError } from "../errors.ts";
import { addRows, bytesOf, digestOf, newLanes } from "../fingerprint.ts";
import type { Bytes } from "../platform.ts";
import { encodeUtf8 } from "../runtime.ts";
import { VERSION } from "../version.ts";
import type { CallbackState } from "./callbacks/callback.ts";
import type { EpochRow, StoppedBy } from "./history.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";

const FORMAT = "nnwasm-checkpoint";
/** Raised when an older reader could not go on with a newer file. */
const FORMAT_VERSION = 1;

/** Where a training stands, without the model's tensors. */
export interface TrainingState {
  /** The epoch that is trained, or would be next, counted from 1. */
  readonly epoch: number;
  /** Steps done in it. */
  readonly step: number;
  /** Their samples. */
  readonly samples: number;
  /** Their sums, if they are measured: see `savedTotals`. */
  readonly running: unknown;
  /** Updates of the optimizer. */
  readonly updates: number;
  /** The epochs that are done. */
  readonly rows: readonly EpochRow[];
  /** The callback that has asked for the end. */
  readonly stoppedBy?: StoppedBy;
  /** Seconds that the steps of the epoch under way took. */
  readonly epochSeconds: number;
  /** Seconds that the steps of the epochs before took. */
  readonly trainSeconds: number;
  readonly seconds: number;
  /** What each callback keeps, in their order. */
  readonly callbacks: readonly (CallbackState | undefined)[];
  /** What whoever made the checkpoint wanted kept beside it. */
  readonly notes?: unknown;
}

/** What must be the same when a training goes on: by name, as JSON. */
export type Conditions = Readonly<Record<string, unknown>>;

/** A checkpoint that has been read. */
export interface TrainingCheckpoint {
  /** The version of nnwasm that wrote it. */
  readonly version: string;
  /** The epoch that was being trained, counted from 1. */
  readonly epoch: number;
  /** Steps that were done in it. */
  readonly step: number;
  /** The epochs that were done. */
  readonly rows: readonly EpochRow[];
  /** What {@link CheckpointOptions.notes} gave; undefined if there were none. */
  readonly notes?: unknown;
  /** @internal */
  readonly state: TrainingState;
  /** @internal */
  readonly settings: Conditions;
  /** @internal */
  readonly data: Conditions;
  /** The model's tensors, by name. @internal */
  readonly tensors: readonly NamedTensor[];
  /** Where it was read from. @internal */
  readonly from: string;
}

/** JSON of a value in which numbers may be NaN, infinite or −0. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "number" && (!Number.isFinite(each) || Object.is(each, -0))
      ? { $number: Object.is(each, -0) ? "-0" : String(each) }
      : each,
  );

/** The value of which {@link toJson} made the text. */
export const fromJson = (text: string): unknown =>
  JSON.parse(text, (_, each: unknown) => {
    const number = (each as { readonly $number?: unknown } | null)?.$number;
    return typeof number === "string" ? Number(number) : each;
  });

function parsed(text: string): unknown {
  try {
    return fromJson(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether it says where a training stands. */
function isState(value: unknown): value is TrainingState {
  if (!isObject(value)) return false;
  const { epoch, step, samples, running, updates, rows, callbacks } = value;
  const { epochSeconds, trainSeconds, seconds } = value;
  const counts = [epoch, step, samples, updates];
  return (
    counts.every((count) => Number.isSafeInteger(count) && (count as number) >= 0) &&
    [epochSeconds, trainSeconds, seconds].every((time) => typeof time === "number") &&
    Array.isArray(rows) &&
    rows.every(isObject) &&
    Array.isArray(callbacks) &&
    (running === null || running === undefined || areTotals(running))
  );
}

/** Whether they are what `savedTotals` gave. */
function areTotals(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { loss, lossWeight, weight, sums, collected } = value;
  if (!Array.isArray(sums) || !Array.isArray(collected)) return false;
  return [loss, lossWeight, weight, ...sums].every((sum) => typeof sum === "number");
}

/** Whether it is what {@link decodeCheckpoint} gives. */
export function isCheckpoint(value: unknown): value is TrainingCheckpoint {
  if (!isObject(value)) return false;
  const { version, from, state, settings, data, tensors } = value;
  const isNamed = typeof version === "string" && typeof from === "string";
  return isNamed && isState(state) && isObject(settings) && isObject(data) && Array.isArray(tensors);
}

/**
 * Checks that a training can stand where the checkpoint says.
 * @param steps those of an epoch
 * @throws FileError if it cannot
 */
export function requirePosition(
  { from, state }: TrainingCheckpoint,
  { epochs, initialEpoch, steps }: { epochs: number; initialEpoch: number; steps: number },
): void {
  const { epoch, step, rows } = state;
  if (epoch <= epochs + 1 && step <= steps && rows.length === epoch - 1 - initialEpoch) return;
  throw new FileError(
    `${from} is damaged: it stands at step ${step} of epoch ${epoch} with ${rows.length} epochs done, of ${epochs} epochs ` +
      `of ${steps} steps. Go on with an older checkpoint, or begin anew.`,
  );
}

/**
 * The bytes of a checkpoint.
 * @param tensors the model's, which may be those in its memory: they are copied once
 */
export function encodeCheckpoint(
  state: TrainingState,
  conditions: { readonly settings: Conditions; readonly data: Conditions },
  tensors: readonly NamedTensor[],
): Bytes {
  const all = [
    ...tensors,
    ...state.callbacks.flatMap((kept, i) =>
      (kept?.tensors ?? []).map((tensor) => ({ ...tensor, name: `${prefixOf(i)}${tensor.name}` })),
    ),
  ];
  const callbacks = state.callbacks.map((kept) => (kept === undefined ? null : { values: kept.values }));
  const texts = {
    version: VERSION,
    training: toJson({ ...state, callbacks }),
    settings: toJson(conditions.settings),
    data: toJson(conditions.data),
  };
  return encodeSafetensors(all, {
    ...{ format: FORMAT, formatVersion: String(FORMAT_VERSION), ...texts },
    checksum: checksum(texts, all),
  }) as Bytes;
}

const prefixOf = (callback: number) => `callback${callback}.`;

function checksum(
  texts: Readonly<Record<"version" | "training" | "settings" | "data", string>>,
  tensors: readonly NamedTensor[],
): string {
  const { version, training, settings, data } = texts;
  const lanes = newLanes();
  const add = (bytes: Uint8Array) => addRows(lanes, bytes, bytes.length);
  const shapes = JSON.stringify(tensors.map(({ name, shape }) => [name, shape]));
  for (const text of [version, training, settings, data, shapes]) add(encodeUtf8(text));
  for (const tensor of tensors) add(bytesOf(tensor.data));
  return digestOf(lanes);
}

/**
 * Reads a checkpoint.
 * @param from its name, for errors
 * @throws FileError if it is none, is damaged, or is of a newer format
 */
export function decodeCheckpoint(bytes: Uint8Array, from: string): TrainingCheckpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, from);
  const format = metadata.get("format");
  if (format !== FORMAT) {
    const what = format === undefined ? "" : `, but one of ${JSON.stringify(format.slice(0, 60))}`;
    throw new FileError(
      `${from} is no checkpoint of a training${what}. Give the file that Checkpoint, or nnwasm train, has written.`,
    );
  }
  const formatVersion = Number(metadata.get("formatVersion"));
  const version = metadata.get("version") ?? "?";
  if (formatVersion !== FORMAT_VERSION) {
    throw new FileError(
      `${from} is a checkpoint of format ${formatVersion}, written by nnwasm ${version}; this is nnwasm ${VERSION}, ` +
        `which reads format ${FORMAT_VERSION}. Go on with that version.`,
    );
  }
  const texts = {
    version,
    training: metadata.get("training") ?? "",
    settings: metadata.get("settings") ?? "",
    data: metadata.get("data") ?? "",
  };
  const all = [...tensors.values()];
  if (metadata.get("checksum") !== checksum(texts, all)) {
    throw new FileError(
      `${from} is damaged: its content does not have its checksum. Go on with an older checkpoint, or begin anew.`,
    );
  }
  // With the right checksum it is what encodeCheckpoint() wrote, unless someone means ill.
  const [state, settings, data] = [texts.training, texts.settings, texts.data].map((text) => parsed(text));
  if (!isState(state) || !isObject(settings) || !isObject(data)) {
    throw new FileError(
      `${from} is damaged: its metadata do not say where a training stands. Go on with an older checkpoint, or begin anew.`,
    );
  }
  const isKept = ({ name }: NamedTensor) => /^callback[0-9]+\./.test(name);
  const callbacks = state.callbacks.map((kept, i) => {
    if (!isObject(kept)) return undefined;
    const prefix = prefixOf(i);
    const own = all.filter(({ name }) => name.startsWith(prefix));
    return {
      values: kept.values,
      tensors: own.map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) })),
    };
  });
  const { epoch, step, rows, notes } = state;
  return {
    ...{ version, epoch, step, rows, from },
    ...(notes !== undefined && { notes }),
    state: { ...state, callbacks },
    ...{ settings, data },
    tensors: all.filter((tensor) => !isKept(tensor)),
  };
}
