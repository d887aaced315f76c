/**
 * A team of threads: this one, the leader, and workers that live as long as a model, all with an instance of the same
 * wasm module on one shared memory. The leader hands out one kernel call at a time, and each thread computes its share.
 *
 * The kernel decides what a thread's share is, from `part` and `parts` and nothing else.
 */
import { ConfigError, choose, TeamError } from "../errors.ts";
import { now } from "../runtime.ts";
import { MAILBOX_BYTES, MAXIMUM_NUMBERS, places, STOP } from "./mailbox.ts";
import { availableCores, type Thread, threadStarter } from "./thread.ts";

/**
 * How often a thread looks for news before it sleeps, if every thread has a core: for some 300 µs, several times what
 * waking up takes. With less patience each would sleep while the other wakes up, again and again.
 */
const SPINS = 50_000;
/** One call in so many is made with all of these looks, however many have been in vain. */
const CALLS_BETWEEN_TRIALS = 64;
/** A thread that sleeps looks for news after so many milliseconds, even if nobody wakes it. */
const SLICE = 100;
/** A thread that may not sleep looks at the clock after so many looks for news. */
const SPINS_BETWEEN_CLOCKS = 10_000;
const WORDS = MAILBOX_BYTES / 4;
const NEXT_STEP = "Train again, with fewer threads if it happens again.";

export interface TeamOptions {
  /** A module on a shared memory, whose only import is that, `env.memory`. */
  readonly module: WebAssembly.Module;
  /** The memory of the leader's instance. Others may grow it. */
  readonly memory: WebAssembly.Memory;
  /** The address of {@link Team.bytes}(threads) bytes, a multiple of 128. They are the team's until it is closed. */
  readonly base: number;
  /** The exports of the leader's own instance of the module. */
  readonly exports: object;
  /** How many threads, with the leader. */
  readonly threads: number;
  /**
   * How often a thread looks for news, at most, before it sleeps: more keeps the cores busy between calls, less makes
   * calls wait for workers to wake up. By default 50,000, and 0 if there are fewer cores than threads.
   */
  readonly spins?: number | undefined;
  /**
   * A worker that lets the leader wait for longer than so many milliseconds, and twenty times what the leader's own
   * share of the call took, counts as lost. 5000 by default.
   */
  readonly patience?: number | undefined;
}

/** Any of a module's kernels. */
type Kernel = (...numbers: number[]) => unknown;

/**
 *     const team = await Team.start({ module, memory, base, exports, threads: 2 });
 *     const matmul = team.kernel("matmulF32");
 *     team.run(matmul, args); // thread t calls matmulF32(...args, t, 2)
 *     await team.close();
 *
 * After an error the team is of no more use: run() throws the same error again, and a worker may still be writing to
 * the memory until close() has resolved; only then may the memory be used again.
 */
export class Team {
  readonly threads: number;
  /** The exports by which kernels are called, sorted. */
  readonly #names: readonly string[];
  readonly #kernels: readonly Kernel[];
  /** How many arguments each takes, `part` and `parts` among them. */
  readonly #lengths: readonly number[];
  /** The mailboxes, one after another, and the same bytes as float64. */
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  /** The arguments of the call at hand, for the leader's own share. */
  readonly #own = new Float64Array(MAXIMUM_NUMBERS);
  /** How many looks for news come before sleeping: at most, as many as have proved worth it, and in the call at hand. */
  readonly #maximumSpins: number;
  #worthySpins: number;
  #spins = 0;
  /** Calls since the last one that was made with the most looks. */
  #calls = 0;
  readonly #patience: number;
  readonly #maySleep: boolean;
  readonly #workers: Thread[] = [];
  /** The call whose shares the workers compute while the leader's own is still to come. */
  #begun: { readonly kernel: number; readonly parts: number } | undefined;
  /** What the workers have been given to do meanwhile. */
  #posted: { readonly kernel: number; readonly parts: number } | undefined;
  #error: TeamError | undefined;
  #closing: Promise<void> | undefined;

  /** Bytes of linear memory that a team of so many threads needs for its mailboxes. */
  static bytes(threads: number): number {
    return Math.max(threads - 1, 0) * MAILBOX_BYTES;
  }

