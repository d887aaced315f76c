/** Shows a training on stderr: a bar on a terminal, plain lines of up to 30 epochs elsewhere. */
import { measureText, timeLeft } from "../../format/numbers.ts";
import type { StepReport } from "../../model/fitOptions.ts";
import { type EpochRow, type Evaluation, scalars } from "../../model/history.ts";
import { on } from "../../runs/events.ts";
import type { TrainingEvent } from "../../runs/train.ts";
import type { CliContext } from "../context.ts";
import { StatusLine } from "./statusLine.ts";

/** Epochs that have a line where there is no terminal. */
const MOST_LINES = 30;

/** Whether an epoch has a line: all of a few; of many the first, and others evenly spread. */
export const hasLine = (epoch: number, epochs: number, most = MOST_LINES - 2): boolean =>
  epochs <= MOST_LINES ||
  epoch === 1 ||
  Math.floor((epoch * most) / epochs) > Math.floor(((epoch - 1) * most) / epochs);

export class TrainingProgress {
  /** The line of the last epoch, if it has not been written. */
  #left: string | undefined;
  readonly #line: StatusLine;
  #begin = performance.now();
  #epochBegin = this.#begin;
  /** The share of the training that was done when this session began. */
  #doneBefore: number | undefined;

  constructor(context: CliContext, quiet: boolean) {
    this.#line = new StatusLine(context, quiet);
  }

  /** Writes a line that stays. */
  say(text: string): void {
    this.#line.note(text);
  }

  readonly hear = on<TrainingEvent>({
    reading: ({ done, total }) => this.#reading(done, total),
    threads: ({ notice }) => {
      if (notice) this.say(notice);
    },
    step: (event) => this.#step(event),
    epoch: ({ row, epochs }) => this.#epoch(row, epochs),
    trained: () => {
      this.#line.clear();
      // A training may end before its last epoch.
      if (this.#left !== undefined) this.#line.note(this.#left);
      this.#left = undefined;
    },
    interrupted: () => this.#line.clear(),
    failed: () => this.#line.clear(),
  });

  #reading(done: number, total: number): void {
    this.#line.drawReading(done, total);
    this.#begin = performance.now();
    this.#epochBegin = this.#begin;
  }

  #step(report: StepReport): void {
    const { epoch, epochs, step, steps } = report;
    this.#doneBefore ??= (epoch - 1 + (step - 1) / steps) / epochs;
    this.#draw(report, this.#doneBefore);
  }

  #draw({ epoch, epochs, step, steps, loss }: StepReport, doneBefore: number): void {
    this.#line.draw(() => {
      const now = performance.now();
      const rate = (1000 * step) / (now - this.#epochBegin);
      const done = (epoch - 1 + step / steps) / epochs;
      // Of a training that goes on, this session has done a part only.
      const left = ((now - this.#begin) / 1000) * ((1 - done) / (done - doneBefore));
      const numbers = `${rate.toFixed(0)} steps/s  loss ${loss.toFixed(3)}  ${timeLeft(left)}`;
      return this.#line.withBar(`Epoch ${epoch}/${epochs}  `, step / steps, `  ${step}/${steps}  ${numbers}`);
    });
  }

  #epoch(row: EpochRow, epochs: number): void {
    const { epoch, steps, trainSeconds, seconds, learningRate, train, validation } = row;
    const numbers = (evaluation: Evaluation, prefix = "") =>
      scalars(evaluation)
        .filter(([name]) => name !== "cost")
        .map(([name, value]) => `  ${prefix}${name === "accuracy" ? "acc" : name} ${measureText(value)}`)
        .join("");
    const left = (seconds / epoch) * (epochs - epoch);
    const line =
      `Epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  ` +
      `${(steps / trainSeconds).toFixed(0)} steps/s${numbers(train)}` +
      `${validation === undefined ? "" : numbers(validation, "val_")}  lr ${learningRate.toExponential(1)}` +
      `${left > 0 ? `  ${timeLeft(left)}` : ""}`;
    this.#left = this.#line.terminal || hasLine(epoch, epochs) ? undefined : line;
    if (this.#left === undefined) this.#line.note(line);
    this.#epochBegin = performance.now();
  }
}
