/** The sums over samples of which an evaluation's loss and metrics are made. */
import { ConfigError, TrainingError } from "../errors.ts";
import { sumOfWeights } from "../kernels/sampleWeights.ts";
import type { Collector, Metric, MetricTask, MetricValue } from "../metrics/metric.ts";
import type { Labelling, TargetKind } from "../targets.ts";
import type { Evaluation } from "./history.ts";
import type { Workspace } from "./workspace.ts";

/** A metric of any values. */
export type AnyMetric = Metric<MetricValue>;

/**
 * Whether a kernel sums the metric up within the plan. Else a collector measures it afterwards, for which the plan computes
 * the output layer.
 */
export const isSummed = ({ forward, begin }: AnyMetric, targets: TargetKind, weighted: boolean): boolean =>
  forward !== undefined && (begin === undefined || (targets === "classes" && !weighted));

/** Sums over samples. */
export interface Totals {
  /** Σ w · l. */
  loss: number;
  /** Σ w with the weights in the loss. */
  lossWeight: number;
  /** Σ w with the weights of the samples, without those of their classes. */
  weight: number;
  /** The sums of metrics that kernels measure; 0 of others. */
  readonly sums: number[];
  /** The collectors of the other metrics. */
  readonly collectors: readonly (Collector<MetricValue> | undefined)[];
}

/**
 * Nothing yet.
 * @param labelling how the samples are labelled
 * @param saved what {@link savedTotals} gave, to go on from there
 */
export function newTotals(workspace: Workspace, labelling: Labelling, saved?: unknown): Totals {
  const { metrics } = workspace.options;
  const before = saved as SavedTotals | undefined;
  const task = taskOf(workspace, labelling);
  return {
    loss: before?.loss ?? 0,
    lossWeight: before?.lossWeight ?? 0,
    weight: before?.weight ?? 0,
    sums: metrics.map((_, i) => before?.sums[i] ?? 0),
    collectors: metrics.map((metric, i) => {
      if (isSummed(metric, task.targets, labelling.weighted)) return undefined;
      return metric.begin!(task, before?.collected[i] ?? undefined);
    }),
  };
}

function taskOf({ options, outputs }: Workspace, { kind }: Labelling): MetricTask {
  return { targets: kind, outputs, precision: options.precision };
}

interface SavedTotals {
  readonly loss: number;
  readonly lossWeight: number;
  readonly weight: number;
  readonly sums: readonly number[];
  readonly collected: readonly unknown[];
}

/**
 * The sums as JSON can hold them.
 * @throws ConfigError if a metric of one's own cannot be saved
 */
export function savedTotals(totals: Totals, workspace: Workspace): unknown {
  const { loss, lossWeight, weight, sums, collectors } = totals;
  const collected = collectors.map((collector, i) => {
    if (collector === undefined) return null;
    if (collector.save !== undefined) return collector.save();
    const { name } = workspace.options.metrics[i]!;
    throw new ConfigError(
      `The metric ${name} cannot be saved within an epoch, as its collector has no save(). ` +
        'Give it one, or fit() trainingMetrics: "full".',
    );
  });
  return { loss, lossWeight, weight, sums, collected } satisfies SavedTotals;
}

/** Adds what the last plan has measured on a batch of `n` samples. */
export function add(totals: Totals, workspace: Workspace, n: number): void {
  const { predictions, labels, weights, lossWeights } = workspace.batch;
  totals.loss += workspace.loss.data[0]!;
  totals.lossWeight += sumOfWeights(lossWeights, n);
  totals.weight += sumOfWeights(weights, n);
  workspace.metricSums.forEach((sum, i) => {
    if (totals.collectors[i] === undefined) totals.sums[i]! += sum.data[0]!;
  });
  if (predictions === undefined) return;
  const batch = { count: n, predictions: predictions.data, targets: labels!.data, weights: weights?.data };
  for (const collector of totals.collectors) collector?.add(batch);
}

/** A weighted mean; 0 if there is no weight. */
export const meanOf = (sum: number, weight: number): number => (weight === 0 ? 0 : sum / weight);

/**
 * The weighted means over all that was added, with the penalties as they stand.
 * @throws TrainingError if the loss or the cost is not finite
 */
export function finish(where: string, totals: Totals, workspace: Workspace): Evaluation {
  const loss = meanOf(totals.loss, totals.lossWeight);
  const cost = loss + workspace.penalty();
  if (!Number.isFinite(cost)) {
    const what = Number.isFinite(loss) ? `cost is ${cost}` : `loss is ${loss}`;
    throw new TrainingError(`${where}: the ${what}. ${DIVERGED_ADVICE}`);
  }
  const metrics = workspace.options.metrics.map(({ name }, i): [string, MetricValue] => {
    const collector = totals.collectors[i];
    return [name, collector === undefined ? meanOf(totals.sums[i]!, totals.weight) : collector.result()];
  });
  return { loss, cost, ...Object.fromEntries(metrics) };
}

/** What to do about a loss that is not finite. */
export const DIVERGED_ADVICE =
  "Try a lower etaMax, batch normalisation, or a smaller initialisation; or check the data for extreme values.";
