/** The messages between a page and its training worker. */

import type { BestWeightsOptions } from "../model/callbacks/bestWeights.ts";
import type { EarlyStoppingOptions } from "../model/callbacks/earlyStopping.ts";
import type { FitOptions, StepReport } from "../model/fitOptions.ts";
import type { EpochRow, History } from "../model/history.ts";
import type { Bytes } from "../platform.ts";
import type { Targets } from "../targets.ts";
import type { ProgressReport } from "./progress.ts";
import type { WireError } from "./wire.ts";

/** The options of fit() that are data. */
export type PlainFitOptions = Pick<
  FitOptions,
  | "epochs"
  | "initialEpoch"
  | "batchSize"
  | "shuffle"
  | "trainingMetrics"
  | "classWeight"
  | "seed"
  | "standardize"
  | "resume"
>;

/** Samples as they travel. */
export interface SentSamples {
  readonly values: Uint8Array | Float32Array | Float64Array;
  readonly labels: Uint8Array | Uint16Array | Float32Array | Float64Array;
  readonly weights?: Float64Array | undefined;
  readonly features: number;
  readonly classes: number;
  readonly targets?: Targets | undefined;
  readonly classNames?: readonly string[] | undefined;
}

export interface TrainRequest {
  readonly type: "train";
  /** The model's file. */
  readonly model: Uint8Array;
  readonly engine: "wasm" | "js";
  readonly threads: number | "auto";
  readonly training: SentSamples;
  readonly validation?: SentSamples | undefined;
  readonly fit: PlainFitOptions;
  readonly earlyStopping?: EarlyStoppingOptions | undefined;
  readonly bestWeights?: BestWeightsOptions | undefined;
  readonly checkpoint?: { readonly everySeconds?: number; readonly everyEpochs?: number } | undefined;
  readonly paused: boolean;
}

/** What the page says. */
export type ToWorker =
  | TrainRequest
  /** Whoever listens answers "ready". */
  | { readonly type: "hello" }
  | { readonly type: "pause" }
  | { readonly type: "run" }
  | { readonly type: "cancel" }
  | { readonly type: "step"; readonly steps: number }
  /** A checkpoint has been kept, or could not be. */
  | { readonly type: "kept"; readonly error?: WireError | undefined }
  | { readonly type: "snapshot"; readonly id: number };

/** What the worker says. */
export type ToPage =
  /** It listens. A page waits for it, as what is sent while a script loads may be lost. */
  | { readonly type: "ready" }
  | { readonly type: "threads"; readonly threads: number; readonly notice?: string }
  | { readonly type: "progress"; readonly report: ProgressReport }
  | { readonly type: "epoch"; readonly row: EpochRow }
  | { readonly type: "paused"; readonly report: StepReport | undefined }
  | { readonly type: "checkpoint"; readonly bytes: Bytes; readonly epochs: number }
  | { readonly type: "snapshot"; readonly id: number; readonly model: Bytes }
  | { readonly type: "refused"; readonly id: number; readonly error: WireError }
  | { readonly type: "done"; readonly model: Bytes; readonly history: History }
  | { readonly type: "failed"; readonly error: WireError };

/** The part of a MessagePort, a worker's global or Node's parentPort that is used. */
export interface Port {
  send(message: unknown, transfer: readonly ArrayBuffer[]): void;
  /** Calls back for each message; once for each port. */
  listen(onMessage: (message: unknown) => void): void;
}

/** The buffers of arrays that may be given away: each once, none that is shared. */
export function transferable(arrays: readonly (ArrayBufferView | undefined)[]): ArrayBuffer[] {
  const buffers = arrays.map((array) => array?.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
  return [...new Set(buffers as ArrayBuffer[])];
}
