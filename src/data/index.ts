/** The data sets by name. A new one is its file and a line here. */
import { findCifar10 } from "./cifar10.ts";
import type { Dataset } from "./dataset.ts";
import { synthetic } from "./synthetic.ts";

/** Where to look, and what to make data from. */
export interface DatasetRequest {
  /** Folders that may hold data sets, the first to be looked into first. */
  readonly folders: readonly string[];
  readonly seed: number;
}

/** Each gives undefined if it is not there, and throws a DatasetError if it is there but damaged. */
export const datasets: Readonly<Record<string, (request: DatasetRequest) => Promise<Dataset | undefined>>> = {
  cifar10: ({ folders }) => findCifar10(folders),
  synthetic: async ({ seed }) => synthetic({ seed }),
};
