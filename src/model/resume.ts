/** Going on with a training: reads its checkpoint, and checks that it is the same training on the same data. */
import type { Samples } from "../data/dataset.ts";
import { describeThing } from "../described.ts";
import { ConfigError, DatasetError, FileError } from "../errors.ts";
import { readFileBytes } from "../files/nodeFiles.ts";
import { addRows, digestOf, newLanes } from "../fingerprint.ts";
import { shown } from "../options.ts";
import { encodeUtf8 } from "../runtime.ts";
import { VERSION } from "../version.ts";
import type { Callback } from "./callbacks/callback.ts";
import { previousOf } from "./callbacks/checkpoint.ts";
import { callbackName } from "./callbacks/runner.ts";
import {
  type Conditions,
  decodeCheckpoint,
  isCheckpoint,
  type TrainingCheckpoint,
  toJson,
} from "./checkpoint.ts";
import { classWeightInOrder } from "./classWeights.ts";
import { forEachBlock } from "./evaluate.ts";
import type { ResolvedFitOptions } from "./fitOptions.ts";
import { countIn, type Placement } from "./placements.ts";
import type { Workspace, WorkspaceOptions } from "./workspace.ts";

/** What a training can go on from: the bytes of a checkpoint, its file (Node only), or one that was read. */
export type Resumable = Uint8Array | string | TrainingCheckpoint;

/** @throws ConfigError unless a training can go on from it */
export function checkResumable(value: unknown): void {
  if (value === undefined || value instanceof Uint8Array || isCheckpoint(value)) return;
  if (typeof value === "string" && value !== "") return;
  throw new ConfigError(
    `resume is ${shown(value)}, expected the path of a checkpoint, its bytes, or what readCheckpoint() gives.`,
  );
}

/**
 * Reads a checkpoint. If the file is damaged, or not there, the one that was written before it is read in its place.
 * @param from its path (Node only), or its bytes
 * @throws FileError if there is none that can be read
 */
export async function readCheckpoint(from: string | Uint8Array): Promise<TrainingCheckpoint> {
  if (!(from instanceof Uint8Array) && (typeof from !== "string" || from === "")) {
    throw new ConfigError(
      `readCheckpoint: from is ${shown(from)}, expected the path of a checkpoint, or its bytes.`,
    );
  }
  if (typeof from !== "string") return decodeCheckpoint(from, "the checkpoint");
  try {
    return decodeCheckpoint(await readFileBytes(from), from);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const previous = previousOf(from);
    try {
      return decodeCheckpoint(await readFileBytes(previous), previous);
    } catch {
      // What is wrong with the newer file says more.
      throw error;
    }
  }
}

export const toCheckpoint = async (given: Resumable): Promise<TrainingCheckpoint> =>
  isCheckpoint(given) ? given : await readCheckpoint(given);

/** What a model is made of. */
type Parts = Required<
  Pick<WorkspaceOptions, "layers" | "precision" | "metrics"> & {
    readonly loss: object;
    readonly optimizer: object;
  }
>;

/** The settings on which the bits of a training depend. */
export function settingsOf(
  { layers, precision, loss, optimizer, metrics }: Parts,
  fit: ResolvedFitOptions,
  hasValidation: boolean,
): Conditions {
  const described = (thing: object) => {
    const named = thing as { readonly name?: unknown; readonly kind?: unknown };
    try {
      return describeThing("", thing as Parameters<typeof describeThing>[1]);
    } catch {
      // One of the user's own that cannot describe itself is known by its name alone.
      const name = named.name ?? named.kind ?? Object.getPrototypeOf(thing)?.constructor?.name;
      return { name: typeof name === "string" ? name : "" };
    }
  };
  const {
    epochs,
    initialEpoch,
    batchSize,
    shuffle,
    trainingMetrics,
    seed,
    standardize,
    classWeight,
    callbacks = [],
  } = fit;
  return {
    ...{ epochs, initialEpoch, batchSize, shuffle, seed, standardize, trainingMetrics },
    ...(classWeight !== undefined && { classWeight: classWeightInOrder(classWeight) }),
    validation: hasValidation,
    dtype: precision,
    layers: layers.map(([name, layer]) => [name, described(layer)]),
    loss: described(loss),
    optimizer: described(optimizer),
    metrics: metrics.map(described),
    callbacks: callbacks.filter(isKeeping).map(callbackDescription),
  };
}

