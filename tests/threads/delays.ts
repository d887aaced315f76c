/** The kernels of `delays.as.ts`, compiled, in a memory; and what they should compute. */
import { readFileSync } from "node:fs";
import type { Worker } from "node:worker_threads";
import asc from "assemblyscript/asc";
import { Team, type TeamOptions } from "../../src/threads/team.ts";

/** The module, on an imported shared memory as the library's own. */
export async function compileDelays(): Promise<Uint8Array<ArrayBuffer>> {
  const source = readFileSync(new URL("./delays.as.ts", import.meta.url), "utf8");
  const { error, binary, stderr } = await asc.compileString(source, {
    ...{ optimizeLevel: 3, runtime: "stub", noAssert: true },
    ...{ importMemory: true, sharedMemory: true, initialMemory: 1, maximumMemory: 65536 },
    enable: ["simd", "threads"],
  });
  if (error || !binary) throw new Error(`delays.as.ts: ${stderr}`);
  return Uint8Array.from(binary);
}

/** The words of the chain; they are no multiple of any number of threads. */
const N = 61;
const CHAIN = 4096;
/** Lines of 128 bytes in which the threads pass the time. */
export const SCRATCH = 8192;
/** A counter for `hang`. */
export const COUNTER = 16384;
/** Where `echo` may write. */
export const OUT = 20480;
/** What the next instantiation does: see delays.as.ts. */
export const START = 32768;
/** Where a team's mailboxes are. */
export const BASE = 65536;

export interface Delays {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly exports: Record<string, (...numbers: number[]) => number>;
}

/** An instance of the module, for a leader. */
export async function instantiate(module: WebAssembly.Module): Promise<Delays> {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return { module, memory, exports: instance.exports as Delays["exports"] };
}

/** A team, and Node's workers in it, which are put into `workers` when they start. */
export async function startTeam(
  delays: Delays,
  options: Pick<TeamOptions, "threads"> & Partial<TeamOptions>,
  workers: Worker[] = [],
): Promise<{ team: Team; workers: Worker[] }> {
  const onWorker = (worker: Worker) => void workers.push(worker);
  process.on("worker", onWorker);
  try {
    const team = await Team.start({ ...delays, base: BASE, ...options });
    return { team, workers };
  } finally {
    process.off("worker", onWorker);
  }
}

function mix(x: number): number {
  let hash = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Words in which each call of `step` replaces all by hashes of the last ones, here and by a team. */
export class Chain {
  readonly #views: readonly [Uint32Array, Uint32Array];
  #expected = Uint32Array.from({ length: N }, (_, i) => i);
  #next = new Uint32Array(N);
  #joins = 0;

  constructor({ memory }: Delays) {
    this.#views = [new Uint32Array(memory.buffer, CHAIN, N), new Uint32Array(memory.buffer, CHAIN + 1024, N)];
    this.#views[0].set(this.#expected);
  }

  get joins(): number {
    return this.#joins;
  }

  /** The next call's arguments, with delays of up to `delay` turns (a nanosecond or so each) in each thread. */
  numbers(delay: number): number[] {
    const [from, to] = this.#joins % 2 === 0 ? [CHAIN, CHAIN + 1024] : [CHAIN + 1024, CHAIN];
    return [to, from, N, SCRATCH, this.#joins, delay];
  }

  /** Goes on by one call in the team. @throws if any word is not what it should be */
  step(team: Team, kernel: number, delay: number, parts?: number): void {
    team.run(kernel, this.numbers(delay), parts);
    const last = this.#expected;
    const next = this.#next;
    const found = this.#views[1 - (this.#joins % 2)]!;
    for (let i = 0; i < N; i++) {
      next[i] = mix((last[i]! + last[(i + 1) % N]! + this.#joins) >>> 0);
      if (found[i] !== next[i])
        throw new Error(`Word ${i} is ${found[i]} after ${this.#joins + 1} joins, expected ${next[i]}.`);
    }
    this.#next = last;
    this.#expected = next;
    this.#joins++;
  }
}