  /**
   * Starts the workers, `threads` − 1, and waits until they have instantiated the module. They do not keep Node's
   * process alive.
   * @throws ConfigError if `threads` is no whole number from 1 on, or `base` no multiple of 128; TeamError if a worker
   *   does not start
   */
  static async start(options: TeamOptions): Promise<Team> {
    const { threads, base } = options;
    if (!Number.isInteger(threads) || threads < 1)
      throw new ConfigError(`A team has a whole number of threads from 1 on, not ${threads}.`);
    if (base % 128 !== 0)
      throw new ConfigError(
        `The mailboxes of a team need an address that is a multiple of 128, not ${base}.`,
      );
    const spins = options.spins ?? (threads <= (await availableCores()) ? SPINS : 0);
    const team = new Team(options, spins);
    await team.#start(options);
    return team;
  }

  private constructor(
    { module, memory, base, exports, threads, patience = 5000 }: TeamOptions,
    spins: number,
  ) {
    this.threads = threads;
    this.#names = WebAssembly.Module.exports(module)
      .filter(({ kind }) => kind === "function")
      .map(({ name }) => name)
      .sort();
    this.#kernels = this.#names.map((name) => (exports as Record<string, Kernel>)[name]!);
    this.#lengths = this.#kernels.map((kernel) => kernel.length);
    this.#words = new Int32Array(memory.buffer, base, Team.bytes(threads) / 4);
    this.#numbers = new Float64Array(memory.buffer, base, Team.bytes(threads) / 8);
    this.#maximumSpins = spins;
    this.#worthySpins = spins;
    this.#patience = patience;
    this.#maySleep = mayWait();
  }

