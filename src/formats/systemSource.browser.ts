/** In the browser's build: the system's files are out of reach. */
import { GIVE_FILES, noFiles } from "../files/errors.ts";
import type * as node from "./systemSource.ts";

export const systemSource: typeof node.systemSource = async (path) => {
  throw noFiles(path, "read", GIVE_FILES);
};
