/** The metrics against scikit-learn: tests/fixtures/metrics.py prints what it says of some predictions. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type Collector,
  type MetricBatch,
  type MetricTask,
  metrics,
  TopKMetrics,
} from "../../src/metrics/index.ts";
import type { MetricValue } from "../../src/metrics/metric.ts";
import type { TargetArray } from "../../src/targets.ts";

interface Case {
  readonly name: string;
  readonly task: MetricTask;
  readonly predictions: readonly number[];
  readonly targets: readonly number[];
  readonly weights: readonly number[] | null;
  readonly values: Readonly<Record<string, MetricValue>>;
}

const cases = JSON.parse(
  readFileSync(new URL("../fixtures/metrics.json", import.meta.url), "utf8"),
) as readonly Case[];

/** Rows `from` to `to` of a case. */
function batchOf({ task, predictions, targets, weights }: Case, from: number, to: number): MetricBatch {
  const { outputs } = task;
  const width = task.targets === "classes" ? 1 : outputs;
  const Floats = task.precision === "float32" ? Float32Array : Float64Array;
  const Targets = task.targets === "numbers" ? Floats : Uint8Array;
  return {
    count: to - from,
    predictions: Floats.from(predictions.slice(from * outputs, to * outputs)),
    targets: Targets.from(targets.slice(from * width, to * width)) as TargetArray,
    ...(weights && { weights: Float64Array.from(weights.slice(from, to)) }),
  };
}

/** A metric's value over a case in batches of `size`, after each of which the collector may be saved and made anew. */
function measured(name: string, each: Case, size: number, saves = false): MetricValue {
  const metric = name === "topK" ? new TopKMetrics({ k: 2 }) : metrics[name as keyof typeof metrics].create();
  expect(metric.targets).toContain(each.task.targets);
  let collector: Collector<MetricValue> = metric.begin(each.task);
  const rows = each.predictions.length / each.task.outputs;
  for (let from = 0; from < rows; from += size) {
    collector.add(batchOf(each, from, Math.min(rows, from + size)));
    if (saves) collector = metric.begin(each.task, JSON.parse(JSON.stringify(collector.save!())));
  }
  return collector.result();
}

function expectNear(value: MetricValue, wanted: MetricValue, tolerance: number): void {
  if (typeof value === "number") {
    expect(Math.abs(value - (wanted as number))).toBeLessThanOrEqual(tolerance * (1 + Math.abs(value)));
    return;
  }
  expect(value).toHaveLength((wanted as readonly number[]).length);
  value.forEach((each, i) => {
    expectNear(each, (wanted as readonly number[])[i]!, tolerance);
  });
}

describe.each(cases.map((each) => [each.name, each] as const))("%s", (_, each) => {
  it.each(Object.entries(each.values))("%s is what scikit-learn says", (name, wanted) => {
    // Rounding of float64. scikit-learn takes logarithms of float32 in float32, and divides the probabilities by their
    // sum; R² loses digits far from 0, with either way.
    const tolerance =
      name === "logLoss" && each.task.precision === "float32" ? 2e-6 : name === "r2" ? 1e-9 : 1e-13;
    const value = measured(name, each, 1000);
    expectNear(value, wanted, tolerance);
    expect(measured(name, each, 7)).toEqual(value);
    expect(measured(name, each, 7, true)).toEqual(value);
  });
});

it("every metric is compared", () => {
  const compared = new Set(cases.flatMap(({ values }) => Object.keys(values)));
  expect([...compared].sort()).toEqual(Object.keys(metrics).sort());
});
