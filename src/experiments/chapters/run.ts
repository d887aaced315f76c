/** A run as the chapters see it, and what they ask of its rows. */
import { mergeSettings } from "../../settings/settings.ts";
import type { Curve } from "../charts/curves.ts";
import type { Block } from "../document/blocks.ts";
import { CIFAR10, type ReproductionFacts } from "../facts.ts";
import { lastEpochOf, type RowSummary } from "../summary.ts";
import type { Experiment } from "../table.ts";

export interface RunSummary {
  readonly facts: ReproductionFacts;
  /** Whether the run was made as the paper's. */
  readonly comparable: boolean;
  readonly rows: readonly RowSummary[];
  readonly appendix: readonly RowSummary[];
  readonly fresh: readonly RowSummary[];
  /** "Table A" for the first that is not the paper's, and so on. */
  nextTable(): string;
  nextFigure(): string;
}

/** A part of the document: from the run to what stands there; nothing where the run has nothing to say. */
export type Chapter = (run: RunSummary) => readonly Block[] | Promise<readonly Block[]>;

/** A data set in a sentence: "CIFAR-10", "the synthetic data set". */
export const nameOf = (data: string): string => (data === "cifar10" ? "CIFAR-10" : `the ${data} data set`);

export const groupOf = (rows: readonly RowSummary[], group: string): RowSummary[] =>
  rows.filter(({ experiment }) => experiment.group === group);

/** Samples that a training has: those of the split, and those of them that --limit leaves. */
export function splitOf({ settings = {}, samples = CIFAR10 }: ReproductionFacts) {
  const { validation, limit = Infinity } = mergeSettings(settings);
  const split = samples.training - validation;
  return { validation, split, used: Math.min(limit, split) };
}

/** Whether --epochs ends all trainings alike, in the course of whatever cycle. */
export const hasOwnEpochs = ({ facts }: RunSummary): boolean => facts.settings?.epochs !== undefined;

/** Epochs of this row's trainings; before there is one, those that it is going to have. */
export function epochsOf({ facts }: RunSummary, row: RowSummary): number {
  const { epochs, cycles } = mergeSettings(row.experiment.settings, facts.settings ?? {});
  return lastEpochOf(row) ?? epochs ?? Math.round(10 * cycles);
}

/** An experiment's title within a sentence. Cycles that --epochs cuts off are not said. */
export function titleIn(run: RunSummary, { title }: Experiment): string {
  const lower = title.charAt(0).toLowerCase() + title.slice(1);
  return hasOwnEpochs(run) ? lower.replace(", three cycles", "") : lower;
}

/** The trainings that have epochs to be drawn, those that diverged too. */
export const curvesOf = ({ trainings }: RowSummary): Curve[] =>
  trainings.filter(({ rows }) => rows.length > 0).map(({ seed, rows }) => ({ seed, rows }));
