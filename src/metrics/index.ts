/** The metrics by name, as descriptions and evaluations have it. */
import type { Kind } from "../described.ts";
import { type AccuracyMetrics, accuracy } from "./accuracy.ts";
import type { Metric } from "./metric.ts";

export { AccuracyMetrics } from "./accuracy.ts";
export type { Metric } from "./metric.ts";

/** The names of the library's metrics. */
export type MetricName = AccuracyMetrics["name"];

export const metrics = { accuracy } as const satisfies Readonly<Record<string, Kind<Metric>>>;
