/**
 * Where tensors live and what computes on them. A backend opens a memory of a size that is known beforehand; it is
 * never grown, as growing would detach every view.
 */
import { instantiate } from "@assemblyscript/loader";
import { ConfigError, MemoryError } from "./errors.ts";
import { type Kernels, referenceKernels, wasmKernels } from "./kernels/index.ts";
import type { Precision } from "./tensor.ts";
import { plain, threads } from "./wasm/binaries.generated.ts";
import type { Exports } from "./wasm/exports.generated.ts";

/** A memory and the kernels that see it. */
export interface Device {
  readonly buffer: ArrayBufferLike;
  /** The first byte of it that is free for tensors, a multiple of 64. */
  readonly base: number;
  readonly kernels: Kernels;
}

export interface Backend {
  readonly name: string;
  /** The memory that all of its devices are parts of, if there is one: samples that lie in it are used in place. */
  readonly memory?: WebAssembly.Memory;
  /**
   * Creates a memory with room for `bytes` bytes from `base` on.
   * @throws MemoryError if it does not fit; nothing is allocated then
   */
  open(bytes: number, precision: Precision): Promise<Device>;
}

const PAGE = 65536;
/** wasm's addresses have 32 bits. */
const MAXIMUM_BYTES = 65536 * PAGE;
/** Below lie the module's own data, a few hundred bytes; `heapBase` is checked against it. */
const BASE = PAGE;

/** @throws MemoryError unless so many bytes, with the module's own, fit in 4 GiB */
function checkSize(bytes: number): void {
  if (bytes > MAXIMUM_BYTES - BASE) {
    throw new MemoryError(
      `${bytes} bytes are needed, ${MAXIMUM_BYTES - BASE} are the most that WebAssembly can address. ` +
        "Use fewer samples, smaller layers or a smaller batch.",
    );
  }
}

const modules = new Map<boolean, Promise<WebAssembly.Module>>();

/** The compiled module, once for each binary. */
function compiled(shared: boolean): Promise<WebAssembly.Module> {
  let module = modules.get(shared);
  if (module === undefined) {
    const text = atob(shared ? threads : plain);
    module = WebAssembly.compile(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    modules.set(shared, module);
  }
  return module;
}

function requireSharedArrayBuffer(): void {
  if (typeof SharedArrayBuffer !== "undefined") return;
  throw new ConfigError(
    "Shared memory needs SharedArrayBuffer, which this page does not have: " +
      "serve it with the headers COOP same-origin and COEP require-corp, or use wasmBackend().",
  );
}

const noMemory = (bytes: number, cause: unknown) =>
  new MemoryError(`The system does not give ${bytes} bytes of memory. Use fewer samples, or free memory.`, {
    cause,
  });

function newMemory(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    // A shared memory must state its maximum as the module does; the plain one is as large as it gets.
    return new WebAssembly.Memory({ initial: pages, maximum: shared ? 65536 : pages, shared });
  } catch (cause) {
    throw noMemory(pages * PAGE, cause);
  }
}

async function instantiateKernels(shared: boolean, memory: WebAssembly.Memory): Promise<Exports> {
  const instance = await instantiate<Exports & Record<string, unknown>>(compiled(shared), {
    env: { memory },
  });
  const exports = instance.exports as unknown as Exports;
  if (exports.heapBase() > BASE) throw new MemoryError(`The wasm module's data exceed ${BASE} bytes.`);
  return exports;
}

/**
 * The WebAssembly kernels.
 * @param options.shared the memory is a SharedArrayBuffer, which several workers can see
 * @throws ConfigError from open() if `shared` and this page or runtime has no SharedArrayBuffer
 */
export function wasmBackend({ shared = false } = {}): Backend {
  return {
    name: "wasm",
    async open(bytes, precision) {
      checkSize(bytes);
      if (shared) requireSharedArrayBuffer();
      const memory = newMemory(Math.ceil((BASE + bytes) / PAGE), shared);
      const exports = await instantiateKernels(shared, memory);
      return { buffer: memory.buffer, base: BASE, kernels: wasmKernels(exports, precision) };
    },
  };
}

/**
 * A memory that several threads can see, of `bytes` bytes from `base` on.
 * @throws MemoryError, ConfigError as {@link wasmBackend}'s open()
 */
export function createSharedMemory(bytes: number): { memory: WebAssembly.Memory; base: number } {
  checkSize(bytes);
  requireSharedArrayBuffer();
  return { memory: newMemory(Math.ceil((BASE + bytes) / PAGE), true), base: BASE };
}

/** A backend whose models live in one shared memory, beside what is there already. */
export interface SharedBackend extends Backend {
  readonly memory: WebAssembly.Memory;
  /** Gives the room of all models that were made so far to those that come: they must not be used any more. */
  reset(): void;
}

/**
 * The WebAssembly kernels on a shared memory, for one thread of several. It grows by what this thread's models need
 * (a shared memory's growth detaches no view), and what it has grown by stays this thread's.
 */
export function sharedBackend(memory: WebAssembly.Memory): SharedBackend {
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
      exports ??= instantiateKernels(true, memory);
      const kernels = wasmKernels(await exports, precision);
      if (used + bytes > room.bytes) {
        // Room for what is in use as well: the same models shall fit after a reset().
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
      // A fresh memory is zero, a reused one is not.
      new Uint8Array(memory.buffer, base, bytes).fill(0);
      return { buffer: memory.buffer, base, kernels };
    },
  };
}

/** The kernels' definitions, in plain TypeScript: the same bits, at a hundredth of the speed. */
export function referenceBackend(): Backend {
  return {
    name: "js",
    async open(bytes) {
      checkSize(bytes);
      let buffer: ArrayBuffer;
      try {
        buffer = new ArrayBuffer(BASE + bytes);
      } catch (cause) {
        throw new MemoryError(
          `The system does not give ${BASE + bytes} bytes of memory. Use fewer samples.`,
          {
            cause,
          },
        );
      }
      return { buffer, base: BASE, kernels: referenceKernels };
    },
  };
}

/** The backends by name, for `--engine`. */
export const backends = { wasm: wasmBackend, js: referenceBackend } as const;
export type EngineName = keyof typeof backends;
