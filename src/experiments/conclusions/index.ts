/**
 * What the numbers of a run say, in sentences. Every sentence is a rule's: the rule has a condition and names its
 * numbers, and where a number is missing it says nothing. A difference is called one only after it has been held
 * against the spread over seeds (`compare` of statistics.ts).
 */
import type { RowSummary } from "../summary.ts";
import { agreement } from "./agreement.ts";
import { batchNormalization } from "./batchNormalization.ts";
import { depth } from "./depth.ts";
import { initialisation } from "./initialisation.ts";
import { longerTraining } from "./longerTraining.ts";
import { regularisation } from "./regularisation.ts";
import type { Run, Statement, Topic } from "./rule.ts";
import { variants } from "./variants.ts";

/** In the order in which they stand in a report. */
const ALL: readonly Topic[] = [
  agreement,
  batchNormalization,
  depth,
  regularisation,
  longerTraining,
  initialisation,
  variants,
];

/** The topics' titles, in their order. */
export const TOPICS: readonly string[] = ALL.map(({ title }) => title);

export interface Conclusion extends Statement {
  /** One of {@link TOPICS}. */
  readonly topic: string;
}

export interface ConclusionOptions {
  /** Whether the run was made as the paper's: on CIFAR-10, with its settings. If not, the paper is not mentioned. */
  readonly comparable?: boolean;
}

/** The sentences that these rows support, by topic. The same rows give the same sentences. */
export function conclusions(
  rows: readonly RowSummary[],
  { comparable = true }: ConclusionOptions = {},
): Conclusion[] {
  const run: Run = { row: (id) => rows.find(({ experiment }) => experiment.id === id), rows, comparable };
  return ALL.flatMap(({ title, rules }) =>
    rules.flatMap((rule) => rule(run)).map((statement) => ({ topic: title, ...statement })),
  );
}
