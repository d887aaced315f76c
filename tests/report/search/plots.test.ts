import { describe, expect, it } from "vitest";
import { IN_PAGE } from "../../../src/report/charts/style.ts";
import { renderSearchPlots, searchCharts } from "../../../src/report/search/plots.ts";
import {
  bestTrial,
  objectiveTitle,
  paramText,
  type SearchResult,
} from "../../../src/report/search/trials.ts";
import { categorical, float, int } from "../../../src/tuner/searchSpace.ts";
import { elements, marks, places, search, texts, trial } from "./study.ts";

const NAMES = [
  "history",
  "parameter-l2",
  "parameter-layers",
  "parameter-batch",
  "parameter-bn",
  "parameter-momentum",
  "parallel-coordinates",
];

/** Where a trial's mark stands. */
const at = (svg: string, number: number) => places(svg, `trial ${number}:`);

const isWhole = (svg: string): boolean =>
  !/NaN|Infinity|undefined|null/.test(svg) && elements(svg).length > 20;

/** A study of one parameter, x, with these values; undefined is a trial that failed. */
function plain(values: readonly (number | undefined)[], rest: Partial<SearchResult> = {}): SearchResult {
  const space = { x: float(0, 1) };
  return {
    trials: values.map((value, number) => ({
      number,
      round: 0,
      params: { x: number / values.length },
      distributions: space,
      state: value === undefined ? ("failed" as const) : ("complete" as const),
      ...(value === undefined ? {} : { value }),
      reports: [],
      seconds: 1,
      attributes: {},
    })),
    space,
    direction: "maximize",
    objective: "validation.accuracy",
    ...rest,
  };
}

