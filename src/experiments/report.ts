/**
 * Writes the report of a reproduction, which could be handed in as a paper itself. Every figure is redrawn, every table is
 * set beside the published numbers, and the conclusions are those that the numbers support.
 */
import { CHAPTERS } from "./chapters/index.ts";
import { nameOf, type RunSummary } from "./chapters/run.ts";
import { type Block, type Document, plotFiles } from "./document/blocks.ts";
import { toHtml } from "./document/html.ts";
import { toMarkdown } from "./document/markdown.ts";
import { isPapersData, type ReproductionFacts } from "./facts.ts";
import { summarize, type TrainingResult } from "./summary.ts";
import type { Experiment } from "./table.ts";

export interface ReproductionInput {
  /** The results of any of the experiments. The report says which are missing. */
  readonly results: readonly TrainingResult[];
  /** The paper's experiments that were asked for. */
  readonly experiments: readonly Experiment[];
  /** Experiments beyond the paper, if they were asked for. */
  readonly appendix?: readonly Experiment[];
  /** The experiments with the λ that this run's own search proposed. */
  readonly fresh?: readonly Experiment[];
  readonly facts: ReproductionFacts;
}

export interface Reproduction {
  /** The whole report in one file. */
  readonly html: string;
  /** The same report as Markdown, which refers to the plots as files. */
  readonly markdown: string;
  /** SVG documents by their paths from the report's folder: "plots/fig1-cost.svg". */
  readonly plots: Readonly<Record<string, string>>;
}

/** The report of a run, finished or not. The same input gives the same bytes. */
export async function reproductionReport(input: ReproductionInput): Promise<Reproduction> {
  const document = await compose(input);
  return { html: toHtml(document), markdown: toMarkdown(document), plots: plotFiles(document) };
}

const titleOf = (data: string): string =>
  `Batch normalisation in fully connected networks on ${nameOf(data)}: a reproduction`;

async function compose(input: ReproductionInput): Promise<Document> {
  const { results, experiments, appendix = [], fresh = [], facts } = input;
  const letters = (kind: string) => {
    let next = 65;
    return () => `${kind} ${String.fromCharCode(next++)}`;
  };
  const run: RunSummary = {
    facts,
    comparable: isPapersData(facts.data) && (facts.changes ?? []).length === 0,
    rows: summarize(experiments, results),
    appendix: summarize(appendix, results),
    fresh: summarize(fresh, results),
    nextTable: letters("Table"),
    nextFigure: letters("Figure"),
  };
  const blocks: Block[] = [];
  // The chapters are made one after another, because tables and figures get their letters as they come.
  for (const chapter of CHAPTERS) blocks.push(...(await chapter(run)));
  return {
    title: titleOf(facts.data),
    subtitle:
      "DD2424 Deep Learning in Data Science (KTH, April 2021), Assignment 3, trained again from its " +
      "description",
    blocks,
    footer:
      `Made by nnwasm ${facts.version} on Node ` +
      `${facts.node}${facts.date === undefined ? "" : `, ${facts.date}`}.`,
  };
}
