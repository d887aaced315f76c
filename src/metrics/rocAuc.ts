import type { Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Collector, Metric, MetricBatch, MetricKind, MetricTask } from "./metric.ts";
import { weightOf } from "./predicted.ts";

/**
 * The area under the ROC curve, 0 to 1: the probability that a sample with the class has a higher score than one without,
 * a tie counting one half. It is exact, by ranks. Of two classes it is that of the second one; of several, the mean of each
 * against the rest, over classes that some samples have and some have not (scikit-learn's multi_class="ovr",
 * average="macro"); of flags, the same over flags. NaN if there is no such class.
 *
 * It keeps the predictions until all samples are measured: samples × outputs numbers.
 */
export class RocAucMetrics implements Metric {
  readonly name = "rocAuc";
  readonly targets = ["classes", "flags"] as const;
  readonly better = "more";

  begin(task: MetricTask, saved?: unknown): Collector {
    const kept = saved === undefined ? [] : restored(task, saved);
    return {
      add: (batch) => void kept.push(copied(batch)),
      result: () => meanArea(task, kept),
      save: () =>
        kept.map(({ predictions, targets, weights }) => ({
          ...{ predictions: Array.from(predictions), targets: Array.from(targets) },
          ...(weights && { weights: Array.from(weights) }),
        })),
    };
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

const copied = ({ count, predictions, targets, weights }: MetricBatch): MetricBatch => ({
  ...{ count, predictions: predictions.slice(), targets: targets.slice(), weights: weights?.slice() },
});

const areNumbers = (values: unknown, count: number): values is number[] =>
  Array.isArray(values) && values.length === count && values.every(Number.isFinite);

/** The batches that a collector has saved. @throws ConfigError if they are none */
function restored({ targets, outputs, precision }: MetricTask, saved: unknown): MetricBatch[] {
  const Scores = precision === "float32" ? Float32Array : Float64Array;
  if (!Array.isArray(saved)) throw notKept();
  return saved.map((batch: Readonly<Record<string, unknown>> | null) => {
    const { predictions, targets: labels, weights } = batch ?? {};
    const count = Array.isArray(predictions) ? predictions.length / outputs : Number.NaN;
    const width = targets === "classes" ? 1 : outputs;
    if (!Number.isInteger(count) || !areNumbers(predictions, count * outputs)) throw notKept();
    if (!areNumbers(labels, count * width)) throw notKept();
    if (weights !== undefined && !areNumbers(weights, count)) throw notKept();
    return {
      ...{ count, predictions: Scores.from(predictions), targets: Uint16Array.from(labels) },
      weights: weights && Float64Array.from(weights),
    };
  });
}

const notKept = () =>
  new ConfigError(
    "What the metric rocAuc has kept is to be batches of predictions. Is this another model's checkpoint?",
  );

/** The mean of the areas that there are; NaN if there is none. */
function meanArea({ targets, outputs }: MetricTask, batches: readonly MetricBatch[]): number {
  const isClasses = targets === "classes";
  const columns = isClasses && outputs === 2 ? [1] : Array.from({ length: outputs }, (_, j) => j);
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const scores = new Float64Array(count);
  const weights = new Float64Array(count);
  const has = new Uint8Array(count);
  let [sum, defined] = [0, 0];
  for (const j of columns) {
    let at = 0;
    for (const batch of batches) {
      for (let i = 0; i < batch.count; i++, at++) {
        scores[at] = batch.predictions[i * outputs + j]!;
        weights[at] = weightOf(batch, i);
        has[at] = (isClasses ? batch.targets[i] === j : batch.targets[i * outputs + j] !== 0) ? 1 : 0;
      }
    }
    const area = areaUnderCurve({ scores, has, weights });
    if (area === undefined) continue;
    sum += area;
    defined++;
  }
  return sum / defined;
}

/** One class's scores, and which samples have it. */
interface Column {
  readonly scores: Float64Array;
  readonly has: Uint8Array;
  readonly weights: Float64Array;
}

/** The area of one class; undefined if all samples have it, or none; NaN if a score is. */
function areaUnderCurve({ scores, has, weights }: Column): number | undefined {
  const n = scores.length;
  const sorted = scores.slice().sort();
  // The sort puts NaN last.
  if (n > 0 && Number.isNaN(sorted[n - 1])) return Number.NaN;
  // The weights of the samples with the class and without, where the first of the scores equal to theirs stands.
  const [withIt, without] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) (has[i] === 1 ? withIt : without)[firstOf(sorted, scores[i]!)]! += weights[i]!;
  let [area, all, below] = [0, 0, 0];
  for (let rank = 0; rank < n; rank++) {
    area += withIt[rank]! * (below + without[rank]! / 2);
    all += withIt[rank]!;
    below += without[rank]!;
  }
  return all === 0 || below === 0 ? undefined : area / (all * below);
}

/** Where the first of the numbers that are not less than `value` stands. */
function firstOf(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const rocAuc = {
  title: "ROC AUC",
  inWords: "Area under the ROC curve",
  most: 1,
  usualFor: ["flags"],
  create: () => new RocAucMetrics(),
} as const satisfies MetricKind;
