/**
 * The report of a reproduction, as a paper that can be handed in: every figure redrawn and every table set beside the
 * published numbers, what the paper left out, and the conclusions that the numbers support. Data in, text out.
 */
import { CHAPTERS } from "./chapters/index.ts";
import { nameOf, type RunSummary } from "./chapters/run.ts";
import { type Block, type Document, plotFiles } from "./document/blocks.ts";
import { toHtml } from "./document/html.ts";
import { toMarkdown } from "./document/markdown.ts";
import type { ReproductionFacts } from "./facts.ts";
import { summarize, type TrainingResult } from "./summary.ts";
import type { Experiment } from "./table.ts";

export interface ReproductionInput {
  /** Of any of the experiments; what is missing is said to be missing. */
  readonly results: readonly TrainingResult[];
  /** The paper's that were asked for. */
  readonly experiments: readonly Experiment[];
  /** Those beyond the paper, if they were asked for. */
  readonly appendix?: readonly Experiment[];
  /** The values of λ that a search of this run's own proposed. */
  readonly fresh?: readonly Experiment[];
  readonly facts: ReproductionFacts;
}

export interface Reproduction {
  /** The whole report in one file. */
  readonly html: string;
  /** Its twin, which refers to the plots as files. */
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
    comparable: facts.data === "cifar10" && (facts.changes ?? []).length === 0,
    rows: summarize(experiments, results),
    appendix: summarize(appendix, results),
    fresh: summarize(fresh, results),
    nextTable: letters("Table"),
    nextFigure: letters("Figure"),
  };
  const blocks: Block[] = [];
  // One after another: tables and figures are lettered as they come.
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
