import type { Collector, MetricBatch } from "./metric.ts";
import { weightOf } from "./predicted.ts";
import { sums } from "./sums.ts";

/** The share of the samples' weight that belongs to those of which something is true. */
export function shareOf(isTrue: (batch: MetricBatch, row: number) => boolean, saved: unknown): Collector {
  const { sums: found, save } = sums(2, saved);
  return {
    add(batch) {
      for (let i = 0; i < batch.count; i++) {
        const weight = weightOf(batch, i);
        found[1]! += weight;
        if (isTrue(batch, i)) found[0]! += weight;
      }
    },
    result: () => found[0]! / found[1]!,
    save,
  };
}
