/** The contenders that are measured, with the way to start each. */
import { delimiter, join } from "node:path";
import type { SimdWidth } from "../../src/backend/index.ts";
import { OPENMP_OPENBLAS, type Python, packageVersion } from "./installed.ts";
import type { Launch } from "./process.ts";
import type { Settings } from "./shared/settings.ts";

export const OURS = "nnwasm";

export const PEERS = [
  "narrow",
  "numpy",
  "numpy-avx2",
  "torch",
  "torch-avx2",
  "tfjs-wasm",
  "tfjs-cpu",
  "jax",
  "js",
  "js-unrolled",
  "onnxruntime",
] as const;
/** One of them, or ourselves on another Node. */
export type PeerId = (typeof PEERS)[number] | `node:${string}`;

/** Whether it is nnwasm in another way: no peer over which we might win. */
export const isOurs = (id: string): boolean => id === OURS || id === "narrow" || id.startsWith("node:");

/** The peers that train on as many threads as they are given. */
const THREADED: readonly PeerId[] = ["narrow", "numpy", "numpy-avx2", "torch", "torch-avx2"];

/** Those of the peers that train on so many threads. */
export const peersOn = (threads: number, peers: readonly PeerId[]): readonly PeerId[] =>
  peers.filter((id) => (threads > 1 ? isOurs(id) || THREADED.includes(id) : id !== "onnxruntime"));

/** The peers that have Adam: the table says so of none that trains only by SGD here. */
const WITH_ADAM: readonly PeerId[] = ["numpy", "numpy-avx2", "torch", "torch-avx2"];

/** Those of the peers whose programs here have the optimizer. */
export const peersWith = (optimizer: Settings["optimizer"], peers: readonly PeerId[]): readonly PeerId[] =>
  optimizer === "adam" ? peers.filter((id) => isOurs(id) || WITH_ADAM.includes(id)) : peers;

export interface Surroundings {
  /** The folder bench/peers. */
  readonly folder: string;
  /** The bundle of bench/peers/shared. */
  readonly shared: string;
  readonly python: Python | undefined;
  readonly hasOpenMPOpenBlas: boolean;
  readonly architecture: string;
  /** The width of our vectors. */
  readonly simd: SimdWidth;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether a peer is there: its version, or how to get it. */
export interface Availability {
  readonly id: PeerId;
  readonly version?: string;
  readonly missing?: string;
}

const PACKAGES: Partial<Record<PeerId, readonly string[]>> = {
  "tfjs-wasm": ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"],
  "tfjs-cpu": ["@tensorflow/tfjs"],
  jax: ["@jax-js/jax"],
  onnxruntime: ["onnxruntime-web"],
};

export function availability(id: PeerId, { folder, python, architecture, simd }: Surroundings): Availability {
  if (id === "narrow")
    return simd === "wide" ? { id, version: "nnwasm" } : { id, missing: "ours are narrow here" };
  if (id.startsWith("node:")) return { id, version: "nnwasm" };
  if (id === "js" || id === "js-unrolled") return { id, version: "bench/baseline" };
  const packages = PACKAGES[id];
  if (packages !== undefined) {
    const versions = packages.map((name) => packageVersion(folder, name));
    const version = versions[0];
    if (version !== undefined && !versions.includes(undefined))
      return { id, version: `${packages[0]} ${version}` };
    return { id, missing: "npm install --prefix bench/peers" };
  }
  if (id.endsWith("-avx2") && architecture !== "x64") return { id, missing: "only x64 processors have AVX2" };
  const module = id.startsWith("torch") ? "torch" : "numpy";
  const version = python?.modules[module];
  if (version !== undefined) return { id, version: `${module} ${version} of ${python!.executable}` };
  return { id, missing: `install ${module} for python3, or name another with --python PATH` };
}

/** How a contender's program is started. */
export function launch(id: PeerId | typeof OURS, settings: Settings, surroundings: Surroundings): Launch {
  const { folder, shared, python } = surroundings;
  const program = (name: string) => join(folder, "programs", name);
  const node = (name: string, ...args: string[]): Launch => ({
    command: process.execPath,
    args: [program(name), shared, JSON.stringify(settings), ...args],
    env: surroundings.env,
  });
  const inPython = (name: string): Launch => ({
    command: python!.executable,
    args: [program(name), JSON.stringify(settings)],
    env: pythonEnvironment(id, settings.threads, surroundings),
  });
  if (id.startsWith("node:")) return { ...node("nnwasm.mjs", "auto"), command: id.slice("node:".length) };
  switch (id) {
    case "narrow":
      return node("nnwasm.mjs", "narrow");
    case "nnwasm":
      return node("nnwasm.mjs", surroundings.simd);
    case "js":
      return node("baseline.mjs");
    case "js-unrolled":
      return node("baseline.mjs", "unrolled");
    case "tfjs-wasm":
      return node("tfjs.mjs", "wasm");
    case "tfjs-cpu":
      return node("tfjs.mjs", "cpu");
    case "jax":
      return node("jax.mjs");
    case "onnxruntime":
      return node("onnxruntime.mjs");
    case "torch":
    case "torch-avx2":
      return inPython("torch_peer.py");
    default:
      return inPython("numpy_peer.py");
  }
}

/**
 * The BLAS is told its threads, and chooses the kernels for this CPU itself: some machines preset older ones. Those of AVX2 are asked
 * for by name, of PyTorch's own kernels too.
 */
export function pythonEnvironment(
  id: PeerId | typeof OURS,
  threads: number,
  { env, hasOpenMPOpenBlas }: Pick<Surroundings, "env" | "hasOpenMPOpenBlas">,
): Launch["env"] {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ATEN_CPU_CAPABILITY: _aten, ...rest } = env;
  const count = String(threads);
  return {
    ...rest,
    PYTHONDONTWRITEBYTECODE: "1",
    OPENBLAS_NUM_THREADS: count,
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    ...(id.endsWith("-avx2") && { OPENBLAS_CORETYPE: "Haswell" }),
    ...(id === "torch-avx2" && { ATEN_CPU_CAPABILITY: "avx2" }),
    ...(id.startsWith("torch") &&
      hasOpenMPOpenBlas && {
        LD_LIBRARY_PATH: [OPENMP_OPENBLAS, ...(env.LD_LIBRARY_PATH ? [env.LD_LIBRARY_PATH] : [])].join(
          delimiter,
        ),
      }),
  };
}
