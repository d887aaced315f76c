/** Makes the memories of the backends, or says why there can be none. */
import { ConfigError, MemoryError } from "../errors.ts";

export const PAGE = 65536;
/** The most bytes of a memory, as wasm's addresses have 32 bits. */
const MAXIMUM_BYTES = 65536 * PAGE;
/** The first byte for tensors. The module's own data, a few hundred bytes, lie below; `heapBase` is checked against this. */
export const BASE = PAGE;

/** @throws MemoryError unless so many bytes, with the module's own, fit in 4 GiB */
export function checkSize(bytes: number): void {
  if (bytes > MAXIMUM_BYTES - BASE) {
    throw new MemoryError(
      `${bytes} bytes are needed, ${MAXIMUM_BYTES - BASE} are the most that WebAssembly can address. ` +
        "Use fewer samples, smaller layers or a smaller batch.",
    );
  }
}

/**
 * @param use what it is needed for, and the next step
 * @throws ConfigError if there is no WebAssembly, as in node --jitless or in a browser's lockdown mode
 */
export function requireWebAssembly(use: string): void {
  if (typeof WebAssembly === "undefined")
    throw new ConfigError(`There is no WebAssembly here (node --jitless turns it off), ${use}`);
}

/** Whether this page or runtime lets several threads share a memory. A page must be cross-origin isolated for that. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== "undefined";
}

export function requireSharedArrayBuffer(): void {
  if (canShareMemory()) return;
  throw new ConfigError(
    "Shared memory needs SharedArrayBuffer, which this page does not have: " +
      "serve it by HTTPS or from localhost, with the headers COOP same-origin and COEP require-corp, " +
      "or use wasmBackend().",
  );
}

export const noMemory = (bytes: number, cause: unknown) =>
  new MemoryError(`The system does not give ${bytes} bytes of memory. Use fewer samples, or free memory.`, {
    cause,
  });

export function newMemory(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    // A shared memory must state the maximum that the module states. A plain memory never grows.
    return new WebAssembly.Memory({ initial: pages, maximum: shared ? 65536 : pages, shared });
  } catch (cause) {
    throw noMemory(pages * PAGE, cause);
  }
}
