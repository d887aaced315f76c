/** Training in a worker, so that the page, or the server, goes on meanwhile. */
import type { Samples } from "../data/dataset.ts";
import { ConfigError } from "../errors.ts";
import type { BestWeightsOptions } from "../model/callbacks/bestWeights.ts";
import type { CheckpointOptions } from "../model/callbacks/checkpoint.ts";
import type { EarlyStoppingOptions } from "../model/callbacks/earlyStopping.ts";
import { BestWeights, EarlyStopping } from "../model/callbacks/index.ts";
import { type FitOptions, resolveFitOptions, type StepReport } from "../model/fitOptions.ts";
import type { EpochRow, History, SomeMetrics } from "../model/history.ts";
import { memories } from "../model/memory.ts";
import type { Model } from "../model/model.ts";
import { adoptFile } from "../model/openModel.ts";
import { readCheckpoint } from "../model/resume.ts";
import { checkTraining } from "../model/sampleChecks.ts";
import { checkOptions, requireBoolean, requireInteger, shown } from "../options.ts";
import type { Bytes } from "../platform.ts";
import type { ProgressReport } from "./progress.ts";
import { type PlainFitOptions, type ToPage, type ToWorker, transferable } from "./protocol.ts";
import { toSent } from "./samples.ts";
import { fromWire, toWire } from "./wire.ts";
import { listenTo, send, type WorkerLike } from "./workerLike.ts";

/** The options of {@link trainInWorker}; those of fit() that are not here cannot go to another thread. */
export interface TrainInWorkerOptions<M = SomeMetrics>
  extends Omit<FitOptions<M>, "callbacks" | "checkpoint" | "onStep" | "onRead"> {
  /**
   * A worker that runs `serveTraining()`: needed for layers, losses, … of one's own, and with a bundler that does not find the
   * library's. It is left running, for the next training. Default: one of the library's, which ends with the training.
   */
  readonly worker?: WorkerLike;
  /** Whether the training waits before its first step. Default: false. */
  readonly paused?: boolean;
  /** Ends the training when a measure gets no better: the options of {@link EarlyStopping}. Default: it does not end. */
  readonly earlyStopping?: EarlyStoppingOptions;
  /** Keeps the weights of the best epoch: the options of {@link BestWeights}. Default: those of the last one. */
  readonly bestWeights?: BestWeightsOptions;
  /** Keeps checkpoints, which `save` gets here, on the page: see {@link Checkpoint}. Default: none. */
  readonly checkpoint?: Omit<CheckpointOptions, "path" | "notes"> & Required<Pick<CheckpointOptions, "save">>;
  /** Called up to thirty times a second, with the last step and the mean loss of the steps since the call before. */
  readonly onProgress?: (report: ProgressReport) => void;
  /** Called when the training waits: after this step, or before the first one. */
  readonly onPaused?: (report: StepReport | undefined) => void;
  /** Called while the samples are read, before they go to the worker. */
  readonly onRead?: (done: number, total: number) => void;
}

/** A training in a worker. */
export interface WorkerTraining<M = SomeMetrics> {
  /** Resolves as fit() does, when the model has its new weights; rejects with the errors of fit(), of their classes. */
  readonly finished: Promise<History<M>>;
  /** Waits after the step under way, which onPaused tells. */
  pause(): void;
  /** Goes on. */
  run(): void;
  /** Does so many steps (default 1), then waits. @throws ConfigError unless it is an integer ≥ 1 */
  step(steps?: number): void;
  /** Ends the training after the step under way. `finished` then resolves with what there is, as with fit()'s signal. */
  cancel(): void;
  /** The bytes of the model's file after the step that is the last now, for loadModel(). */
  snapshot(): Promise<Bytes>;
}

const PLAIN = [
  ...["epochs", "initialEpoch", "batchSize", "shuffle", "trainingMetrics", "classWeight", "seed"],
  ...["standardize", "resume"],
] as const satisfies readonly string[];
const OPTIONS = [
  ...[...PLAIN, "validation", "signal", "onEpoch", "onThreads", "onRead", "worker", "paused"],
  ...["earlyStopping", "bestWeights", "checkpoint", "onProgress", "onPaused"],
];
const WHERE = "trainInWorker";

/** The models that are trained: of two trainings of one, the weights of the first would be lost. */
const underWay = new WeakSet<object>();

/**
 * Trains a model as `model.fit(samples, options)` does, to the same bits, but in a worker: a page stays responsive, and a
 * server answers. Until the training has ended the model stays as it was; then it has the new weights.
 *
 *     const training = trainInWorker(model, samples, { epochs: 20, onProgress: ({ epoch, loss }) => draw(epoch, loss) });
 *     stopButton.onclick = () => training.cancel();
 *     const history = await training.finished;
 *
 * The model goes there as its file does, so that layers, losses and optimizers of one's own need a describe(), and a worker that
 * knows them (see {@link serveTraining}). The samples are copied.
 *
 * @throws ConfigError if an option is wrong; all other errors come by `finished`
 */
