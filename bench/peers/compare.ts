/** The comparisons: contenders are started, checked against each other, take turns, and are ended. */
import { adamCases, type TrainingCase, cases as trainings } from "../training.bench.ts";
import { launch, OURS, type PeerId, type Surroundings } from "./contenders.ts";
import { coreRoundTrip } from "./cores.ts";
import { ContenderProcess } from "./process.ts";
import type { AdamCost, Comparison, Lost, Measured, TwoTrainings } from "./report.ts";
import { type Entrant, type Turns, takeTurns } from "./rounds.ts";
import type { CheckedSteps, Settings, SliceResult } from "./shared/settings.ts";

/**
 * How much a peer's numbers may differ from ours, relative to them. Its sums are added in other orders, so that its
 * first loss is ours to 1e-7, as float32 rounds. Training makes of that some 2.2 times as much a step: 1e-5 at the
 * fifth step and 5e-5 at the ninth of nine layers with batch normalisation (NumPy and plain loops against us; the
 * other networks stay below 1e-6). Where a ReLU falls to the other side of 0, a hundred times as much: PyTorch on
 * Zen 3 was off in the third digit at the ninth step, and right.
 *
 * So the first EARLY steps are compared at EARLY_TOLERANCE, a hundred times what rounding makes of the fifth. A program
 * that has another rate, no batch normalisation or no penalty is further off by then. Later steps, where chaos has
 * begun, need only go the same way. The penalty, of the weights after all steps, is hardly touched by chaos (2e-7); one
 * without λ would be off by 5e-3, and with Adam, whose steps are as long without it, by 9e-4.
 */
const EARLY = 5;
const EARLY_TOLERANCE = 1e-3;
const LATE_TOLERANCE = 0.1;
const PENALTY_TOLERANCE = 1e-4;
/** How much a probability that a peer predicts may differ from ours. */
const OUTPUT_TOLERANCE = 1e-4;
const LAMBDA = 0.005;
/** The top of the cyclic learning rate, with which each optimizer trains these networks well. */
const ETA_MAX = { sgd: 1e-1, adam: 1e-3 };

/** Networks of middle size, and small ones as tables have them. */
const others: readonly TrainingCase[] = [
  { name: "mid512", widths: [784, 512, 512, 10], batchNormalization: false, batchSize: 128 },
  { name: "mid256", widths: [100, 256, 256, 10], batchNormalization: false, batchSize: 128 },
  { name: "small64", widths: [20, 64, 64, 2], batchNormalization: false, batchSize: 32 },
  { name: "small64bn", widths: [20, 64, 64, 2], batchNormalization: true, batchSize: 32 },
  { name: "small128", widths: [30, 128, 64, 10], batchNormalization: false, batchSize: 32 },
];

/** Those of `npm run bench` with both optimizers, and others. */
export const cases: readonly TrainingCase[] = [
  ...trainings,
  ...adamCases,
  ...others,
  ...others
    .filter(({ name }) => name === "mid256" || name === "small64")
    .map((each) => ({ ...each, name: `${each.name}-adam`, optimizer: "adam" as const })),
];

export interface Effort extends Omit<Turns, "steps"> {
  /** Training samples in memory. */
  readonly samples: number;
}

export interface Context {
  readonly surroundings: Surroundings;
  readonly effort: Effort;
  readonly onProgress: (line: string) => void;
  readonly onLost: (lost: Lost) => void;
}

export function settingsOf(
  { widths, batchNormalization, batchSize, optimizer = "sgd" }: TrainingCase,
  samples: number,
  threads: number,
): Settings {
  return {
    task: "train",
    widths,
    batchNormalization,
    optimizer,
    batchSize,
    lambda: LAMBDA,
    samples,
    etaMax: ETA_MAX[optimizer],
    stepSize: (5 * samples) / batchSize,
    threads,
  };
}

/** Starts the contenders one after another. Gives those that start, in order; the others are named with the reason. */
async function startAll(
  where: string,
  ids: readonly (PeerId | typeof OURS)[],
  settings: Settings,
  { surroundings, onLost }: Context,
): Promise<Map<string, ContenderProcess>> {
  const processes = new Map<string, ContenderProcess>();
  for (const id of ids) {
    try {
      processes.set(id, await ContenderProcess.start(launch(id, settings, surroundings)));
    } catch (error) {
      onLost({ where, id, reason: (error as Error).message });
    }
  }
  return processes;
}

