/**
 * What the workers of a team run: one function, for Node's workers and the browsers'.
 *
 * The team puts it into a worker as text, `String(teamWorker)`, so that no bundler can lose it and no server needs to
 * serve it. That text must be whole: the function refers to nothing outside of itself but JavaScript's own globals,
 * and has no function with a name inside, for which some compilers call a helper of theirs.
 */
import type { places } from "./mailbox.ts";

/** What a worker is started with; it crosses to the worker as a structured clone. */
export interface WorkerTask {
  /** Its only import is `env.memory`. */
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The address of this worker's mailbox, which is all zero. */
  readonly mailbox: number;
  readonly places: typeof places;
  /** The exports that are called by their index in this list. */
  readonly kernels: readonly string[];
  /** How long to sleep, in milliseconds, before looking around anyway. */
  readonly slice: number;
}

/**
 * Instantiates the module, says so, and then does one call after another, until it is told to stop. What a kernel
 * throws goes into the mailbox.
 *
 * All waiting is by JavaScript's Atomics: wasm's own `memory.atomic.wait` is compiled wrongly by Node 20's V8.
 */
export function teamWorker(task: WorkerTask, ready: () => void): void {
  const { module, memory, mailbox, places, slice } = task;
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const kernels = task.kernels.map((name) => exports[name] as (...numbers: number[]) => unknown);
  const words = new Int32Array(memory.buffer, mailbox, places.text / 2);
  const a = new Float64Array(memory.buffer, mailbox + 8 * places.numbers, 18);
  const text = new Uint16Array(memory.buffer, mailbox + 2 * places.text, places.textLength);
  let generation = 0;
  ready();
  for (;;) {
    let left = words[places.spins]!;
    while (Atomics.load(words, places.generation) === generation) {
      if (--left >= 0) continue;
      // The leader changes the generation and then looks at this word, so one of the two sees the other's.
      Atomics.store(words, places.workerSleeps, 1);
      Atomics.wait(words, places.generation, generation, slice);
      Atomics.store(words, places.workerSleeps, 0);
    }
    generation = Atomics.load(words, places.generation);
    const kernel = kernels[words[places.kernel]!];
    if (kernel !== undefined) {
      try {
        // A wasm function ignores what it is given beyond its parameters.
        // biome-ignore format: the numbers in rows
        kernel(
          a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!, a[7]!, a[8]!,
          a[9]!, a[10]!, a[11]!, a[12]!, a[13]!, a[14]!, a[15]!, a[16]!, a[17]!,
        );
      } catch (error) {
        const message = String(error).slice(0, places.textLength);
        for (let i = 0; i < message.length; i++) text[i] = message.charCodeAt(i);
        Atomics.store(words, places.failure, message.length);
      }
    }
    Atomics.store(words, places.done, generation);
    if (Atomics.load(words, places.leaderSleeps) === 1) Atomics.notify(words, places.done);
    if (kernel === undefined) return;
  }
}
