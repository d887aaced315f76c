/**
 * What a backend is: it opens a memory of a size that is known beforehand, for the kernels that compute in it. A memory is
 * never grown, as growing would detach every view.
 */
import type { Kernels } from "../kernels/index.ts";
import type { WasmMemory } from "../platform.ts";
import type { Precision } from "../tensor.ts";

/** A memory and the kernels that see it. */
export interface Device {
  readonly buffer: ArrayBufferLike;
  /** The first byte of it that is free for tensors, a multiple of 64. */
  readonly base: number;
  readonly kernels: Kernels;
  /** The threads that share the larger kernels, where there are several. */
  readonly team?: DeviceTeam;
}

/** What a model sees of its threads. The bits of what they compute do not depend on how many there are. */
export interface DeviceTeam {
  readonly threads: number;
  /** How many of them compute. */
  readonly active: number;
  /** Sets how many of them compute from now on, 1 to `threads`. To be called between the steps of a training only. */
  use(threads: number): void;
  /** Ends them. When it has resolved none of them writes to the memory, and no kernel of theirs works any more. */
  close(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  /** The most threads that compute in one of its memories (default 1): each has a scratch of its own there. */
  readonly threads?: number;
  /** The memory that all of its devices are parts of, if there is one: samples that lie in it are used in place. */
  readonly memory?: WasmMemory;
  /**
   * Creates a memory with room for `bytes` bytes from `base` on.
   * @throws MemoryError if it does not fit; nothing is allocated then
   */
  open(bytes: number, precision: Precision): Promise<Device>;
}
