/** In the browser's build: there are no files. */
import { noFiles } from "../files/errors.ts";
import type * as node from "./openFile.ts";

export const openFile: typeof node.openFile = async (path) => {
  throw noFiles(path, "read", "Fetch it, and give train() its rows as objects.");
};
