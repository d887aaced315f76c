/**
 * The state of the first layer's kernels: their room, which copy of the weight is up to date, and the batch that comes
 * next. No other file knows that they pack the weight, or that threads prepare a batch before its turn.
 */
import {
  advance,
  firstLayerKept,
  firstLayerScratchBytes,
  type StoredSamples,
} from "../kernels/firstLayer.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Region, Tensor } from "../tensor.ts";
import type { Plan } from "./plan.ts";
import { besideOf, type FirstLayerParts, firstWeight } from "./rewrites/firstLayer.ts";
import { fuseBias } from "./rewrites/fuseBias.ts";
import { fuseL2Update } from "./rewrites/fuseL2Update.ts";

export interface FirstLayerOptions {
  /** The most samples that are computed at once. */
  readonly maxRows: number;
  readonly threads: number;
  /** How the samples of the training are stored; undefined if there is no training. */
  readonly trainedOn: "uint8" | "float32" | undefined;
  /** The plan of a training step, if a training is to come. */
  readonly training: Plan | undefined;
}

export class FirstLayer {
  readonly parts: FirstLayerParts;
  /** Which of its two places holds the weight as it is. */
  #current: "plain" | "packed" | "both" = "plain";

  /**
   * Makes room for the weight of the first layer, if the network begins with a product.
   * @param predictions the plan of predictions, for any number of samples
   */
  static plan(predictions: Plan, options: FirstLayerOptions, region: Region): FirstLayer | undefined {
    const weight = firstWeight(fuseBias(predictions));
    if (weight === undefined) return undefined;
    const { maxRows, threads, trainedOn, training } = options;
    const units = weight.columns;
    const isPrepared = training !== undefined && threads > 1;
    const batches = training === undefined || trainedOn === undefined ? 0 : isPrepared ? 2 : 1;
    const packed = () => region.tensor("float32", units + (units & 1), weight.rows);
    return new FirstLayer({
      weight,
      packed: packed(),
      beside: training === undefined ? undefined : besideOf(fuseBias(fuseL2Update(training)), weight, packed),
      kept: region.tensor(
        trainedOn ?? "uint8",
        1,
        batches * firstLayerKept(maxRows, weight.rows),
      ) as StoredSamples,
      scratch: region.tensor("uint8", 1, firstLayerScratchBytes(maxRows, units, threads)),
      upcoming: isPrepared
        ? { rows: region.tensor("uint32", maxRows, 1), tickets: { current: 0, next: 0 } }
        : undefined,
    });
  }

  private constructor(parts: FirstLayerParts) {
    this.parts = parts;
  }

  /** Brings the plain weight, and the optimizer's tensors for it, up to date, so that they can be read. */
  unpack({ firstLayer }: Kernels): void {
    if (this.#current !== "packed") return;
    for (const [plain, packed] of this.#kept) firstLayer.unpack(plain, packed);
    this.#current = "both";
  }

  /** Brings the packed weight, and the optimizer's tensors for it, up to date, so that they can be read. */
  pack({ firstLayer }: Kernels): void {
    if (this.#current !== "plain") return;
    for (const [plain, packed] of this.#kept) firstLayer.pack(packed, plain);
    this.#current = "both";
  }

  /** The tensors that outlast a step, plain and packed. */
  get #kept(): readonly (readonly [plain: Tensor, packed: Tensor])[] {
    const { weight, packed, beside } = this.parts;
    return [[weight, packed], ...(beside?.own ?? [])];
  }

  /** Says that one of the two, which was up to date, has been written. The other one is no longer up to date. */
  changed(which: "plain" | "packed"): void {
    this.#current = which;
  }

  /**
   * Says that a batch begins.
   * @param fillNext writes which samples the batch after it has, which is of the same size; undefined if that is not known
   */
  beginBatch(fillNext: ((rows: Uint32Array) => void) | undefined): void {
    const { upcoming } = this.parts;
    if (upcoming === undefined) return;
    fillNext?.(upcoming.rows.data);
    advance(upcoming.tickets, fillNext !== undefined);
  }

  /** Drops what has been prepared, because another batch comes, or because samples are standardised anew. */
  forgetPrepared(): void {
    if (this.parts.upcoming !== undefined) advance(this.parts.upcoming.tickets, false);
  }
}
