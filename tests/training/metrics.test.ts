import { describe, expect, it } from "vitest";
import { metrics } from "../../src/metrics/index.ts";
import { metricsFor, suitableMetrics, usualMetrics } from "../../src/training/metrics.ts";
import { defaultObjective, metricsWith, OBJECTIVES, objectiveOf } from "../../src/training/objective.ts";

const on = (targets: "classes" | "numbers" | "flags") => ({ name: "mine", targets });
const named = (name: string) => `--${name}`;

describe("metricsFor", () => {
  it("are the usual ones of the kind of targets, unless others are asked for", () => {
    const names = (...args: Parameters<typeof metricsFor>) => metricsFor(...args).map(({ name }) => name);
    expect(names(undefined, on("classes"))).toEqual(["accuracy"]);
    expect(names(undefined, on("numbers"))).toEqual(["rmse", "mae", "r2"]);
    expect(names(undefined, on("flags"))).toEqual(["accuracy", "f1Macro", "rocAuc"]);
    expect(names(["topK", "confusion"], on("classes"))).toEqual(["topK", "confusion"]);
    expect(names([], on("classes"))).toEqual([]);
  });

  it("refuses a metric for other targets, with those that there are", () => {
    expect(() => metricsFor(["accuracy", "rmse"], on("classes"), named)).toThrow(
      "--metrics rmse is for numbers, and mine has classes. There are: accuracy, topK, precision,",
    );
    expect(() => metricsFor(["f1"], on("numbers"), named)).toThrow(
      "--metrics f1 is for classes and flags, and mine has numbers. There are: rmse, mae, r2.",
    );
  });

  it("there are some for each kind, and each metric is for one", () => {
    const all = (["classes", "numbers", "flags"] as const).flatMap(suitableMetrics);
    expect(new Set(all)).toEqual(new Set(Object.keys(metrics)));
  });
});

describe("objectives", () => {
  it("are loss, cost and each metric that is a number, with the direction that is better", () => {
    expect(OBJECTIVES).toMatchObject({
      "validation.accuracy": "maximize",
      "validation.rmse": "minimize",
      "validation.r2": "maximize",
      "train.logLoss": "minimize",
      "train.cost": "minimize",
    });
    expect(Object.keys(OBJECTIVES)).not.toContain("validation.confusion");
    expect(Object.keys(OBJECTIVES)).not.toContain("validation.f1");
  });

  it("by default it is the first of the usual metrics", () => {
    expect(defaultObjective("classes")).toBe("validation.accuracy");
    expect(defaultObjective("numbers")).toBe("validation.rmse");
    expect(defaultObjective("flags")).toBe("validation.accuracy");
    expect(defaultObjective("classes", { isTable: true })).toBe("validation.loss");
    expect(defaultObjective("numbers", { isTable: true })).toBe("validation.rmse");
    for (const kind of ["classes", "numbers", "flags"] as const) {
      expect(OBJECTIVES[defaultObjective(kind)]).toBeDefined();
      expect(usualMetrics(kind).length).toBeGreaterThan(0);
    }
  });

  it("one that is not among the metrics is measured with them", () => {
    expect(metricsWith("validation.accuracy", undefined, on("classes"))).toBeUndefined();
    expect(metricsWith("validation.loss", undefined, on("numbers"))).toBeUndefined();
    expect(metricsWith("validation.f1Macro", undefined, on("classes"))).toEqual(["accuracy", "f1Macro"]);
    expect(metricsWith("train.rocAuc", ["logLoss"], on("classes"))).toEqual(["logLoss", "rocAuc"]);
    expect(() => metricsWith("validation.accuracy", undefined, on("numbers"))).toThrow(
      "validation.accuracy: there is no accuracy of mine, which has numbers. " +
        "Of validation and train there are: rmse, mae, r2, loss, cost.",
    );
  });

  it("are read from an epoch's row; what was not measured is refused", () => {
    const row = { train: { loss: 1, cost: 2, rmse: 3 }, validation: { loss: 4, cost: 5, rmse: 6 } } as never;
    expect(objectiveOf(row, "validation.rmse")).toBe(6);
    expect(objectiveOf(row, "train.cost")).toBe(2);
    expect(() => objectiveOf(row, "validation.accuracy")).toThrow(
      "validation.accuracy was not measured: there are loss, cost, rmse.",
    );
  });
});
