/** The only training loop of the project. It computes and reports, but never prints. */

import { ConfigError, TrainingError } from "../errors.ts";
import { sumOfWeights } from "../kernels/sampleWeights.ts";
import { isNumber, shown } from "../options.ts";
import type { Bytes } from "../platform.ts";
import { now, otherWork } from "../runtime.ts";
import type { Schedule } from "../schedules/index.ts";
import type { BatchSource } from "./batches.ts";
import type { Callback, TrainingContext } from "./callbacks/callback.ts";
import { measuresOf } from "./callbacks/monitor.ts";
import { Callbacks, callbackName } from "./callbacks/runner.ts";
import type { TrainingState } from "./checkpoint.ts";
import { evaluateResident } from "./evaluate.ts";
import { type LoopOptions, type StepReport, trainingMetrics } from "./fitOptions.ts";
import type { EpochRow, Evaluation, History, StoppedBy } from "./history.ts";
import type { Placement } from "./placements.ts";
import type { NamedTensor } from "./safetensors.ts";
import { checkTensors } from "./tensors.ts";
import type { ThreadChoice } from "./threadChoice.ts";
import { add, DIVERGED_ADVICE, finish, meanOf, newTotals, savedTotals, type Totals } from "./totals.ts";
import type { Workspace } from "./workspace.ts";

/** How often other work, such as a signal or a redraw, gets its turn. */
const YIELD_MILLISECONDS = 50;

/** What a training needs beside its options. */
export interface TrainingInputs {
  readonly workspace: Workspace;
  readonly batches: BatchSource;
  /** The samples that are evaluated after every epoch. */
  readonly train: Placement;
  readonly validation: Placement | undefined;
  /** Whether the workspace's class weights weigh the training's loss. */
  readonly weighsClasses?: boolean;
  /** Copies of the layers' tensors as they stand. */
  readonly layerTensors: () => NamedTensor[];
  /** The bytes of a checkpoint of the model and the training. */
  readonly encode: (state: TrainingState) => Bytes;
  /** Where the training goes on. The model's tensors are those of then already. Default: at its beginning. */
  readonly from?: TrainingState | undefined;
}

/**
 * Trains.
 * @throws TrainingError if the loss of a step, a parameter after an epoch, or its evaluation is not finite; CallbackError if
 *   a callback throws
 */
export async function runTraining(inputs: TrainingInputs, options: LoopOptions): Promise<History> {
  return await new Training(inputs, options).run();
}

/** A training under way. */
class Training {
  readonly #inputs: TrainingInputs;
  readonly #options: LoopOptions;
  readonly #choice: ThreadChoice | undefined;
  readonly #schedule: Schedule;
  readonly #callbacks: Callbacks;
  readonly #begin = now();
  #lastYield = this.#begin;
  /** Seconds before an interruption. */
  readonly #secondsBefore: number;
  /** The epoch that is trained, or will be next, counted from 1. */
  #epoch: number;
  /** Steps done in it. */
  #done: number;
  /** Their samples. */
  #samples: number;
  /** Their sums, if they are measured. */
  #running: Totals | undefined;
  /** The seconds that they took, up to the last interruption. */
  #epochSeconds: number;
  #epochBegin = this.#begin;
  readonly #rows: EpochRow[];
  #trainSeconds: number;
  #interrupted = false;
  #stoppedBy: StoppedBy | undefined;
  /** The tensors that the model is to hold at the end. */
  #left: readonly NamedTensor[] | undefined;
  /** The function that runs a step, for so many samples in a place. */
  #planned: { n: number; place: Placement; run: () => void } | undefined;

  constructor(inputs: TrainingInputs, options: LoopOptions) {
    const { workspace, from } = inputs;
    this.#inputs = inputs;
    this.#options = options;
    this.#choice = options.chooseThreads ? workspace.threadChoice : undefined;
    this.#schedule = workspace.options.optimizer!.schedule;
    this.#epoch = from?.epoch ?? options.initialEpoch + 1;
    this.#done = from?.step ?? 0;
    this.#samples = from?.samples ?? 0;
    this.#rows = [...(from?.rows ?? [])];
    this.#stoppedBy = from?.stoppedBy;
    this.#running =
      from?.running === undefined || from.running === null
        ? undefined
        : newTotals(workspace, inputs.train.labelling!, from.running);
    this.#epochSeconds = from?.epochSeconds ?? 0;
    this.#trainSeconds = from?.trainSeconds ?? 0;
    this.#secondsBefore = from?.seconds ?? 0;
    this.#callbacks = new Callbacks(options.callbacks ?? [], (callback) => this.#contextOf(callback));
  }

