import { ConfigError } from "../../errors.ts";
import { writeKeepingPrevious } from "../../files/nodeFiles.ts";
import { checkOptions, isNumber, requireInteger, shown } from "../../options.ts";
import type { Bytes } from "../../platform.ts";
import { now } from "../../runtime.ts";
import type { StepReport } from "../fitOptions.ts";
import type { EpochRow } from "../history.ts";
import type { Callback, TrainingContext } from "./callback.ts";

/** A checkpoint takes at most this share of the time, if it is made every so many seconds. */
const SHARE = 0.01;

export interface CheckpointOptions {
  /**
   * The file, in a folder that is there (Node only). It is replaced when the new one is whole; the one before it stays
   * beside it: last.previous.safetensors beside last.safetensors. Default: none, there must be `save`.
   */
  readonly path?: string;
  /** Takes each checkpoint, in place of a file: its bytes, and how many epochs are done. Default: none, there is `path`. */
  readonly save?: (bytes: Bytes, training: { readonly epochs: number }) => void | Promise<void>;
  /** After every so many epochs, an integer ≥ 1. Default: at no epoch's end for its own sake. */
  readonly everyEpochs?: number;
  /**
   * After so many seconds, > 0, also within an epoch. Default: 30, unless there is everyEpochs. They become more where a
   * checkpoint would hold up the training for more than 1% of its time.
   */
  readonly everySeconds?: number;
  /**
   * What is kept beside the training, asked for at each checkpoint: anything that JSON can hold. {@link readCheckpoint} gives
   * it back as `notes`. Default: nothing.
   */
  readonly notes?: () => unknown;
}

/** The name of the file that keeps the checkpoint before the last one. */
export const previousOf = (path: string): string =>
  path.endsWith(".safetensors")
    ? `${path.slice(0, -".safetensors".length)}.previous.safetensors`
    : `${path}.previous`;

/**
 * Saves all that the training needs to go on: see {@link FitOptions.resume}. It does so every so many seconds or epochs,
 * and at the end. The training is held up while its state is copied; the copy is written while it goes on. It runs after
 * all other callbacks, so that it saves what they keep.
 */
export class Checkpoint implements Callback {
  readonly name = "Checkpoint";
  readonly runsLast = true;
  readonly #save: (bytes: Bytes, training: { readonly epochs: number }) => void | Promise<void>;
  readonly #everyEpochs: number;
  readonly #everyMilliseconds: number;
  /** Whether a checkpoint may be left out while the one before is written. */
  readonly #mayPass: boolean;
  readonly #notes: () => unknown;
  #next = Number.POSITIVE_INFINITY;
  #writing: Promise<void> | undefined;
  #failure: { readonly reason: unknown } | undefined;
  #milliseconds = 0;

  /** @throws ConfigError if an option is unknown or out of its range, or there is not one of path and save */
  constructor(options: CheckpointOptions) {
    checkCheckpoint("Checkpoint", options);
    const { path, save, everyEpochs, everySeconds = everyEpochs === undefined ? 30 : undefined } = options;
    this.#notes = options.notes ?? (() => undefined);
    this.#save = save ?? ((bytes) => writeKeepingPrevious(path!, previousOf(path!), bytes));
    this.#mayPass = save === undefined;
    this.#everyEpochs = everyEpochs ?? Number.POSITIVE_INFINITY;
    this.#everyMilliseconds = 1000 * (everySeconds ?? Number.POSITIVE_INFINITY);
  }

  /** Seconds for which the training was held up so far. The checkpoint at its end holds up none. */
  get seconds(): number {
    return this.#milliseconds / 1000;
  }

  onBegin(): void {
    this.#failure = undefined;
    this.#next = now() + this.#everyMilliseconds;
  }

  onStep(_: StepReport, training: TrainingContext): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (now() >= this.#next && this.#writing === undefined) this.#begin(training);
  }

  async onEpoch({ epoch }: EpochRow, training: TrainingContext): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.reason;
    const isDue = epoch % this.#everyEpochs === 0;
    if (!isDue && now() < this.#next) return;
    if (this.#writing !== undefined) {
      if (this.#mayPass || !isDue) return;
      const begin = now();
      await this.#writing;
      this.#milliseconds += now() - begin;
    }
    this.#begin(training);
  }

  async onEnd(_: unknown, training: TrainingContext): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.reason;
    await this.#write(training.checkpoint(this.#notes()), training.rows.length);
    if (this.#failure !== undefined) throw (this.#failure as { readonly reason: unknown }).reason;
  }

  /** Copies the training's state, and begins to write it. */
  #begin(training: TrainingContext): void {
    const begin = now();
    const bytes = training.checkpoint(this.#notes());
    const held = now() - begin;
    this.#milliseconds += held;
    this.#next = now() + Math.max(this.#everyMilliseconds, held / SHARE);
    this.#writing = this.#write(bytes, training.rows.length);
  }

  async #write(bytes: Bytes, epochs: number): Promise<void> {
    try {
      await this.#save(bytes, { epochs });
    } catch (reason) {
      this.#failure = { reason };
    } finally {
      this.#writing = undefined;
    }
  }
}

/** @throws ConfigError unless they are the options of a {@link Checkpoint} */
export function checkCheckpoint(where: string, options: CheckpointOptions): void {
  if (options === undefined) throw new ConfigError(`${where}: there are no options. Give it { path }.`);
  checkOptions(where, options, ["path", "save", "everyEpochs", "everySeconds", "notes"]);
  const { path, save, everyEpochs, everySeconds, notes } = options;
  if ((path === undefined) === (save === undefined)) {
    throw new ConfigError(
      `${where}: there is ${path === undefined ? "neither path nor save" : "both path and save"}. Give it one of them.`,
    );
  }
  if (path !== undefined && (typeof path !== "string" || path === "")) {
    throw new ConfigError(`${where}: path is ${shown(path)}, expected the name of a file.`);
  }
  if (save !== undefined && typeof save !== "function") {
    throw new ConfigError(`${where}: save is ${shown(save)}, expected a function.`);
  }
  if (notes !== undefined && typeof notes !== "function") {
    throw new ConfigError(`${where}: notes is ${shown(notes)}, expected a function.`);
  }
  if (everyEpochs !== undefined) requireInteger(`${where}: everyEpochs`, everyEpochs);
  if (everySeconds !== undefined && !(isNumber(everySeconds) && everySeconds > 0)) {
    throw new ConfigError(`${where}: everySeconds is ${shown(everySeconds)}, expected a number > 0.`);
  }
}
