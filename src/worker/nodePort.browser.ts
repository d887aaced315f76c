/** In the browser's build: there is nothing of Node's. */
import type * as node from "./nodePort.ts";

export const nodePort: typeof node.nodePort = async () => undefined;
