/** In the browser's build: there are no files. */
import { noFiles } from "./errors.ts";
import type * as node from "./fileSystem.ts";

export const fileSystem: typeof node.fileSystem = async (path) => {
  throw noFiles(path, "read", "Fetch its bytes, and give them to samplesFromArrays().");
};
