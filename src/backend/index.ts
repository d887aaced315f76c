/**
 * Where tensors live and what computes on them. A backend opens a memory of a size that is known beforehand; it is
 * never grown, as growing would detach every view.
 */
import { ConfigError, MemoryError } from "../errors.ts";
import { type Kernels, referenceKernels, wasmKernels } from "../kernels/index.ts";
import type { TeamExports } from "../kernels/teamExports.ts";
import type { WasmMemory } from "../platform.ts";
import { fromBase64 } from "../runtime.ts";
import type { Precision } from "../tensor.ts";
import { Team } from "../threads/team.ts";
import { availableCores, threadStarter } from "../threads/thread.ts";
import { plain, threads as threadsBinary } from "../wasm/binaries.generated.ts";
import { type Exports, partitioned, posted } from "../wasm/exports.generated.ts";

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
  /** How many of them compute from now on, 1 to `threads`. Between the steps of a training only. */
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
    module = compile(fromBase64(shared ? threadsBinary : plain));
    modules.set(shared, module);
  }
  return module;
}

const USE_JS =
  'Use the engine "js": new Model(layers, { engine: "js" }), on the command line nnwasm train --engine js.';

/** @throws ConfigError if the runtime does not compile it */
async function compile(binary: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(binary);
  } catch (cause) {
    const why = WebAssembly.validate(binary)
      ? "A page's Content-Security-Policy must allow script-src 'wasm-unsafe-eval'"
      : "They need WebAssembly's SIMD (Chrome 91, Firefox 89, Safari 16.4, Node 20)";
    // Some end with a stop, some without.
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.+$/, "");
    throw new ConfigError(`The kernels cannot be compiled: ${reason}. ${why}. ${USE_JS}`, { cause });
  }
}

/**
 * @param use what it is needed for, and the next step
 * @throws ConfigError where there is no WebAssembly: in node --jitless, in a browser's lockdown
 */
function requireWebAssembly(use: string): void {
  if (typeof WebAssembly === "undefined")
    throw new ConfigError(`There is no WebAssembly here (node --jitless turns it off), ${use}`);
}

/** Whether an error is WebAssembly's own, which has ended a kernel midway. */
export function isTrap(error: unknown): boolean {
  return typeof WebAssembly !== "undefined" && error instanceof WebAssembly.RuntimeError;
}

