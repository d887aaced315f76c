/** Node's side of a worker. In the browser's build nodePort.browser.ts stands in for this file. */
import { nodeModule } from "../runtime.ts";
import type { Port } from "./protocol.ts";

/** The port to the thread that has started this worker; undefined outside of Node, and on its main thread. */
export async function nodePort(): Promise<Port | undefined> {
  const threads = await nodeModule("node:worker_threads", () => import("node:worker_threads")).catch(
    () => undefined,
  );
  const port = threads?.parentPort;
  if (port === undefined || port === null) return undefined;
  return {
    send: (message, transfer) => port.postMessage(message, [...transfer]),
    listen: (onMessage) => void port.on("message", onMessage),
  };
}