describe("renderSearchPlots", () => {
  it("draws the search's course, each parameter, all of them at once and their importance", async () => {
    const importance = [
      { name: "l2", importance: 0.2 },
      { name: "layers", importance: 0.7 },
    ];
    const plots = await renderSearchPlots({ ...search(20), importance });
    expect(Object.keys(plots)).toEqual([...NAMES, "importance"]);
    for (const svg of Object.values(plots)) {
      expect(isWhole(svg)).toBe(true);
      expect(svg).toMatch(/^<svg role="graphics-document" [^>]*><title>[^<]+<\/title><desc>[^<]+<\/desc>/);
    }
    expect(Object.keys(await renderSearchPlots(search(20)))).toEqual(NAMES);
  });

  it("gives the same bytes for the same search", async () => {
    const first = await renderSearchPlots(search(20));
    expect(await renderSearchPlots(search(20))).toEqual(first);
    expect(await renderSearchPlots(search(19))).not.toEqual(first);
  });

  it("leaves what it is given as it was", async () => {
    const frozen = JSON.stringify(search(20));
    const given = search(20);
    await renderSearchPlots(given);
    expect(JSON.stringify(given)).toBe(frozen);
  });

  it("names the files as any file system takes them, each differently", () => {
    const space = { "a/b": float(0, 1), "a b": float(0, 1), "A-B": float(0, 1), "../x": float(0, 1) };
    expect(searchCharts({ ...plain([]), space }).map(({ name }) => name)).toEqual([
      "history",
      "parameter-a-b",
      "parameter-a-b-2",
      "parameter-A-B-3",
      "parameter-..-x",
    ]);
  });

  it("copes with no trial, one, all failed, all equal, and values that are not finite", async () => {
    for (const values of [
      [],
      [0.5],
      [undefined, undefined],
      [0.1, 0.1, 0.1],
      [NaN, 0.4, Infinity, -Infinity],
    ]) {
      for (const direction of ["maximize", "minimize"] as const) {
        const plots = await renderSearchPlots(plain(values, { direction }));
        for (const svg of Object.values(plots)) expect(isWhole(svg)).toBe(true);
        expect("parallel-coordinates" in plots).toBe(values.some(Number.isFinite));
      }
    }
  });

  it("draws a thousand trials", async () => {
    const plots = await renderSearchPlots(search(1000), IN_PAGE);
    for (const svg of Object.values(plots)) expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const drawn = (svg: string) => svg.match(/<path transform="translate\([^>]*opacity="0.7"/g)?.length;
    expect(drawn(plots.history!)).toBeGreaterThan(1000); // and its legend
  });
});

describe("the course of a search", () => {
  it("shows every trial, at its number and value, those that failed at the bottom", async () => {
    const { history } = await renderSearchPlots(search(20));
    expect(
      marks(history!, "point")
        .map((label) => Number(/^trial (\d+):/.exec(label)![1]))
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(marks(history!, "point")).toContain(
      "trial 4: validation accuracy 0.34, pruned; l2 = 1e-5; layers = 50,30,20; batch = 198; bn = after; momentum = 0.66",
    );
    expect(at(history!, 3)[0]).toBeGreaterThan(at(history!, 2)[0]);
    expect(at(history!, 3)[1]).toBeLessThan(at(history!, 2)[1]);
    const lowest = Math.max(...Array.from({ length: 6 }, (_, i) => at(history!, i)[1]));
    expect(at(history!, 6)[1]).toBeGreaterThan(lowest);
    expect(at(history!, 13)[1]).toBe(at(history!, 6)[1]);
    expect(texts(history!)).toEqual(
      expect.arrayContaining([
        "Course of the search",
        "trial",
        "validation accuracy",
        "complete",
        "pruned",
        "failed",
      ]),
    );
    expect(history).toContain(
      "<desc>14 complete, 4 pruned, 2 failed. Best validation accuracy: 0.48, in trial 18.</desc>",
    );
  });

  it("steps where a trial that came to its end is better than all before", async () => {
    const steps = async (given: SearchResult) => {
      const svg = (await renderSearchPlots(given)).history!;
      const [, path] = /class="mark-line[^"]*"[^>]*><path[^>]* d="([^"]*)"/.exec(svg)!;
      return path!.match(/L/g)!.length;
    };
    // Each step is a line across and one up; the last goes on to the end of the axis.
    expect(await steps(plain([0.1, 0.3, 0.2, 0.4, 0.1]))).toBe(6);
    expect(await steps(plain([0.1, 0.3, 0.2, 0.4, 0.1], { direction: "minimize" }))).toBe(2);
    const given = plain([0.1, 0.3, 0.2, 0.4, 0.1]);
    const pruned = given.trials.map((trial) =>
      trial.value! > 0.2 ? { ...trial, state: "pruned" as const } : trial,
    );
    expect(await steps({ ...given, trials: pruned })).toBe(4);
  });

  it("shows no legend where all trials came to their end", async () => {
    const { history } = await renderSearchPlots(plain([0.1, 0.2]));
    expect(history).not.toContain("role-legend");
  });

  it("has a logarithmic axis for losses that leap", async () => {
    const rest = { objective: "validation.loss", direction: "minimize" } as const;
    const { history } = await renderSearchPlots(plain([1.4, 600, 1.5], rest));
    expect(texts(history!)).toContain("validation loss (nats), logarithmic");
  });
});

describe("the objective against a parameter", () => {
  it("has a logarithmic axis where the parameter is logarithmic", async () => {
    const { "parameter-l2": l2, "parameter-batch": batch } = await renderSearchPlots(search(8));
    expect(l2).toContain('aria-label="X-axis, l2, logarithmic: 1e-5; 1e-4; 1e-3; 1e-2; 1e-1"');
    expect(texts(l2!)).toEqual(expect.arrayContaining(["1e-5", "1e-4", "1e-3", "1e-2", "1e-1"]));
    // 1e-5, 1e-3, 1e-1: as far from each other, which they would not be otherwise.
    const [a, b, c] = [0, 1, 2].map((number) => at(l2!, number)[0]);
    expect(b! - a!).toBeCloseTo(c! - b!, 6);
    expect(texts(batch!)).toEqual(expect.arrayContaining(["50", "100", "400"]));
  });

  it("has a place for each choice, lists as one writes them, and dots beside each other where they would hide", async () => {
    const { "parameter-layers": layers } = await renderSearchPlots(search(12));
    expect(texts(layers!).filter((text) => /^\d+(,\d+)+$|^100$/.test(text))).toEqual([
      "50,50",
      "50,30,20",
      "100",
    ]);
    expect(at(layers!, 0)[0]).toBeLessThan(at(layers!, 1)[0]);
    expect(at(layers!, 1)[0]).toBeLessThan(at(layers!, 2)[0]);
    const space = { x: categorical(["a", "b"]) };
    const trials = plain([0.5, 0.5, 0.9, 0.5]).trials.map((trial) => ({ ...trial, params: { x: "a" } }));
    const { "parameter-x": svg } = await renderSearchPlots({ ...plain([]), trials, space });
    const xs = [0, 1, 2, 3].map((number) => at(svg!, number)[0]);
    expect(new Set([xs[0], xs[1], xs[3]]).size).toBe(3);
    expect((xs[0]! + xs[1]! + xs[3]!) / 3).toBeCloseTo(xs[2]!, 6);
  });

  it("leaves out trials that do without it", async () => {
    const { "parameter-momentum": momentum } = await renderSearchPlots(search(12));
    const numbers = marks(momentum!, "point").map((label) => Number(/\d+/.exec(label)![0]));
    expect(numbers.sort((a, b) => a - b)).toEqual([1, 2, 4, 5, 7, 8, 10, 11]);
    expect(trial(3).params).not.toHaveProperty("momentum");
  });

  it("says where it is best", () => {
    const captions = new Map(searchCharts(search(20)).map(({ name, caption }) => [name, caption]));
    expect(captions.get("parameter-layers")).toBe("Best at layers = 50,50 (trial 18).");
    expect(captions.get("parameter-momentum")).toBe("The best trial, 18, does without momentum.");
    const failed = new Map(searchCharts(plain([undefined])).map(({ name, caption }) => [name, caption]));
    expect(failed.get("parameter-x")).toBe("No trial came to its end with a value.");
  });

  it("colours trials by their round or, in a single round, by their numbers", async () => {
    const { "parameter-l2": rounds } = await renderSearchPlots(search(15));
    expect(texts(rounds!)).toEqual(expect.arrayContaining(["round", "0", "1", "2"]));
    const { "parameter-x": numbers } = await renderSearchPlots(
      plain(Array.from({ length: 20 }, (_, i) => i / 20)),
    );
    expect(texts(numbers!)).toEqual(expect.arrayContaining(["trial", "0–4", "5–9", "10–14", "15–19"]));
  });

  it("takes a range of one value, and parameters that were asked for on the way", async () => {
    const space = { one: int(5, 5), small: float(1e-3, 1e-3, { log: true }) };
    const trials = plain([0.1, 0.2]).trials.map((trial) => ({
      ...trial,
      params: { ...trial.params, one: 5, small: 1e-3 },
    }));
    const plots = await renderSearchPlots({ ...plain([]), trials, space });
    expect(Object.keys(plots)).toEqual([
      "history",
      "parameter-one",
      "parameter-small",
      "parameter-x",
      "parallel-coordinates",
    ]);
    for (const svg of Object.values(plots)) expect(isWhole(svg)).toBe(true);
  });
});

describe("parallel coordinates", () => {
  it("have an axis for each parameter and one for the value, each on its own scale", async () => {
    const { "parallel-coordinates": svg } = await renderSearchPlots(search(20));
    expect(texts(svg!)).toEqual(
      expect.arrayContaining([
        ...["l2, logarithmic", "layers", "batch", "bn", "momentum", "validation accuracy"],
        ...["1e-5", "1e-1", "50,30,20", "400", "false", "not there"],
      ]),
    );
    // 1e-5, 1e-3 and 1e-1 lie as far from each other.
    const y = (number: number) =>
      Number(new RegExp(`aria-label="trial ${number}:[^>]* d="M[-\\d.]+,([-\\d.]+)`).exec(svg!)![1]);
    expect(y(1) - y(0)).toBeCloseTo(y(2) - y(1), 1);
    expect(y(2)).toBeLessThan(y(1));
  });

  it("draw a line for each trial with a value: the best one thick, pruned ones dashed and short", async () => {
    const { "parallel-coordinates": svg } = await renderSearchPlots(search(20));
    const lines = [...svg!.matchAll(/<path aria-label="trial (\d+):[^>]*>/g)].map(([path, number]) => ({
      number: Number(number),
      dashed: path.includes("stroke-dasharray"),
      width: Number(/stroke-width="([^"]*)"/.exec(path)![1]),
      axes: path.match(/[ML][-\d.]+,/g)!.length,
    }));
    expect(lines.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i).filter((number) => number % 7 !== 6),
    );
    expect(lines.filter(({ dashed }) => dashed).map(({ number }) => number)).toEqual([4, 9, 14, 19]);
    for (const { dashed, axes } of lines) expect(axes).toBe(dashed ? 5 : 6);
    expect(lines.filter(({ width }) => width > 2)).toEqual([
      { number: 18, dashed: false, width: 3.5, axes: 6 },
    ]);
    expect(lines.at(-1)!.number).toBe(18); // on top
  });
});

