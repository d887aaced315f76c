/** In the site's build: a page downloads no data sets, as it asks no other host for anything. Their files are dropped on it. */
import { DatasetError } from "../errors.ts";
import type * as node from "./fetching.ts";

const refuse = async (): Promise<never> => {
  throw new DatasetError("A page downloads no data sets. Download the files, and drop them on it.");
};

export const loadArchiveFetching: typeof node.loadArchiveFetching = refuse;
export const loadFilesFetching: typeof node.loadFilesFetching = refuse;
export const loadChecks: typeof node.loadChecks = refuse;