  async run(): Promise<History> {
    const { epochs, initialEpoch, onEpoch } = this.#options;
    const { from } = this.#inputs;
    if (from !== undefined) await this.#callbacks.restore(from.callbacks);
    await this.#callbacks.begin();
    while (this.#epoch <= epochs && !this.#isOver) {
      const row = await this.#trainEpoch();
      if (row === undefined) break;
      this.#rows.push(row);
      this.#epoch++;
      this.#beginEpoch();
      await onEpoch?.(row);
      await this.#callbacks.epoch(row);
    }
    const history: History = {
      rows: this.#rows,
      steps: this.#step - initialEpoch * this.#inputs.batches.steps,
      trainSeconds: this.#trainSeconds,
      seconds: this.#seconds,
      interrupted: this.#interrupted,
      stopped: this.#stoppedBy !== undefined ? "callback" : this.#interrupted ? "signal" : "epochs",
      ...(this.#stoppedBy && { stoppedBy: this.#stoppedBy }),
    };
    await this.#callbacks.end(history);
    if (this.#left !== undefined) write(this.#inputs.workspace, this.#left);
    return history;
  }

  get #seconds(): number {
    return this.#secondsBefore + (now() - this.#begin) / 1000;
  }

  /** Steps since the first epoch, those of an earlier training included: the schedule's step. */
  get #step(): number {
    return (this.#epoch - 1) * this.#inputs.batches.steps + this.#done;
  }

  get #isOver(): boolean {
    return this.#interrupted || this.#stoppedBy !== undefined;
  }

