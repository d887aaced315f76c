/** The options of a model, checked. */
import { type Backend, backends, type EngineName, MOST_THREADS, withThreads } from "../backend/index.ts";
import { ConfigError, choose } from "../errors.ts";
import { checkOptions, requireInteger, requireMethods, shown } from "../options.ts";
import type { Precision } from "../tensor.ts";

export interface ModelOptions {
  /** The precision of all computations: "float32" (default) or "float64". */
  readonly dtype?: Precision;
  /** Decides the initial parameters and, unless fit() gets its own, the order of the samples. Default: 1. */
  readonly seed?: number;
  /** "wasm" (default) or "js", the kernels' definitions; or a backend of one's own. */
  readonly engine?: EngineName | Backend;
  /**
   * Threads that share the larger kernels of the engine "wasm": a number (default 1) or "auto". "auto" is as many as there
   * are cores, up to 8, of which fit() takes as many as it finds to be fastest. The bits of all results are the same.
   * If memory cannot be shared (on a page that is not cross-origin isolated) there is one thread, and fit's onThreads says
   * so. With "auto", the same happens if workers do not start.
   * Threads end with {@link Model.close} or with the process. Close a model that is no longer used: one that is forgotten
   * keeps its threads and its memory until the garbage collector finds it, which may take long.
   */
  readonly threads?: number | "auto";
}

/**
 * @param where whose options they are, for errors
 * @throws ConfigError if an option is not one of its choices
 */
export function resolveModelOptions(options: ModelOptions, where = "Model"): Required<ModelOptions> {
  checkOptions(where, options, ["dtype", "seed", "engine", "threads"]);
  const { dtype = "float32", seed = 1, engine = "wasm", threads = 1 } = options;
  requireInteger(`${where}: seed`, seed, 0);
  if (dtype !== "float32" && dtype !== "float64") {
    throw new ConfigError(`No dtype ${shown(dtype)}. There are: float32, float64.`);
  }
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
    throw new ConfigError(
      `${where}: threads is ${shown(threads)}, expected an integer from 1 to ${MOST_THREADS}, or "auto".`,
    );
  }
  if (typeof engine === "string") choose("engine", backends, engine);
  else
    requireMethods(`${where}: engine`, engine, ["open"], `${Object.keys(backends).join(", ")}, or a backend`);
  const hasThreads = typeof engine === "string" && withThreads[engine] !== undefined;
  if (!hasThreads && threads !== "auto" && threads > 1) {
    const name = typeof engine === "string" ? engine : engine.name;
    throw new ConfigError(`${where}: the engine "${name}" has no ${threads} threads. Leave threads out.`);
  }
  return { dtype, seed, engine, threads: hasThreads ? threads : 1 };
}
