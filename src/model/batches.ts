/** The sources of a training's batches. `fit()` asks for one after another, and does not know how they are put in place. */
import { ConfigError } from "../errors.ts";
import { Random } from "../random.ts";
import { countIn, type Placement } from "./placements.ts";
import type { Workspace } from "./workspace.ts";

/** A batch in its place, for the next step. */
export interface Batch {
  /** Samples in the batch. */
  readonly n: number;
  /** The place from which the step's plan gathers it. `workspace.rows` says which samples those are. */
  readonly place: Placement;
}

/** Gives a training its batches. Samples may lie in memory, or come while it trains. */
export interface BatchSource {
  /** Batches in an epoch. */
  readonly steps: number;
  /** Samples in the first batch of an epoch. */
  readonly batchSize: number;
  /** Begins an epoch, counted from 1. Its batches depend on the epoch's number, not on the epochs before. */
  begin(epoch: number): void | Promise<void>;
  /** Passes over the first batches of the epoch that has begun: they were trained on before an interruption. */
  skip(steps: number): void | Promise<void>;
  /** Resolves when the next batch is there to be put in place. Default: it always is. */
  ready?(): Promise<void>;
  /** Puts the next batch of the epoch in its place. It is called `steps` times in an epoch. */
  next(): Batch;
}

/**
 * The sizes of an epoch's batches: as many full ones as there are, then one of the samples that are left over, unless they
 * are too few for the layers (batch normalisation skips a batch of one sample).
 * @throws ConfigError if not even one batch can be trained on
 */
export function batchSizes(samples: number, batchSize: number, minimumBatch: number): number[] {
  requireBatch(samples, batchSize, minimumBatch);
  const sizes = new Array<number>(Math.floor(samples / batchSize)).fill(batchSize);
  if (samples % batchSize > 0) sizes.push(samples % batchSize);
  return sizes.filter((size) => size >= minimumBatch);
}

/** Checks as {@link batchSizes} does, for samples that may be more than there is room for. @throws ConfigError */
export function requireBatch(samples: number, batchSize: number, minimumBatch: number): void {
  if (samples > 0 && Math.min(samples, batchSize) >= minimumBatch) return;
  throw new ConfigError(
    `${samples} samples in batches of ${batchSize} give no batch of at least ${minimumBatch}, ` +
      "which batch normalisation needs. Use a larger batch, or more samples.",
  );
}

export interface ResidentBatchOptions {
  readonly batchSize: number;
  /** The smallest batch that all layers can be trained on. */
  readonly minimumBatch: number;
  /** Whether every epoch has its own order, which follows from the seed and its number. */
  readonly shuffle: boolean;
  readonly seed: number;
}

/** Batches of samples that lie in the workspace's memory. */
export class ResidentBatches implements BatchSource {
  readonly #workspace: Workspace;
  readonly #place: Placement;
  readonly #options: ResidentBatchOptions;
  readonly #sizes: readonly number[];
  /** The epoch's order, as indices of these samples. */
  readonly #order: Uint32Array;
  #done = 0;
  #start = 0;

  /** @throws ConfigError if not even one batch can be trained on */
  constructor(workspace: Workspace, place: Placement, options: ResidentBatchOptions) {
    this.#workspace = workspace;
    this.#place = place;
    this.#options = options;
    // The place knows how many samples lie there, even if the samples say something else by now.
    const count = countIn(place);
    this.#sizes = batchSizes(count, options.batchSize, options.minimumBatch);
    this.#order = new Uint32Array(count).map((_, i) => i);
    workspace.firstLayer?.forgetPrepared();
  }

  get steps(): number {
    return this.#sizes.length;
  }

  get batchSize(): number {
    return this.#sizes[0]!;
  }

  begin(epoch: number): void {
    this.#done = 0;
    this.#start = 0;
    if (!this.#options.shuffle) return;
    const order = this.#order;
    // Each shuffle starts from the same order, so that an epoch's order depends on the seed and its number alone.
    for (let i = 0; i < order.length; i++) order[i] = i;
    new Random(this.#options.seed, "shuffle", epoch).shuffle(order);
  }

  skip(steps: number): void {
    this.#done = steps;
    this.#start = this.#sizes.slice(0, steps).reduce((sum, size) => sum + size, 0);
  }

  next(): Batch {
    const n = this.#sizes[this.#done]!;
    const start = this.#start;
    this.#fill(this.#workspace.rows.data, start, n);
    this.#done++;
    this.#start = start + n;
    const isNextKnown = this.#sizes[this.#done] === n;
    this.#workspace.firstLayer?.beginBatch(
      isNextKnown ? (rows) => this.#fill(rows, start + n, n) : undefined,
    );
    return { n, place: this.#place };
  }

  /** The numbers of the samples from `start` on in the epoch's order, as the place has them. */
  #fill(rows: Uint32Array, start: number, n: number): void {
    const { selection } = this.#place;
    for (let i = 0; i < n; i++) {
      const row = this.#order[start + i]!;
      rows[i] = selection === undefined ? row : selection[row]!;
    }
  }
}
