/** Puts trained models together to one, whose answers are the weighted mean of theirs. */
import { noStandardization, type Standardization } from "../data/standardize.ts";
import type { ValueKind } from "../data/values.ts";
import { createDescribed } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { EnsembleOutput } from "../kernels/ensemble.ts";
import { Ensemble, type EnsembleOptions, type Layer, Sigmoid, Softmax } from "../layers/index.ts";
import { checkOptions, shown } from "../options.ts";
import type { Prediction } from "../preprocessing/preprocessing.ts";
import type { SomeMetrics } from "./history.ts";
import { type ModelMemory, memories, type TrainedTargets } from "./memory.ts";
import { Model } from "./model.ts";
import { architectureOf } from "./modelFile.ts";
import { kindFolders, kindsWith, type LoadModelOptions } from "./openModel.ts";
import { describePreprocessing, type ModelPreprocessing } from "./preprocessing.ts";
import type { NamedTensor } from "./safetensors.ts";
import { standardizationTensors } from "./tensors.ts";

export interface EnsembleOfOptions
  extends LoadModelOptions,
    Pick<EnsembleOptions, "weights" | "temperature"> {}

/** What is put together of a model. */
interface Member {
  readonly model: Model;
  readonly memory: ModelMemory;
  readonly tensors: readonly NamedTensor[];
  /** The kind of its last layer. */
  readonly last: string;
}

const WHERE = "ensembleOf";

/** What an ensemble gives to the layer behind it, by the layer with which its members end. Of any other layer it is the mean. */
const outputs: ReadonlyMap<string, EnsembleOutput> = new Map([
  ["softmax", "log"],
  ["sigmoid", "logit"],
]);

/** The layer behind it. */
const behind: Readonly<Record<EnsembleOutput, () => readonly Layer[]>> = {
  mean: () => [],
  log: () => [new Softmax()],
  logit: () => [new Sigmoid()],
};

/**
 * A model of several trained ones, whose outputs are the weighted mean of theirs: an {@link Ensemble} layer with copies of their
 * layers and tensors, behind it a softmax or a sigmoid if they end with one. It predicts, evaluates, and is saved and opened, as
 * any other; it is not trained.
 *
 *     const models = [];
 *     for (const seed of [1, 2, 3]) models.push(await trained(seed));
 *     const model = await ensembleOf(models, { weights: [0.5, 0.25, 0.25], temperature: 1.2 });
 *     await model.save("model.safetensors");
 *
 * It takes over standardisation, kind of values, targets, names of classes and preprocessing, which must be the same in all
 * models that have them; from the first one the seed, and what it was compiled with. For predictions batch normalisation is
 * folded into the layers beside it within members, too.
 *
 * `M` is the type of the metrics' values, `P` that of its answers to rows of a table (see {@link Model}).
 *
 * @param models built, with the same precision, features, outputs and kind of last layer. They stay as they are
 * @param options `weights` and `temperature` as of {@link Ensemble}, the latter for classes and flags alone; the others as of
 *   {@link loadModel}: layers of one's own are made anew by these functions
 * @throws ConfigError if there is no model, one is not built, they do not go together, or an option is out of its range
 */
