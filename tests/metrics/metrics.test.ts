/** The metrics by brute force and by hand, and what they refuse. */
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import {
  ConfusionMetrics,
  F1MacroMetrics,
  LogLossMetrics,
  type MetricTask,
  metrics,
  PrecisionMetrics,
  R2Metrics,
  RmseMetrics,
  RocAucMetrics,
  TopKMetrics,
} from "../../src/metrics/index.ts";
import type { Metric, MetricValue } from "../../src/metrics/metric.ts";
import { Random } from "../../src/random.ts";

const task = (targets: MetricTask["targets"], outputs: number): MetricTask => ({
  ...{ targets, outputs, precision: "float64" },
});

/** The value of one batch. */
function measure<V>(
  metric: Metric<V>,
  on: MetricTask,
  predictions: readonly number[],
  targets: readonly number[],
  weights?: readonly number[],
): V {
  const collector = metric.begin!(on);
  collector.add({
    count: predictions.length / on.outputs,
    predictions: Float64Array.from(predictions),
    targets: Float64Array.from(targets),
    weights: weights && Float64Array.from(weights),
  });
  return collector.result();
}

describe("rocAuc", () => {
  /** The definition, pair by pair. */
  function byPairs(scores: readonly number[], has: readonly number[], weights: readonly number[]): number {
    let [sum, all] = [0, 0];
    for (let i = 0; i < scores.length; i++) {
      for (let j = 0; j < scores.length; j++) {
        if (has[i] === 0 || has[j] === 1) continue;
        const weight = weights[i]! * weights[j]!;
        all += weight;
        sum += weight * (scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0);
      }
    }
    return sum / all;
  }

  it.each([2, 3, 10, 101, 400])("is the share of pairs that are in order, of %i samples", (count) => {
    const random = new Random(count, "auc");
    const scores = Array.from({ length: count }, () => Math.round(random.normal() * 4) / 4);
    const has = scores.map((_, i) => (i === 0 ? 1 : i === 1 ? 0 : random.uint32() % 2));
    const ones = has.map(() => 1);
    // Counts of pairs and their halves are exact, and so is one division.
    expect(measure(new RocAucMetrics(), task("flags", 1), scores, has)).toBe(byPairs(scores, has, ones));
    const weights = has.map(() => 1 + (random.uint32() % 8));
    expect(measure(new RocAucMetrics(), task("flags", 1), scores, has, weights)).toBe(
      byPairs(scores, has, weights),
    );
  });

  it("takes −0 and 0 for equal scores", () => {
    expect(measure(new RocAucMetrics(), task("flags", 1), [-0, 0, -0, 0], [1, 0, 0, 1])).toBe(0.5);
  });

  it("leaves out flags that all samples have, or none", () => {
    const [scores, flags] = [
      [0.9, 0.5, 0.1, 0.2, 0.5, 0.3],
      [1, 1, 0, 0, 1, 0],
    ];
    expect(measure(new RocAucMetrics(), task("flags", 3), scores!, flags!)).toBe(1);
  });

  it("is NaN if no flag tells samples apart, of no samples, and if a score is NaN", () => {
    expect(measure(new RocAucMetrics(), task("flags", 1), [0.1, 0.2], [1, 1])).toBeNaN();
    expect(measure(new RocAucMetrics(), task("classes", 3), [], [])).toBeNaN();
    expect(measure(new RocAucMetrics(), task("flags", 1), [0.1, Number.NaN], [1, 0])).toBeNaN();
    // Samples that do not count are not there.
    expect(measure(new RocAucMetrics(), task("flags", 1), [0.1, 0.2], [1, 0], [1, 0])).toBeNaN();
  });
});

it("a class that is neither there nor predicted has no part in a macro mean, a flag has", () => {
  // Class 2 of three; flag 1 of two.
  const rows = [0.9, 0.1, 0, 0.2, 0.8, 0, 0.7, 0.3, 0];
  expect(measure(new F1MacroMetrics(), task("classes", 3), rows, [0, 1, 1])).toBe((2 / 3 + 2 / 3) / 2);
  expect(measure(new PrecisionMetrics(), task("classes", 3), rows, [0, 1, 1])).toEqual([0.5, 1, 0]);
  expect(measure(new F1MacroMetrics(), task("flags", 2), [0.9, 0.1, 0.8, 0.2], [1, 0, 1, 0])).toBe(0.5);
});

it("a flag is set above one half, and not at it", () => {
  const value = measure(new ConfusionMetrics(), task("flags", 1), [0.5, 0.500001, 0.5, 0.6], [0, 0, 1, 1]);
  expect(value).toEqual([[1, 1, 1, 1]]);
});