export function trainInWorker<M>(
  model: Model<M, never> | Model<M>,
  samples: Samples,
  options: TrainInWorkerOptions<M> = {},
): WorkerTraining<M> {
  checkWorkerOptions(options as TrainInWorkerOptions, model as Model);
  if (underWay.has(model)) {
    throw new ConfigError(
      `${WHERE}: the model is being trained in a worker already. Await its end, or cancel it.`,
    );
  }
  underWay.add(model);
  const training = new Training(model as unknown as Model, options as TrainInWorkerOptions);
  const finished = training.run(samples).finally(() => underWay.delete(model)) as Promise<History<M>>;
  return {
    finished,
    pause: () => training.say({ type: "pause" }),
    run: () => training.say({ type: "run" }),
    step: (steps = 1) => {
      requireInteger(`${WHERE}: steps`, steps);
      training.say({ type: "step", steps });
    },
    cancel: () => training.cancel(),
    snapshot: () => training.snapshot(),
  };
}

function checkWorkerOptions(options: TrainInWorkerOptions, model: Model): void {
  if (memories.get(model) === undefined) {
    throw new ConfigError(`${WHERE}: the model is ${shown(model)}, expected a Model.`);
  }
  if (memories.get(model)!.compiled === undefined) {
    throw new ConfigError(`${WHERE}: the model is not compiled. Call compile({ loss, optimizer }) first.`);
  }
  checkOptions(WHERE, options, OPTIONS);
  const { paused, earlyStopping, bestWeights, checkpoint } = options;
  if (paused !== undefined) requireBoolean(`${WHERE}: paused`, paused);
  const { validation, signal, onEpoch, onThreads, onRead, onProgress, onPaused } = options;
  const callbacks = { onProgress, onPaused };
  for (const [name, callback] of Object.entries(callbacks)) {
    if (callback === undefined || typeof callback === "function") continue;
    throw new ConfigError(`${WHERE}: ${name} is ${shown(callback)}, expected a function.`);
  }
  if (checkpoint !== undefined && typeof checkpoint.save !== "function") {
    throw new ConfigError(`${WHERE}: checkpoint has no save. Give it a function that keeps the bytes.`);
  }
  // Their own checks: they are made in the worker.
  if (earlyStopping !== undefined) new EarlyStopping(earlyStopping);
  if (bestWeights !== undefined) new BestWeights(bestWeights);
  const ofFit = { validation, signal, onEpoch, onThreads, onRead, checkpoint };
  resolveFitOptions({ ...plainOptions(options), ...defined(ofFit) } as FitOptions, model.seed);
}

const defined = <T extends object>(options: T) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const plainOptions = (options: TrainInWorkerOptions): PlainFitOptions =>
  defined(Object.fromEntries(PLAIN.map((name) => [name, options[name as keyof TrainInWorkerOptions]])));

/** A training from here, where its worker is another thread. */
class Training {
  readonly #model: Model;
  readonly #options: TrainInWorkerOptions;
  #worker: WorkerLike | undefined;
  /** What was said before the worker listened. */
  #unsaid: ToWorker[] = [];
  #isOver = false;
  readonly #snapshots = new Map<
    number,
    { readonly resolve: (bytes: Bytes) => void; readonly reject: (error: unknown) => void }
  >();
  #ids = 0;
  #cancel = new AbortController();

  constructor(model: Model, options: TrainInWorkerOptions) {
    this.#model = model;
    this.#options = options;
  }

