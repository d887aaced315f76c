/** The pruner's answers for the trials under way. A trial may have to wait for its answer until others have come as far. */
import { hasValue } from "./failures.ts";
import type { Trial } from "./runningTrial.ts";
import type { StudyTrials } from "./studyTrials.ts";
import type { Direction, FinishedTrial, Pruner } from "./trial.ts";

interface Waiting {
  readonly step: number;
  readonly resolve: (prune: boolean) => void;
  readonly reject: (reason: unknown) => void;
}

export class Pruning {
  readonly #pruner: Pruner;
  readonly #direction: Direction;
  readonly #trials: StudyTrials;
  /** The trials that wait for an answer, by number. */
  readonly #waiting = new Map<number, Waiting>();
  /** Set while the study is halted. */
  #halt: { readonly reason: unknown } | undefined;

  constructor(pruner: Pruner, direction: Direction, trials: StudyTrials) {
    this.#pruner = pruner;
    this.#direction = direction;
    this.#trials = trials;
  }

  /**
   * Whether a trial ends after its last report.
   * @throws the reason, if the study is halted and the pruner waits for other trials
   */
  async decide(trial: Trial): Promise<boolean> {
    const step = trial.reports.at(-1)?.step;
    if (step === undefined) return false;
    if (!this.#pruner.decidesAt(step, this.#pruner.group(trial.indexInRound))) return false;
    if (!this.#pruner.waits) return this.#shouldPrune(trial, step);
    this.throwIfHalted();
    return await new Promise<boolean>((resolve, reject) => {
      this.#waiting.set(trial.number, { step, resolve, reject });
      this.answerWaiting(trial.round);
    });
  }

  /** Answers the waiting trials of a round in every group whose trials all wait or have ended. */
  answerWaiting(round: number): void {
    const groups = new Set<number>();
    for (const number of this.#waiting.keys()) {
      const trial = this.#trials.running.get(number)!;
      if (trial.round === round) groups.add(this.#pruner.group(trial.indexInRound));
    }
    for (const group of groups) this.#answerGroup(round, group);
  }

  #answerGroup(round: number, group: number): void {
    const running = this.#group(round, group).flatMap(({ number }) => this.#trials.running.get(number) ?? []);
    const waiting = running.map(({ number }) => this.#waiting.get(number));
    // A trial that does not wait is still on its way to its step.
    if (waiting.includes(undefined)) return;
    const step = Math.min(...waiting.map((trial) => trial!.step));
    const ready = running.filter((_, i) => waiting[i]!.step === step);
    const answers = ready.map((trial) => this.#shouldPrune(trial, step));
    ready.forEach((trial, i) => {
      const { resolve } = this.#waiting.get(trial.number)!;
      this.#waiting.delete(trial.number);
      resolve(answers[i]!);
    });
  }

  /** The trials of a round that the pruner compares with each other, ended or under way, by number. */
  #group(round: number, group: number): (Trial | FinishedTrial)[] {
    const groupOf = (number: number) => this.#pruner.group(this.#trials.indexInRound(number));
    return this.#trials.ofRound(round).filter(({ number }) => groupOf(number) === group);
  }

  #shouldPrune(trial: Trial, step: number): boolean {
    const { number, round, indexInRound, reports } = trial;
    const { first } = this.#trials.roundOf(number);
    return this.#pruner.shouldPrune({
      ...{ direction: this.#direction, number, round, indexInRound, reports, step },
      history: this.#trials.endedBefore(first),
      cohort: this.#cohort(trial, step),
    });
  }

  /** The values after `step` of the trials that a trial is compared with, its own included. */
  #cohort({ round, indexInRound, reports }: Trial, step: number): { number: number; value: number }[] {
    const group = this.#pruner.group(indexInRound);
    const rungs = reports.map((report) => report.step).filter((rung) => this.#pruner.decidesAt(rung, group));
    return this.#group(round, group).flatMap((member) => {
      const { number } = member;
      const report = member.reports.find((report) => report.step === step);
      if (report !== undefined) return [{ number, value: report.value }];
      // A trial that failed on its way to this step counts as the worst, so that it takes no place from the others.
      const last = member.reports.at(-1)?.step ?? 0;
      const ended = this.#trials.finished.get(number);
      const failedOnItsWay =
        ended !== undefined &&
        !hasValue(ended) &&
        last < step &&
        !rungs.some((rung) => rung > last && rung < step);
      const worst = this.#direction === "maximize" ? -Infinity : Infinity;
      return failedOnItsWay ? [{ number, value: worst }] : [];
    });
  }

  /** Lets trials wait again. */
  resume(): void {
    this.#halt = undefined;
  }

  /** Rejects the trials that wait, now and from now on, because the trials that they wait for do not come. */
  halt(reason: unknown): void {
    this.#halt ??= { reason };
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  get isHalted(): boolean {
    return this.#halt !== undefined;
  }

  /** @throws the reason of the first halt() since the last resume() */
  throwIfHalted(): void {
    if (this.#halt !== undefined) throw this.#halt.reason;
  }

  /** A trial that was given up waits no more. */
  forget(number: number): void {
    this.#waiting.delete(number);
  }
}
