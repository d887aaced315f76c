/** What a coordinator and its workers tell each other, and how they make sure that they mean the same. */
import { createHash } from "node:crypto";
import type { Samples, UntestedDataset } from "../data/dataset.ts";
import { QueueError } from "../errors.ts";
import { addRows, bytesOf, digestOf, newLanes } from "../fingerprint.ts";
import type { EpochRow } from "../model/history.ts";
import { shown } from "../options.ts";
import type { TrainSettings } from "../settings/settings.ts";
import type { TrainingJob, TrainingOutcome } from "../training/job.ts";
import { openPlacedDataset, type PlacedDataset } from "../training/placedDataset.ts";
import { VERSION } from "../version.ts";
import { plain } from "../wasm/binaries.generated.ts";
import { decode, encode } from "./codec.ts";
import type { QueuedJob } from "./queue.ts";

/** A search or a reproduction, as a worker has to know it. */
export interface QueueStudy {
  readonly kind: "search" | "reproduce";
  /** Of the study, kept in its folder: [0-9a-z], at most 40. */
  readonly id: string;
  /** With which its data are opened. Where they lie, a worker is told by its own `--data`. */
  readonly settings: TrainSettings;
  /** Of a search. */
  readonly objective?: string | undefined;
  readonly data: { readonly name: string; readonly training: number; readonly test: number };
}

/** The message of a job. */
export interface JobMessage {
  /** "0.1.0 1a2b3c4d5e6f": the package's version and its kernels, on which bits depend. */
  readonly version: string;
  readonly study: QueueStudy;
  /** Of the data: {@link fingerprintOf}. */
  readonly fingerprint: string;
  /** What people call the training: "trial 7". */
  readonly name: string;
  /** Without tensors in `from` if they are too many to be carried: then it begins anew, or from a checkpoint. */
  readonly job: TrainingJob;
  /** What all parts of one training have in common: the name of its checkpoint. */
  readonly training: string;
}

export type AnswerMessage =
  | { readonly outcome: TrainingOutcome }
  | { readonly error: { readonly name: string; readonly message: string } };

/** The latest epochs. */
export interface ProgressMessage {
  readonly rows: readonly EpochRow[];
}

/** Bytes of tensors that are carried along with a job or an answer. More would fill a Redis, whose memory is small. */
export const MOST_CARRIED = 8 * 1024 * 1024;

/** Which kernels compute, in which version. */
export const versionOf = (): string =>
  `${VERSION} ${createHash("sha256").update(plain, "base64").digest("hex").slice(0, 12)}`;

/** The fingerprint of a data set that lies in memory: of every number, target and weight, and of the split that it has. */
export function fingerprintOf(placed: PlacedDataset): string {
  const { training, test, split, features, classes, elementType } = withType(openPlacedDataset(placed));
  const parts = [digestOfSamples(training), test === undefined ? "none" : digestOfSamples(test)];
  const rows = split === undefined ? [] : [split.train, split.validation].map(digestOfRows);
  const facts = [training.count, test?.count ?? 0, features, classes, elementType];
  return sha256([...parts, ...rows, ...facts].join(" ")).slice(0, 32);
}

const withType = (dataset: UntestedDataset) => ({ ...dataset, elementType: dataset.training.elementType });

function digestOfSamples({ residence }: Samples): string {
  const { values, labels, weights } = residence!;
  const lanes = newLanes();
  for (const tensor of [values, labels, weights]) {
    if (tensor === undefined) continue;
    addRows(lanes, bytesOf(tensor.data), tensor.columns * tensor.data.BYTES_PER_ELEMENT);
  }
  return digestOf(lanes);
}

