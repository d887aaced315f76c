/** What a worker does at the moment: its line on the terminal and its health are made of it. */
import type { ServeEvent } from "../../queue/serve.ts";

/** A training under way. */
export interface UnderWay {
  readonly name: string;
  /** The epochs that are done, and the last one. */
  readonly epoch: number;
  readonly epochs: number;
  /** Undefined before the end of its first epoch. */
  readonly stepsPerSecond: number | undefined;
}

export class WorkerState {
  /** By id. */
  readonly underWay = new Map<string, UnderWay>();
  /** Trainings that have been answered. */
  done = 0;
  /** When the last training ended, by Date.now(). Undefined while there is something to do. */
  idleSince: number | undefined;
  /** Whether jobs are taken. */
  isReady = false;
  /** Whether no more jobs are taken. */
  isEnding = false;
  /** Whether the queue does not answer. */
  isInTrouble = false;
  /** Studies whose data are being opened. */
  #opening = 0;

  /** Data are being opened: there is something to do. */
  opening(): void {
    this.#opening++;
    this.idleSince = undefined;
  }

  /** They are open, or cannot be opened. */
  opened(): void {
    this.#opening--;
  }

  get isOpening(): boolean {
    return this.#opening > 0;
  }

  readonly hear = (event: ServeEvent): void => {
    switch (event.type) {
      case "begin":
        this.idleSince = undefined;
        this.isInTrouble = false;
        this.underWay.set(event.job, {
          ...{ name: event.name, epoch: event.from, epochs: event.to, stepsPerSecond: undefined },
        });
        break;
      case "epoch": {
        const { job, name, epoch, epochs, stepsPerSecond } = event;
        this.underWay.set(job, { name, epoch, epochs, stepsPerSecond });
        break;
      }
      case "end":
        this.underWay.delete(event.job);
        if (event.end === "answered") this.done++;
        break;
      case "idle":
        this.isReady = true;
        if (!this.isOpening) this.idleSince = event.since;
        break;
    }
  };

  /** In a word. */
  get name(): "starting" | "idle" | "training" | "ending" | "in trouble" {
    if (this.isEnding) return "ending";
    if (this.isInTrouble) return "in trouble";
    if (!this.isReady) return "starting";
    return this.underWay.size > 0 || this.isOpening ? "training" : "idle";
  }
}
