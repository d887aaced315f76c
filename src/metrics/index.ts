export { AccuracyMetrics } from "./accuracy.ts";
export type { Metric } from "./metric.ts";