function digestOfRows(rows: Uint32Array): string {
  const lanes = newLanes();
  addRows(lanes, bytesOf(rows), rows.byteLength);
  return digestOf(lanes);
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A job for the queue. The same work has the same id, whoever asks for it: what was done once counts for every copy of a study. */
export function queuedJob(
  study: QueueStudy,
  fingerprint: string,
  name: string,
  job: TrainingJob,
): { readonly queued: QueuedJob; readonly isAnew: boolean } {
  const { rows, snapshots, from, to } = job;
  // Where the data lie is each machine's own matter.
  const { data: _, ...settings } = job.settings;
  const version = versionOf();
  const training = sha256(encode([study.id, version, fingerprint, settings, rows, snapshots])).slice(0, 32);
  const part = sha256(encode([training, from?.epoch ?? 0, to ?? "end"])).slice(0, 32);
  const isCarried = from === undefined || (from.tensors.length > 0 && bytesIn(from) <= MOST_CARRIED);
  const carried = isCarried ? from : { epoch: from.epoch, tensors: [] };
  const message: JobMessage = {
    ...{ version, study, fingerprint, name, training },
    job: { settings, rows, snapshots, from: carried, to },
  };
  return { queued: { id: `${study.id}-${part}`, payload: encode(message) }, isAnew: !isCarried };
}

/** Bytes of all tensors that a part of a training hands on. */
export function bytesIn({ tensors, best }: Pick<TrainingOutcome, "tensors" | "best">): number {
  return [...tensors, ...(best?.tensors ?? [])].reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** @throws QueueError if it is no job of nnwasm's, or of another version than this worker's */
export function readJob({ id, payload }: QueuedJob): JobMessage {
  const message = decode(payload, `The job ${id}`) as Partial<JobMessage> | null;
  const version = message?.version;
  if (version !== versionOf()) {
    throw new QueueError(
      `The job ${id} is of nnwasm ${shown(version)}, this worker is ${shown(versionOf())}: the bits could differ. ` +
        "The job was given back. Start workers of the coordinator's version (npm install nnwasm@VERSION).",
    );
  }
  const { study, fingerprint, name, training, job } = message!;
  const isJob =
    [study?.kind === "search" || study?.kind === "reproduce", typeof study?.settings === "object"].every(
      Boolean,
    ) &&
    [study?.id, fingerprint, name, training].every(
      (text) => typeof text === "string" && text.length < 1000,
    ) &&
    /^[0-9a-f]{32}$/.test(training!) &&
    isTrainingJob(job);
  if (!isJob) {
    throw new QueueError(`The job ${id} is damaged. Use a queue of another name: --queue-name.`);
  }
  return message as JobMessage;
}

const isEpoch = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** Absent, or as `is` says. */
const isOptional = (value: unknown, is: (value: unknown) => boolean): boolean =>
  value === undefined || is(value);
const areTensors = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (tensor) =>
      isObject(tensor) &&
      typeof tensor.name === "string" &&
      Array.isArray(tensor.shape) &&
      (tensor.data instanceof Float32Array || tensor.data instanceof Float64Array),
  );
const isBest = (value: unknown): boolean =>
  isObject(value) && isEpoch(value.epoch) && typeof value.value === "number" && areTensors(value.tensors);

/** Whether it has the form of a job. What its settings say is checked where they are resolved. */
function isTrainingJob(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { settings, rows, from, to, snapshots } = value;
  const areRows = (given: unknown) =>
    isObject(given) && given.train instanceof Uint32Array && given.validation instanceof Uint32Array;
  const isFrom = (given: unknown) =>
    isObject(given) && isEpoch(given.epoch) && areTensors(given.tensors) && isOptional(given.best, isBest);
  const areEpochs = (given: unknown) => Array.isArray(given) && given.every(isEpoch);
  return (
    isObject(settings) &&
    isOptional(rows, areRows) &&
    isOptional(from, isFrom) &&
    isOptional(to, isEpoch) &&
    isOptional(snapshots, areEpochs)
  );
}

/** Whether it has the form of an outcome, as far as the coordinator looks into it. */
function isOutcome(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { rows, tensors, snapshots, best, end, seconds, steps, trainSeconds } = value;
  const isRow = (row: unknown) => isObject(row) && isEpoch(row.epoch) && isObject(row.train);
  const isSnapshot = (given: unknown) =>
    isObject(given) && isEpoch(given.epoch) && areTensors(given.tensors) && ArrayBuffer.isView(given.outputs);
  return (
    Array.isArray(rows) &&
    rows.every(isRow) &&
    areTensors(tensors) &&
    Array.isArray(snapshots) &&
    snapshots.every(isSnapshot) &&
    isOptional(best, isBest) &&
    isOptional(end, (given) => isObject(given) && typeof given.weightsSha256 === "string") &&
    [seconds, steps, trainSeconds].every((number) => typeof number === "number")
  );
}

/** @throws QueueError if it is none */
export function readAnswer(id: string, text: string): AnswerMessage {
  const message = decode(text, `The answer of the job ${id}`) as Partial<Record<string, unknown>> | null;
  const { outcome, error } = message ?? {};
  if (isOutcome(outcome)) return message as AnswerMessage;
  if (isObject(error) && typeof error.name === "string" && typeof error.message === "string") {
    return message as AnswerMessage;
  }
  throw new QueueError(`The answer of the job ${id} is damaged. Use a queue of another name: --queue-name.`);
}
