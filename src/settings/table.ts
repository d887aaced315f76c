/**
 * The settings of a training, each described once. The flags of `train` and `search`, the variables NNWASM_…, the check of
 * a config.json, the names and values of `--space`, the commands that are printed and the types are read from here.
 */
import * as v from "valibot";
import { backends, type EngineName, MOST_THREADS, type SimdChoice } from "../backend/index.ts";
import { datasetChoices, defaultDataset, defaultL2, defaultL2InWords } from "../data/index.ts";
import { initializerNames } from "../initializers/index.ts";
import { hiddenActivations } from "../layers/index.ts";
import { type LossName, losses } from "../losses/index.ts";
import { type MetricName, metrics } from "../metrics/index.ts";
import { type TrainingMetrics, trainingMetrics } from "../model/fitOptions.ts";
import { optimizers } from "../optimizers/index.ts";
import { schedules } from "../schedules/index.ts";
import { targetKinds } from "../targets.ts";
import type { Precision } from "../tensor.ts";
import { settingsOf } from "./declared.ts";
import { DATA_WORDS } from "./flags.ts";
import { ensembleSettings } from "./ofEnsembles.ts";
import { imageSettings } from "./ofImages.ts";
import { lossSettings, usualLosses } from "./ofLosses.ts";
import { learningRatesInWords, optimizerSettings } from "./ofOptimizers.ts";
import { tableSettings } from "./ofTables.ts";
import {
  biasesInWords,
  initialBiases,
  initializerOf,
  initialWeights,
  layerSizes,
  MOST_LAYERS,
  MOST_UNITS,
} from "./parse.ts";
import { setting } from "./setting.ts";
import {
  balancedOrWeights,
  checkedText,
  choice,
  choiceOrNone,
  countOrShare,
  integer,
  integerOrAuto,
  integers,
  number,
  rateFactorsOrNone,
  shareBelowOne,
  someOf,
  text,
  wholeNumber,
  yesOrNo,
} from "./types.ts";

/** The most epochs: more than anyone waits for, few enough to count through. */
export const MOST_EPOCHS = 100_000_000;

const DATA = { group: "The data:" };
const NETWORK = { group: "The network:" };
const TRAINING = { group: "The training:" };
const NO_STOPPING = "trials are ended by --pruner, and not by their own measures.";
const ENGINE = { group: "The engine:" };

const scheduleSettings = settingsOf(schedules, TRAINING.group);

