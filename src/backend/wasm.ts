/** The backend whose kernels are WebAssembly, in one thread or several. */
import { ConfigError } from "../errors.ts";
import { wasmKernels } from "../kernels/index.ts";
import { Team } from "../threads/team.ts";
import type { Backend, DeviceTeam } from "./backend.ts";
import { BASE, checkSize, newMemory, PAGE, requireSharedArrayBuffer, requireWebAssembly } from "./memory.ts";
import { compiled, instantiate, USE_JS } from "./modules.ts";
import { inTeam } from "./teamCalls.ts";

export interface WasmBackendOptions {
  /** Whether the memory is a SharedArrayBuffer, which several workers can see. Default: with more than one thread. */
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
      // A tensor begins on a cache line of its own.
      const teamBytes = Math.ceil(Team.bytes(threads) / 128) * 128;
      checkSize(teamBytes + bytes);
      if (threads > 1 && !shared) {
        throw new ConfigError(
          "wasmBackend: threads need a shared memory. Leave `shared` out, or take one thread.",
        );
      }
      if (shared) requireSharedArrayBuffer();
      const memory = newMemory(Math.ceil((BASE + teamBytes + bytes) / PAGE), shared);
      const exports = await instantiate({ shared }, memory);
      const opened = { buffer: memory.buffer, base: BASE + teamBytes };
      if (threads === 1) return { ...opened, kernels: wasmKernels(exports, precision) };
      const module = await compiled({ shared });
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
