import type { Collector, MetricBatch } from "./metric.ts";
import { weightOf } from "./predicted.ts";

/** The share of the samples' weight that belongs to those of which something is true. */
export function shareOf(isTrue: (batch: MetricBatch, row: number) => boolean): Collector {
  let [right, all] = [0, 0];
  return {
    add(batch) {
      for (let i = 0; i < batch.count; i++) {
        const weight = weightOf(batch, i);
        all += weight;
        if (isTrue(batch, i)) right += weight;
      }
    },
    result: () => right / all,
  };
}
