/** The results: figures and tables with the texts under them, in the paper's order. */
import { type Block, heading } from "../document/blocks.ts";
import { figures } from "./figures.ts";
import { lambdaSearch } from "./lambdaSearch.ts";
import type { RunSummary } from "./run.ts";
import { sensitivity } from "./sensitivity.ts";

export async function results(run: RunSummary): Promise<Block[]> {
  const blocks: Block[] = [heading(2, "Results")];
  for (const part of [figures, lambdaSearch, sensitivity]) blocks.push(...(await part(run)));
  return blocks;
}