function requireSharedArrayBuffer(): void {
  if (canShareMemory()) return;
  throw new ConfigError(
    "Shared memory needs SharedArrayBuffer, which this page does not have: " +
      "serve it by HTTPS or from localhost, with the headers COOP same-origin and COEP require-corp, " +
      "or use wasmBackend().",
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
  const module = await compiled(shared);
  const imports = { env: { memory } };
  // Only pages have to wait for it. While Node 20 has nothing else to wait for, its main thread waits for V8's compilers,
  // one of which may be waiting for that thread to collect garbage: both for ever.
  const instance =
    typeof document === "undefined"
      ? new WebAssembly.Instance(module, imports)
      : await WebAssembly.instantiate(module, imports);
  const exports = instance.exports as unknown as Exports;
  if (exports.heapBase() > BASE) throw new MemoryError(`The wasm module's data exceed ${BASE} bytes.`);
  return exports;
}

export interface WasmBackendOptions {
  /** The memory is a SharedArrayBuffer, which several workers can see. Default: with more than one thread. */
  readonly shared?: boolean;
  /**
   * Threads that share the larger kernels; default 1. Their workers end with {@link DeviceTeam.close}, or the
   * process.
   */
  readonly threads?: number;
}

/**
 * The WebAssembly kernels.
 * @throws ConfigError from open() if there is no WebAssembly, or if the memory is to be shared and this page or runtime
 *   has no SharedArrayBuffer; TeamError if a worker does not start
 */
export function wasmBackend({ threads = 1, shared = threads > 1 }: WasmBackendOptions = {}): Backend {
  return {
    name: "wasm",
    threads,
    async open(bytes, precision) {
      requireWebAssembly(`which the engine "wasm" needs. ${USE_JS}`);
      // A tensor begins on a line of its own.
      const teamBytes = Math.ceil(Team.bytes(threads) / 128) * 128;
      checkSize(teamBytes + bytes);
      if (threads > 1 && !shared) {
        throw new ConfigError(
          "wasmBackend: threads need a shared memory. Leave `shared` out, or take one thread.",
        );
      }
      if (shared) requireSharedArrayBuffer();
      const memory = newMemory(Math.ceil((BASE + teamBytes + bytes) / PAGE), shared);
      const exports = await instantiateKernels(shared, memory);
      const opened = { buffer: memory.buffer, base: BASE + teamBytes };
      if (threads === 1) return { ...opened, kernels: wasmKernels(exports, precision) };
      const module = await compiled(true);
      const team = await Team.start({ module, memory, base: BASE, exports, threads });
      const active = { threads };
      return {
        ...opened,
        kernels: wasmKernels(exports, precision, inTeam(exports, team, active), threads),
        team: {
          threads,
          get active() {
            return active.threads;
          },
          use(count) {
            active.threads = count;
          },
          close: () => team.close(),
        },
      };
    },
  };
}

/** The exports; those that threads can share run in as many as are active. */
function inTeam(exports: Exports, team: Team, active: { readonly threads: number }): TeamExports {
  const kernels = Object.fromEntries(partitioned.map((name) => [name, team.kernel(name)]));
  const shares = partitioned.map((name) => {
    const alone = exports[name] as (...numbers: number[]) => void;
    const kernel = kernels[name]!;
    const together = (...numbers: number[]) => {
      if (active.threads === 1) return alone(...numbers);
      // The last two are `part` and `parts`, which the team gives each thread.
      team.run(kernel, numbers.slice(0, -2), active.threads);
    };
    return [name, together];
  });
  const meanwhile = posted.map((name) => {
    const kernel = team.kernel(name);
    // The last three, `hurry`, `part` and `parts`, are the team's.
    const post = (...numbers: number[]) => {
      if (active.threads > 1) team.post(kernel, numbers.slice(0, -3), active.threads);
    };
    return [name, post];
  });
  return {
    ...exports,
    ...Object.fromEntries([...shares, ...meanwhile]),
    begin(name, ...numbers) {
      if (active.threads === 1) (exports[name] as (...numbers: number[]) => void)(...numbers);
      else team.begin(kernels[name]!, numbers.slice(0, -2), active.threads);
    },
    complete: () => team.complete(),
  } as TeamExports;
}

/** More threads than these gain nothing on networks of the report's size, and cost memory. */
const MOST_AUTOMATIC_THREADS = 8;

/**
 * How many threads a model gets: those that were asked for, or as many as there are cores, up to 8; one where memory
 * cannot be shared, and why.
 */
export async function resolveThreads(
  asked: number | "auto",
): Promise<{ readonly threads: number; readonly notice?: string }> {
  if (asked === 1) return { threads: 1 };
  if (!canShareMemory()) {
    return {
      threads: 1,
      notice:
        "One thread: this page has no SharedArrayBuffer. Serve it by HTTPS or from localhost, " +
        "with the headers COOP same-origin and COEP require-corp.",
    };
  }
  if ((await threadStarter()) === undefined) {
    return { threads: 1, notice: "One thread: there is nothing here that starts workers." };
  }
  if (asked !== "auto") return { threads: asked };
  return { threads: Math.min(await availableCores(), MOST_AUTOMATIC_THREADS) };
}

/** Whether this page or runtime lets several threads share a memory: a page must be cross-origin isolated. */
function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== "undefined";
}

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
  /** Gives the room of all models that were made so far to those that come: they must not be used any more. */
  reset(): void;
}

/**
 * The WebAssembly kernels on a shared memory, for one thread of several. It grows by what this thread's models need
 * (a shared memory's growth detaches no view), and what it has grown by stays this thread's.
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
