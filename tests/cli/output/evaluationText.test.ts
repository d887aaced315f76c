import { describe, expect, it } from "vitest";
import { evaluationText } from "../../../src/cli/output/evaluationText.ts";
import type { EvaluationReport } from "../../../src/runs/evaluate.ts";

const about = { samples: 30, loss: 0.5, cost: 0.5 };
const linesOf = (report: EvaluationReport) => evaluationText(report, "a.csv").split("\n");

/** Of classes: ten samples of each. */
const classesOf = (names: readonly string[]): EvaluationReport => ({
  ...{ ...about, task: "classes", names, support: names.map(() => 123_456) },
  metrics: {
    topK: 0.9,
    precision: names.map(() => 1),
    confusion: names.map((_, i) => names.map((_, j) => (i === j ? 123_456 : 0))),
  },
});

describe("evaluationText", () => {
  it("of few classes has no topK, which is always 1, and of more says its k", () => {
    expect(linesOf(classesOf([..."abcde"])).some((line) => line.startsWith("topK"))).toBe(false);
    expect(linesOf(classesOf([..."abcdef"]))).toContain("topK, k = 5  0.9000");
  });

  it("has a confusion matrix with names, and with numbers of classes where that would be wide", () => {
    const lines = linesOf(classesOf(["ill", "well"]));
    expect(lines.slice(-4)).toEqual([
      "actual \\ predicted     ill    well",
      "ill                 123456       0",
      "well                     0  123456",
      "",
    ]);
    const wide = linesOf(classesOf(Array.from({ length: 6 }, (_, i) => `a name of many characters, ${i}`)));
    expect(wide.slice(-8, -6)).toEqual([
      "actual \\ predicted               [1]     [2]     [3]     [4]     [5]     [6]",
      "[1] a name of ma…aracters, 0  123456       0       0       0       0       0",
    ]);
  });

  it("of a class with a line break in its name keeps its rows whole", () => {
    const lines = linesOf(classesOf(["a\nb", "c"]));
    expect(lines.slice(-3)).toEqual([
      "a\\nb                123456       0",
      "c                        0  123456",
      "",
    ]);
  });

  it("of flags counts what is right and wrong by the names that these have", () => {
    const lines = linesOf({
      ...{ ...about, task: "flags", names: ["wet"], support: [9], metrics: { confusion: [[18, 3, 2, 7]] } },
    });
    expect(lines.slice(-6)).toEqual([
      "flag  precision  recall  f1  support",
      "wet           –       –   –        9",
      "",
      "flag  true negatives  false positives  false negatives  true positives",
      "wet               18                3                2               7",
      "",
    ]);
  });

  it("of several numbers has the errors of each, and their quantiles", () => {
    const residuals = ["area", "perimeter"].map((name, i) => ({
      ...{
        name,
        rmse: 0.5 * 1000 ** i,
        mae: 0.25,
        r2: 0.9,
        quantiles: [-2, -1, -0.5, 0, 0.5, 1, 2],
        points: [],
      },
    }));
    const lines = linesOf({
      ...about,
      task: "numbers",
      names: ["area", "perimeter"],
      metrics: {},
      residuals,
    });
    expect(lines.slice(-8)).toEqual([
      "target         rmse     mae      r2",
      "area         0.5000  0.2500  0.9000",
      "perimeter  500.0000  0.2500  0.9000",
      "",
      "predicted − actual  min  5%   25%  median  75%  95%  max",
      "area                 -2  -1  -0.5       0  0.5    1    2",
      "perimeter            -2  -1  -0.5       0  0.5    1    2",
      "",
    ]);
  });
});
