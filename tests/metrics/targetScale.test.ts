import { describe, expect, it } from "vitest";
import { MaeMetrics, metrics, RmseMetrics, type ScaleOptions } from "../../src/metrics/index.ts";
import { metricsFor } from "../../src/training/metrics.ts";

/** Two samples with two outputs each, and errors of 1, −3 and 3, 1. */
const batch = {
  count: 2,
  predictions: Float64Array.of(2, 2, 5, 6),
  targets: Float64Array.of(1, 5, 2, 5),
};
const task = { targets: "numbers", outputs: 2, precision: "float64" } as const;

function value(metric: RmseMetrics | MaeMetrics): number {
  const collector = metric.begin(task);
  collector.add(batch);
  return collector.result();
}

describe("errors are in the unit of the targets before they were divided", () => {
  it("by a factor for each output", () => {
    // Squares of the first output: 1 and 9, of the second 9 and 1; both have the mean 5, and absolute errors of 2.
    expect(value(new RmseMetrics())).toBeCloseTo(Math.sqrt(5), 14);
    expect(value(new RmseMetrics({ scale: [10, 1] }))).toBeCloseTo((11 * Math.sqrt(5)) / 2, 14);
    expect(value(new RmseMetrics({ scale: 3 }))).toBeCloseTo(3 * Math.sqrt(5), 14);
    expect(value(new MaeMetrics())).toBe(2);
    expect(value(new MaeMetrics({ scale: [10, 1] }))).toBe(11);
    expect(value(new MaeMetrics({ scale: 3 }))).toBe(6);
  });

  it("as data's preprocessing has it: metricsFor takes it from there", () => {
    const data = { name: "houses", targets: "numbers" } as const;
    const described = (preprocessing: object | undefined) =>
      metricsFor(undefined, { ...data, preprocessing }).map((metric) => metric.describe!());
    expect(described({ kind: "table", target: { kind: "numbers", mean: [5, 1], std: [2, 0.5] } })).toEqual([
      { name: "rmse", options: { scale: [2, 0.5] } },
      { name: "mae", options: { scale: [2, 0.5] } },
      { name: "r2", options: {} },
    ]);
    for (const none of [undefined, { kind: "images" }, { kind: "table", target: { kind: "classes" } }])
      expect(described(none).map(({ options }) => options)).toEqual([{}, {}, {}]);
  });
});

describe.each([
  ["RmseMetrics", RmseMetrics, metrics.rmse],
  ["MaeMetrics", MaeMetrics, metrics.mae],
] as const)("%s", (name, Metrics, kind) => {
  it("is described with its scale, or without one as before there were any", () => {
    for (const options of [{}, { scale: 2 }, { scale: [1, 2] }]) {
      const description = new Metrics(options).describe();
      expect(description.options).toEqual(options);
      expect(kind.create(description.options as ScaleOptions).describe()).toEqual(description);
    }
  });

  it.each([
    [{ scale: 0 }, `${name}: scale has 0, expected finite numbers > 0.`],
    [{ scale: [1, -1] }, `${name}: scale has -1, expected finite numbers > 0.`],
    [{ scale: [1, Number.NaN] }, `${name}: scale has NaN, expected finite numbers > 0.`],
    [
      { scale: [] },
      `${name}: scale is an array of 0, expected a number > 0, or an array with one for each output.`,
    ],
    [{ scale: "2" }, `${name}: scale is "2", expected a number > 0, or an array with one for each output.`],
    [{ scales: 2 }, `${name}: there is no option "scales". There are: scale.`],
  ])("refuses %j", (options, message) => {
    expect(() => new Metrics(options as never)).toThrow(message);
  });

  it("refuses a scale for other outputs than there are", () => {
    expect(() => new Metrics({ scale: [1, 2, 3] }).begin(task)).toThrow(
      `${name}: scale has 3 numbers, expected 2, one for each output.`,
    );
  });
});
