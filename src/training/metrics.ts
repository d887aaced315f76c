/** The metrics that a training of the command line measures. */
import { ConfigError } from "../errors.ts";
import { type Metric, type MetricName, type MetricValue, metrics } from "../metrics/index.ts";
import type { TargetKind } from "../targets.ts";

const names = Object.keys(metrics) as MetricName[];
const make = (name: MetricName): Metric<MetricValue> => metrics[name].create();

/** The metrics that samples with these targets can be measured by. */
export const suitableMetrics = (targets: TargetKind): MetricName[] =>
  names.filter((name) => make(name).targets!.includes(targets));

/** Those that are measured if nothing else is asked for. */
export const usualMetrics = (targets: TargetKind): MetricName[] =>
  names.filter((name) => (metrics[name].usualFor as readonly TargetKind[]).includes(targets));

/**
 * The metrics by these names, or the usual ones.
 * @param data the data set's name, for errors
 * @param named how errors write the name of the setting
 * @throws ConfigError if one is for other targets
 */
export function metricsFor(
  asked: readonly MetricName[] | undefined,
  { name: data, targets }: { readonly name: string; readonly targets: TargetKind },
  named: (key: "metrics") => string = String,
): Metric<MetricValue>[] {
  const suitable = suitableMetrics(targets);
  const wrong = asked?.find((name) => !suitable.includes(name));
  if (wrong !== undefined) {
    throw new ConfigError(
      `${named("metrics")} ${wrong} is for ${make(wrong).targets!.join(" and ")}, and ${data} has ${targets}. ` +
        `There are: ${suitable.join(", ")}.`,
    );
  }
  return (asked ?? usualMetrics(targets)).map(make);
}
