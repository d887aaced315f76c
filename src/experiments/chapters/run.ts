/** A run as the chapters see it, with their questions about its rows. */
import { mergeSettings } from "../../settings/settings.ts";
import type { Curve } from "../charts/curves.ts";
import type { Block } from "../document/blocks.ts";
import { CIFAR10, isPapersData, PAPERS_DATA, type ReproductionFacts } from "../facts.ts";
import { lastEpochOf, type RowSummary } from "../summary.ts";
import type { Experiment } from "../table.ts";

export interface RunSummary {
  readonly facts: ReproductionFacts;
  /** Whether the run was made like the paper's. */
  readonly comparable: boolean;
  readonly rows: readonly RowSummary[];
  readonly appendix: readonly RowSummary[];
  readonly fresh: readonly RowSummary[];
  /** The label of the next table that is not the paper's: "Table A" for the first, and so on. */
  nextTable(): string;
  nextFigure(): string;
}

/** A part of the document, made from a run. It is empty if the run has nothing for it. */
export type Chapter = (run: RunSummary) => readonly Block[] | Promise<readonly Block[]>;

/** A data set in a sentence: "CIFAR-10", "the synthetic data set". */
export const nameOf = (data: string): string => (isPapersData(data) ? PAPERS_DATA : `the ${data} data set`);

export const groupOf = (rows: readonly RowSummary[], group: string): RowSummary[] =>
  rows.filter(({ experiment }) => experiment.group === group);

/** The sizes of the split, with the samples that --limit leaves to a training. */
export function splitOf({ settings = {}, samples = CIFAR10 }: ReproductionFacts) {
  const { validation, limit = Infinity } = mergeSettings(settings);
  const split = samples.training - validation;
  return { validation, split, used: Math.min(limit, split) };
}

/** Whether --epochs ends all trainings at one epoch, whichever cycle they are in. */
export const hasOwnEpochs = ({ facts }: RunSummary): boolean => facts.settings?.epochs !== undefined;

/** How many epochs this row's trainings have, or will have if there is none yet. */
export function epochsOf({ facts }: RunSummary, row: RowSummary): number {
  const { epochs, cycles } = mergeSettings(row.experiment.settings, facts.settings ?? {});
  return lastEpochOf(row) ?? epochs ?? Math.round(10 * cycles);
}

/** An experiment's title within a sentence. It does not mention cycles that --epochs cuts off. */
export function titleIn(run: RunSummary, { title }: Experiment): string {
  const lower = title.charAt(0).toLowerCase() + title.slice(1);
  return hasOwnEpochs(run) ? lower.replace(", three cycles", "") : lower;
}

/** The trainings that have epochs to be drawn. Some of them may have diverged. */
export const curvesOf = ({ trainings }: RowSummary): Curve[] =>
  trainings.filter(({ rows }) => rows.length > 0).map(({ seed, rows }) => ({ seed, rows }));
