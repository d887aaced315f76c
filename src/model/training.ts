/** Prepares a model's training, from new weights or from a checkpoint, and does it: what is behind Model.fit. */
import { isTrap } from "../backend/index.ts";
import type { Samples } from "../data/dataset.ts";
import { noStandardization } from "../data/standardize.ts";
import { kindOf } from "../data/values.ts";
import { DatasetError, TeamError } from "../errors.ts";
import { targetsOf } from "../targets.ts";
import { ResidentBatches, requireBatch } from "./batches.ts";
import { Checkpoint } from "./callbacks/checkpoint.ts";
import { encodeCheckpoint, requirePosition, type TrainingCheckpoint } from "./checkpoint.ts";
import { fillClassWeights, requireClasses } from "./classWeights.ts";
import { runTraining, type TrainingInputs } from "./fit.ts";
import { type FitOptions, type ResolvedFitOptions, resolveFitOptions } from "./fitOptions.ts";
import type { History } from "./history.ts";
import { EVALUATION_ROWS, type ModelMemory } from "./memory.ts";
import type { Placement } from "./placements.ts";
import { measure, readResident } from "./resident.ts";
import { fingerprintsOf, requireSameData, requireSameSettings, settingsOf, toCheckpoint } from "./resume.ts";
import { checkAll, checkTensors } from "./tensors.ts";
import { TrainedData } from "./trainedData.ts";
import type { Turns } from "./turns.ts";
import type { Workspace } from "./workspace.ts";

const WHERE = "Model.fit";

/** The model, as a training needs it. */
export interface FitHost {
  readonly memory: ModelMemory;
  readonly turns: Turns;
  readonly threads: number | "auto";
  readonly seed: number;
  /** The smallest batch that all layers can be trained on. */
  readonly minimumBatch: number;
  /** @throws DatasetError unless the samples suit the model, and each other */
  check(train: Samples, validation: Samples | undefined): void;
}

/** Trains a model that is compiled. @throws as Model.fit */
export async function fitModel(host: FitHost, train: Samples, given: FitOptions): Promise<History> {
  const options = withCheckpoint(resolveFitOptions(given, host.seed));
  const { batchSize, validation, resume, classWeight } = options;
  const { memory, turns, minimumBatch } = host;
  const from = resume === undefined ? undefined : await toCheckpoint(resume);
  const settings = settingsOf(memory.parts, options, validation !== undefined);
  if (from !== undefined) requireSameSettings(from, settings);
  await turns.take("fit", async () => {
    host.check(train, validation);
    requireClasses(classWeight, train, memory.parts.loss);
    requireBatch(train.count, batchSize, minimumBatch);
    memory.fittingKind = kindOf(train.elementType);
  });
  const workspace = await prepare(host, train, options, from);
  const [place, validationPlace] = placesOf(workspace, train, validation);
  const trainedData = new TrainedData(() => fingerprintsOf(workspace, place, validationPlace));
  memory.trainedData = trainedData;
  const batches = new ResidentBatches(workspace, place, { ...options, minimumBatch });
  if (from !== undefined) requirePosition(from, { ...options, steps: batches.steps });
  const inputs: TrainingInputs = {
    ...{ workspace, train: place, validation: validationPlace, from: from?.state },
    weighsClasses: classWeight !== undefined,
    batches,
    layerTensors: () => memory.layerTensors()!,
    encode: (state) =>
      encodeCheckpoint(state, { settings, data: trainedData.fingerprint! }, memory.tensorsInPlace()),
  };
  try {
    return await runTraining(inputs, { ...options, chooseThreads: host.threads === "auto" });
  } catch (error) {
    // The other threads must not write to the memory any more. The next call makes it anew.
    if (error instanceof TeamError || isTrap(error)) await memory.close();
    throw error;
  }
}

/** The option `checkpoint` is short for one more callback. */
function withCheckpoint(options: ResolvedFitOptions): ResolvedFitOptions {
  const { checkpoint, callbacks = [] } = options;
  return checkpoint === undefined
    ? options
    : { ...options, callbacks: [...callbacks, new Checkpoint(checkpoint)] };
}

const placesOf = (workspace: Workspace, train: Samples, validation: Samples | undefined) =>
  [
    workspace.samples.placeOf(WHERE, train),
    validation && workspace.samples.placeOf(`${WHERE}, validation`, validation),
  ] as const;

/**
 * Makes a memory that holds the samples, and their standardisation or the state of a checkpoint. If the samples or the
 * checkpoint are refused, the model is as it was.
 */
async function prepare(
  { memory, turns, threads }: FitHost,
  train: Samples,
  options: ResolvedFitOptions,
  from: TrainingCheckpoint | undefined,
): Promise<Workspace> {
  const { batchSize, validation, onThreads, standardize } = options;
  const kind = memory.fittingKind!;
  const before = memory.workspace?.options;
  try {
    const workspace = await turns.take("fit", () =>
      memory.make({
        ...{ features: train.features, kind, resident: validation ? [train, validation] : [train] },
        maxRows: Math.max(Math.min(batchSize, train.count), EVALUATION_ROWS),
      }),
    );
    const { team } = workspace;
    if (threads !== "auto" || team === undefined) {
      const { notice } = memory;
      onThreads?.({ threads: team?.threads ?? 1, ...(notice && { notice }) });
    }
    await readResident(workspace, train, validation, options);
    requireWeight(placesOf(workspace, train, undefined)[0]);
    if (options.classWeight !== undefined) {
      fillClassWeights(options.classWeight, workspace, train, placesOf(workspace, train, undefined)[0]);
    }
    if (from !== undefined) takeCheckpoint(memory, workspace, placesOf(workspace, train, validation), from);
    if (memory.standardization === undefined) {
      // This has its own turn, because it uses the room where samples are staged.
      const measured = await turns.take("fit", async () =>
        standardize ? measure(workspace, train) : noStandardization(workspace.options.features),
      );
      memory.setStandardization(memory.standardization ?? measured);
    }
    memory.trainedKind = kind;
    memory.targets = { ...targetsOf(train), classNames: train.classNames };
    memory.provenance = undefined;
    memory.intervals = undefined;
    memory.isTentative = false;
    return workspace;
  } catch (error) {
    await turns.take("fit", () => memory.restore(before));
    throw error;
  }
}

/** @throws DatasetError if the samples weigh nothing, or more than can be counted: no loss could be computed */
function requireWeight({ weights, selection }: Placement): void {
  if (weights === undefined) return;
  const { data } = weights;
  let sum = 0;
  if (selection === undefined) for (const weight of data) sum += weight;
  else for (const row of selection) sum += data[row]!;
  if (sum > 0 && sum < Infinity) return;
  throw new DatasetError(
    sum === 0
      ? `${WHERE}: every sample weighs 0. Give at least one of them more.`
      : `${WHERE}: the weights of the samples add up to ${sum}. Divide all of them by a constant.`,
  );
}

/** Takes over the model's tensors, if the data are the same. */
function takeCheckpoint(
  memory: ModelMemory,
  workspace: Workspace,
  places: ReturnType<typeof placesOf>,
  checkpoint: TrainingCheckpoint,
): void {
  requireSameData(checkpoint, fingerprintsOf(workspace, ...places));
  const checked = checkTensors(checkpoint.tensors, checkpoint.from);
  checkAll(workspace, checked, checkpoint.from);
  memory.take(workspace, checked, true);
  workspace.optimizer.updates.value = checkpoint.state.updates;
}