  async #start({ module, memory, base }: TeamOptions): Promise<void> {
    const startThread = await threadStarter();
    this.#words.fill(0);
    const workers = Array.from({ length: this.threads - 1 }, (_, i) => i + 1).map((t) => {
      const task = {
        ...{ module, memory, mailbox: base + (t - 1) * MAILBOX_BYTES, places },
        ...{ kernels: this.#names, slice: SLICE },
      };
      return new Promise<void>((resolve, reject) => {
        let started = false;
        const limit = 6 * this.#patience;
        const timer = setTimeout(() => onEnd(`it is not ready after ${limit / 1000} s`), limit);
        const onEnd = (reason: string, cause?: unknown) => {
          clearTimeout(timer);
          const what = started ? "has ended" : "did not start";
          const nextStep = started ? NEXT_STEP : "Use one thread.";
          reject(this.#fail(`${this.#nameOf(t)} ${what}: ${reason}. ${nextStep}`, cause));
        };
        const onReady = () => {
          started = true;
          clearTimeout(timer);
          resolve();
        };
        if (startThread === undefined) return onEnd("there is nothing here that starts workers");
        try {
          this.#workers.push(startThread(task, { onReady, onEnd }));
        } catch (error) {
          onEnd(String(error), error);
        }
      });
    });
    try {
      await Promise.all(workers);
    } catch (error) {
      await this.close();
      throw error;
    }
    for (const worker of this.#workers) worker.release();
  }

  /**
   * The index of a kernel, for run().
   * @throws ConfigError if the module exports no such function, or one without `part, parts`
   */
  kernel(name: string): number {
    const index = choose("kernel", Object.fromEntries(this.#names.map((name, i) => [name, i])), name);
    const length = this.#lengths[index]!;
    if (length < 2 || length > MAXIMUM_NUMBERS)
      throw new ConfigError(
        `${name} has ${length} parameters, expected 2 to ${MAXIMUM_NUMBERS}, \`part\` and \`parts\` the last of them.`,
      );
    return index;
  }

  /**
   * Calls a kernel in `parts` threads, thread t with `part` = t, and returns when all are done. What was written to
   * the memory before is seen by all of them, and what they have written by the caller.
   * @param kernel of {@link Team.kernel}
   * @param args those before `part, parts`
   * @param parts by default all threads
   * @throws TeamError if a kernel throws, a worker is lost, or one of these has happened before, or the team is closed;
   *   ConfigError if the arguments are not as many as the kernel takes, or there are not so many threads
   */
  run(kernel: number, args: readonly number[], parts = this.threads): void {
    this.begin(kernel, args, parts);
    this.complete();
  }

  /**
   * The first half of {@link Team.run}: the workers begin with their shares, and the leader may do something else before
   * it comes to its own. Less of a kernel's work is left then, if its threads take it piece by piece.
   * @throws as {@link Team.run}, for the calls before this one; of its own errors {@link Team.complete} tells
   */
  begin(kernel: number, args: readonly number[], parts = this.threads): void {
    this.complete();
    this.#finishPosted();
    const count = args.length;
    if (count + 2 !== this.#lengths[kernel] || !this.#has(parts)) throw this.#misuse(kernel, count, 2, parts);
    const own = this.#own;
    for (let i = 0; i < count; i++) own[i] = args[i]!;
    own[count + 1] = parts;
    if (parts > 1) this.#chooseSpins();
    for (let t = 1; t < parts; t++) {
      own[count] = t;
      this.#fork(t, kernel, count + 2);
    }
    own[count] = 0;
    this.#begun = { kernel, parts };
  }

  /**
   * The second half: the leader's share, and waiting for the others. Any other call completes it first.
   * @throws TeamError as {@link Team.run}
   */
  complete(): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.#begun === undefined) return;
    const { kernel, parts } = this.#begun;
    this.#begun = undefined;
    const begin = now();
    try {
      call(this.#kernels[kernel]!, this.#own);
    } catch (error) {
      throw this.#fail(
        `${this.#nameOf(0)} failed in ${this.#call(0, kernel)}: ${error}. ${NEXT_STEP}`,
        error,
      );
    }
    let slept = false;
    for (let t = 1; t < parts; t++) slept = this.#join(t, kernel, begin) || slept;
    if (parts > 1) this.#learnSpins(slept);
  }

  /**
   * Has the workers begin a call of which this thread takes no share, and returns at once: something to do while the
   * leader is busy with what needs no threads. The next call, of either kind, waits for its end. The kernel takes, before
   * `part, parts`, the address of a word, `hurry`; it may return as soon as that is not 0, which says that it is waited for.
   * @param args those before `hurry, part, parts`
   * @throws TeamError, ConfigError as {@link Team.run}; of its own errors the next call tells
   */
  post(kernel: number, args: readonly number[], parts = this.threads): void {
    this.complete();
    this.#finishPosted();
    const count = args.length;
    if (count + 3 !== this.#lengths[kernel] || !this.#has(parts)) throw this.#misuse(kernel, count, 3, parts);
    const own = this.#own;
    for (let i = 0; i < count; i++) own[i] = args[i]!;
    own[count + 2] = parts;
    this.#spins = this.#worthySpins;
    for (let t = 1; t < parts; t++) {
      const hurry = (t - 1) * WORDS + places.hurry;
      Atomics.store(this.#words, hurry, 0);
      own[count] = this.#words.byteOffset + 4 * hurry;
      own[count + 1] = t;
      this.#fork(t, kernel, count + 3);
    }
    this.#posted = { kernel, parts };
  }

  /** Waits for what was posted. */
  #finishPosted(): void {
    if (this.#posted === undefined) return;
    const { kernel, parts } = this.#posted;
    this.#posted = undefined;
    for (let t = 1; t < parts; t++) Atomics.store(this.#words, (t - 1) * WORDS + places.hurry, 1);
    const begin = now();
    for (let t = 1; t < parts; t++) this.#join(t, kernel, begin);
  }

  #has(parts: number): boolean {
    return parts >= 1 && parts <= this.threads && Number.isInteger(parts);
  }

  /**
   * Spinning makes calls the cheapest while every thread has a core to itself. Beside another busy process the scheduler may
   * keep a worker on the leader's core, where it cannot begin before the leader sleeps, so that every look is lost. So the looks
   * are halved when they were in vain and grow again when they were not. On 2 cores beside one busy process that makes a call
   * twenty times faster.
   */
  #chooseSpins(): void {
    this.#calls = (this.#calls + 1) % CALLS_BETWEEN_TRIALS;
    this.#spins = this.#calls === 0 ? this.#maximumSpins : this.#worthySpins;
  }

  #learnSpins(slept: boolean): void {
    const most = this.#maximumSpins;
    if (slept) this.#worthySpins >>= 1;
    else if (this.#calls === 0) this.#worthySpins = Math.max(this.#worthySpins, most >> 2);
    else this.#worthySpins = Math.min(this.#worthySpins + (most >> 6), most);
  }

  /**
   * Ends the workers. When it has resolved, none of them writes to the memory any more: at once, or in a browser after
   * two seconds if a worker is in a call that does not end.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#fail("The team is closed. Start another one.");
    for (let t = 1; t < this.threads; t++) this.#fork(t, STOP, 0);
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  /** Hands the first `count` numbers of `own` to thread `t`. */
  #fork(t: number, kernel: number, count: number): void {
    const words = this.#words;
    const at = (t - 1) * WORDS;
    const numbers = at / 2 + places.numbers;
    for (let i = 0; i < count; i++) this.#numbers[numbers + i] = this.#own[i]!;
    words[at + places.kernel] = kernel;
    words[at + places.spins] = this.#spins;
    const generation = at + places.generation;
    Atomics.store(words, generation, (words[generation]! + 1) | 0);
    // The worker first says that it sleeps, then looks at the generation, so that one of the two sees the other's word.
    if (Atomics.load(words, at + places.workerSleeps) === 1) Atomics.notify(words, generation);
  }

  /** Waits until thread `t` has done the call that begins at this time; tells whether it had to sleep. */
  #join(t: number, kernel: number, begin: number): boolean {
    const words = this.#words;
    const at = (t - 1) * WORDS;
    const done = at + places.done;
    const generation = words[at + places.generation]!;
    let left = this.#spins;
    while (Atomics.load(words, done) !== generation) {
      if (--left >= 0) continue;
      this.#sleep(t, kernel, begin);
      break;
    }
    if (words[at + places.failure] !== 0) throw this.#failure(t, kernel);
    return left < 0;
  }

  /** Waits on, sleeping, until thread `t` is done or the team has failed. */
  #sleep(t: number, kernel: number, begin: number): void {
    const words = this.#words;
    const at = (t - 1) * WORDS;
    const done = at + places.done;
    const generation = words[at + places.generation]!;
    let time = now();
    const limit = this.#patience + 20 * (time - begin);
    let waited = 0;
    Atomics.store(words, at + places.leaderSleeps, 1);
    while (Atomics.load(words, done) !== generation) {
      for (let other = 1; other < this.threads; other++)
        if (Atomics.load(words, (other - 1) * WORDS + places.failure) !== 0)
          throw this.#failure(other, kernel);
      if (waited > limit) {
        const seconds = (waited / 1000).toFixed(1);
        throw this.#fail(
          `${this.#nameOf(t)} is lost: it has not returned from ${this.#call(t, kernel)} after ${seconds} s. ${NEXT_STEP}`,
        );
      }
      if (this.#maySleep) Atomics.wait(words, done, (generation - 1) | 0, SLICE);
      else for (let i = SPINS_BETWEEN_CLOCKS; i > 0 && Atomics.load(words, done) !== generation; i--);
      const before = time;
      time = now();
      // A process that was stopped for an hour has not waited for an hour.
      waited += Math.min(time - before, 2 * SLICE);
    }
    Atomics.store(words, at + places.leaderSleeps, 0);
  }

  /** The error of a thread whose mailbox says that a kernel has thrown. */
  #failure(t: number, kernel: number): TeamError {
    const { buffer, byteOffset } = this.#words;
    const mailbox = (t - 1) * MAILBOX_BYTES;
    const length = this.#words[mailbox / 4 + places.failure]!;
    const codes = new Uint16Array(buffer, byteOffset + mailbox + 2 * places.text, length);
    const message = String.fromCharCode(...codes);
    return this.#fail(`${this.#nameOf(t)} failed in ${this.#call(t, kernel)}: ${message}. ${NEXT_STEP}`);
  }

  /** The team's error: the first one stays. */
  #fail(message: string, cause?: unknown): TeamError {
    this.#error ??= new TeamError(message, cause === undefined ? undefined : { cause });
    return this.#error;
  }

