import { ConfigError, FileError } from "../../errors.ts";
import { counted } from "../../format/words.ts";
import { checkOptions, isNumber, requireBoolean, requireInteger, shown } from "../../options.ts";
import type { EpochRow } from "../history.ts";
import { Best } from "./bestWeights.ts";
import type { Callback, CallbackState, TrainingContext } from "./callback.ts";
import {
  checkMonitor,
  type Direction,
  isBetter,
  type MonitorOptions,
  monitored,
  resolveMonitor,
} from "./monitor.ts";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs in a row without an improvement after which the training ends, an integer ≥ 1. Default: 10. */
  readonly patience?: number;
  /** An epoch is an improvement if it is better than the last improvement by more than this, ≥ 0. Default: 0. */
  readonly minDelta?: number;
  /**
   * Whether the model holds the weights of the best epoch at the end, the last one of equals, as with {@link BestWeights};
   * also if the training was not stopped. Default: false.
   */
  readonly restoreBest?: boolean;
}

/**
 * Ends a training when a measure has not become better for some epochs (Prechelt, "Early stopping — but when?", 1998).
 *
 *     await model.fit(train, { validation, epochs: 500, callbacks: [new EarlyStopping({ patience: 20, restoreBest: true })] });
 */
export class EarlyStopping implements Callback {
  readonly name = "EarlyStopping";
  readonly #options: EarlyStoppingOptions;
  readonly #patience: number;
  readonly #minDelta: number;
  readonly #best: Best | undefined;
  #resolved: { readonly monitor: string; readonly better: Direction } | undefined;
  /** The value of the last improvement. */
  #reference = Number.NaN;
  /** Epochs since then. */
  #waited = 0;
  #restored = false;

  /** @throws ConfigError if an option is unknown or out of its range */
  constructor(options: EarlyStoppingOptions = {}) {
    const where = "EarlyStopping";
    checkOptions(where, options, ["monitor", "better", "patience", "minDelta", "restoreBest"]);
    checkMonitor(where, options);
    const { patience = 10, minDelta = 0, restoreBest = false } = options;
    requireInteger(`${where}: patience`, patience);
    if (!isNumber(minDelta) || !(minDelta >= 0 && minDelta < Number.POSITIVE_INFINITY)) {
      throw new ConfigError(`${where}: minDelta is ${shown(minDelta)}, expected a number ≥ 0.`);
    }
    requireBoolean(`${where}: restoreBest`, restoreBest);
    this.#options = options;
    this.#patience = patience;
    this.#minDelta = minDelta;
    this.#best = restoreBest ? new Best() : undefined;
  }

  /** The epoch whose weights are kept, counted from 1; undefined without restoreBest. */
  get epoch(): number | undefined {
    return this.#best?.epoch;
  }

  /** The monitored value of that epoch. */
  get value(): number | undefined {
    return this.#best?.value;
  }

  /** @throws ConfigError if the training has no such measure */
  onBegin(training: TrainingContext): void {
    this.#resolved = resolveMonitor("EarlyStopping", this.#options, training);
    if (!this.#restored) {
      this.#reference = Number.NaN;
      this.#waited = 0;
      this.#best?.forget();
    }
    this.#restored = false;
  }

  onEpoch(row: EpochRow, training: TrainingContext): void {
    const { monitor, better } = this.#resolved!;
    const value = monitored("EarlyStopping", monitor, row);
    this.#best?.hear(value, better, row, training);
    if (isBetter(better, value, this.#reference, this.#minDelta)) {
      this.#reference = value;
      this.#waited = 0;
      return;
    }
    this.#waited++;
    if (this.#waited < this.#patience) return;
    training.stop(`${monitor} has not become better for ${counted(this.#waited, "epoch")}`);
  }

  onEnd(_: unknown, training: TrainingContext): void {
    this.#best?.leave(training);
  }

  state(): CallbackState {
    const best = this.#best?.state();
    return {
      values: { reference: this.#reference, waited: this.#waited, best: best?.values },
      ...(best && { tensors: best.tensors }),
    };
  }

  restore({ values, tensors }: CallbackState): void {
    const { reference, waited, best } = (values ?? {}) as Readonly<Record<string, unknown>>;
    if (!isNumber(reference) || !Number.isSafeInteger(waited)) {
      throw new FileError(
        "EarlyStopping: the checkpoint does not have what it keeps. Begin the training anew.",
      );
    }
    this.#reference = reference;
    this.#waited = waited as number;
    this.#best?.restore("EarlyStopping", best, tensors);
    this.#restored = true;
  }

  /** Its options, which a training that goes on must have as well. */
  describe(): { readonly name: string; readonly options: Readonly<Record<string, unknown>> } {
    const [patience, minDelta, restoreBest] = [this.#patience, this.#minDelta, this.#best !== undefined];
    return { name: "earlyStopping", options: { ...this.#options, patience, minDelta, restoreBest } };
  }
}
