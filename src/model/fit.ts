/** The training loop, the only one of the project. It computes and reports; it never prints. */
import type { Samples } from "../data/dataset.ts";
import { ConfigError, choose, TrainingError } from "../errors.ts";
import { checkOptions, isNumber, requireBoolean, requireInteger, requireMethods, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import { Random } from "../random.ts";
import { now, otherWork } from "../runtime.ts";
import type { Schedule } from "../schedules/index.ts";
import { add, DIVERGED_ADVICE, evaluateResident, finish, newTotals } from "./evaluate.ts";
import type { EpochRow, History, SomeMetrics } from "./history.ts";
import { type PlanKind, Workspace } from "./workspace.ts";

/** The kinds of training metrics (see {@link FitOptions.trainingMetrics}), and the training step's plan for each. */
export const trainingMetrics = { full: "train", running: "trainMeasured" } as const satisfies Record<
  string,
  PlanKind
>;
export type TrainingMetrics = keyof typeof trainingMetrics;

/** Where a training stands after a step. */
export interface StepReport {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** The mean loss of the step's batch. */
  readonly loss: number;
  readonly learningRate: number;
}

/** `M` as of {@link Evaluation}. */
export interface FitOptions<M = SomeMetrics> {
  /** Passes over the training samples, an integer ≥ 1. Default: 20. */
  readonly epochs?: number;
  /**
   * Epochs that are done already (default 0): a model that stopped after them, with the same weights, data and seed,
   * ends with the same bits as if it had not stopped.
   */
  readonly initialEpoch?: number;
  /** Samples in an update step, an integer ≥ 1; the last of an epoch may have fewer. Default: 100. */
  readonly batchSize?: number;
  /** Evaluated after every epoch. Default: none. */
  readonly validation?: Samples | undefined;
  /** A new order in every epoch (default), or the order in which the samples are given. */
  readonly shuffle?: boolean;
  /**
   * An epoch's training loss and metrics: "full" (default), an evaluation of all training samples after the epoch, in
   * inference mode; or "running", the means over the epoch's own batches, in training mode and each before its update,
   * as Keras has them (the cost with the penalty after the epoch). That saves a pass over the samples. The weights are
   * the same.
   */
  readonly trainingMetrics?: TrainingMetrics;
  /** Decides the order of the samples. Default: the model's seed. */
  readonly seed?: number;
  /** Per-feature standardisation by the training samples' mean and standard deviation (default), or none. */
  readonly standardize?: boolean;
  /** Ends the training after the step under way; `fit` then returns what there is. */
  readonly signal?: Signal | undefined;
  /** Called after every epoch and its evaluations; what it returns is awaited. */
  readonly onEpoch?: (row: EpochRow<M>) => void | Promise<void>;
  /** Called after every update step. */
  readonly onStep?: (report: StepReport) => void;
  /**
   * Called with the number of threads that train: before the first step, or, if they are chosen automatically, when it
   * has been found, which takes some hundred steps, of one fit() or of several, and whenever another turns out to be
   * faster. `notice` says why there are fewer than were asked for.
   */
  readonly onThreads?: (report: { readonly threads: number; readonly notice?: string }) => void;
  /** While samples are read into memory. */
  readonly onRead?: (done: number, total: number) => void;
}

export interface LoopOptions extends FitOptions {
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly trainingMetrics: TrainingMetrics;
  /** Whether to find out how many threads are fastest. */
  readonly chooseThreads: boolean;
}

const OPTIONS = {
  epochs: true,
  initialEpoch: true,
  batchSize: true,
  validation: true,
  shuffle: true,
  trainingMetrics: true,
  seed: true,
  standardize: true,
  signal: true,
  onEpoch: true,
  onStep: true,
  onThreads: true,
  onRead: true,
} satisfies Record<keyof FitOptions, true>;

/**
 * The options with their defaults.
 * @param seed the model's
 * @throws ConfigError if an option is unknown, or its value out of range
 */
export function resolveFitOptions(
  options: FitOptions,
  seed: number,
): Omit<LoopOptions, "chooseThreads"> & { readonly standardize: boolean } {
  checkOptions("Model.fit", options, Object.keys(OPTIONS));
  const resolved = {
    ...options,
    epochs: options.epochs ?? 20,
    initialEpoch: options.initialEpoch ?? 0,
    batchSize: options.batchSize ?? 100,
    shuffle: options.shuffle ?? true,
    trainingMetrics: options.trainingMetrics ?? "full",
    seed: options.seed ?? seed,
    standardize: options.standardize ?? true,
  };
  const { epochs, initialEpoch, signal } = resolved;
  choose("trainingMetrics", trainingMetrics, resolved.trainingMetrics);
  requireInteger("epochs", epochs);
  if (!Number.isInteger(initialEpoch) || initialEpoch < 0 || initialEpoch >= epochs) {
    throw new ConfigError(
      `initialEpoch is ${shown(initialEpoch)}, expected an integer from 0 to ${epochs - 1}, one less than epochs.`,
    );
  }
  requireInteger("batchSize", resolved.batchSize);
  requireInteger("seed", resolved.seed, 0);
  requireBoolean("shuffle", resolved.shuffle);
  requireBoolean("standardize", resolved.standardize);
  if (signal !== undefined) {
    requireMethods(
      "signal",
      signal,
      ["addEventListener", "throwIfAborted"],
      "the signal of an AbortController",
    );
  }
  for (const name of ["onEpoch", "onStep", "onThreads", "onRead"] as const) {
    const callback = options[name];
    if (callback !== undefined && typeof callback !== "function") {
      throw new ConfigError(`${name} is ${shown(callback)}, expected a function.`);
    }
  }
  return resolved;
}

/** Other work (a signal, a redraw) gets its turn so often. */
const YIELD_MILLISECONDS = 50;

/**
 * The sizes of an epoch's batches: as many full ones as there are, then what is left over, unless that is less than
 * the layers can train on (batch normalisation skips a batch of one sample).
 * @throws ConfigError if not even one batch can be trained on
 */
export function batchSizes(samples: number, batchSize: number, minimumBatch: number): number[] {
  requireBatch(samples, batchSize, minimumBatch);
  const sizes = new Array<number>(Math.floor(samples / batchSize)).fill(batchSize);
  if (samples % batchSize > 0) sizes.push(samples % batchSize);
  return sizes.filter((size) => size >= minimumBatch);
}

/** As {@link batchSizes}, of samples that may be more than there is room for. @throws ConfigError */
export function requireBatch(samples: number, batchSize: number, minimumBatch: number): void {
  if (samples > 0 && Math.min(samples, batchSize) >= minimumBatch) return;
  throw new ConfigError(
    `${samples} samples in batches of ${batchSize} give no batch of at least ${minimumBatch}, ` +
      "which batch normalisation needs. Use a larger batch, or more samples.",
  );
}

/**
 * Trains on resident samples.
 * @throws TrainingError if the loss of a step, a parameter after an epoch, or its evaluation is not finite
 */
export async function runTraining(
  workspace: Workspace,
  train: Samples,
  minimumBatch: number,
  options: LoopOptions,
): Promise<History> {
  const {
    epochs,
    initialEpoch,
    batchSize,
    validation,
    shuffle,
    seed,
    trainingMetrics: kind,
    signal,
    onEpoch,
    onStep,
    onThreads,
    chooseThreads,
  } = options;
  const choice = chooseThreads ? workspace.threadChoice : undefined;
  const source = workspace.placeOf("Model.fit", train);
  const validationSource = validation && workspace.placeOf("Model.fit, validation", validation);
  // What lies there, whatever the samples say of themselves by now.
  const count = Workspace.count(source);
  const sizes = batchSizes(count, batchSize, minimumBatch);
  const steps = sizes.length;
  const schedule = workspace.options.optimizer!.schedule;
  const { loss, rows: batchRows, learningRate, firstLayer } = workspace;
  const { selection } = source;
  const order = new Uint32Array(count).map((_, i) => i);
  const setBatch = (into: Uint32Array, start: number, n: number) => {
    for (let i = 0; i < n; i++) {
      const row = order[start + i]!;
      into[i] = selection === undefined ? row : selection[row]!;
    }
  };
  const rows: EpochRow[] = [];
  const begin = now();
  const plan = trainingMetrics[kind];
  /** What runs a step, of so many samples. */
  let run = () => {};
  let planned = 0;
  let step = initialEpoch * steps;
  let trainSeconds = 0;
  let interrupted = false;
  let lastYield = begin;
  firstLayer?.forgetPrepared();

  for (let epoch = initialEpoch + 1; epoch <= epochs && !interrupted; epoch++) {
    const epochBegin = now();
    if (shuffle) {
      // From the same start, so that an epoch's order depends on the seed and its number alone.
      for (let i = 0; i < order.length; i++) order[i] = i;
      new Random(seed, "shuffle", epoch).shuffle(order);
    }
    const running = kind === "running" ? newTotals(workspace) : undefined;
    let start = 0;
    let done = 0;
    choice?.resume(sizes[0]!);
    try {
      while (done < steps) {
        const n = sizes[done]!;
        setBatch(batchRows.data, start, n);
        const next = start + n;
        firstLayer?.beginBatch(sizes[done + 1] === n ? (rows) => setBatch(rows, next, n) : undefined);
        learningRate.value = rateAt(schedule, step);
        if (n !== planned) {
          planned = n;
          run = workspace.plan(plan, n, source).run;
        }
        const stepBegin = now();
        run();
        const found = choice?.step(now() - stepBegin, n);
        if (found !== undefined) onThreads?.({ threads: found });
        const meanLoss = loss.data[0]! / n;
        if (!Number.isFinite(meanLoss)) throw diverged(meanLoss, step + 1, epoch, learningRate.value);
        if (running !== undefined) add(running, workspace);
        start += n;
        step++;
        done++;
        onStep?.({ epoch, epochs, step: done, steps, loss: meanLoss, learningRate: learningRate.value });
        if (now() - lastYield > YIELD_MILLISECONDS) {
          await otherWork();
          lastYield = now();
        }
        if (signal?.aborted) {
          interrupted = true;
          break;
        }
      }
    } finally {
      choice?.pause();
    }
    const epochSeconds = (now() - epochBegin) / 1000;
    trainSeconds += epochSeconds;
    if (done < steps) break;
    requireFiniteParameters(workspace, epoch);
    const onTraining = `After epoch ${epoch}, on the training samples`;
    const row: EpochRow = {
      epoch,
      learningRate: schedule.at(step),
      train:
        running === undefined
          ? evaluateResident(onTraining, workspace, source)
          : finish(onTraining, running, start, workspace),
      ...(validationSource && {
        validation: evaluateResident(
          `After epoch ${epoch}, on the validation samples`,
          workspace,
          validationSource,
        ),
      }),
      steps,
      seconds: (now() - begin) / 1000,
      trainSeconds: epochSeconds,
      stepsPerSecond: steps / epochSeconds,
    };
    rows.push(row);
    await onEpoch?.(row);
  }
  return {
    rows,
    steps: step - initialEpoch * steps,
    trainSeconds,
    seconds: (now() - begin) / 1000,
    interrupted,
  };
}

/** @throws ConfigError unless the schedule gives a number: what is not one makes every weight NaN */
function rateAt(schedule: Schedule, step: number): number {
  const rate: unknown = schedule.at(step);
  if (isNumber(rate) && Number.isFinite(rate)) return rate;
  throw new ConfigError(
    `Model.fit: the optimizer's schedule gives ${shown(rate)} for update ${step}, expected a finite number.`,
  );
}

function diverged(loss: number, step: number, epoch: number, rate: number): TrainingError {
  return new TrainingError(
    `The loss is ${loss} at step ${step} (epoch ${epoch}, learning rate ${rate}). ${DIVERGED_ADVICE}`,
  );
}

/** A step's loss is of the weights before its update: what the last update did shows in the weights alone. */
function requireFiniteParameters(workspace: Workspace, epoch: number): void {
  workspace.readParameters();
  for (const { name, value } of workspace.parameters) {
    for (const number of value.data) {
      if (Number.isFinite(number)) continue;
      throw new TrainingError(`After epoch ${epoch}: ${name} holds ${number}. ${DIVERGED_ADVICE}`);
    }
  }
}
