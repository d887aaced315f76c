/** The only training loop of the project. It computes and reports, but never prints. */
import { ConfigError, TrainingError } from "../errors.ts";
import { isNumber, shown } from "../options.ts";
import { now, otherWork } from "../runtime.ts";
import type { Schedule } from "../schedules/index.ts";
import type { BatchSource } from "./batches.ts";
import { evaluateResident } from "./evaluate.ts";
import { type LoopOptions, trainingMetrics } from "./fitOptions.ts";
import type { EpochRow, Evaluation, History } from "./history.ts";
import type { Placement } from "./placements.ts";
import type { ThreadChoice } from "./threadChoice.ts";
import { add, DIVERGED_ADVICE, finish, newTotals, type Totals } from "./totals.ts";
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
}

/**
 * Trains.
 * @throws TrainingError if the loss of a step, a parameter after an epoch, or its evaluation is not finite
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
  readonly #begin = now();
  #lastYield = this.#begin;
  /** Steps since the first epoch, those of an earlier training included: the schedule's step. */
  #step: number;
  #trainSeconds = 0;
  #interrupted = false;
  /** The function that runs a step, for so many samples in a place. */
  #planned: { n: number; place: Placement; run: () => void } | undefined;

  constructor(inputs: TrainingInputs, options: LoopOptions) {
    const { workspace, batches } = inputs;
    this.#inputs = inputs;
    this.#options = options;
    this.#choice = options.chooseThreads ? workspace.threadChoice : undefined;
    this.#schedule = workspace.options.optimizer!.schedule;
    this.#step = options.initialEpoch * batches.steps;
  }

  async run(): Promise<History> {
    const { epochs, initialEpoch, onEpoch } = this.#options;
    const rows: EpochRow[] = [];
    for (let epoch = initialEpoch + 1; epoch <= epochs && !this.#interrupted; epoch++) {
      const row = await this.#epoch(epoch);
      if (row === undefined) break;
      rows.push(row);
      await onEpoch?.(row);
    }
    return {
      rows,
      steps: this.#step - initialEpoch * this.#inputs.batches.steps,
      trainSeconds: this.#trainSeconds,
      seconds: this.#seconds,
      interrupted: this.#interrupted,
    };
  }

  get #seconds(): number {
    return (now() - this.#begin) / 1000;
  }

  /** The epoch's steps and evaluations; undefined if it was interrupted before its end. */
  async #epoch(epoch: number): Promise<EpochRow | undefined> {
    const { workspace, batches, train } = this.#inputs;
    const { steps } = batches;
    const begin = now();
    await batches.begin(epoch);
    const running = this.#options.trainingMetrics === "running" ? newTotals(workspace, train) : undefined;
    let samples = 0;
    let done = 0;
    this.#choice?.resume(batches.batchSize);
    try {
      while (done < steps && !this.#interrupted) {
        // Awaited only if there is a ready(): other calls may use the memory while a training waits.
        if (batches.ready !== undefined) await batches.ready();
        samples += this.#takeStep(epoch, ++done, running);
        if (now() - this.#lastYield > YIELD_MILLISECONDS) {
          await otherWork();
          this.#lastYield = now();
        }
        this.#interrupted = this.#options.signal?.aborted === true;
      }
    } finally {
      this.#choice?.pause();
    }
    const seconds = (now() - begin) / 1000;
    this.#trainSeconds += seconds;
    if (done < steps) return undefined;
    requireFiniteParameters(workspace, epoch);
    return {
      epoch,
      learningRate: this.#schedule.at(this.#step),
      ...this.#evaluate(epoch, running, samples),
      steps,
      seconds: this.#seconds,
      trainSeconds: seconds,
      stepsPerSecond: steps / seconds,
    };
  }

  /** One update; returns the number of its samples. */
  #takeStep(epoch: number, stepInEpoch: number, running: Totals | undefined): number {
    const { workspace, batches } = this.#inputs;
    const { learningRate, optimizer, loss } = workspace;
    const { epochs, seed, onThreads, onStep } = this.#options;
    const { n, place } = batches.next();
    learningRate.value = rateAt(this.#schedule, this.#step);
    optimizer.updates.value++;
    workspace.seedStep(seed, epoch, stepInEpoch);
    const run = this.#stepOf(n, place);
    const begin = now();
    run();
    const threads = this.#choice?.step(now() - begin, n);
    if (threads !== undefined) onThreads?.({ threads });
    const meanLoss = loss.data[0]! / n;
    if (!Number.isFinite(meanLoss)) throw diverged(meanLoss, this.#step + 1, epoch, learningRate.value);
    requireFiniteNorm(workspace.gradientNorm, this.#step + 1, epoch);
    if (running !== undefined) add(running, workspace, n);
    this.#step++;
    onStep?.({
      ...{ epoch, epochs, step: stepInEpoch, steps: batches.steps },
      ...{ loss: meanLoss, learningRate: learningRate.value },
    });
    return n;
  }

  /** The function that runs a step. It is looked up only when the size of the batch or its place changes. */
  #stepOf(n: number, place: Placement): () => void {
    if (this.#planned?.n !== n || this.#planned.place !== place) {
      const { run } = this.#inputs.workspace.plan(trainingMetrics[this.#options.trainingMetrics], n, place);
      this.#planned = { n, place, run };
    }
    return this.#planned.run;
  }

  #evaluate(
    epoch: number,
    running: Totals | undefined,
    samples: number,
  ): Pick<EpochRow, "train" | "validation"> {
    const { workspace, train, validation } = this.#inputs;
    const where = (which: string) => `After epoch ${epoch}, on the ${which} samples`;
    const ofTraining: Evaluation =
      running === undefined
        ? evaluateResident(where("training"), workspace, train)
        : finish(where("training"), running, samples, workspace);
    if (validation === undefined) return { train: ofTraining };
    return { train: ofTraining, validation: evaluateResident(where("validation"), workspace, validation) };
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
    for (const number of value.data) {
      if (Number.isFinite(number)) continue;
      throw new TrainingError(`After epoch ${epoch}: ${name} holds ${number}. ${DIVERGED_ADVICE}`);
    }
  }
}
