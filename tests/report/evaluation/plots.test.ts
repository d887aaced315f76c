import { describe, expect, it } from "vitest";
import { confusionPlot, reliabilityPlot, residualsPlot } from "../../../src/report/evaluation/plots.ts";

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<(?:text|tspan)(?: [^>]*)?>([^<]+)<\//g)].map(([, t]) => t!);
const sizeOf = (svg: string) => {
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  return [Number(width), Number(height)] as const;
};
const isWhole = (svg: string): boolean => !/NaN|Infinity|undefined|null/.test(svg) && svg.endsWith("</svg>");
/** So many classes, each right but for one that is taken for the next. */
const matrixOf = (n: number) =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (j === i ? 150 : Number(j === (i + 1) % n))),
  );
const names = (n: number) => Array.from({ length: n }, (_, i) => `class ${i}`);

describe("confusionPlot", () => {
  it("takes names that mean something to JavaScript", async () => {
    const names = ["__proto__", "constructor", "toString"];
    const svg = await confusionPlot(matrixOf(3), names);
    for (const name of names) expect(svg.split(`>${name}<`), name).toHaveLength(3);
  });

  it("of two classes has every number, both axes and how many are right, all of it within the picture", async () => {
    const svg = await confusionPlot(
      [
        [73, 2],
        [0, 38],
      ],
      ["benign", "malignant"],
    );
    expect(texts(svg)).toEqual(
      expect.arrayContaining([
        ...["73", "2", "0", "38", "benign", "malignant", "actual", "predicted"],
        ...["Confusion matrix", "111 of 113 correct", "Shade: share of the actual class"],
      ]),
    );
    expect([isWhole(svg), sizeOf(svg)[0] > 240, svg.includes("rotate(300)")]).toEqual([true, true, false]);
  });

  it("turns long names, and cuts none to what another one is", async () => {
    const long = ["Sustainable aquaculture and fisheries", "Sustainable aquaculture and coastal zones", "a"];
    const svg = await confusionPlot(matrixOf(3), long);
    expect(texts(svg).filter((text) => text.startsWith("Sustainable…"))).toHaveLength(4);
    expect(new Set(texts(svg).filter((text) => text.startsWith("Sustainable…"))).size).toBe(2);
    expect(svg).toContain("rotate(300)");
  });

  it("of 26 letters has their numbers, but no zeros, and the letters upright", async () => {
    const svg = await confusionPlot(matrixOf(26), [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"]);
    expect(texts(svg).filter((text) => text === "150")).toHaveLength(26);
    expect([texts(svg).includes("0"), svg.includes("rotate(300)")]).toEqual([false, false]);
  });

  it.each([1, 31, 100])("of %i classes is whole, and of 31 or more has shades only", async (n) => {
    const svg = await confusionPlot(matrixOf(n), names(n));
    expect([isWhole(svg), texts(svg).includes("150")]).toEqual([true, n < 31]);
    expect(texts(svg)).toContain(
      n < 31 ? "Shade: share of the actual class" : "Shade: square root of the share of the actual class",
    );
    expect(Math.max(...sizeOf(svg))).toBeLessThan(1300);
  });
});

describe("reliabilityPlot", () => {
  it.each([
    ["classes", "probability of the predicted class", "number of samples"],
    ["flags", "predicted probability", "number of flags"],
  ] as const)("of %s names what is counted", async (task, x, counted) => {
    const bins = [
      { count: 0, confidence: null, accuracy: null },
      { count: 20, confidence: 0.97, accuracy: 1 },
    ];
    const svg = await reliabilityPlot(bins, 0.03, task);
    expect([isWhole(svg), texts(svg).includes(x), svg.includes(counted)]).toEqual([true, true, true]);
    expect(texts(svg)).toContain("Expected calibration error 0.0300");
  });
});

describe("residualsPlot", () => {
  const target = (name: string, scale: number) => ({
    name,
    quantiles: [-3, -2, -1 / 3, 0, 1, 2, 3].map((value) => value * scale),
    points: [-3, 0, 3].map((value) => ({ predicted: value * scale, residual: value * scale })),
  });

  it("has a panel for each target, each with its own scale", async () => {
    const svg = await residualsPlot([target("area", 0.001), target("perimeter", 1000)]);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(["predicted area", "predicted perimeter", "0.003", "3,000"]),
    );
    expect(svg).toContain("area: half of them from -0.0003333 to 0.001");
    expect(isWhole(svg)).toBe(true);
  });

  it("draws ten targets at most, and tells of the others", async () => {
    const svg = await residualsPlot(Array.from({ length: 12 }, (_, i) => target(`y${i}`, 1)));
    expect(texts(svg).filter((text) => text.startsWith("predicted y"))).toHaveLength(10);
    expect(svg).toContain("2 more targets are not drawn");
  });
});
