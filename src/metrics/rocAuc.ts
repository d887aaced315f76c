import type { Description } from "../described.ts";
import type { FloatArray } from "../tensor.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";
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
  readonly better = "higher";

  begin({ targets, outputs, precision }: MetricTask): Collector {
    const isClasses = targets === "classes";
    const columns = isClasses && outputs === 2 ? [1] : Array.from({ length: outputs }, (_, j) => j);
    const Scores = precision === "float32" ? Float32Array : Float64Array;
    const kept: {
      scores: FloatArray;
      has: (row: number, column: number) => boolean;
      weights: Float64Array;
    }[] = [];
    let count = 0;
    return {
      add(batch) {
        const given = batch.targets.slice();
        kept.push({
          scores: Scores.from(batch.predictions),
          has: (i, j) => (isClasses ? given[i] === j : given[i * outputs + j] !== 0),
          weights: Float64Array.from({ length: batch.count }, (_, i) => weightOf(batch, i)),
        });
        count += batch.count;
      },
      result() {
        const column = {
          scores: new Float64Array(count),
          has: new Uint8Array(count),
          weights: new Float64Array(count),
        };
        let [sum, defined] = [0, 0];
        for (const j of columns) {
          let at = 0;
          for (const { scores, has, weights } of kept) {
            for (let i = 0; i < weights.length; i++, at++) {
              column.scores[at] = scores[i * outputs + j]!;
              column.has[at] = has(i, j) ? 1 : 0;
              column.weights[at] = weights[i]!;
            }
          }
          const area = areaUnderCurve(column);
          if (area === undefined) continue;
          sum += area;
          defined++;
        }
        return sum / defined;
      },
    };
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
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
