/** The chapters of a reproduction's report, in their order. */
import { appendix } from "./appendix.ts";
import { conclusionsByTopic } from "./conclusions.ts";
import { method } from "./method.ts";
import { references } from "./references.ts";
import { results } from "./results.ts";
import type { Chapter } from "./run.ts";
import { summary } from "./summary.ts";
import { trainings } from "./trainings.ts";

export const CHAPTERS: readonly Chapter[] = [
  summary,
  method,
  results,
  conclusionsByTopic,
  appendix,
  trainings,
  references,
];
