/** Tells on stderr of a prediction: what is left out, how far it is, what was missing. */
import { percent, thousands } from "../../format/numbers.ts";
import { counted } from "../../format/words.ts";
import type { PredictionEnd, PredictionProgress } from "../../runs/predict.ts";
import { type CliContext, isTerminal } from "../context.ts";
import { StatusLine } from "./statusLine.ts";

/** Names that a line has at most. */
const MOST_NAMES = 12;

/** "age in 86 rows, fare in 1 row". */
function inRows(counts: ReadonlyMap<string, number>): string {
  const all = [...counts].map(
    ([name, count]) => `${name} in ${counted(count, "row").replace(/^\d+/, thousands(count))}`,
  );
  return some(all);
}

const some = (all: readonly string[]): string =>
  all.slice(0, MOST_NAMES).join(", ") +
  (all.length > MOST_NAMES ? `, and ${all.length - MOST_NAMES} more` : "");

export class PredictionNotes {
  readonly #line: StatusLine;
  readonly #draws: boolean;

  /** @param onStdout whether the answers go there: on the same terminal a line that is drawn anew would be among them */
  constructor(context: CliContext, quiet: boolean, onStdout: boolean) {
    this.#line = new StatusLine(context, quiet);
    this.#draws = !(onStdout && isTerminal(context, context.stdout));
  }

  /** The columns that the model does not know. */
  ignored(names: readonly string[]): void {
    if (names.length === 0) return;
    this.#line.note(
      `Left out, as the model does not know ${names.length === 1 ? "it" : "them"}: ${some(names)}.`,
    );
  }

  notice(text: string | undefined): void {
    if (text !== undefined) this.#line.note(text);
  }

  progress({ rows, share }: PredictionProgress): void {
    if (!this.#draws) return;
    this.#line.draw(() =>
      share === undefined
        ? `${thousands(rows)} rows`
        : this.#line.withBar("", share, `  ${percent(share, 1).padStart(4)}  ${thousands(rows)} rows`),
    );
  }

  clear(): void {
    this.#line.clear();
  }

  /** What was missing, and what the training has not seen. */
  counts({ missing, unseen }: PredictionEnd): void {
    if (missing.size > 0) this.#line.note(`Missing: ${inRows(missing)}.`);
    if (unseen.size > 0) this.#line.note(`Not seen in the training: ${inRows(unseen)}.`);
  }
}
