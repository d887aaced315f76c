/** Shows a worker on stderr: on a terminal what it does in one line, elsewhere a line for each training that begins and ends. */
import type { ServeEvent } from "../../queue/serve.ts";
import type { CliContext } from "../context.ts";
import type { WorkerState } from "../queue/workerState.ts";
import { StatusLine } from "./statusLine.ts";

/** Milliseconds between two looks at what is done. */
const REDRAW = 1000;
/** Trainings that the line names. */
const MOST_NAMED = 3;

export class WorkerProgress {
  readonly #line: StatusLine;
  readonly #state: WorkerState;
  readonly #timer: NodeJS.Timeout;

  /** @param state hears every event first */
  constructor(context: CliContext, quiet: boolean, state: WorkerState) {
    this.#line = new StatusLine(context, quiet);
    this.#state = state;
    this.#timer = setInterval(() => this.#draw(true), REDRAW).unref();
  }

  /** Writes a line that stays. */
  say(text: string): void {
    this.#line.note(text);
    this.#draw(true);
  }

  readonly hear = (event: ServeEvent): void => {
    switch (event.type) {
      case "study": {
        const { kind, id, data } = event.study;
        const { name, training, test } = data;
        const samples = `${name}, ${training} training, ${test} test samples`;
        this.say(`${kind === "search" ? "Search" : "Reproduction"} ${id}: ${samples}`);
        break;
      }
      case "begin": {
        const { name, from, to, retries } = event;
        const again = retries === 0 ? "" : `, lost ${retries === 1 ? "once" : `${retries} times`} before`;
        this.#sayElsewhere(`${name}: begins, epochs ${from + 1} to ${to}${again}`);
        break;
      }
      case "epoch":
        this.#draw(false);
        break;
      case "end":
        this.#end(event);
        break;
      case "notice":
        this.say(event.text);
        break;
      case "idle":
        this.#draw(true);
        break;
    }
  };

  #end({ name, end, seconds, error }: Extract<ServeEvent, { type: "end" }>): void {
    const time = `${seconds.toFixed(1)} s`;
    if (error !== undefined && end === "answered") this.say(`${name}: failed after ${time}: ${error}`);
    else if (end === "answered") this.#sayElsewhere(`${name}: done in ${time}`);
    else if (end === "lost") {
      this.say(`${name}: lost after ${time}: another worker has it, as this one gave no sign for too long`);
    } else this.say(`${name}: given back after ${time}`);
  }

  /** Writes a line where no line shows what is done. */
  #sayElsewhere(text: string): void {
    if (this.#line.terminal) this.#draw(true);
    else this.#line.note(text);
  }

  #draw(force: boolean): void {
    this.#line.draw(() => lineOf(this.#state).slice(0, this.#line.width), force);
  }

  /** Takes the line away, for good. */
  close(): void {
    clearInterval(this.#timer);
    this.#line.clear();
  }
}

/** "trial 7  epoch 3/20  812 steps/s  4 done" */
function lineOf({ underWay, done, idleSince, isOpening, isReady }: WorkerState): string {
  const trainings = [...underWay.values()]
    .slice(0, MOST_NAMED)
    .map(({ name, epoch, epochs, stepsPerSecond }) => {
      const rate = stepsPerSecond === undefined ? "" : `  ${stepsPerSecond.toFixed(0)} steps/s`;
      return `${name}  epoch ${Math.min(epoch + 1, epochs)}/${epochs}${rate}`;
    });
  const more = underWay.size > MOST_NAMED ? [`and ${underWay.size - MOST_NAMED} more`] : [];
  const what =
    trainings.length > 0
      ? [...trainings, ...more].join("  |  ")
      : isOpening
        ? "opening the data"
        : !isReady || idleSince === undefined
          ? "starting"
          : `waiting for trainings since ${new Date(idleSince).toTimeString().slice(0, 8)}`;
  return `${what}  ${done} done`;
}
