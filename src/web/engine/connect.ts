/** The page's side of an engine: a worker, and what can be asked of it. */
import { proxy, wrap } from "comlink";
import { fromWire } from "../../worker/wire.ts";
import type { Engine, Given, Outcome, Source, TrainEvent } from "./api.ts";

/** @throws the error, with its class */
export async function resultOf<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const result = await outcome;
  if ("error" in result) throw fromWire(result.error);
  return result.ok;
}

export interface ConnectedEngine {
  readonly engine: Engine;
  /** Ends the worker, whatever it does. */
  close(): void;
}

/** @param onFailure told if the worker's script cannot be loaded, or fails */
export function connectEngine(onFailure: (message: string) => void): ConnectedEngine {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "nnwasm" });
  worker.addEventListener("error", (event: Event & Partial<ErrorEvent>) => {
    event.preventDefault();
    onFailure(event.message || "The engine's script cannot be loaded. Load the page again.");
  });
  const remote = wrap<Engine>(worker);
  const engine = {
    ...forwarded(remote as unknown as Engine),
    prepare: (source: Source, given: Given, onShare: (share: number) => void) =>
      remote.prepare(source, given, proxy(onShare)),
    train: (
      source: Source,
      given: Given,
      options: Parameters<Engine["train"]>[2],
      onEvents: (events: readonly TrainEvent[]) => void,
    ) => remote.train(source, given, options, proxy(onEvents)),
    importance: (onShare: (share: number) => void) => remote.importance(proxy(onShare)),
  } as Engine;
  return { engine, close: () => worker.terminate() };
}

const PLAIN = [
  ...[
    "info",
    "describe",
    "pause",
    "run",
    "step",
    "cancel",
    "slowDown",
    "activity",
    "points",
    "surface",
    "weights",
  ],
  ...[
    "results",
    "modelFile",
    "openModel",
    "modelInfo",
    "predictRow",
    "predictPixels",
    "predictNumbers",
    "interrupted",
  ],
  ...["interruptedFiles", "forget"],
] as const;

/** The methods that take and give nothing but data. */
function forwarded(remote: Engine): Partial<Engine> {
  const methods = remote as unknown as Record<string, (...args: unknown[]) => unknown>;
  return Object.fromEntries(PLAIN.map((name) => [name, (...args: unknown[]) => methods[name]!(...args)]));
}
