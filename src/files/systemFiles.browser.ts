/** In the browser's build: the system's files are out of reach. */
import { GIVE_FILES, noFiles } from "./errors.ts";
import type * as node from "./systemFiles.ts";

const refuse = async (path: string): Promise<never> => {
  throw noFiles(path, "read", GIVE_FILES);
};

export const systemFiles: typeof node.systemFiles = {
  ...{ look: refuse, list: refuse, real: refuse, open: refuse, bytes: refuse },
};
