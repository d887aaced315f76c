/** Shows a reproduction on stderr: a line for each row that is done, and on a terminal how far it is. */
import type { RowSummary } from "../../experiments/summary.ts";
import { signed, timeLeft } from "../../format/numbers.ts";
import { counted } from "../../format/words.ts";
import { on } from "../../runs/events.ts";
import type { RecordedTraining, ReproductionEvent, ReproductionPlan } from "../../runs/reproduce.ts";
import type { CliContext } from "../context.ts";
import { StatusLine } from "./statusLine.ts";

export class ReproductionProgress {
  readonly #trainings: number;
  readonly #epochs: number;
  /** The number of seeds. With several, a row takes long, so each training has a line of its own. */
  readonly #seeds: number;
  /** Whether the numbers are set beside the paper's. */
  readonly #compared: boolean;
  readonly #line: StatusLine;
  readonly #begin = performance.now();
  readonly #underWay = new Map<string, number>();
  #ended = 0;
  #epochsDone = 0;
  #epochsFound = 0;
  /** " on 3 workers", if they are elsewhere. */
  #workers = "";

  constructor(
    context: CliContext,
    quiet: boolean,
    { trainings, epochs, seeds }: ReproductionPlan,
    compared: boolean,
  ) {
    this.#seeds = seeds.length;
    this.#compared = compared;
    this.#line = new StatusLine(context, quiet);
    this.#trainings = trainings;
    this.#epochs = epochs;
  }

  say(text: string): void {
    this.#line.note(text);
  }

  /** Shows from now on how many workers there are. */
  showWorkers(count: number): void {
    this.#workers = ` on ${counted(count, "worker")}`;
    this.#draw(true);
  }

  readonly hear = on<ReproductionEvent>({
    reading: ({ done, total }) => this.#line.drawReading(done, total),
    found: ({ training }) => {
      this.#ended++;
      this.#epochsFound += training.epochs;
    },
    epoch: ({ id, seed, epoch }) => {
      this.#underWay.set(`${id} ${seed}`, epoch);
      this.#draw();
    },
    training: ({ training }) => this.#training(training),
    experiment: ({ row }) => this.#row(row),
    trained: () => this.#line.clear(),
    interrupted: () => this.#line.clear(),
    failed: () => this.#line.clear(),
  });

  #training({ id, seed, epochs, test, seconds }: RecordedTraining): void {
    this.#underWay.delete(`${id} ${seed}`);
    this.#ended++;
    this.#epochsDone += epochs;
    if (this.#seeds > 1) {
      const accuracy = test === null ? "diverged" : `test ${test.accuracy!.toFixed(4)}`;
      this.#line.note(
        `  ${this.#ended}/${this.#trainings}  ${id}, seed ${seed}: ${accuracy}, ${seconds.toFixed(1)} s`,
      );
    }
    this.#draw(true);
  }

  #row({ experiment: { id, metric, published }, mean, sd, difference }: RowSummary): void {
    const paper = published === undefined ? "" : `  report ${published.toFixed(4)}`;
    const ours =
      mean === undefined
        ? "  diverged"
        : `  here ${mean.toFixed(4)}${sd === undefined ? "" : ` ± ${sd.toFixed(4)}`}`;
    const apart =
      difference === undefined || !this.#compared ? "" : `  (${signed(difference, { signsZero: true })})`;
    this.#line.note(`${id.padEnd(18)} ${metric.padEnd(10)}${paper}${ours}${apart}`);
    this.#draw(true);
  }

  #draw(force = false): void {
    this.#line.draw(() => {
      const now = this.#epochsDone + [...this.#underWay.values()].reduce((sum, epoch) => sum + epoch, 0);
      const seconds = (performance.now() - this.#begin) / 1000;
      const left = this.#epochs - this.#epochsFound - now;
      const rate =
        now === 0
          ? ""
          : `  ${(now / seconds).toFixed(1)} epochs/s  ${timeLeft((seconds * Math.max(0, left)) / now)}`;
      const share = (this.#epochsFound + now) / this.#epochs;
      return this.#line.withBar(`${this.#ended}/${this.#trainings} trainings${this.#workers}  `, share, rate);
    }, force);
  }
}
