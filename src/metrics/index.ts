/** The metrics by name, for `--metrics`, descriptions, evaluations, objectives and plots. */
import { accuracy } from "./accuracy.ts";
import { confusion } from "./confusion.ts";
import { f1, f1Macro } from "./f1.ts";
import { logLoss } from "./logLoss.ts";
import { mae } from "./mae.ts";
import type { MetricKind, ValueOf } from "./metric.ts";
import { precision, precisionMacro } from "./precision.ts";
import { r2 } from "./r2.ts";
import { recall, recallMacro } from "./recall.ts";
import { rmse } from "./rmse.ts";
import { rocAuc } from "./rocAuc.ts";
import { topK } from "./topK.ts";

export { AccuracyMetrics } from "./accuracy.ts";
export { ConfusionMetrics } from "./confusion.ts";
export type { Score } from "./counts.ts";
export { F1MacroMetrics, F1Metrics } from "./f1.ts";
export { LogLossMetrics } from "./logLoss.ts";
export { MaeMetrics } from "./mae.ts";
export type {
  Collector,
  Metric,
  MetricBatch,
  MetricKind,
  MetricTask,
  MetricValue,
  ValueOf,
} from "./metric.ts";
export { PrecisionMacroMetrics, PrecisionMetrics } from "./precision.ts";
export { R2Metrics } from "./r2.ts";
export { RecallMacroMetrics, RecallMetrics } from "./recall.ts";
export { RmseMetrics } from "./rmse.ts";
export { RocAucMetrics } from "./rocAuc.ts";
export type { MacroMetrics, PerClassMetrics, Scored } from "./scores.ts";
export type { ScaleOptions } from "./targetScale.ts";
export { TopKMetrics, type TopKOptions } from "./topK.ts";

/** In the order in which they are shown. */
export const metrics = {
  accuracy,
  topK,
  precision,
  precisionMacro,
  recall,
  recallMacro,
  f1,
  f1Macro,
  rocAuc,
  logLoss,
  rmse,
  mae,
  r2,
  confusion,
} as const satisfies Readonly<Record<string, MetricKind>>;

/** The names of the library's metrics. */
export type MetricName = keyof typeof metrics;

/** The types of their values. */
export type MetricValues = {
  readonly [name in MetricName]: ValueOf<ReturnType<(typeof metrics)[name]["create"]>>;
};
