/** Calls a training's callbacks, one after another, and says which of them has failed. */
import { CallbackError, ConfigError } from "../../errors.ts";
import { shown } from "../../options.ts";
import type { StepReport } from "../fitOptions.ts";
import type { EpochRow, History } from "../history.ts";
import type { Callback, CallbackState, TrainingContext } from "./callback.ts";

const BEFORE = "before the first step";
const METHODS = ["onBegin", "onStep", "onEpoch", "onEnd", "state", "restore"] as const;

/** @throws ConfigError unless they are callbacks */
export function checkCallbacks(callbacks: unknown): void {
  if (callbacks === undefined) return;
  if (!Array.isArray(callbacks)) {
    throw new ConfigError(
      `callbacks is ${shown(callbacks)}, expected an array, such as [new EarlyStopping()].`,
    );
  }
  // callbacks.forEach would pass over holes.
  Array.from(callbacks as unknown[]).forEach((callback, i) => {
    if (typeof callback !== "object" || callback === null || Array.isArray(callback)) {
      throw new ConfigError(
        `callbacks[${i}] is ${shown(callback)}, expected an object with some of ${METHODS.join(", ")}.`,
      );
    }
    const methods = callback as Readonly<Record<string, unknown>>;
    for (const method of METHODS) {
      const value = methods[method];
      if (value === undefined || typeof value === "function") continue;
      throw new ConfigError(`callbacks[${i}]: ${method} is ${shown(value)}, expected a function.`);
    }
    if (METHODS.every((method) => methods[method] === undefined)) {
      throw new ConfigError(`callbacks[${i}] has none of ${METHODS.join(", ")}. Give it one of them.`);
    }
  });
}

/** A callback's name, for errors: its own, or that of its class. */
export function callbackName(callback: Callback): string {
  if (typeof callback.name === "string" && callback.name !== "") return callback.name;
  const name: unknown = Object.getPrototypeOf(callback)?.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? name : "a callback of your own";
}

/** A training's callbacks. Steps are told only to those that listen, and are awaited only if there is a promise. */
export class Callbacks {
  /** As they were given. */
  readonly #all: readonly Callback[];
  /** As they are called. */
  readonly #inOrder: readonly Callback[];
  readonly #onStep: readonly Callback[];
  readonly #context: (by: Callback) => TrainingContext;

  /** @param context the training, as this callback sees it */
  constructor(callbacks: readonly Callback[], context: (by: Callback) => TrainingContext) {
    this.#all = callbacks;
    const last = callbacks.filter(({ runsLast }) => runsLast);
    this.#inOrder = [...callbacks.filter(({ runsLast }) => !runsLast), ...last];
    this.#onStep = this.#inOrder.filter((callback) => callback.onStep !== undefined);
    const contexts = new Map(callbacks.map((callback) => [callback, context(callback)]));
    this.#context = (callback) => contexts.get(callback)!;
  }

  /** Whether any callback hears of steps. */
  get hearSteps(): boolean {
    return this.#onStep.length > 0;
  }

  async begin(): Promise<void> {
    await this.#tell(BEFORE, (callback) => callback.onBegin?.(this.#context(callback)));
  }

  /** @returns a promise only if a callback has returned one */
  step(report: StepReport): void | Promise<void> {
    for (let i = 0; i < this.#onStep.length; i++) {
      const waits = this.#stepOf(this.#onStep[i]!, report);
      if (waits !== undefined) return this.#stepFrom(i, waits, report);
    }
  }

  #stepOf(callback: Callback, report: StepReport): void | Promise<void> {
    try {
      return callback.onStep!(report, this.#context(callback));
    } catch (error) {
      throw this.#failed(callback, afterStep(report), error);
    }
  }

  async #stepFrom(first: number, waits: Promise<void>, report: StepReport): Promise<void> {
    for (let i = first; i < this.#onStep.length; i++) {
      const callback = this.#onStep[i]!;
      try {
        await (i === first ? waits : callback.onStep!(report, this.#context(callback)));
      } catch (error) {
        throw this.#failed(callback, afterStep(report), error);
      }
    }
  }

  async epoch(row: EpochRow): Promise<void> {
    await this.#tell(`after epoch ${row.epoch}`, (callback) =>
      callback.onEpoch?.(row, this.#context(callback)),
    );
  }

  async end(history: History): Promise<void> {
    await this.#tell("at the end", (callback) => callback.onEnd?.(history, this.#context(callback)));
  }

  /** What each callback keeps; undefined for one that keeps nothing. */
  states(): (CallbackState | undefined)[] {
    return this.#all.map((callback) => {
      try {
        return checkState(callback.state?.());
      } catch (error) {
        throw this.#failed(callback, "when its state was saved", error);
      }
    });
  }

  /** @param states what {@link states} gave */
  async restore(states: readonly (CallbackState | undefined)[]): Promise<void> {
    for (const [i, callback] of this.#all.entries()) {
      const state = states[i];
      if (state === undefined || state === null) continue;
      try {
        await callback.restore?.(state);
      } catch (error) {
        throw this.#failed(callback, "when its state was restored", error);
      }
    }
  }

  async #tell(when: string, call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#inOrder) {
      try {
        await call(callback);
      } catch (error) {
        throw this.#failed(callback, when, error);
      }
    }
  }

  #failed(callback: Callback, when: string, cause: unknown): unknown {
    // What is refused before the first step is a wrong option: it is no failure.
    if (cause instanceof ConfigError && when === BEFORE) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    return new CallbackError(
      `Model.fit: callbacks[${this.#all.indexOf(callback)}] (${callbackName(callback)}) failed ${when}: ${message}`,
      { cause },
    );
  }
}

/** @throws ConfigError unless it is a state, or none */
function checkState(state: unknown): CallbackState | undefined {
  if (state === undefined) return undefined;
  if (typeof state === "object" && state !== null && !Array.isArray(state) && !("then" in state)) {
    const { tensors } = state as CallbackState;
    const isTensor = (each: unknown) => typeof each === "object" && each !== null;
    if (tensors === undefined || (Array.isArray(tensors) && tensors.every(isTensor))) return state;
  }
  // Nobody else hears of its failure.
  if (state instanceof Promise) state.catch(() => {});
  throw new ConfigError(`state() gives ${shown(state)}, expected { values, tensors }, and at once.`);
}

const afterStep = ({ epoch, step }: StepReport) => `after step ${step} of epoch ${epoch}`;