  #nameOf(t: number): string {
    return t === 0 ? "The leading thread" : `Worker ${t} of ${this.threads - 1}`;
  }

  /** The call at hand, as thread `t` has got it. */
  #call(t: number, kernel: number): string {
    const count = this.#lengths[kernel]!;
    const numbers = [...this.#own.subarray(0, count - 2), t, this.#own[count - 1]];
    return `${this.#names[kernel]}(${numbers.join(", ")})`;
  }

  /** @param last how many numbers the kernel takes behind those that it was given */
  #misuse(kernel: number, count: number, last: 2 | 3, parts: number): ConfigError {
    const name = this.#names[kernel];
    if (name === undefined)
      return new ConfigError(`No kernel has the index ${kernel}. Take it from the team's kernel().`);
    if (count + last !== this.#lengths[kernel])
      return new ConfigError(
        `${name} takes ${this.#lengths[kernel]! - last} numbers before ${last === 3 ? "`hurry`, " : ""}\`part\` and \`parts\`, got ${count}.`,
      );
    return new ConfigError(`${name} is asked for in ${parts} threads. The team has 1 to ${this.threads}.`);
  }
}

/** Calls a kernel with the numbers, as many as it takes: a wasm function ignores what is beyond its parameters. */
function call(kernel: Kernel, a: Float64Array): void {
  // biome-ignore format: the numbers in rows
  kernel(
    a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!, a[7]!, a[8]!,
    a[9]!, a[10]!, a[11]!, a[12]!, a[13]!, a[14]!, a[15]!, a[16]!, a[17]!,
  );
}

/** Whether this thread may sleep: a browser's main thread may not. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