export async function ensembleOf<M = SomeMetrics, P = Prediction>(
  models: readonly Model<M, P>[],
  options: EnsembleOfOptions = {},
): Promise<Model<M, P>> {
  checkOptions(WHERE, options, ["weights", "temperature", "engine", "threads", ...kindFolders]);
  const kinds = kindsWith(WHERE, options);
  if (!Array.isArray(models) || models.length === 0) {
    throw new ConfigError(`${WHERE}: models is ${shown(models)}, expected an array of at least one Model.`);
  }
  const members = Array.from(models).map(memberOf);
  const known = whatIsKnown(members);
  const { precision, seed } = models[0]!;
  const layers = members.map(({ model }, k) =>
    architectureOf(`${WHERE}: model ${k}`, model.layers).map(
      (description, i) =>
        createDescribed(kinds, "layers", description, `${WHERE}: model ${k}: layer ${i}`) as Layer,
    ),
  );
  const { weights, temperature, engine, threads } = options;
  const output = outputs.get(members[0]!.last) ?? "mean";
  const ensemble = new Ensemble(layers, {
    ...{ output },
    ...(weights !== undefined && { weights }),
    ...(temperature !== undefined && { temperature }),
  });
  const model = new Model([ensemble, ...behind[output]()], {
    ...{ dtype: precision, seed },
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
  });
  try {
    await fill(model, members, known);
    return model as unknown as Model<M, P>;
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** @throws ConfigError unless it is a model that has been built */
function memberOf(model: Model, k: number): Member {
  const memory = memories.get(model);
  if (memory === undefined)
    throw new ConfigError(`${WHERE}: model ${k} is ${shown(model)}, expected a Model.`);
  const tensors = memory.layerTensors();
  if (tensors === undefined) {
    throw new ConfigError(`${WHERE}: model ${k} is not built. Train, load or build() it first.`);
  }
  return { model, memory, tensors, last: model.layers.at(-1)![1].kind };
}

/**
 * What the models must have in common.
 * @param of what it is, as JSON compares it; undefined if a model does not know it, which then takes part in any
 * @returns the first model that knows it
 * @throws ConfigError if another one's differs
 */
function agreed(
  members: readonly Member[],
  what: string,
  of: (member: Member) => unknown,
  advice = "Give it models that were made alike.",
): Member | undefined {
  const texts = members.map((member) => JSON.stringify(of(member)));
  const at = texts.findIndex((text) => text !== undefined);
  const other = texts.findIndex((text) => text !== undefined && text !== texts[at]);
  if (other < 0) return members[at];
  const both = `: ${texts[at]}, ${texts[other]}`;
  throw new ConfigError(
    `${WHERE}: models ${at} and ${other} differ in ${what}${both.length < 80 ? both : ""}. ${advice}`,
  );
}

/** What the ensemble takes over from its members. */
interface Known {
  readonly features: number;
  readonly standardization: Standardization | undefined;
  readonly trainedKind: ValueKind | undefined;
  readonly targets: TrainedTargets | undefined;
  readonly preprocessing: ModelPreprocessing | undefined;
}

/** @throws ConfigError if the members do not go together */
function whatIsKnown(members: readonly Member[]): Known {
  const features = members[0]!.memory.features!;
  agreed(members, "precision", ({ model }) => model.precision);
  agreed(members, "features", ({ memory }) => memory.features);
  agreed(members, "outputs", ({ memory }) => memory.outputs(memory.features!));
  agreed(members, "their last layer", ({ last }) => (outputs.has(last) ? last : "another"));
  agreed(
    members,
    "standardisation",
    ({ memory: { standardization = noStandardization(features) } }) => {
      const { mean, std } = standardization;
      return [[...mean], [...std]];
    },
    "Train them on inputs that were prepared once, with fit(samples, { standardize: false }).",
  );
  const ofValues = agreed(members, "their kind of values", ({ memory }) => memory.trainedKind);
  const ofTargets = agreed(
    members,
    "targets",
    ({ memory: { targets } }) => targets && [targets.kind, targets.width],
  );
  const ofNames = agreed(members, "names of classes", ({ memory }) => memory.targets?.classNames);
  const ofInputs = agreed(
    members,
    "preprocessing",
    ({ memory: { preprocessing } }) => preprocessing && describePreprocessing(preprocessing),
    "Prepare the data once, and train all of them on it.",
  );
  const targets = ofTargets?.memory.targets;
  return {
    features,
    standardization: members.find(({ memory }) => memory.standardization !== undefined)?.memory
      .standardization,
    trainedKind: ofValues?.memory.trainedKind,
    targets: targets && { ...targets, classNames: ofNames?.memory.targets?.classNames },
    preprocessing: ofInputs?.memory.preprocessing,
  };
}

/** Takes over the members' tensors, and what else they know. */
async function fill(model: Model, members: readonly Member[], known: Known): Promise<void> {
  const { features, standardization, trainedKind, targets, preprocessing } = known;
  const memory = memories.get(model)!;
  const { compiled } = members[0]!.memory;
  if (compiled !== undefined) model.compile(compiled);
  memory.declaredFeatures = features;
  const [name] = model.layers[0]!;
  const tensors = members.flatMap((member, k) =>
    member.tensors.map((tensor) => ({ ...tensor, name: `${name}.${k}.${tensor.name}` })),
  );
  await model.load([...tensors, ...standardizationTensors(standardization)], WHERE);
  Object.assign(memory, { trainedKind, targets, preprocessing });
}
