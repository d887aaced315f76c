/** In the browser's build: there are no files. */
import { noFiles } from "./errors.ts";
import type * as node from "./nodeFiles.ts";

export const readFileBytes: typeof node.readFileBytes = async (path) => {
  throw noFiles(path, "read", "Fetch its bytes, and give them to fit().");
};

const refuse = async (path: string): Promise<never> => {
  throw noFiles(path, "written", "Give a function that keeps it, such as Checkpoint's save.");
};

export const writeWholeFile: typeof node.writeWholeFile = refuse;
export const writeKeepingPrevious: typeof node.writeKeepingPrevious = refuse;
export const appendLine: typeof node.appendLine = refuse;
