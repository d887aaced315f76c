import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PLOT_NAMES, type PlotRow, renderPlot, renderPlots } from "../../src/report/plots.ts";

/** A training that gets better and better. */
function training(epochs: number, validation = true): PlotRow[] {
  return Array.from({ length: epochs }, (_, i) => {
    const loss = 1 + 1 / (i + 1);
    const row = { epoch: i + 1, learningRate: 0.01 * (1 + (i % 5)) };
    const train = { loss, cost: loss + 0.5, accuracy: 0.5 - 0.3 / (i + 1) };
    if (!validation) return { ...row, train };
    return {
      ...row,
      train,
      validation: { loss: loss + 0.1, cost: loss + 0.6, accuracy: train.accuracy - 0.1 },
    };
  });
}

/** The dots of a plot, as their labels for screen readers. */
function dots(svg: string): string[] {
  return [...svg.matchAll(/aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="point"/g)].map(
    ([, label]) => label!,
  );
}

const lines = (svg: string): number => svg.match(/mark-line [^>]*><path d="M[^"]*"/g)?.length ?? 0;
const texts = (svg: string): string[] => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, t]) => t!);
const isWhole = (svg: string): boolean => !/NaN|Infinity|undefined|null/.test(svg) && svg.endsWith("</svg>");

/** What there is of these rows. */
const DRAWN = ["cost", "loss", "accuracy", "learning-rate"];

describe("renderPlots", () => {
  it("draws the paper's four plots, each with its title and the names and units of its axes", async () => {
    const plots = await renderPlots(training(20));
    expect(Object.keys(plots)).toEqual(["cost", "loss", "accuracy", "learning-rate"]);
    expect(PLOT_NAMES).toEqual(expect.arrayContaining(Object.keys(plots)));
    const expected: Record<string, string[]> = {
      cost: ["Cost", "Cross-entropy loss plus L2 penalty, after each epoch", "cost (nats)"],
      loss: ["Loss", "Mean cross-entropy, after each epoch", "cross-entropy loss (nats)"],
      accuracy: ["Accuracy", "Share of samples classified correctly, after each epoch", "accuracy"],
      "learning-rate": ["Learning rate", "As it stands after each epoch", "learning rate η"],
    };
    for (const name of DRAWN) {
      expect(texts(plots[name])).toEqual(expect.arrayContaining([...expected[name]!, "epoch"]));
      expect(isWhole(plots[name])).toBe(true);
    }
  });

  it("gives the same bytes for the same rows, in whatever order the plots are drawn", async () => {
    const first = await renderPlots(training(20));
    const loss = await renderPlot("loss", training(20));
    await renderPlot("accuracy", training(3));
    expect(await renderPlots(training(20))).toEqual(first);
    expect(loss).toBe(first.loss);
    expect(await renderPlot("loss", training(19))).not.toBe(loss);
  });
});

