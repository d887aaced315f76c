import type { AccuracyMetrics } from "./accuracy.ts";

export { AccuracyMetrics } from "./accuracy.ts";
export type { Metric } from "./metric.ts";

/** The names of the library's metrics. */
export type MetricName = AccuracyMetrics["name"];
