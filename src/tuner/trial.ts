/** The types of trials, samplers and pruners. */
import type { Distribution, Params, ParamValue, SearchSpace } from "./searchSpace.ts";

/** Whether a larger or a smaller value is better. */
export type Direction = "maximize" | "minimize";

/**
 * A "complete" trial has a value. A "pruned" one was stopped by the pruner; its value is the last that it reported, if any.
 * A "failed" one raised an error, or gave a value that is not a finite number.
 */
export type TrialState = "complete" | "pruned" | "failed";

export const TRIAL_STATES: readonly TrialState[] = ["complete", "pruned", "failed"];

/** A value that was reported on the way, after so many epochs, or other steps of the objective, from 1. */
export interface Report {
  readonly step: number;
  readonly value: number;
}

/** A trial that has ended: a line of trials.jsonl. */
export interface FinishedTrial {
  /** From 0, in the order of proposal. */
  readonly number: number;
  /** From 0. A trial is proposed from the trials of the rounds before, without those of its own round. */
  readonly round: number;
  readonly params: Params;
  readonly distributions: Readonly<Record<string, Distribution>>;
  readonly state: TrialState;
  /** Absent if it failed, or was pruned before its first report. */
  readonly value?: number;
  readonly reports: readonly Report[];
  /** What the error said, if it failed. */
  readonly error?: string;
  readonly seconds: number;
  /** What the objective has kept beside the value, such as a test accuracy. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a proposal may depend on. Nothing in it depends on the order in which trials ended. */
export interface SamplerContext {
  readonly seed: number;
  readonly direction: Direction;
  /** The number of the trial that is being proposed. */
  readonly number: number;
  readonly round: number;
  /** Its place in its round, from 0. */
  readonly indexInRound: number;
  /** All trials of the rounds before, by number. */
  readonly history: readonly FinishedTrial[];
  /** The earlier trials of this round: their values are not known yet. */
  readonly pending: readonly { readonly number: number; readonly params: Params }[];
}

/** Proposes parameters. It keeps no state: the same context gives the same proposal. */
export interface Sampler {
  readonly name: string;
  /**
   * Trials in a round that this sampler prescribes. Undefined leaves the number to the study. Infinity says that
   * proposals do not depend on results at all.
   */
  roundSize?(round: number): number | undefined;
  /** Whether a trial's number decides what is proposed, as a grid's point: no trial can then be given in the place of another. */
  readonly enumerates?: boolean;
  /** The most trials that it can propose, if there is such a number (a grid's size). */
  limit?(space: SearchSpace): number;
  /** Values for all parameters of a declared space at once; those whose condition is not met are left out. */
  propose?(space: SearchSpace, context: SamplerContext): Params;
  /** A value for a single parameter. */
  sample(name: string, distribution: Distribution, context: SamplerContext): ParamValue;
}

/** What a pruner's decision may depend on. */
export interface PrunerContext {
  readonly direction: Direction;
  /** The trial in question. */
  readonly number: number;
  readonly round: number;
  readonly indexInRound: number;
  readonly reports: readonly Report[];
  readonly step: number;
  /** All trials of the rounds before. */
  readonly history: readonly FinishedTrial[];
  /**
   * If the pruner waits for the round: the trials of the group that have come to `step`, this one included, by number. A
   * trial that failed since the decision before has an infinitely bad value.
   */
  readonly cohort: readonly { readonly number: number; readonly value: number }[];
}

/** Decides whether a trial goes on. */
export interface Pruner {
  readonly name: string;
  /**
   * Whether it compares the trials of a round with each other. A trial then waits at each step on which the pruner
   * decides, until all others of its group have come there or ended.
   */
  readonly waits: boolean;
  /** The group of a trial. The trials of a round with the same group are compared with each other. */
  group(indexInRound: number): number;
  /** Whether it decides after this step. */
  decidesAt(step: number, group: number): boolean;
  /** Whether the trial ends here. */
  shouldPrune(context: PrunerContext): boolean;
}
