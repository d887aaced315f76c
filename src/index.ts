/** The public API. */
export {
  type Backend,
  backends,
  type Device,
  type DeviceTeam,
  type EngineName,
  referenceBackend,
  type SimdWidth,
  type WasmBackendOptions,
  wasmBackend,
} from "./backend/index.ts";
export type { CandidateName } from "./candidates.ts";
export { type ArraySamplesOptions, samplesFromArrays } from "./data/arrays.ts";
export type { ArrayTargets } from "./data/arrayTargets.ts";
export type { Cifar10Options } from "./data/cifar10.ts";
export { circles } from "./data/circles.ts";
export type {
  Dataset,
  ElementType,
  ReadOptions,
  Residence,
  Samples,
  SampleTarget,
  UntestedDataset,
} from "./data/dataset.ts";
export type {
  ImageDataset,
  ImageDatasetOptions,
  ImageFolder,
  ImageFolderOptions,
  ImageUnderstanding,
} from "./data/imageFolder.ts";
export { cifar10, findCifar10, mnist, openImageDataset, openImageFolder } from "./data/inFiles.ts";
export { moons } from "./data/moons.ts";
export { spirals } from "./data/spirals.ts";
export { type Split, type SplitOptions, splitDataset } from "./data/split.ts";
export type { SamplesSplit, SamplesSplitOptions } from "./data/splitSamples.ts";
export type { Standardization } from "./data/standardize.ts";
export { type SyntheticOptions, synthetic } from "./data/synthetic.ts";
export type { ToyOptions } from "./data/toy.ts";
export type { NumberArray, NumbersOrRows } from "./data/values.ts";
export type { Described, Description, Folder, Kind, Part } from "./described.ts";
export type { ResidualQuantiles } from "./ensemble/intervals.ts";
export * from "./errors.ts";
export type { GivenFile, GivenFiles, NamedFile } from "./files/given.ts";
export type { FormatOptions } from "./formats/format.ts";
export type { ImagePreprocessing } from "./images/preprocessing.ts";
export {
  ConstantInitializer,
  HeInitializer,
  type Initializer,
  LeCunInitializer,
  NormalInitializer,
  XavierInitializer,
  ZerosInitializer,
} from "./initializers/index.ts";
export type { ActivationFunction } from "./kernels/activation.ts";
export type { EnsembleOutput } from "./kernels/ensemble.ts";
export type { Kernels } from "./kernels/index.ts";
export {
  type ActivationName,
  BatchNormalization,
  type BatchNormalizationOptions,
  type BuildScope,
  Dense,
  type DenseOptions,
  Dropout,
  type ElementwiseLayer,
  Ensemble,
  type EnsembleOptions,
  GELU,
  ImageAugmentation,
  type ImageAugmentationOptions,
  type Layer,
  Mish,
  type Mode,
  type Parameter,
  ReLU,
  Scale,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  type State,
  type StepSeed,
  Tanh,
} from "./layers/index.ts";
export {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  type CategoricalCrossEntropyOptions,
  HuberLoss,
  type HuberOptions,
  type Loss,
  MeanAbsoluteErrorLoss,
  MeanSquaredErrorLoss,
} from "./losses/index.ts";
export {
  AccuracyMetrics,
  type Collector,
  ConfusionMetrics,
  F1MacroMetrics,
  F1Metrics,
  LogLossMetrics,
  type MacroMetrics,
  MaeMetrics,
  type Metric,
  type MetricBatch,
  type MetricKind,
  type MetricName,
  type MetricTask,
  type MetricValue,
  type MetricValues,
  metrics,
  type PerClassMetrics,
  PrecisionMacroMetrics,
  PrecisionMetrics,
  R2Metrics,
  RecallMacroMetrics,
  RecallMetrics,
  RmseMetrics,
  RocAucMetrics,
  type ScaleOptions,
  type Score,
  type Scored,
  TopKMetrics,
  type TopKOptions,
  type ValueOf,
} from "./metrics/index.ts";
export {
  BestWeights,
  type BestWeightsOptions,
  type Callback,
  type CallbackState,
  Checkpoint,
  type CheckpointOptions,
  CsvLog,
  EarlyStopping,
  type EarlyStoppingOptions,
  JsonLinesLog,
  type Measure,
  type MonitorDirection,
  type MonitorOptions,
  type TrainingContext,
} from "./model/callbacks/index.ts";
export type { TrainingCheckpoint } from "./model/checkpoint.ts";
export type { ClassWeight } from "./model/classWeights.ts";
export { type EnsembleOfOptions, ensembleOf } from "./model/ensemble.ts";
export type { FitOptions, StepReport, TrainingMetrics } from "./model/fitOptions.ts";
export {
  checkGradients,
  GRADIENT_TOLERANCE,
  type GradientCheck,
  type GradientCheckOptions,
  type TensorCheck,
} from "./model/gradientCheck.ts";
export type {
  EpochRow,
  Evaluation,
  History,
  Means,
  MetricsOf,
  SomeMetrics,
  StoppedBy,
} from "./model/history.ts";
export type { InRange, PredictOptions } from "./model/intervals.ts";
export type { InspectOptions, LayerActivity } from "./model/layerActivity.ts";
export type { Provenance } from "./model/memory.ts";
export { type CompileOptions, Model, type ModelOptions } from "./model/model.ts";
export type { SaveOptions } from "./model/modelFile.ts";
export { type BatchNormPlace, denseNetwork, type NetworkOptions } from "./model/network.ts";
export { type LoadModelOptions, loadModel, type OwnKinds } from "./model/openModel.ts";
export {
  type ColumnImportance,
  type FeatureGroup,
  type PermutationImportance,
  type PermutationImportanceOptions,
  permutationImportance,
  type Worsening,
} from "./model/permutationImportance.ts";
export type { Predictor } from "./model/predictor.ts";
export type { ModelPreprocessing } from "./model/preprocessing.ts";
export { type Resumable, readCheckpoint } from "./model/resume.ts";
export type { RowOf } from "./model/rows.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type SafetensorsContent,
} from "./model/safetensors.ts";
export type { SummaryRow } from "./model/summary.ts";
export type { AnyMetric } from "./model/totals.ts";
export {
  AdamOptimizer,
  type AdamOptions,
  AdamWOptimizer,
  type AdamWOptions,
  type CommonOptions as CommonOptimizerOptions,
  type Decayed,
  type DecayFollows,
  type Optimizer,
  type OptimizerState,
  type OwnTensors,
  type RateFactor,
  type RateFactors,
  SGDOptimizer,
  type SGDOptions,
} from "./optimizers/index.ts";
export type { Bytes, FileBlob, Signal, WasmMemory } from "./platform.ts";
export type { PreprocessingOptions } from "./preprocessing/fit.ts";
export type {
  EncodedColumn,
  Encoder,
  Prediction,
  TableDescription,
  TablePreprocessing,
  TableRow,
  TargetColumn,
  TargetEncoding,
} from "./preprocessing/preprocessing.ts";
export { Random } from "./random.ts";
export { L2Regularizer, type Regularizer } from "./regularizers/index.ts";
export {
  ConstantSchedule,
  type CosineOptions,
  CosineSchedule,
  type Coslog4Options,
  Coslog4Schedule,
  type LRCyclingOptions,
  LRCyclingSchedule,
  type OneCycleOptions,
  OneCycleSchedule,
  type Schedule,
  type WarmupOptions,
  WarmupSchedule,
} from "./schedules/index.ts";
export { type WideSimd, type WideSimdOptions, wideSimd } from "./simd/wide.ts";
export type { ColumnArrays } from "./tables/rows.ts";
export type {
  Cell,
  CellStyle,
  ColumnKind,
  ColumnRole,
  ColumnUnderstanding,
  DateStyle,
  NumberStyle,
  Table,
  TableColumn,
  TableOptions,
  Understanding,
} from "./tables/table.ts";
export type {
  AnswerOf,
  ClassAnswer,
  FlagAnswer,
  MetricsOfTask,
  NumberAnswer,
  UsualMetrics,
} from "./tabular/answers.ts";
export type { TableData, TrainTableOptions, UnderstoodTable } from "./tabular/options.ts";
export { train } from "./tabular/train.ts";
export type { TargetArray, TargetKind, Targets, TargetTensor, WeightTensor } from "./targets.ts";
export type { ArrayOf, DType, FloatArray, Precision, Scalar, Tensor } from "./tensor.ts";
export { type ImportanceOptions, type ParameterImportance, parameterImportance } from "./tuner/importance.ts";
export type { Objective, OptimizeOptions } from "./tuner/optimize.ts";
export {
  AshaPruner,
  type AshaPrunerOptions,
  MedianPruner,
  type MedianPrunerOptions,
  NopPruner,
} from "./tuner/pruners/index.ts";
export type { Trial } from "./tuner/runningTrial.ts";
export {
  type CoarseToFineOptions,
  CoarseToFineSampler,
  type GPOptions,
  GPSampler,
  type GridOptions,
  GridSampler,
  RandomSampler,
  type TPEOptions,
  TPESampler,
} from "./tuner/samplers/index.ts";
export {
  type CategoricalDistribution,
  type Condition,
  categorical,
  type Distribution,
  type FloatDistribution,
  float,
  type IntDistribution,
  int,
  type NumberOptions,
  type Params,
  type ParamValue,
  type SearchSpace,
  type SpaceEntry,
  when,
} from "./tuner/searchSpace.ts";
export { Study, type StudyOptions } from "./tuner/study.ts";
export type { Told } from "./tuner/told.ts";
export type {
  Direction,
  FinishedTrial,
  Pruner,
  PrunerContext,
  Report,
  Sampler,
  SamplerContext,
  TrialState,
} from "./tuner/trial.ts";
export { Tuner, type TunerOptions } from "./tuner/tuner.ts";
export {
  type MessagePortLike,
  type ProgressReport,
  type ServeTrainingOptions,
  serveTraining,
  type TrainInWorkerOptions,
  trainInWorker,
  type WorkerLike,
  type WorkerTraining,
} from "./worker/index.ts";
