/** In the browser's build: there is nothing of Node's. */
import type * as node from "./nodeThread.ts";

export const nodeThread: typeof node.nodeThread = async () => undefined;
export const nodeCores: typeof node.nodeCores = async () => undefined;
