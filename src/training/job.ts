/** What a training in a worker is asked for, and what it answers. */
import type { EpochRow, Evaluation } from "../model/history.ts";
import type { NamedTensor } from "../model/safetensors.ts";
import type { TrainSettings } from "../settings/settings.ts";

/** A training, or a part of one: some of its epochs. */
export interface TrainingJob {
  /** What people call it, where it is seen: "trial 7". Nothing depends on it. */
  readonly name?: string | undefined;
  readonly settings: TrainSettings;
  /** The numbers of the samples to train on and of those for validation, in place of what the settings split off. */
  readonly rows?: JobRows | undefined;
  /** Epochs that are done (default 0), the tensors as they were after them, and the best of these epochs. */
  readonly from?:
    | {
        readonly epoch: number;
        readonly tensors: readonly NamedTensor[];
        readonly best?: BestEpoch | undefined;
      }
    | undefined;
  /** The epoch after which it stops; default: the last one. */
  readonly to?: number | undefined;
  /** The epochs after which the network is kept, with what it answers for the validation samples. Default: none. */
  readonly snapshots?: readonly number[] | undefined;
}

export interface JobRows {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** Of the epochs so far, the one with the least loss of the validation samples; of equals the last. */
export interface BestEpoch {
  readonly epoch: number;
  /** That loss. */
  readonly value: number;
  readonly tensors: readonly NamedTensor[];
}

/** A network as it was after an epoch. */
export interface Snapshot {
  readonly epoch: number;
  readonly tensors: readonly NamedTensor[];
  /** Its outputs for the validation samples, (samples, outputs). */
  readonly outputs: Float32Array | Float64Array;
}

export interface TrainingOutcome {
  /** The epochs of this part. */
  readonly rows: readonly EpochRow[];
  readonly steps: number;
  readonly trainSeconds: number;
  readonly seconds: number;
  /** All tensors in the plain layout, with which another part can go on. */
  readonly tensors: readonly NamedTensor[];
  /** Those that were asked for, by epoch. */
  readonly snapshots: readonly Snapshot[];
  /** Of all parts so far. Undefined unless the settings keep the best epoch. */
  readonly best?: BestEpoch | undefined;
  /** Of the network that is kept. Undefined if the training has not come to its end. */
  readonly end: { readonly test: Evaluation | undefined; readonly weightsSha256: string } | undefined;
}

/** Does trainings side by side. The result of a training depends on its job alone. */
export interface Pool {
  /** How many trainings are done at once; others wait. */
  readonly workers: number;
  /** Bytes of the memory that they share. */
  readonly memoryBytes: number;
  /**
   * Trains.
   * @param options.onEpoch called after every epoch
   * @throws the pool's signal's reason if it is aborted; TrainingError if it diverges
   */
  run(job: TrainingJob, options?: { onEpoch?: (row: EpochRow) => void }): Promise<TrainingOutcome>;
  /** Ends it, with every training under way. */
  close(): Promise<void>;
}

/** Opens a pool and tells how many samples it has read. @throws the pool's signal's reason if it is aborted meanwhile */
export type OpenPool = (onRead: (done: number, total: number) => void) => Promise<Pool>;

/** What a worker sends back. An error is sent by name and message, as it would lose its class between threads. */
export type Reply =
  | { readonly outcome: TrainingOutcome }
  | { readonly error: { readonly name: string; readonly message: string } };
