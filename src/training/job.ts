/** What a training in a worker is asked for, and what it answers. */
import type { EpochRow, Evaluation } from "../model/history.ts";
import type { NamedTensor } from "../model/safetensors.ts";
import type { TrainSettings } from "../settings/settings.ts";

/** A training, or a part of one: some of its epochs. */
export interface TrainingJob {
  readonly settings: TrainSettings;
  /** Epochs that are done (default 0), and the tensors as they were after them. */
  readonly from?: { readonly epoch: number; readonly tensors: readonly NamedTensor[] } | undefined;
  /** The epoch after which it stops; default: the last one. */
  readonly to?: number | undefined;
}

export interface TrainingOutcome {
  /** The epochs of this part. */
  readonly rows: readonly EpochRow[];
  readonly steps: number;
  readonly trainSeconds: number;
  readonly seconds: number;
  /** All tensors in the plain layout, with which another part can go on. */
  readonly tensors: readonly NamedTensor[];
  /** Of a training that has come to its end. */
  readonly end: { readonly test: Evaluation; readonly weightsSha256: string } | undefined;
}

/** What a worker sends back: errors lose their class between threads. */
export type Reply =
  | { readonly outcome: TrainingOutcome }
  | { readonly error: { readonly name: string; readonly message: string } };
