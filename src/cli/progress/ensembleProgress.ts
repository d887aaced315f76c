/** Shows the training of an ensemble on stderr: a row for each member, and on a terminal how far it is. */

import type { Member } from "../../ensemble/members.ts";
import { measureText, timeLeft } from "../../format/numbers.ts";
import { counted } from "../../format/words.ts";
import { type EpochRow, scalars } from "../../model/history.ts";
import type { EnsembleEvent, EnsemblePlan } from "../../runs/ensemble.ts";
import { on } from "../../runs/events.ts";
import type { CliContext } from "../context.ts";
import { StatusLine } from "./statusLine.ts";

export class EnsembleProgress {
  readonly #line: StatusLine;
  readonly #plan: EnsemblePlan;
  #begin = performance.now();
  /** Epochs of the members of earlier sessions, and of this one. */
  #before = 0;
  #done = 0;
  #members = 0;
  readonly #last = new Map<number, EpochRow>();

  constructor(context: CliContext, quiet: boolean, plan: EnsemblePlan) {
    this.#line = new StatusLine(context, quiet);
    this.#plan = plan;
  }

  /** Writes a line that stays. */
  say(text: string): void {
    this.#line.note(text);
  }

  readonly hear = on<EnsembleEvent>({
    start: ({ done }) => this.#start(done),
    reading: ({ done, total }) => {
      this.#line.drawReading(done, total);
      this.#begin = performance.now();
    },
    epoch: ({ member, row }) => {
      this.#last.set(member.number, row);
      this.#done++;
      this.#draw();
    },
    member: ({ member }) => this.#member(member),
    trained: () => this.#line.clear(),
    interrupted: () => this.#line.clear(),
    failed: () => this.#line.clear(),
  });

  #epochsOf = ({ candidate }: Member): number => this.#plan.candidates[candidate]!.epochs;

  #start(done: readonly number[]): void {
    if (done.length === 0) return;
    this.#members = done.length;
    this.#before = done.reduce((sum, number) => sum + this.#epochsOf(this.#plan.members[number]!), 0);
    this.say(`Going on: ${counted(done.length, "member")} of ${this.#plan.members.length} are trained.`);
  }

  #member({ number, candidate }: Member): void {
    this.#members++;
    const last = this.#last.get(number);
    // What is constant has no epochs, and nothing to tell.
    if (last === undefined) return;
    const { epoch, validation } = last;
    const numbers = scalars(validation!)
      .filter(([name]) => name !== "cost")
      .map(([name, value]) => `  ${name} ${measureText(value)}`);
    const { members, candidates } = this.#plan;
    const width = String(members.length).length;
    const names = candidates.map(({ name }) => name);
    const longest = Math.max(...names.map(({ length }) => length));
    const name = names.length === 1 ? "" : `  ${names[candidate]!.padEnd(longest)}`;
    this.say(
      `Member ${String(number + 1).padStart(width)}/${members.length}${name}  ${counted(epoch, "epoch")}, then held-out rows:${numbers.join("")}`,
    );
    this.#draw(true);
  }

  #draw(force = false): void {
    this.#line.draw(() => {
      const { members } = this.#plan;
      const total = members.reduce((sum, member) => sum + this.#epochsOf(member), 0);
      const share = (this.#before + this.#done) / total;
      const seconds = (performance.now() - this.#begin) / 1000;
      const left = (seconds * (total - this.#before - this.#done)) / this.#done;
      const time = this.#done > 0 && left > 0 ? `  ${timeLeft(left)}` : "";
      return this.#line.withBar(`${this.#members}/${members.length} members  `, share, time);
    }, force);
  }
}
