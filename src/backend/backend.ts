/**
 * The interface of a backend. It opens a memory of a size that is known beforehand, for the kernels that compute in it. A
 * memory is never grown, as growing would detach every view.
 */
import type { Kernels } from "../kernels/index.ts";
import type { WasmMemory } from "../platform.ts";
import type { Precision } from "../tensor.ts";

/** A memory and the kernels that see it. */
export interface Device {
  readonly buffer: ArrayBufferLike;
  /** The first byte of the memory that is free for tensors, a multiple of 64. */
  readonly base: number;
  readonly kernels: Kernels;
  /** The threads that share the larger kernels, if there are several. */
  readonly team?: DeviceTeam;
}

/** The threads of a model. The bits of all results do not depend on how many there are. */
export interface DeviceTeam {
  readonly threads: number;
  /** How many of them compute. */
  readonly active: number;
  /** Sets how many of them compute from now on, 1 to `threads`. To be called between the steps of a training only. */
  use(threads: number): void;
  /** Ends them. When it has resolved, none of them writes to the memory any more, and their kernels no longer work. */
  close(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  /** The most threads that compute in one of its memories (default 1). Each has its own scratch there. */
  readonly threads?: number;
  /** The memory of which all its devices are parts, if there is one. Samples that lie in it are used in place. */
  readonly memory?: WasmMemory;
  /**
   * Creates a memory with room for `bytes` bytes from `base` on.
   * @throws MemoryError if it does not fit; nothing is allocated then
   */
  open(bytes: number, precision: Precision): Promise<Device>;
}