/** Whether a training depends on what the callback keeps. */
const isKeeping = ({ state }: Callback) => state !== undefined;

function callbackDescription(callback: Callback): unknown {
  const { describe } = callback as { readonly describe?: () => unknown };
  return describe === undefined ? { name: callbackName(callback) } : describe.call(callback);
}

/** @throws ConfigError if a setting is another, or the version is */
export function requireSameSettings(checkpoint: TrainingCheckpoint, settings: Conditions): void {
  const { version, from } = checkpoint;
  if (version !== VERSION) {
    throw new ConfigError(
      `${from}: the training was begun with nnwasm ${version}, this is ${VERSION}, which may compute other bits. ` +
        "Go on with that version, or begin anew.",
    );
  }
  const other = firstDifference(checkpoint.settings, settings);
  if (other === undefined) return;
  throw new ConfigError(
    `${from}: the training was begun with ${other.name} ${inWords(other.before)}, now it is ${inWords(other.now)}. ` +
      "Go on with what it was, or begin anew.",
  );
}

/** @throws DatasetError if the data are others */
export function requireSameData(
  { data, from }: Pick<TrainingCheckpoint, "data" | "from">,
  now: Conditions,
): void {
  const other = firstDifference(data, now);
  if (other === undefined) return;
  throw new DatasetError(
    `${from}: the training was begun on other data: the ${other.name} are not the same ` +
      `(${inWords(other.before)}, now ${inWords(other.now)}). Give the same samples in the same order, or begin anew.`,
  );
}

function firstDifference(before: Conditions, now: Conditions) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const name = names.find((key) => toJson(before[key]) !== toJson(now[key]));
  return name === undefined ? undefined : { name, before: before[name], now: now[name] };
}

const MOST_WORDS = 200;

function inWords(value: unknown): string {
  const text = value === undefined ? "absent" : toJson(value);
  return text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS)}…` : text;
}

/** The fingerprints of a training's samples: of every value and target, and their order. */
export function fingerprintsOf(
  workspace: Workspace,
  train: Placement,
  validation: Placement | undefined,
): Conditions {
  return {
    "training samples": fingerprintOf(workspace, train),
    "validation samples": validation === undefined ? "none" : fingerprintOf(workspace, validation),
  };
}

function fingerprintOf(workspace: Workspace, place: Placement): string {
  return described(countIn(place), place, workspace.fingerprint(tensorsOf(place), place.selection));
}

const tensorsOf = ({ values, labels, weights }: Placement) => [
  values,
  labels!,
  ...(weights === undefined ? [] : [weights]),
];

/** "45000 of 3072 uint8, 1 uint8: 0123…" */
function described(count: number, place: Placement, digest: string): string {
  const stored = tensorsOf(place).map(({ columns, dtype }) => `${columns} ${dtype}`);
  return `${count} of ${stored.join(", ")}: ${digest}`;
}

/**
 * The fingerprint of samples that are read block by block, and do not stay: of those of the blocks.
 * @throws DatasetError if what is read is damaged
 */
export async function fingerprintOfStaged(
  where: string,
  workspace: Workspace,
  samples: Samples,
): Promise<string> {
  const { count } = samples;
  const lanes = newLanes();
  let place: Placement | undefined;
  await forEachBlock(where, workspace, samples, { count, withTargets: true }, (n, _, source) => {
    const digest = encodeUtf8(workspace.fingerprint(tensorsOf(source), n));
    addRows(lanes, digest, digest.length);
    place = source;
  });
  return place === undefined ? "none" : described(count, place, digestOf(lanes));
}