describe("importance", () => {
  it("is sorted, with its numbers, also below zero", async () => {
    const importance = [
      { name: "batch", importance: -0.012 },
      { name: "l2", importance: 0.25 },
      { name: "layers", importance: 0.7 },
      { name: "lost", importance: NaN },
    ];
    const { importance: svg } = await renderSearchPlots({ ...search(5), importance });
    const shown = texts(svg!);
    expect(shown).toContain("Permutation importance, random forest");
    expect(shown.filter((text) => ["l2", "layers", "batch", "lost"].includes(text))).toEqual([
      "layers",
      "l2",
      "batch",
    ]);
    expect(shown).toEqual(expect.arrayContaining(["0.70", "0.25", "−0.01"]));
    expect(svg).toContain("<desc>layers 0.70, l2 0.25, batch −0.01.</desc>");
  });
});

describe("hostile names", () => {
  it("stay text", async () => {
    const evil = `</text><script>"'\\ \${alert(1)}`;
    const space = { [evil]: categorical([evil, "]; datum.value //"]) };
    const trials = plain([0.1, 0.2]).trials.map((trial) => ({
      ...trial,
      params: { [evil]: evil },
      distributions: space,
    }));
    const plots = await renderSearchPlots({
      ...plain([]),
      trials,
      space,
      importance: [
        { name: evil, importance: 1 },
        { name: "l2", importance: 0 },
      ],
    });
    expect(Object.keys(plots)).toHaveLength(4);
    for (const svg of Object.values(plots)) {
      expect(svg).not.toContain("<script");
      elements(svg);
    }
    expect(texts(plots[Object.keys(plots)[1]!]!)).toContain("]; datum.value //");
  });
});

describe("what is said of trials", () => {
  it("is written as one writes it", () => {
    expect(paramText(0.00123456)).toBe("0.001235");
    expect(paramText(2.5e-5)).toBe("2.5e-5");
    expect(paramText(-0)).toBe("0");
    expect(paramText([50, 30])).toBe("50,30");
    expect([true, null, "relu"].map(paramText)).toEqual(["true", "null", "relu"]);
    expect(objectiveTitle("validation.accuracy")).toBe("validation accuracy");
    expect(objectiveTitle("train.loss")).toBe("training loss (nats)");
    expect(objectiveTitle("seconds")).toBe("seconds");
  });

  it("counts as best the first of the best that came to their end", () => {
    expect(bestTrial(plain([0.1, 0.3, 0.3]))?.number).toBe(1);
    expect(bestTrial(plain([0.3, 0.1, 0.1], { direction: "minimize" }))?.number).toBe(1);
    expect(bestTrial(search(20))?.number).toBe(18); // 19 was pruned
    expect(bestTrial(plain([undefined, NaN]))).toBeUndefined();
  });
});
