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
      if (shared && typeof SharedArrayBuffer === "undefined") {
        throw new ConfigError(
          "Shared memory needs SharedArrayBuffer, which this page does not have: " +
            "serve it with the headers COOP same-origin and COEP require-corp, or use wasmBackend().",
        );
      }
      const pages = Math.ceil((BASE + bytes) / PAGE);
      let memory: WebAssembly.Memory;
      try {
        // A shared memory must state its maximum as the module does; the plain one is as large as it gets.
        memory = new WebAssembly.Memory({ initial: pages, maximum: shared ? 65536 : pages, shared });
      } catch (cause) {
        throw new MemoryError(
          `The system does not give ${pages * PAGE} bytes of memory. Use fewer samples, or free memory.`,
          { cause },
        );
      }
      const instance = await instantiate<Exports & Record<string, unknown>>(compiled(shared), {
        env: { memory },
      });
      const exports = instance.exports as unknown as Exports;
      if (exports.heapBase() > BASE) throw new MemoryError(`The wasm module's data exceed ${BASE} bytes.`);
      return { buffer: memory.buffer, base: BASE, kernels: wasmKernels(exports, precision) };
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