  say(message: ToWorker): void {
    if (this.#isOver) return;
    if (this.#worker === undefined) this.#unsaid.push(message);
    else send(this.#worker, message);
  }

  cancel(): void {
    this.#cancel.abort();
    this.say({ type: "cancel" });
  }

  snapshot(): Promise<Bytes> {
    if (this.#isOver)
      return Promise.reject(new ConfigError(`${WHERE}: the training has ended. Use the model.`));
    const id = this.#ids++;
    return new Promise((resolve, reject) => {
      this.#snapshots.set(id, { resolve, reject });
      this.say({ type: "snapshot", id });
    });
  }

  async run(samples: Samples): Promise<History> {
    const { signal } = this.#options;
    const cancel = () => this.cancel();
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    try {
      return await this.#run(samples);
    } finally {
      this.#isOver = true;
      signal?.removeEventListener("abort", cancel);
      for (const { reject } of this.#snapshots.values()) {
        reject(new ConfigError(`${WHERE}: the training has ended. Use the model.`));
      }
    }
  }

  async #run(samples: Samples): Promise<History> {
    const { validation, resume, paused = false, earlyStopping, bestWeights, checkpoint } = this.#options;
    const model = this.#model;
    const memory = memories.get(model)!;
    // Refused here, before anything is copied.
    checkTraining(memory, samples, validation);
    const { engine, threads } = memory.asked;
    if (typeof engine !== "string") {
      throw new ConfigError(
        `${WHERE}: the model computes on a backend of its own, which a worker does not have. Give it an engine by name.`,
      );
    }
    await model.build(samples.features, samples.elementType);
    const reading = { signal: this.#options.signal, onProgress: this.#options.onRead };
    const training = await toSent(WHERE, samples, reading);
    const ofValidation = validation && (await toSent(`${WHERE}, validation`, validation, {}));
    const fit = plainOptions(this.#options);
    const request: ToWorker = {
      ...{
        type: "train",
        model: model.toBytes(),
        engine,
        threads,
        paused,
        training,
        validation: ofValidation,
      },
      // The path of a file is read here: a worker may have another folder, or none.
      fit: typeof resume === "string" ? { ...fit, resume: await readCheckpoint(resume) } : fit,
      ...{ earlyStopping, bestWeights },
      checkpoint: checkpoint && defined({ ...checkpoint, save: undefined }),
    };
    const arrays = [training, ofValidation].flatMap((each) => [each?.values, each?.labels, each?.weights]);
    return await this.#train(request, transferable(arrays));
  }

  /** Has a worker train, and takes over what comes of it. */
  async #train(request: ToWorker, transfer: ArrayBuffer[]): Promise<History> {
    const own = this.#options.worker;
    // Loaded here, as `import.meta` is no syntax of CommonJS, into which some tools turn all that is loaded at once.
    const worker = own ?? (await (await import("./startWorker.ts")).startWorker());
    let stop: (() => void) | undefined;
    try {
      const { model, history } = await new Promise<Extract<ToPage, { type: "done" }>>((resolve, reject) => {
        const begin = () => {
          if (this.#worker !== undefined) return;
          this.#worker = worker;
          send(worker, request, transfer);
          for (const message of this.#unsaid.splice(0)) send(worker, message);
        };
        const onMessage = (given: unknown) => {
          const message = given as ToPage;
          if (message.type === "ready") begin();
          else if (message.type === "done") resolve(message);
          else if (message.type === "failed") reject(fromWire(message.error));
          else this.#hear(message, reject);
        };
        const onEnd = (reason: string, cause?: unknown) =>
          reject(ended(reason, this.#worker !== undefined, cause));
        stop = listenTo(WHERE, worker, { onMessage, onEnd });
        // One that has trained before says so only when it is asked.
        send(worker, { type: "hello" } satisfies ToWorker);
      });
      await adoptFile(this.#model, model, WHERE);
      return history;
    } finally {
      stop?.();
      if (own === undefined) await worker.terminate?.();
    }
  }

  #hear(message: ToPage, fail: (error: unknown) => void): void {
    const { onThreads, onProgress, onEpoch, onPaused, checkpoint } = this.#options;
    const guarded = (work: () => unknown) => {
      // What a function of the caller throws ends the training, as with fit().
      Promise.resolve()
        .then(work)
        .catch((error: unknown) => {
          this.say({ type: "cancel" });
          fail(error);
        });
    };
    if (message.type === "threads") {
      const { threads, notice } = message;
      guarded(() => onThreads?.({ threads, ...(notice !== undefined && { notice }) }));
    } else if (message.type === "progress") guarded(() => onProgress?.(message.report));
    else if (message.type === "epoch") guarded(() => onEpoch?.(message.row as EpochRow));
    else if (message.type === "paused") guarded(() => onPaused?.(message.report));
    else if (message.type === "checkpoint") {
      const { bytes, epochs } = message;
      Promise.resolve()
        .then(() => checkpoint!.save(bytes, { epochs }))
        .then(
          () => this.say({ type: "kept" }),
          (error: unknown) => this.say({ type: "kept", error: toWire(error) }),
        );
    } else if (message.type === "snapshot" || message.type === "refused") {
      const asked = this.#snapshots.get(message.id);
      this.#snapshots.delete(message.id);
      if (message.type === "snapshot") asked?.resolve(message.model);
      else asked?.reject(fromWire(message.error));
    }
  }
}

function ended(reason: string, hadBegun: boolean, cause: unknown): ConfigError {
  const options = cause === undefined ? undefined : { cause };
  if (hadBegun) return new ConfigError(`${WHERE}: the worker has ended: ${reason}. Train again.`, options);
  return new ConfigError(
    `${WHERE}: the worker did not start: ${reason}. The page's Content-Security-Policy must allow worker-src 'self' blob:; and ` +
      "a bundler has to find the library's worker. Where it does not, make a script that calls serveTraining(), and give a " +
      "worker of it.",
    options,
  );
}
