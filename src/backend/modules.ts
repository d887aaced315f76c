/** Compiles the wasm binaries, each only once, and instantiates them on a memory. */
import { ConfigError, MemoryError } from "../errors.ts";
import { fromBase64 } from "../runtime.ts";
import type { Exports } from "../wasm/exports.generated.ts";
import { BASE } from "./memory.ts";
import { narrowModule } from "./narrowBinaries.ts";
import { simdWidth } from "./simdWidth.ts";
import { wideBinaries } from "./wideBinaries.ts";

/** What a binary is built for. */
export interface Variant {
  /** Whether its memory is shared. The binary for threads has atomic operations. */
  readonly shared: boolean;
}

/** Compiles the binary of a variant. Only this function knows which binaries there are. */
async function compileVariant({ shared }: Variant): Promise<WebAssembly.Module> {
  if (simdWidth() === "narrow") return narrowModule(shared, compile);
  const { plain, threads } = await wideBinaries();
  return compile(fromBase64(shared ? threads : plain));
}

const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The compiled binary of a variant, the same one every time, by the width of the process.
 * @throws ConfigError if the runtime does not compile it, FileError if a page of the site cannot fetch it
 */
export function compiled(variant: Variant): Promise<WebAssembly.Module> {
  const key = `${simdWidth()} ${variant.shared}`;
  let module = modules.get(key);
  if (module === undefined) {
    module = compileVariant(variant);
    modules.set(key, module);
    // A binary that could not be fetched may come the next time.
    module.catch(() => modules.delete(key));
  }
  return module;
}

export const USE_JS =
  'Use the engine "js": new Model(layers, { engine: "js" }), on the command line nnwasm train --engine js.';

/** @throws ConfigError if the runtime does not compile it */
async function compile(binary: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(binary);
  } catch (cause) {
    const why = WebAssembly.validate(binary)
      ? "A page's Content-Security-Policy must allow script-src 'wasm-unsafe-eval'"
      : "They need WebAssembly's SIMD (Chrome 91, Firefox 89, Safari 16.4, Node 20)";
    // Only some messages end with a full stop.
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.+$/, "");
    throw new ConfigError(`The kernels cannot be compiled: ${reason}. ${why}. ${USE_JS}`, { cause });
  }
}

/** @throws ConfigError if the runtime does not compile it, MemoryError if its own data take more than their room */
export async function instantiate(variant: Variant, memory: WebAssembly.Memory): Promise<Exports> {
  const module = await compiled(variant);
  const imports = { env: { memory } };
  // Only pages must do this asynchronously. If Node 20 has nothing else to wait for, its main thread waits for V8's compilers.
  // One of them may be waiting for that thread to collect garbage, so that both wait for ever.
  const instance =
    typeof document === "undefined"
      ? new WebAssembly.Instance(module, imports)
      : await WebAssembly.instantiate(module, imports);
  const exports = instance.exports as unknown as Exports;
  if (exports.heapBase() > BASE) throw new MemoryError(`The wasm module's data exceed ${BASE} bytes.`);
  return exports;
}
