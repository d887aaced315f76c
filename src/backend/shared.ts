/** The backend whose models lie in one shared memory, beside the data that all trainings read. */
import { wasmKernels } from "../kernels/index.ts";
import type { WasmMemory } from "../platform.ts";
import type { Exports } from "../wasm/exports.generated.ts";
import type { Backend } from "./backend.ts";
import {
  BASE,
  checkSize,
  newMemory,
  noMemory,
  PAGE,
  requireSharedArrayBuffer,
  requireWebAssembly,
} from "./memory.ts";
import { instantiate } from "./modules.ts";

/**
 * A memory that several threads can see, of `bytes` bytes from `base` on.
 * @throws MemoryError, ConfigError as {@link wasmBackend}'s open()
 */
export function createSharedMemory(bytes: number): { memory: WasmMemory; base: number } {
  requireWebAssembly(
    "in whose memory trainings side by side share their data. Leave --jitless out, or take `train --engine js`.",
  );
  checkSize(bytes);
  requireSharedArrayBuffer();
  return { memory: newMemory(Math.ceil((BASE + bytes) / PAGE), true), base: BASE };
}

/** A backend whose models live in one shared memory, beside what is there already. */
export interface SharedBackend extends Backend {
  readonly memory: WasmMemory;
  /** Gives the room of all models made so far to new ones. The old models must not be used any more. */
  reset(): void;
}

/**
 * The WebAssembly kernels on a shared memory, for one thread of several. The memory grows by as much as this thread's models
 * need (growing a shared memory detaches no view). This thread keeps the room by which it has grown.
 */
export function sharedBackend(memory: WasmMemory): SharedBackend {
  let exports: Promise<Exports> | undefined;
  let room = { base: 0, bytes: 0 };
  let used = 0;
  return {
    name: "wasm",
    memory,
    reset() {
      used = 0;
    },
    async open(bytes, precision) {
      exports ??= instantiate({ shared: true }, memory);
      const kernels = wasmKernels(await exports, precision);
      if (used + bytes > room.bytes) {
        // The new room is large enough for the models in use as well, so that all of them fit into it after a reset().
        const pages = Math.ceil((used + bytes) / PAGE);
        checkSize(memory.buffer.byteLength + pages * PAGE);
        try {
          room = { base: memory.grow(pages) * PAGE, bytes: pages * PAGE };
        } catch (cause) {
          throw noMemory(pages * PAGE, cause);
        }
        used = 0;
      }
      const base = room.base + used;
      used += Math.ceil(bytes / 64) * 64;
      // A fresh memory is all zeros, but a reused one is not.
      new Uint8Array(memory.buffer, base, bytes).fill(0);
      return { buffer: memory.buffer, base, kernels };
    },
  };
}
