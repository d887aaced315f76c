/** In the site's build: a page has no paths. */
import { noFiles } from "./errors.ts";
import type * as node from "./read.ts";

const refuse = async (path: string): Promise<never> => {
  throw noFiles(path, "read", "Leave it out, or train on the command line.");
};

export const readBytes: typeof node.readBytes = refuse;
export const readText: typeof node.readText = refuse;