describe("renderPlot", () => {
  it("puts a line and a dot for each epoch, for training and validation", async () => {
    const svg = await renderPlot("loss", training(3));
    expect(dots(svg)).toEqual([
      "epoch: 1; cross-entropy loss (nats): 2; series: training",
      "epoch: 2; cross-entropy loss (nats): 1.5; series: training",
      "epoch: 3; cross-entropy loss (nats): 1.33333333333; series: training",
      "epoch: 1; cross-entropy loss (nats): 2.1; series: validation",
      "epoch: 2; cross-entropy loss (nats): 1.6; series: validation",
      "epoch: 3; cross-entropy loss (nats): 1.43333333333; series: validation",
    ]);
    expect(lines(svg)).toBe(2);
    expect(texts(svg)).toEqual(expect.arrayContaining(["training", "validation"]));
  });

  it("draws the training data alone if there is no validation, and the rate without a legend", async () => {
    const loss = await renderPlot("loss", training(3, false));
    expect(lines(loss)).toBe(1);
    expect(texts(loss)).toContain("training");
    expect(texts(loss)).not.toContain("validation");
    const rate = await renderPlot("learning-rate", training(3));
    expect(lines(rate)).toBe(1);
    expect(rate).not.toContain("role-legend");
  });

  it("shows a single epoch as a dot", async () => {
    const svg = await renderPlot("accuracy", training(1));
    expect(dots(svg)).toEqual([
      "epoch: 1; accuracy: 0.2; series: training",
      "epoch: 1; accuracy: 0.1; series: validation",
    ]);
    expect(isWhole(svg)).toBe(true);
  });

  it("leaves the dots out where they would hide the line", async () => {
    expect(dots(await renderPlot("loss", training(60))).length).toBe(120);
    const svg = await renderPlot("loss", training(61));
    expect(dots(svg)).toEqual([]);
    expect(lines(svg)).toBe(2);
  });

  it("puts ticks at whole epochs only", async () => {
    const ticks = async (rows: PlotRow[]) => {
      const axis = (await renderPlot("loss", rows)).match(/aria-label="X-axis.*?role-axis-title/s)![0];
      return texts(axis).map(Number);
    };
    expect(await ticks(training(1))).toEqual([1]);
    expect(await ticks(training(2))).toEqual([1, 2]);
    expect(await ticks(training(11))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(await ticks(training(20))).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    expect(await ticks(training(30))).toEqual([5, 10, 15, 20, 25, 30]);
    expect(await ticks(training(100))).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(await ticks(training(1200))).toEqual([200, 400, 600, 800, 1000, 1200]);
  });

  it("shows no accuracy above 1, and the learning rate from 0 on", async () => {
    const perfect = training(3, false).map((row) => ({ ...row, train: { ...row.train, accuracy: 1 } }));
    expect(await renderPlot("accuracy", perfect)).toContain("a linear scale with values from 0.90 to 1.00");
    expect(await renderPlot("learning-rate", training(5))).toContain(
      "a linear scale with values from 0.00 to 0.05",
    );
  });

  it("leaves out what is not finite", async () => {
    const rows = training(4).map((row, i) =>
      i === 1 || i === 3
        ? { ...row, learningRate: NaN, train: { loss: NaN, cost: Infinity, accuracy: NaN } }
        : row,
    );
    for (const name of DRAWN) {
      const svg = await renderPlot(name, rows);
      expect(isWhole(svg)).toBe(true);
      expect(dots(svg).filter((label) => !label.endsWith("validation")).length).toBe(2);
    }
  });

  it("draws empty axes when there is nothing to draw", async () => {
    const svg = await renderPlot("cost", []);
    expect(dots(svg)).toEqual([]);
    expect(isWhole(svg)).toBe(true);
    expect(svg).toContain("<desc>Cross-entropy loss plus L2 penalty, after each epoch: no epochs.</desc>");
  });

  it("draws numbers from either end of the range", async () => {
    for (const loss of [0, -0, 5e-324, 1e-300, -3, 1e300, 1.797e308]) {
      for (const spread of [0, 1]) {
        const rows = training(3, false).map((row, i) => ({
          ...row,
          train: { ...row.train, loss: loss * (1 - (spread * i) / 4) },
        }));
        expect(isWhole(await renderPlot("loss", rows))).toBe(true);
      }
    }
  });

  it("says in words what the curves show", async () => {
    const svg = await renderPlot("loss", training(20));
    expect(svg).toMatch(/^<svg role="graphics-document" /);
    expect(svg).toContain(
      "<title>Loss</title><desc>Mean cross-entropy, after each epoch: " +
        "training 2 after epoch 1, 1.05 after epoch 20; " +
        "validation 2.1 after epoch 1, 1.15 after epoch 20.</desc>",
    );
    expect(await renderPlot("learning-rate", training(1))).toContain(
      "<desc>As it stands after each epoch: learning rate 0.01 after epoch 1.</desc>",
    );
  });
});

describe("the bundled chart library", () => {
  let dist: string;
  beforeAll(async () => {
    dist = await mkdtemp(join(tmpdir(), "nnwasm-bundle-"));
    const { bundleCharts } = await import(new URL("../../scripts/bundle-charts.mjs", import.meta.url).href);
    await bundleCharts(dist);
  });
  afterAll(() => rm(dist, { recursive: true, force: true }));

  it("draws the same bytes as the library in node_modules", async () => {
    const spec = {
      data: { values: [1, 2, 3].map((x) => ({ x, y: x * x, z: "a & b" })) },
      mark: { type: "line", point: true, clip: true },
      encoding: {
        x: { field: "x", type: "quantitative" },
        y: { field: "y", type: "quantitative" },
        color: { field: "z" },
      },
    };
    const bundled = await import(
      /* @vite-ignore */ pathToFileURL(join(dist, "report/charts/render.js")).href
    );
    const source = await import("../../src/report/charts/render.ts");
    const svg: string = await bundled.renderSvg(spec);
    expect(svg).toBe(await source.renderSvg(spec));
    expect(svg).toContain("clip1");
    expect(await bundled.renderSvg(spec)).toBe(svg);
  });

  it("needs no package, and knows nothing of the machine that made it", async () => {
    const code = await readFile(join(dist, "report/charts/render.js"), "utf8");
    expect(code).not.toMatch(/\bfrom\s*["'`][\w@./:-]+["'`]|\bimport\s*["'`(]|\brequire\(/);
    expect(code).not.toContain("node_modules");
    expect(code).not.toContain(process.cwd());
    expect(code.length).toBeLessThan(1_000_000);
  });

  it("carries the licences of what is in it", async () => {
    const licences = await readFile(join(dist, "report/charts/LICENSES.md"), "utf8");
    for (const name of ["vega", "vega-lite", "vega-scenegraph", "d3-scale", "d3-shape"]) {
      expect(licences).toMatch(
        new RegExp(`^## ${name} - \\d+\\.\\d+\\.\\d+ \\((BSD-3-Clause|ISC)\\)\n\n.*Copyright`, "ms"),
      );
    }
  });
});

describe("a loss that leaps", () => {
  it("gets a logarithmic axis, on which the other epochs can still be told apart", async () => {
    const rows = training(10);
    const leap = { loss: 600, cost: 601, accuracy: 0.1 };
    const leaping = rows.map((row, i) => (i === 5 ? { ...row, train: leap } : row));
    expect(texts(await renderPlot("loss", leaping))).toContain("cross-entropy loss (nats), logarithmic");
    expect(texts(await renderPlot("cost", leaping))).toContain("cost (nats), logarithmic");
    expect(texts(await renderPlot("loss", rows))).toContain("cross-entropy loss (nats)");
    expect(texts(await renderPlot("accuracy", leaping))).toContain("accuracy");
    expect(dots(await renderPlot("loss", leaping))).toEqual(
      expect.arrayContaining([expect.stringContaining("600")]),
    );
  });
});
