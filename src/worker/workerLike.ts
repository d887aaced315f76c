/** Workers as they come: a page's Worker, Node's, a MessagePort. */
import { ConfigError } from "../errors.ts";
import { shown } from "../options.ts";

/** A Worker of a page, or of node:worker_threads; or a MessagePort behind which `serveTraining` listens. */
export interface WorkerLike {
  postMessage(message: unknown, transfer?: never): void;
  terminate?(): unknown;
}

/** What is used of them. */
interface Emitter {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener?(type: string, listener: (event: never) => void): void;
  removeEventListener?(type: string, listener: (event: never) => void): void;
  on?(type: string, listener: (event: never) => void): void;
  off?(type: string, listener: (event: never) => void): void;
  start?(): void;
}

export interface WorkerEvents {
  onMessage(message: unknown): void;
  /** It has ended, or its script does not run. */
  onEnd(reason: string, cause?: unknown): void;
}

/** Listens to a worker. @returns what ends the listening @throws ConfigError if it is none */
export function listenTo(where: string, worker: WorkerLike, { onMessage, onEnd }: WorkerEvents): () => void {
  const emitter = worker as unknown as Emitter;
  if (typeof emitter?.postMessage !== "function" || (emitter.on ?? emitter.addEventListener) === undefined) {
    throw new ConfigError(`${where}: worker is ${shown(worker)}, expected a Worker, or a MessagePort.`);
  }
  const isNode = typeof emitter.on === "function" && typeof emitter.off === "function";
  const listeners: readonly (readonly [type: string, listener: (event: never) => void])[] = isNode
    ? [
        ["message", (message: never) => onMessage(message)],
        ["error", (error: never) => onEnd(String(error), error)],
        ["exit", (code: never) => onEnd(`it has ended with exit code ${code}`)],
        ["close", () => onEnd("its port is closed")],
      ]
    : [
        ["message", ({ data }: { readonly data: unknown }) => onMessage(data)],
        [
          "error",
          (event: Event & Partial<ErrorEvent>) => {
            event.preventDefault();
            onEnd(event.message || "its script cannot be loaded", event.error);
          },
        ],
        ["messageerror", () => onEnd("a message cannot be read")],
      ];
  for (const [type, listener] of listeners) {
    if (isNode) emitter.on!(type, listener);
    else emitter.addEventListener!(type, listener);
  }
  emitter.start?.();
  return () => {
    for (const [type, listener] of listeners) {
      if (isNode) emitter.off!(type, listener);
      else emitter.removeEventListener?.(type, listener);
    }
  };
}

/** Sends a message, and gives away these buffers. */
export const send = (worker: WorkerLike, message: unknown, transfer: readonly ArrayBuffer[] = []): void =>
  (worker as unknown as Emitter).postMessage(message, transfer);
