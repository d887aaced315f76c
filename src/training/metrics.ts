/** The metrics that a training of the command line measures. */
import { ConfigError } from "../errors.ts";
import {
  type Metric,
  type MetricKind,
  type MetricName,
  type MetricValue,
  metrics,
} from "../metrics/index.ts";
import { scaleOfTargets } from "../preprocessing/scaleOfTargets.ts";
import type { TargetKind } from "../targets.ts";

const names = Object.keys(metrics) as MetricName[];

function make(name: MetricName, scale?: readonly number[]): Metric<MetricValue> {
  const kind: MetricKind = metrics[name];
  return kind.create(kind.inUnitOfTargets && scale !== undefined ? { scale } : {});
}

/** The metrics that samples with these targets can be measured by. */
export const suitableMetrics = (targets: TargetKind): MetricName[] =>
  names.filter((name) => make(name).targets!.includes(targets));

/** Those that are measured if nothing else is asked for. */
export const usualMetrics = (targets: TargetKind): MetricName[] =>
  names.filter((name) => (metrics[name].usualFor as readonly TargetKind[]).includes(targets));

/**
 * The metrics by these names, or the usual ones. Those in the unit of the targets are in the unit that the targets had before
 * the data's preprocessing standardised them.
 * @param data the data set's name is for errors
 * @param named how errors write the name of the setting
 * @throws ConfigError if one is for other targets
 */
export function metricsFor(
  asked: readonly MetricName[] | undefined,
  {
    name: data,
    targets,
    preprocessing,
  }: {
    readonly name: string;
    readonly targets: TargetKind;
    readonly preprocessing?: object | undefined;
  },
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
  return (asked ?? usualMetrics(targets)).map((metric) => make(metric, scaleOfTargets(preprocessing)));
}
