/**
 * The conclusions from the numbers of a run, in sentences. Every sentence comes from a rule. The rule has a condition and
 * names its numbers; if a number is missing, it says nothing. A difference is called one only if it is large against the
 * spread over seeds (`compare` of statistics.ts).
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

/** The topics in the order of a report. */
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
  /** Whether the run was made like the paper's: on CIFAR-10, with its settings. If not, the paper is not mentioned. */
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
