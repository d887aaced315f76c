/** What a training can call after its steps and epochs. */
export { BestWeights, type BestWeightsOptions } from "./bestWeights.ts";
export type { Callback, CallbackState, Measure, TrainingContext } from "./callback.ts";
export { Checkpoint, type CheckpointOptions } from "./checkpoint.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./earlyStopping.ts";
export { CsvLog, JsonLinesLog } from "./logs.ts";
export type { Direction as MonitorDirection, MonitorOptions } from "./monitor.ts";
