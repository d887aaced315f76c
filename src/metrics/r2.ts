import type { Description } from "../described.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";
import { weightOf } from "./predicted.ts";
import { sums } from "./sums.ts";

/**
 * The coefficient of determination, at most 1: 1 − Σ w·(y − t)² / Σ w·(t − t̄)², t̄ being the targets' weighted mean. It is 0
 * for a model that always says t̄. Of several outputs it is the mean over them (scikit-learn's uniform_average). An output
 * whose targets are all the same counts 1 if every prediction is right, else 0. NaN with fewer than two samples, or if all weigh 0.
 */
export class R2Metrics implements Metric {
  readonly name = "r2";
  readonly targets = ["numbers"] as const;
  readonly better = "more";

  begin({ outputs }: MetricTask, saved?: unknown): Collector {
    const { sums: found, save } = sums(3 * outputs + 2, saved);
    const part = (i: number) => found.subarray(i * outputs, (i + 1) * outputs);
    const [squares, means, spreads] = [part(0), part(1), part(2)];
    // How many samples there are, and the sum of their weights.
    const total = found.subarray(3 * outputs);
    return {
      add(batch) {
        const { predictions, targets } = batch;
        total[0]! += batch.count;
        for (let i = 0; i < batch.count; i++) {
          const weight = weightOf(batch, i);
          if (weight === 0) continue;
          total[1]! += weight;
          for (let j = 0; j < outputs; j++) {
            const target = targets[i * outputs + j]!;
            const error = predictions[i * outputs + j]! - target;
            squares[j]! += weight * (error * error);
            // The mean and the squares around it at once, as Welford does: targets far from 0 lose no digits.
            const off = target - means[j]!;
            means[j]! += (weight / total[1]!) * off;
            spreads[j]! += weight * off * (target - means[j]!);
          }
        }
      },
      result() {
        if (total[0]! < 2 || total[1] === 0) return Number.NaN;
        let sum = 0;
        for (let j = 0; j < outputs; j++) {
          const [square, spread] = [squares[j]!, spreads[j]!];
          sum += spread === 0 ? Number(square === 0) : 1 - square / spread;
        }
        return sum / outputs;
      },
      save,
    };
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

export const r2 = {
  title: "R²",
  inWords: "Coefficient of determination",
  most: 1,
  usualFor: ["numbers"],
  create: () => new R2Metrics(),
} as const satisfies MetricKind;
