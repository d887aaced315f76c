/** In the site's build: its pages have workers of their own, and trainInWorker() is not called without one. */
import { ConfigError } from "../errors.ts";
import type * as node from "./startWorker.ts";

export const startWorker: typeof node.startWorker = async () => {
  throw new ConfigError("trainInWorker: this page has no worker of the library's. Give it one.");
};