it("logLoss clips probabilities of 0 and 1 by the epsilon of their type", () => {
  const at = (precision: MetricTask["precision"], p: number) =>
    measure(new LogLossMetrics(), { ...task("classes", 2), precision }, [1 - p, p], [1]);
  expect(at("float64", 0)).toBeCloseTo(36.04365338911715, 12);
  expect(at("float32", 0)).toBeCloseTo(15.942385152878742, 12);
  expect(at("float64", 1)).toBeCloseTo(2.220446049250313e-16, 28);
  expect(at("float32", 1)).toBeCloseTo(1.1920929e-7, 13);
  expect(measure(new LogLossMetrics(), task("flags", 2), [0, 1], [1, 0])).toBeCloseTo(36.04365338911715, 10);
});

it("r2 of targets that are all the same is 1 if every prediction is right, else 0", () => {
  const value = (y: number[], t: number[]) => measure(new R2Metrics(), task("numbers", 1), y, t);
  expect(value([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])).toBe(1);
  expect(value([0.1, 0.1, 0.2], [0.1, 0.1, 0.1])).toBe(0);
  expect(value([1], [2])).toBeNaN();
  expect(measure(new R2Metrics(), task("numbers", 1), [1, 2], [3, 4], [0, 0])).toBeNaN();
  expect(value([2, 4, 7], [1, 2, 3])).toBe(1 - (1 + 4 + 16) / 2);
  expect(measure(new R2Metrics(), task("numbers", 1), [5, 2, 4], [9, 1, 2], [0, 1, 1])).toBe(1 - 5 / 0.5);
});

it("topK with k = 1 is the accuracy, equal scores included, and with k ≥ classes it is 1", () => {
  const scores = [0.2, 0.4, 0.4, 0.5, 0.5, 0, 1, 0, 0];
  for (const labels of [
    [1, 0, 0],
    [2, 1, 0],
    [2, 2, 2],
  ]) {
    const k1 = measure(new TopKMetrics({ k: 1 }), task("classes", 3), scores, labels);
    expect(k1).toBe(measure(metrics.accuracy.create(), task("classes", 3), scores, labels));
    expect(measure(new TopKMetrics({ k: 3 }), task("classes", 3), scores, labels)).toBe(1);
    expect(measure(new TopKMetrics(), task("classes", 3), scores, labels)).toBe(1);
  }
  expect(new TopKMetrics({ k: 3, name: "top3" }).name).toBe("top3");
});

it.each([
  [{ k: 0 }, "TopKMetrics: k is 0, expected an integer ≥ 1."],
  [{ k: "3" }, 'TopKMetrics: k is "3", expected an integer ≥ 1.'],
  [{ name: "" }, 'TopKMetrics: name is "", expected a text, such as "top3".'],
  [{ top: 3 }, 'TopKMetrics: there is no option "top". There are: k, name.'],
])("TopKMetrics refuses %j", (options, message) => {
  expect(() => new TopKMetrics(options as object)).toThrow(message);
});

it("a confusion matrix of too many classes is refused before it takes memory", () => {
  expect(() => new ConfusionMetrics().begin(task("classes", 65_536))).toThrow(
    "confusion: a matrix of 65536 classes has 4294967296 numbers, expected at most 4096 classes. Leave it out.",
  );
  expect(new ConfusionMetrics().begin(task("flags", 65_536))).toBeDefined();
});

it("errors of several outputs are means over the outputs, weighted by sample", () => {
  const [y, t] = [
    [1, 10, 3, 10],
    [0, 12, 0, 10],
  ];
  expect(measure(new RmseMetrics(), task("numbers", 2), y!, t!)).toBe((Math.sqrt(5) + Math.sqrt(2)) / 2);
  expect(measure(metrics.mae.create(), task("numbers", 2), y!, t!)).toBe((2 + 1) / 2);
  expect(measure(metrics.mae.create(), task("numbers", 2), y!, t!, [3, 1])).toBe((6 / 4 + 6 / 4) / 2);
});

it.each(Object.entries(metrics))("%s has its name, and a value of each kind of targets", (name, kind) => {
  const metric: Metric<MetricValue> = kind.create();
  expect(metric.name).toBe(name);
  const scalar = metric.better !== undefined;
  for (const targets of metric.targets!) {
    const value = measure(
      metric,
      task(targets, 2),
      [0.4, 0.6, 0.7, 0.3],
      targets === "classes" ? [0, 1] : [0, 1, 1, 0],
    );
    expect(typeof value === "number").toBe(scalar);
    expect(JSON.stringify(value)).not.toContain("null");
  }
  for (const targets of kind.usualFor) expect(metric.targets).toContain(targets);
  // What train measures without being asked can be drawn and monitored.
  if (kind.usualFor.length > 0) expect(scalar).toBe(true);
});

it.each(Object.entries(metrics))("%s refuses what no collector of it has saved", (_, kind) => {
  const metric: Metric<MetricValue> = kind.create();
  for (const saved of [null, 3, {}, [1], ["a"], [null, null], [{ predictions: [1, 2, 3], targets: [] }]]) {
    expect(() => metric.begin!(task(metric.targets![0]!, 4), saved)).toThrow(ConfigError);
  }
});
