/** The backends by name: the memories of tensors, with the kernels that compute on them. */
import type { Backend } from "./backend.ts";
import { referenceBackend } from "./reference.ts";
import { wasmBackend } from "./wasm.ts";

export type { Backend, Device, DeviceTeam } from "./backend.ts";
export { referenceBackend } from "./reference.ts";
export { createSharedMemory, type SharedBackend, sharedBackend } from "./shared.ts";
export { type SimdChoice, type SimdWidth, setSimdWidth, simdWidth } from "./simdWidth.ts";
export { MOST_THREADS, resolveThreads } from "./threadCount.ts";
export { isTrap } from "./trap.ts";
export { type WasmBackendOptions, wasmBackend } from "./wasm.ts";

/** The backends by name, for `--engine`. */
export const backends = { wasm: wasmBackend, js: referenceBackend } as const;
export type EngineName = keyof typeof backends;

/** How each is made with several threads; not one of those that have a single thread. */
export const withThreads: Readonly<Record<EngineName, ((threads: number) => Backend) | undefined>> = {
  wasm: (threads) => wasmBackend({ threads }),
  js: undefined,
};