/** Ours first: without it there is nothing to compare. */
async function run(
  title: string,
  unit: string,
  perStep: number,
  peers: readonly PeerId[],
  settings: Settings,
  leastSteps: number,
  check: (process: ContenderProcess, ours: ContenderProcess) => Promise<void>,
  context: Context,
): Promise<Comparison | undefined> {
  const { effort, onProgress, onLost } = context;
  const { threads } = settings;
  const where = `${title}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  onProgress(`${where}: ${[OURS, ...peers].join(", ")}`);
  const lose = (id: string, reason: string) => onLost({ where, id, reason });
  const processes = await startAll(where, [OURS, ...peers], settings, context);
  try {
    const ours = processes.get(OURS);
    if (ours === undefined) return undefined;
    for (const [id, process] of processes) {
      if (id === OURS) continue;
      try {
        await check(process, ours);
      } catch (error) {
        lose(id, (error as Error).message);
        processes.delete(id);
        await process.end();
      }
    }
    const entrants = [...processes].map(
      ([id, process]): Entrant => ({
        id,
        slice: (seconds, steps) => process.ask<SliceResult>(`slice ${seconds} ${steps}`),
      }),
    );
    const roundTrips: number[] = [];
    const measureCores = async () => {
      if (threads > 1) roundTrips.push(await coreRoundTrip());
    };
    const rates = await takeTurns(entrants, { ...effort, steps: leastSteps }, lose, measureCores);
    const measured = [...rates].map(
      ([id, own]): Measured => ({
        id,
        introduction: processes.get(id)!.introduction,
        rates: own.map((rate) => rate * perStep),
      }),
    );
    const own = measured.find(({ id }) => id === OURS);
    if (own === undefined) return undefined;
    return { title, threads, unit, ours: own, peers: measured.filter(({ id }) => id !== OURS), roundTrips };
  } finally {
    await Promise.all([...processes.values()].map((process) => process.end()));
  }
}

/** @throws Error if the peer's losses, or its weights after the steps, differ from ours */
export function checkSteps(theirs: CheckedSteps, ours: CheckedSteps): void {
  const isOff = (a: number | null, b: number, tolerance: number) =>
    a === null || !(Math.abs(a - b) <= tolerance * Math.abs(b));
  const step = ours.losses.findIndex((loss, i) =>
    isOff(theirs.losses[i] ?? null, loss, i < EARLY ? EARLY_TOLERANCE : LATE_TOLERANCE),
  );
  if (step >= 0) {
    throw new Error(
      `its loss at step ${step + 1} is ${theirs.losses[step]}, ours ${ours.losses[step]}: it does not train the same`,
    );
  }
  if (isOff(theirs.penalty, ours.penalty, PENALTY_TOLERANCE)) {
    throw new Error(
      `its penalty after ${ours.losses.length} steps is ${theirs.penalty}, ours ${ours.penalty}: ` +
        "it does not train the same",
    );
  }
}

/** @throws Error if a probability differs from ours */
export function checkOutputs(theirs: readonly number[], ours: readonly number[]): void {
  const at = ours.findIndex((value, i) => !(Math.abs(theirs[i]! - value) <= OUTPUT_TOLERANCE));
  if (at >= 0 || theirs.length !== ours.length) {
    throw new Error(
      `its output ${at} of ${theirs.length} is ${theirs[at]}, ours ${ours[at]} of ${ours.length}: ` +
        "it does not predict the same",
    );
  }
}

/** Training steps a second. The wide network's are so slow in plain JavaScript that a slice is two of them. */
export function compareTraining(
  trainingCase: TrainingCase,
  threads: number,
  peers: readonly PeerId[],
  context: Context,
): Promise<Comparison | undefined> {
  const { name, batchSize } = trainingCase;
  const isWide = name === "wide";
  let expected: Promise<CheckedSteps> | undefined;
  return run(
    `${name}, batch ${batchSize}`,
    "steps/s",
    1,
    peers,
    settingsOf(trainingCase, context.effort.samples, threads),
    2,
    async (process, ours) => {
      const line = `check ${isWide ? 2 : 10}`;
      expected ??= ours.ask<CheckedSteps>(line);
      // Not both at once.
      const own = await expected;
      checkSteps(await process.ask<CheckedSteps>(line), own);
    },
    context,
  );
}

/** Images a second that are predicted. */
export function compareInference(
  trainingCase: TrainingCase,
  batchSize: number,
  threads: number,
  model: string,
  context: Context,
): Promise<Comparison | undefined> {
  const settings = settingsOf({ ...trainingCase, batchSize }, batchSize, threads);
  return run(
    `predict ${trainingCase.name}, batch ${batchSize}`,
    "images/s",
    batchSize,
    ["onnxruntime"],
    { ...settings, task: "predict", model },
    2,
    async (process, ours) => {
      const own = await ours.ask<number[]>("outputs");
      checkOutputs(await process.ask<number[]>("outputs"), own);
    },
    context,
  );
}

/** Steps a second with Adam and with SGD, by turns, one thread each. */
export async function compareAdam(
  trainingCase: TrainingCase,
  context: Context,
): Promise<AdamCost | undefined> {
  const { effort, surroundings, onProgress, onLost } = context;
  const where = `Adam over SGD, ${trainingCase.name}`;
  onProgress(where);
  const processes: ContenderProcess[] = [];
  const entrants: Entrant[] = [];
  try {
    for (const optimizer of ["sgd", "adam"] as const) {
      const settings = settingsOf({ ...trainingCase, optimizer }, effort.samples, 1);
      const process = await ContenderProcess.start(launch(OURS, settings, surroundings));
      processes.push(process);
      entrants.push({
        id: optimizer,
        slice: (seconds, steps) => process.ask<SliceResult>(`slice ${seconds} ${steps}`),
      });
    }
    const lose = (id: string, reason: string) => onLost({ where, id, reason });
    const rates = await takeTurns(entrants, { ...effort, steps: 2 }, lose);
    const [sgd, adam] = [rates.get("sgd"), rates.get("adam")];
    return sgd === undefined || adam === undefined ? undefined : { name: trainingCase.name, sgd, adam };
  } catch (error) {
    onLost({ where, id: OURS, reason: (error as Error).message });
    return undefined;
  } finally {
    await Promise.all(processes.map((process) => process.end()));
  }
}

/** Two trainings of one thread each at once, in two processes, and one of them alone: steps a second of both. */
export async function compareTwoTrainings(
  trainingCase: TrainingCase,
  context: Context,
): Promise<TwoTrainings | undefined> {
  const { effort, surroundings, onProgress, onLost } = context;
  const where = `two trainings, ${trainingCase.name}`;
  onProgress(where);
  const settings = settingsOf(trainingCase, effort.samples, 1);
  const processes: ContenderProcess[] = [];
  try {
    for (let i = 0; i < 2; i++)
      processes.push(await ContenderProcess.start(launch(OURS, settings, surroundings)));
    const rate = async (process: ContenderProcess, seconds: number, steps: number) => {
      const { stepSeconds } = await process.ask<SliceResult>(`slice ${seconds} ${steps}`);
      return 1 / stepSeconds;
    };
    const entrants: Entrant[] = [
      {
        id: "one",
        slice: (seconds, steps) => processes[0]!.ask(`slice ${seconds} ${steps}`),
      },
      {
        id: "two",
        async slice(seconds, steps) {
          const rates = await Promise.all(processes.map((process) => rate(process, seconds, steps)));
          return { steps, stepSeconds: 1 / (rates[0]! + rates[1]!) };
        },
      },
    ];
    const lose = (id: string, reason: string) => onLost({ where, id, reason });
    const rates = await takeTurns(entrants, { ...effort, steps: 2 }, lose);
    const [one, two] = [rates.get("one"), rates.get("two")];
    return one === undefined || two === undefined ? undefined : { name: trainingCase.name, one, two };
  } catch (error) {
    onLost({ where, id: OURS, reason: (error as Error).message });
    return undefined;
  } finally {
    await Promise.all(processes.map((process) => process.end()));
  }
}
