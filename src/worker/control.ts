/** Pausing, stepping and ending a training from outside, and progress that does not flood whoever listens. */
import type { Callback, TrainingContext } from "../model/callbacks/callback.ts";
import type { StepReport } from "../model/fitOptions.ts";
import { now } from "../runtime.ts";
import type { ProgressReport } from "./progress.ts";

/** Between two reports, in milliseconds: a page draws no more often than 60 times a second. */
const REPORT_EVERY = 33;
/** What timers can tell apart, in milliseconds: in browsers 4. */
const TIMER = 5;
/** The time over which steps a second are measured, in milliseconds. */
const RATE_WINDOW = 1000;
/** The shortest time that says how fast a training is, in milliseconds. */
const SHORTEST_WINDOW = 100;

export interface ControlEvents {
  /** Milliseconds between two reports, at least. Default: 33, as often as a page draws. */
  readonly reportEvery?: () => number;
  onProgress?(report: ProgressReport): void;
  /** The training waits, after this step; undefined before the first one. */
  onPaused?(report: StepReport | undefined): void;
}

/**
 * A callback of fit() that waits where it is told to. `signal` ends the training.
 *
 *     const control = new TrainingControl({ onProgress });
 *     const history = model.fit(samples, { callbacks: [control], signal: control.signal });
 *     control.pause();
 */
export class TrainingControl implements Callback {
  readonly name = "TrainingControl";
  readonly #abort = new AbortController();
  readonly #events: ControlEvents;
  readonly #reportEvery: () => number;
  /** Steps that may be done before it waits; undefined: any number. */
  #allowed: number | undefined;
  #wake: (() => void) | undefined;
  #last: StepReport | undefined;
  #sum = 0;
  #count = 0;
  #reported = Number.NEGATIVE_INFINITY;
  #steps = 0;
  /** Milliseconds that a step is to take at least. */
  #interval = 0;
  /** When the next step may be done. */
  #due = 0;
  /** Moments, and how many steps were done by then: the last second's. */
  #marks: { readonly at: number; readonly steps: number }[] = [];

  /** @param paused whether it waits before the first step. Default: false */
  constructor(events: ControlEvents = {}, paused = false) {
    this.#events = events;
    this.#reportEvery = events.reportEvery ?? (() => REPORT_EVERY);
    this.#allowed = paused ? 0 : undefined;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether it waits, or will after the step under way. */
  get isPaused(): boolean {
    return this.#allowed !== undefined;
  }

  /** Waits after the step under way. */
  pause(): void {
    this.#allowed ??= 0;
  }

  /** Goes on. */
  run(): void {
    this.#allowed = undefined;
    this.#release();
  }

  /** Does so many steps more, then waits. @param steps an integer ≥ 1 */
  step(steps: number): void {
    this.#allowed = (this.#allowed ?? 0) + steps;
    this.#release();
  }

  /** Goes no faster than so many steps a second, so that people can watch. @param stepsPerSecond default: as fast as it can */
  slowDown(stepsPerSecond?: number): void {
    this.#interval = stepsPerSecond === undefined ? 0 : 1000 / stepsPerSecond;
    this.#due = now();
  }

  /** Ends the training after the step under way, paused or not. */
  cancel(reason?: unknown): void {
    this.#abort.abort(reason);
    this.#release();
  }

  onBegin(): void | Promise<void> {
    this.#marks = [{ at: now(), steps: this.#steps }];
    if (this.#mustWait) return this.#wait();
  }

  onStep(report: StepReport): void | Promise<void> {
    this.#last = report;
    this.#steps++;
    this.#sum += report.loss;
    this.#count++;
    if (this.#allowed !== undefined) this.#allowed--;
    const isWaiting = this.#mustWait;
    // Looking at the clock costs less than a step of the smallest network, by far.
    const at = now();
    // The first step compiles what it runs: a pace with it would be of no use.
    if (this.#steps === 1) this.#marks = [{ at, steps: 1 }];
    if (isWaiting || at - this.#reported >= this.#reportEvery()) this.#report(report, at);
    if (isWaiting) return this.#wait();
    if (this.#interval > 0) return this.#delay(at);
  }

  onEpoch(_: unknown, __: TrainingContext): void {
    if (this.#last !== undefined && this.#count > 0) this.#report(this.#last, now());
  }

  get #mustWait(): boolean {
    return this.#allowed !== undefined && this.#allowed <= 0 && !this.#abort.signal.aborted;
  }

  #report(report: StepReport, at: number): void {
    const marks = this.#marks;
    marks.push({ at, steps: this.#steps });
    while (marks.length > 2 && at - marks[1]!.at >= RATE_WINDOW) marks.shift();
    const { at: since, steps } = marks[0]!;
    const isMeasured = at - since >= SHORTEST_WINDOW;
    const stepsPerSecond = isMeasured ? (1000 * (this.#steps - steps)) / (at - since) : undefined;
    this.#events.onProgress?.({ ...report, meanLoss: this.#sum / this.#count, stepsPerSecond });
    this.#sum = 0;
    this.#count = 0;
    this.#reported = at;
  }

  /** Waits if the training is ahead of its time, by more than a timer can tell. */
  #delay(at: number): void | Promise<void> {
    this.#due = Math.max(this.#due + this.#interval, at - 2 * TIMER);
    const ahead = this.#due - at;
    if (ahead < TIMER) return;
    return new Promise((resolve) => {
      setTimeout(resolve, ahead);
    });
  }

  async #wait(): Promise<void> {
    this.#allowed = 0;
    this.#events.onPaused?.(this.#last);
    while (this.#mustWait) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    // The pause is no part of the pace.
    this.#marks = [{ at: now(), steps: this.#steps }];
  }

  #release(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
