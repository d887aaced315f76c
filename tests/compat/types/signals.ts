/** With neither the DOM's types nor Node's: a signal and a memory are what the library uses of them. */
import { type Model, type Samples, type Signal, type WasmMemory, wasmBackend } from "nnwasm";

const listeners: (() => void)[] = [];
const signal: Signal = {
  aborted: false,
  reason: undefined,
  throwIfAborted() {},
  addEventListener: (_type, listener) => void listeners.push(listener),
  removeEventListener() {},
};
export const train = (model: Model, samples: Samples) => model.fit(samples, { signal });
export const memory: WasmMemory | undefined = wasmBackend({ shared: true }).memory;
export const bytes: number | undefined = memory?.buffer.byteLength;
// @ts-expect-error It is no signal.
export const wrong: Signal = { aborted: false };
