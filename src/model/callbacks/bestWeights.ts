import { FileError } from "../../errors.ts";
import { checkOptions } from "../../options.ts";
import type { EpochRow } from "../history.ts";
import type { NamedTensor } from "../safetensors.ts";
import type { Callback, CallbackState, TrainingContext } from "./callback.ts";
import {
  checkMonitor,
  type Direction,
  isBetter,
  type MonitorOptions,
  monitored,
  resolveMonitor,
} from "./monitor.ts";

/** The best epoch so far: its number, its value and the layers' tensors after it. */
export class Best {
  #epoch: number | undefined;
  #value = Number.NaN;
  #tensors: readonly NamedTensor[] = [];

  get epoch(): number | undefined {
    return this.#epoch;
  }

  get value(): number | undefined {
    return this.#epoch === undefined ? undefined : this.#value;
  }

  /** Keeps the epoch if it is no worse than the best one: of equals, the last is kept. */
  hear(value: number, better: Direction, row: EpochRow, training: TrainingContext): void {
    if (this.#epoch !== undefined && (Number.isNaN(value) || isBetter(better, this.#value, value))) return;
    this.#epoch = row.epoch;
    this.#value = value;
    this.#tensors = training.tensors();
  }

  /** Has the model hold the tensors of the best epoch at the end, if there is one. */
  leave(training: TrainingContext): void {
    if (this.#epoch !== undefined) training.leave(this.#tensors);
  }

  state(): { values: object; tensors: readonly NamedTensor[] } {
    return { values: { epoch: this.#epoch, value: this.#value }, tensors: this.#tensors };
  }

  restore(where: string, values: unknown, tensors: readonly NamedTensor[] = []): void {
    const { epoch, value } = (values ?? {}) as { readonly epoch?: unknown; readonly value?: unknown };
    if ((epoch !== undefined && !Number.isSafeInteger(epoch)) || typeof value !== "number") {
      throw new FileError(`${where}: the checkpoint does not have what it keeps. Begin the training anew.`);
    }
    this.#epoch = epoch as number | undefined;
    this.#value = value;
    this.#tensors = tensors;
  }

  forget(): void {
    this.#epoch = undefined;
    this.#value = Number.NaN;
    this.#tensors = [];
  }
}

export type BestWeightsOptions = MonitorOptions;

/**
 * Keeps the weights and statistics of the best epoch: at its end, however it comes, the model holds those. Of equally good
 * epochs the last one is kept, as in Holzmüller et al. (2024). The training is not stopped; {@link EarlyStopping} does that.
 * It takes a copy of the layers' tensors.
 */
export class BestWeights implements Callback {
  readonly name = "BestWeights";
  readonly #options: BestWeightsOptions;
  readonly #best = new Best();
  #resolved: { readonly monitor: string; readonly better: Direction } | undefined;
  #restored = false;

  /** @throws ConfigError if an option is unknown or of another type */
  constructor(options: BestWeightsOptions = {}) {
    checkOptions("BestWeights", options, ["monitor", "better"]);
    checkMonitor("BestWeights", options);
    this.#options = options;
  }

  /** The best epoch so far, counted from 1. */
  get epoch(): number | undefined {
    return this.#best.epoch;
  }

  /** The monitored value of that epoch. */
  get value(): number | undefined {
    return this.#best.value;
  }

  /** @throws ConfigError if the training has no such measure */
  onBegin(training: TrainingContext): void {
    this.#resolved = resolveMonitor("BestWeights", this.#options, training);
    if (!this.#restored) this.#best.forget();
    this.#restored = false;
  }

  onEpoch(row: EpochRow, training: TrainingContext): void {
    const { monitor, better } = this.#resolved!;
    this.#best.hear(monitored("BestWeights", monitor, row), better, row, training);
  }

  onEnd(_: unknown, training: TrainingContext): void {
    this.#best.leave(training);
  }

  state(): CallbackState {
    return this.#best.state();
  }

  restore({ values, tensors }: CallbackState): void {
    this.#best.restore("BestWeights", values, tensors);
    this.#restored = true;
  }

  /** Its options, which a training that goes on must have as well. */
  describe(): { readonly name: string; readonly options: Readonly<Record<string, unknown>> } {
    return { name: "bestWeights", options: { ...this.#options } };
  }
}
