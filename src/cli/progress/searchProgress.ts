/** Shows a search on stderr: a row for every trial that has ended, and on a terminal how far it is. */

import { measureText, significant, timeLeft } from "../../format/numbers.ts";
import { counted } from "../../format/words.ts";
import { on } from "../../runs/events.ts";
import type { SearchEvent, SearchPlan } from "../../runs/search.ts";
import { shownName, shownValue } from "../../settings/space.ts";
import type { Params } from "../../tuner/searchSpace.ts";
import type { FinishedTrial } from "../../tuner/trial.ts";
import type { CliContext } from "../context.ts";
import { printable } from "../text.ts";
import { StatusLine } from "./statusLine.ts";

/** A parameter's value as it is shown: "7.86e-3", "50,50", "after", "none"; "–" if the trial does not have it. */
export function shortValue(params: Params, key: string): string {
  if (params[key] === undefined) return "–";
  const value = shownValue(key, params[key]);
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "number" ? significant(value, 3) : String(value);
}

/** Parameters on one line: "l2 7.86e-3  layers 50,50". */
export const shortParams = (params: Params): string =>
  Object.keys(params)
    .map((key) => `${shownName(key)} ${shortValue(params, key)}`)
    .join("  ");

/** What is said of a trial that the search starts with. */
export const startName = ({ settings: { preset } }: Pick<SearchPlan, "settings">): string =>
  preset === undefined ? "the settings" : "the preset";

export class SearchProgress {
  readonly #line: StatusLine;
  readonly #plan: SearchPlan;
  /** The parameters, which are columns of the table. */
  readonly #names: readonly string[];
  readonly #widths: readonly number[];
  readonly #begin = performance.now();
  #ended = 0;
  /** Epochs of the trials that have ended in this run, then of those under way. */
  #epochsDone = 0;
  readonly #underWay = new Map<number, number>();
  #before = 0;
  #best: FinishedTrial | undefined;
  /** " on 3 workers", if they are elsewhere. */
  #workers = "";

  constructor(context: CliContext, quiet: boolean, plan: SearchPlan) {
    this.#line = new StatusLine(context, quiet);
    this.#plan = plan;
    this.#names = Object.keys(plan.space);
    this.#widths = this.#names.map((name) => Math.max(shownName(name).length, 9));
  }

  say(text: string): void {
    this.#line.note(text);
  }

  /** Shows from now on how many workers there are. */
  showWorkers(count: number): void {
    this.#workers = ` on ${counted(count, "worker")}`;
    this.#draw(true);
  }

  readonly hear = on<SearchEvent>({
    reading: ({ done, total }) => this.#line.drawReading(done, total),
    ready: ({ trials, best }) => this.#start(trials, best),
    epoch: ({ trial, epoch }) => {
      this.#underWay.set(trial, epoch);
      this.#draw();
    },
    trial: ({ trial, best }) => this.#trial(trial, best),
    trained: () => this.#line.clear(),
    interrupted: () => this.#line.clear(),
    failed: () => this.#line.clear(),
  });

  /** Writes the table's head, and the trials that are there already. */
  #start(before: readonly FinishedTrial[], best: FinishedTrial | undefined): void {
    const { objective } = this.#plan;
    const columns = this.#names.map((name, i) => shownName(name).padStart(this.#widths[i]!)).join("  ");
    this.#line.note(`trial  ${columns}  ${objective.padStart(8)}  epochs  seconds`);
    for (const trial of before) this.#row(trial, best);
    this.#before = before.length;
    this.#ended = before.length;
    this.#best = best;
  }

  #trial(trial: FinishedTrial, best: FinishedTrial | undefined): void {
    this.#underWay.delete(trial.number);
    this.#ended++;
    this.#epochsDone += trial.reports.length;
    // Of equal trials the one with the lowest number is the best, which may end later: it is told only once.
    const isEqual = best?.number === trial.number && best.value === this.#best?.value;
    this.#best = best;
    this.#row(trial, isEqual ? undefined : best);
    this.#draw(true);
  }

  #row({ number, params, state, value, reports, seconds, error }: FinishedTrial, best?: FinishedTrial): void {
    const { objective } = this.#plan;
    const cells = this.#names.map((name, i) => shortValue(params, name).padStart(this.#widths[i]!));
    const shown = value === undefined ? state : measureText(value);
    const isStart = number < this.#plan.starts.length;
    const isBest = best?.number === number;
    const note =
      state === "pruned" ? "  pruned" : isStart ? `  ${startName(this.#plan)}` : isBest ? "  best" : "";
    const line =
      `${String(number).padStart(5)}  ${cells.join("  ")}  ${shown.padStart(Math.max(8, objective.length))}  ` +
      `${String(reports.length).padStart(6)}  ${seconds.toFixed(1).padStart(7)}${note}${error === undefined ? "" : `  ${error}`}`;
    const { colors } = this.#line;
    const style =
      state === "failed"
        ? colors.red
        : isBest && state !== "pruned"
          ? colors.green
          : state === "pruned"
            ? colors.dim
            : String;
    this.#line.note(printable(line), style);
  }

  #draw(force = false): void {
    const { trials, epochs } = this.#plan;
    this.#line.draw(() => {
      const under = [...this.#underWay.values()].reduce((sum, epoch) => sum + epoch, 0);
      const done = this.#ended - this.#before;
      const share = Math.min(1, (this.#ended + under / epochs) / trials);
      const minutes = (performance.now() - this.#begin) / 60000;
      const now = (this.#epochsDone + under) / epochs;
      const toDo = trials - this.#before - done - under / epochs;
      const best =
        this.#best === undefined ? "" : `  best ${this.#best.value!.toFixed(4)} (trial ${this.#best.number})`;
      const rate =
        now > 0
          ? `  ${(now / minutes).toFixed(1)} trials/min  ${timeLeft((60 * minutes * Math.max(0, toDo)) / now)}`
          : "";
      return this.#line.withBar(`${this.#ended}/${trials} trials${this.#workers}  `, share, `${best}${rate}`);
    }, force);
  }
}