  #beginEpoch(): void {
    const { workspace, train } = this.#inputs;
    this.#done = 0;
    this.#samples = 0;
    this.#running =
      this.#options.trainingMetrics === "running" ? newTotals(workspace, train.labelling!) : undefined;
    this.#epochSeconds = 0;
  }

  /** The epoch's steps and evaluations; undefined if it was stopped before its end. */
  async #trainEpoch(): Promise<EpochRow | undefined> {
    const { workspace, batches } = this.#inputs;
    const { steps } = batches;
    const epoch = this.#epoch;
    this.#epochBegin = now();
    await batches.begin(epoch);
    if (this.#done > 0) await batches.skip(this.#done);
    else this.#beginEpoch();
    const { hearSteps } = this.#callbacks;
    this.#choice?.resume(batches.batchSize);
    try {
      while (this.#done < steps && !this.#isOver) {
        // Awaited only if there is a ready(): other calls may use the memory while a training waits.
        if (batches.ready !== undefined) await batches.ready();
        const report = this.#takeStep();
        if (hearSteps) {
          const waits = this.#callbacks.step(report);
          if (waits !== undefined) await waits;
        }
        if (now() - this.#lastYield > YIELD_MILLISECONDS) {
          await otherWork();
          this.#lastYield = now();
        }
        this.#interrupted = this.#options.signal?.aborted === true;
      }
    } finally {
      this.#choice?.pause();
    }
    const seconds = this.#secondsOfEpoch();
    this.#epochSeconds = seconds;
    this.#epochBegin = now();
    if (this.#done < steps) {
      this.#trainSeconds += seconds;
      return undefined;
    }
    requireFiniteParameters(workspace, epoch);
    const evaluations = this.#evaluate(epoch, this.#running);
    this.#trainSeconds += seconds;
    return {
      epoch,
      learningRate: this.#schedule.at(this.#step),
      ...evaluations,
      steps,
      seconds: this.#seconds,
      trainSeconds: seconds,
      stepsPerSecond: steps / seconds,
    };
  }

  #secondsOfEpoch(): number {
    return this.#epochSeconds + (now() - this.#epochBegin) / 1000;
  }

  /** One update. */
  #takeStep(): StepReport {
    const { workspace, batches } = this.#inputs;
    const { learningRate, optimizer, loss } = workspace;
    const { epochs, seed, onThreads, onStep } = this.#options;
    const epoch = this.#epoch;
    const { n, place } = batches.next();
    learningRate.value = rateAt(this.#schedule, this.#step);
    optimizer.updates.value++;
    workspace.seedStep(seed, epoch, this.#done + 1);
    const run = this.#stepOf(n, place);
    const begin = now();
    run();
    const threads = this.#choice?.step(now() - begin, n);
    if (threads !== undefined) onThreads?.({ threads });
    const meanLoss = meanOf(loss.data[0]!, sumOfWeights(workspace.batch.lossWeights, n));
    if (!Number.isFinite(meanLoss)) throw diverged(meanLoss, this.#step + 1, epoch, learningRate.value);
    requireFiniteNorm(workspace.gradientNorm, this.#step + 1, epoch);
    if (this.#running !== undefined) add(this.#running, workspace, n);
    this.#done++;
    this.#samples += n;
    const report = {
      ...{ epoch, epochs, step: this.#done, steps: batches.steps },
      ...{ loss: meanLoss, learningRate: learningRate.value },
    };
    onStep?.(report);
    return report;
  }

  /** The training as a callback sees it. */
  #contextOf(callback: Callback): TrainingContext {
    const { workspace, validation, batches, layerTensors, encode } = this.#inputs;
    return {
      epochs: this.#options.epochs,
      steps: batches.steps,
      rows: this.#rows,
      measures: measuresOf(workspace.options.metrics, validation !== undefined),
      stop: (reason = "it asked for the end") => {
        this.#stoppedBy ??= { callback: callbackName(callback), reason: String(reason) };
      },
      tensors: layerTensors,
      leave: (tensors) => {
        this.#left = checkLeft(workspace, tensors);
      },
      checkpoint: (notes) => encode({ ...this.#state(), ...(notes !== undefined && { notes }) }),
    };
  }

  /** All that it takes to go on from here, beside the model. */
  #state(): TrainingState {
    const { workspace } = this.#inputs;
    const isWithin = this.#done > 0;
    return {
      epoch: this.#epoch,
      step: this.#done,
      samples: this.#samples,
      running: isWithin && this.#running !== undefined ? savedTotals(this.#running, workspace) : null,
      updates: workspace.optimizer.updates.value,
      rows: this.#rows,
      ...(this.#stoppedBy && { stoppedBy: this.#stoppedBy }),
      epochSeconds: isWithin ? this.#secondsOfEpoch() : 0,
      trainSeconds: this.#rows.reduce((sum, { trainSeconds }) => sum + trainSeconds, 0),
      seconds: this.#seconds,
      callbacks: this.#callbacks.states(),
    };
  }

  /** The function that runs a step. It is looked up only when the size of the batch or its place changes. */
  #stepOf(n: number, place: Placement): () => void {
    if (this.#planned?.n !== n || this.#planned.place !== place) {
      const { workspace, weighsClasses } = this.#inputs;
      const kind = trainingMetrics[this.#options.trainingMetrics];
      const { run } = workspace.plan(kind, n, place, weighsClasses);
      this.#planned = { n, place, run };
    }
    return this.#planned.run;
  }

  #evaluate(epoch: number, running: Totals | undefined): Pick<EpochRow, "train" | "validation"> {
    const { workspace, train, validation } = this.#inputs;
    const where = (which: string) => `After epoch ${epoch}, on the ${which} samples`;
    const ofTraining: Evaluation =
      running === undefined
        ? evaluateResident(where("training"), workspace, train)
        : finish(where("training"), running, workspace);
    if (validation === undefined) return { train: ofTraining };
    return { train: ofTraining, validation: evaluateResident(where("validation"), workspace, validation) };
  }
}

/** @throws FileError unless they are tensors; ConfigError if the layers have none of that name and size */
function checkLeft(workspace: Workspace, tensors: readonly NamedTensor[]): readonly NamedTensor[] {
  const { byName } = checkTensors(tensors, "leave");
  const sizes = new Map(
    [...workspace.parameters, ...workspace.states].map(({ name, value }) => [name, value.size]),
  );
  for (const { name, data } of byName.values()) {
    if (sizes.get(name) === data.length) continue;
    const found = sizes.has(name) ? `${sizes.get(name)} numbers` : "no such tensor";
    throw new ConfigError(
      `leave: ${name} has ${data.length} numbers, and the layers have ${found}. Give what tensors() gave.`,
    );
  }
  return [...byName.values()];
}

/** Puts tensors of the layers in the place of those that are there. */
function write(workspace: Workspace, tensors: readonly NamedTensor[]): void {
  workspace.writeParameters();
  const byName = new Map(tensors.map(({ name, data }) => [name, data]));
  for (const { name, value } of [...workspace.parameters, ...workspace.states]) {
    const data = byName.get(name);
    if (data !== undefined) value.data.set(data);
  }
}

/** @throws ConfigError unless the schedule gives a finite number, as anything else would spoil every weight */
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

/** Checks the norm by which gradients were clipped. An infinite one clips them to nothing, which no loss would show. */
function requireFiniteNorm(norm: number | undefined, step: number, epoch: number): void {
  if (norm === undefined || Number.isFinite(norm)) return;
  throw new TrainingError(
    `The norm of the gradients is ${norm} at step ${step} (epoch ${epoch}). ${DIVERGED_ADVICE}`,
  );
}

/** Checks the weights: a step's loss is that of the weights before its update, so it does not show the last update. */
function requireFiniteParameters(workspace: Workspace, epoch: number): void {
  workspace.readParameters();
  for (const { name, value } of workspace.parameters) {
    if (workspace.isFinite(value)) continue;
    const number = value.data.find((each) => !Number.isFinite(each));
    throw new TrainingError(`After epoch ${epoch}: ${name} holds ${number}. ${DIVERGED_ADVICE}`);
  }
}