/** In the order of a config.json; `--help` shows them by group. The defaults are the paper's. */
export const settings = {
  data: setting({
    ...{ ...DATA, flags: "--data <name|path>", type: text(), environment: false },
    help: datasetChoices(),
    usual: `${defaultDataset().name} if it is found, else ${defaultDataset().fallback}`,
    notSearched: "all trials share data. Give it as a flag.",
    words: { "--data": DATA_WORDS },
  }),
  ...tableSettings,
  inputScale: setting({
    ...{ ...NETWORK, flags: "--input-scale", type: yesOrNo() },
    help: "learn a factor for each input, 1 at first, before the first layer",
    usual: "not",
    off: "no factors of inputs",
    words: { "--input-scale": "scale-inputs learn-scale scaling-layer feature-scale learnable-scale" },
  }),
  layers: setting({
    ...{ ...NETWORK, flags: "--layers <units>", default: [50, 50] },
    type: integers(layerSizes, { largest: MOST_UNITS, longest: MOST_LAYERS }),
    help: "units of the hidden layers, or none",
    words: {
      "--layers":
        "hidden hidden-layers hidden-layer-sizes hidden-units hidden-size hidden-sizes hidden-dim layer units neurons " +
        "nodes widths width arch architecture network net sizes",
    },
  }),
  bn: setting({
    ...{ ...NETWORK, flags: "--bn [place]" },
    default: false,
    type: choiceOrNone<"after" | "before">(["after", "before"], "after"),
    help: "batch normalisation after (bare --bn) or before each activation",
    off: "no batch normalisation",
    words: {
      "--bn": "batchnorm batch-norm batch-normalization batch-normalisation use-bn norm normalize",
      "--no-bn": "no-batchnorm no-batch-norm no-batch-normalization no-batch-normalisation",
    },
  }),
  activation: setting({
    ...{ ...NETWORK, flags: "--activation <name>" },
    default: "relu",
    type: choice(hiddenActivations),
    help: "activation of the hidden layers",
    words: { "--activation": "act activations nonlinearity hidden-activation" },
  }),
  dropout: setting({
    ...{ ...NETWORK, flags: "--dropout <rate>", default: 0 },
    type: shareBelowOne(),
    help: "share of each hidden layer's outputs that is left out in a training step",
    words: { "--dropout": "drop-rate dropout-rate drop-prob p-drop" },
  }),
  ...imageSettings(TRAINING.group),
  init: setting({
    ...{ ...NETWORK, flags: "--init <name|file>" },
    default: "xavier",
    type: { ...text(), read: initialWeights, readChoice: initializerOf },
    help: `initial weights: ${initializerNames().join(", ")}, or the tensors of a .safetensors file`,
    words: {
      "--init": "initializer initialiser initialization initialisation weight-init weights kernel-init",
    },
  }),
  biasInit: setting({
    ...{ ...NETWORK, flags: "--bias-init <how>", type: checkedText(initialBiases, biasesInWords()) },
    default: "same",
    help: `initial biases: ${biasesInWords().replace("same", "the same, drawn as the weights are")}`,
    words: { "--bias-init": "bias bias-initializer" },
  }),
  outputInit: setting({
    ...{ ...NETWORK, flags: "--output-init <how>", type: choice(["same", "zeros"]) },
    default: "same",
    help: "initial weights and biases of the last layer: the same as the others', or zeros",
    words: { "--output-init": "last-layer-init final-init head-init zero-init-head output-initializer" },
  }),
  l2: setting({
    ...{ ...NETWORK, flags: "--lambda, --l2 <lambda>", type: number(0) },
    help: "strength λ of the L2 penalty: cost = loss + ½·λ·Σw²",
    follows: { inWords: defaultL2InWords(), from: ({ dataset }) => defaultL2(dataset) },
    words: {
      "--lambda":
        "lamda lamdba lam reg regularization regularisation regularizer regulariser l2-reg " +
        "l2-penalty penalty",
    },
  }),
  loss: setting({
    ...{ ...TRAINING, flags: "--loss <name>", type: choice(namesOf<LossName>(losses)) },
    help: "what the training makes small",
    usual: usualLosses(),
    notSearched: "losses of different kinds cannot be compared. Give it as a flag.",
    words: { "--loss": "criterion objective-function loss-function cost-function cost" },
  }),
  ...lossSettings(TRAINING.group),
  classWeight: setting({
    ...{ ...TRAINING, flags: "--class-weight <weights>", type: balancedOrWeights() },
    help: "weights of classes in the training's loss: balanced, or by name, as in cat=2,dog=0.5",
    usual: "none",
    notSearched: "it has several numbers. Give it as a flag.",
    words: { "--class-weight": "class-weights weight-classes balance balanced pos-weight scale-pos-weight" },
  }),
  optimizer: setting({
    ...{ ...TRAINING, flags: "--optimizer <name>", type: choice(namesOf(optimizers)) },
    default: "sgd",
    help: "the update rule",
    words: { "--optimizer": "optim opt optimiser solver algorithm" },
  }),
  ...optimizerSettings(TRAINING.group),
  lrSchedule: setting({
    ...{ ...TRAINING, flags: "--lr-schedule <name>", type: choice(namesOf(schedules)) },
    default: "cyclic",
    help: `learning rate: ${Object.entries(schedules)
      .map(([name, { help }]) => `${name} ${help}`)
      .join(", or ")}`,
    words: { "--lr-schedule": "schedule scheduler lr-scheduler lr-policy learning-rate-schedule" },
  }),
  ...scheduleSettings,
  etaMax: setting({
    ...scheduleSettings.etaMax,
    follows: { inWords: learningRatesInWords(), from: ({ learningRate }) => learningRate },
  }),
  rateFactors: setting({
    ...{ ...TRAINING, flags: "--rate-factors <factors>", type: rateFactorsOrNone(), default: false },
    help:
      "what the learning rate is multiplied by, by parameter: scale, weight, bias, gamma, beta; a number, or fan-in, " +
      "1/√inputs of a weight, as in scale=6,bias=0.1,weight=fan-in",
    off: "the same learning rate for all parameters",
    notSearched: "it has several numbers. Give it as a flag.",
    words: { "--rate-factors": "rate-factor lr-factors lr-factor lr-multipliers lr-mult param-groups" },
  }),
  warmup: setting({
    ...{ ...TRAINING, flags: "--warmup <updates>", type: integer(0), default: 0 },
    help: "updates before the schedule in which the learning rate rises to its first, linearly",
    words: { "--warmup": "warm-up warmup-steps warmup-updates num-warmup-steps warmup-iters warmup-epochs" },
  }),
  cycles: setting({
    ...{ ...TRAINING, flags: "--cycles <n>", default: 2 },
    type: number(0, v.pipe(v.number(), v.finite(), v.gtValue(0))),
    help: "learning rate cycles, of 10 epochs each",
    words: { "--cycles": "cycle n-cycles num-cycles" },
  }),
  epochs: setting({
    ...{ ...TRAINING, flags: "--epochs <n>", type: integer(1, wholeNumber(1, MOST_EPOCHS)) },
    help: "passes over the training samples",
    usual: "10 · cycles",
    words: {
      "--epochs":
        "epoch n-epochs num-epochs nb-epoch max-epochs max-epoch iterations iters max-iter max-iterations n-iter passes",
    },
  }),
  batch: setting({
    ...{ ...TRAINING, flags: "--batch <n>", type: integer(1), default: 100 },
    help: "samples in an update",
    words: {
      "--batch": "batch-size batchsize bs mini-batch minibatch minibatch-size mini-batch-size",
    },
  }),
  validation: setting({
    ...{ ...DATA, flags: "--validation <n>", type: countOrShare(), default: 5000 },
    help: "samples taken for validation, or their share if it is below 1; of one's own files 0.2",
    words: {
      "--validation": "val valid validation-split val-split validation-size val-size dev holdout",
    },
  }),
  limit: setting({
    ...{ ...DATA, flags: "--limit <n>", type: integer(1) },
    help: "use only the first n training samples of the split, for a quick look",
    words: { "--limit": "samples n-samples num-samples max-samples subset train-size head" },
  }),
  standardize: setting({
    ...{ ...DATA, flags: "--standardize <how>", type: choice(["feature", "none", "robust"]) },
    default: "feature",
    help:
      "inputs: feature, each feature minus its mean over the training samples, divided by its standard deviation; " +
      "none, as they are, but bytes divided by 255; or robust, which is a table's default, by median and interquartile " +
      "range with a smooth clip",
    words: {
      "--standardize":
        "standardise standardization standardisation normalize-inputs normalise-inputs scaling scaler preprocessing",
    },
  }),
  shuffle: setting({
    ...{ ...TRAINING, flags: "--no-shuffle", type: yesOrNo() },
    default: true,
    help: "keep the order of the training split in every epoch",
    words: { "--no-shuffle": "keep-order noshuffle" },
  }),
  metrics: setting({
    ...{ ...TRAINING, flags: "--metrics <names>", type: someOf(namesOf<MetricName>(metrics)) },
    help: `what is measured beside loss and cost, of ${Object.keys(metrics).join(", ")}; or none`,
    usual: usualMetrics(),
    notSearched: "all trials are measured alike. Give it as a flag.",
    words: { "--metrics": "measures scores scoring eval-metric" },
  }),
  trainingMetrics: setting({
    ...{ ...TRAINING, flags: "--training-metrics <how>" },
    default: "full",
    type: choice(namesOf<TrainingMetrics>(trainingMetrics)),
    help: "training loss and metrics: full, on all samples after an epoch; or running, in its course, which saves a pass",
    words: { "--training-metrics": "train-metrics" },
  }),
  patience: setting({
    ...{ ...TRAINING, flags: "--patience <epochs>", type: integer(1), alone: true, notSearched: NO_STOPPING },
    help: "end the training when --monitor has not become better for so many epochs",
    usual: "all epochs are trained",
    words: { "--patience": "early-stopping early-stop early-stopping-patience n-iter-no-change" },
  }),
  minDelta: setting({
    ...{ ...TRAINING, flags: "--min-delta <x>", type: number(0), default: 0 },
    ...{ alone: true, notSearched: NO_STOPPING },
    help: "what counts as better for --patience: by more than this",
    words: { "--min-delta": "tolerance tol early-stopping-delta threshold" },
  }),
  monitor: setting({
    ...{ ...TRAINING, flags: "--monitor <metric>", type: text(), alone: true, notSearched: NO_STOPPING },
    help: "the measure that --patience and --keep best go by, such as validation.accuracy",
    usual: "validation.loss",
    words: { "--monitor": "watch monitored early-stopping-monitor early-stopping-metric" },
  }),
  keep: setting({
    ...{ ...TRAINING, flags: "--keep <which>", type: choice(["last", "best"]), default: "last" },
    notSearched: "all trials are measured alike. Give it as a flag.",
    help: "the weights at the end: of the last epoch, or of the best one",
    words: { "--keep": "restore-best restore-best-weights save-best best keep-best" },
  }),
  ...ensembleSettings(TRAINING.group),
  checkpointEvery: setting({
    ...{ ...TRAINING, flags: "--checkpoint-every <seconds>", type: number(0), default: 30 },
    ...{ alone: true, changesResults: false, notSearched: "trials make no checkpoints." },
    help: "seconds between checkpoints, from which --resume goes on; 0: one after every epoch",
    words: { "--checkpoint-every": "checkpoint checkpoints save-every checkpoint-interval save-interval" },
  }),
  seed: setting({
    ...{ ...TRAINING, flags: "--seed <n>", default: 1 },
    type: integer(0, v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    help: "random seed, of the split, the weights and the order",
    words: { "--seed": "random-seed random-state rng rng-seed" },
  }),
  threads: setting({
    ...{ ...ENGINE, flags: "--threads <n>", type: integerOrAuto(1, MOST_THREADS) },
    default: "auto",
    help: "threads in the training, or auto: as many as are fastest here; the results are the same",
    notSearched: "a trial has one thread. --workers N runs N trials at once.",
    ...{ changesResults: false, alone: true },
    words: {
      "--threads": "thread n-threads num-threads cpus cores jobs n-jobs workers parallel",
    },
  }),
  engine: setting({
    ...{ ...ENGINE, flags: "--engine <name>", type: choice(namesOf<EngineName>(backends)) },
    default: "wasm",
    help: "WebAssembly, or its definition in JavaScript",
    words: { "--engine": "backend device runtime" },
  }),
  simd: setting({
    ...{
      ...ENGINE,
      flags: "--simd <width>",
      type: choice<SimdChoice>(["auto", "wide", "narrow"]),
      default: "auto",
    },
    help:
      "width of the engine's vectors: wide, of 256 bits, which Node 24 has; narrow, of 128; or auto: as is faster here, which is " +
      "tried once; the results are the same",
    notSearched: "all trials have one width.",
    changesResults: false,
    words: { "--simd": "vectors vector-width avx avx2 wide revectorize" },
  }),
  dtype: setting({
    ...{ ...ENGINE, flags: "--dtype <name>" },
    default: "float32",
    type: choice<Precision>(["float32", "float64"]),
    help: "precision of the numbers",
    words: { "--dtype": "precision float type data-type" },
  }),
};

/** The metrics that are measured if none are asked for, by the kind of targets. */
function usualMetrics(): string {
  return Object.keys(targetKinds)
    .map((kind) => {
      const usual = Object.entries(metrics).filter(([, { usualFor }]) =>
        usualFor.some((each) => each === kind),
      );
      return `${usual.map(([name]) => name).join(", ")} for ${kind}`;
    })
    .join("; ");
}

/** The names of a registry. */
function namesOf<T extends string = string>(registry: Readonly<Record<T, unknown>>): T[] {
  return Object.keys(registry) as T[];
}
