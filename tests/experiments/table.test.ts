import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import {
  appendixExperiments,
  EXPERIMENTS,
  freshExperiment,
  selectExperiments,
} from "../../src/experiments/table.ts";
import { DEFAULTS, mergeSettings, resolveSettings } from "../../src/settings/settings.ts";

/** Typed from the paper's text, table by table. */
const PUBLISHED = `
fig1 0.5360
fig2 0.5323
fig3 0.4411
fig4 0.5019
fig5 0.5392
tab1-1 0.5106
tab1-2 0.528
tab1-3 0.51
tab1-4 0.5132
tab1-5 0.5146
tab1-6 0.5114
tab1-7 0.5128
tab1-8 0.5042
tab1-9 0.5098
tab1-10 0.5004
tab2-1 0.534
tab2-2 0.5262
tab2-3 0.5338
tab2-4 0.5216
tab2-5 0.5264
tab3-1 0.5282
tab3-2 0.5268
tab3-3 0.5248
tab3-4 0.5198
tab3-5 0.5258
tab4-3-nobn-0.1 0.5346
tab4-3-nobn-0.001 0.5193
tab4-3-nobn-0.0001 0.1
tab4-3-bn-0.1 0.536
tab4-3-bn-0.001 0.5346
tab4-3-bn-0.0001 0.535
tab4-9-nobn-0.1 0.1
tab4-9-nobn-0.001 0.1
tab4-9-nobn-0.0001 0.1
tab4-9-bn-0.1 0.5192
tab4-9-bn-0.001 0.5079
tab4-9-bn-0.0001 0.1
`;

/** The paper's λ, as it prints them: 4.14 · 10^{-5}. */
const LAMBDAS = {
  tab1: "4.14 -5, 9.12 -3, 1.13 -4, 1.36 -3, 1.14 -5, 4.73 -2, 4.01 -2, 1.36 -5, 6.73 -2, 3.54 -5",
  tab2: "7.86 -3, 1 -2, 8.26 -3, 9.25 -3, 7.35 -3",
  tab3: "6.77 -3, 8.62 -3, 7.12 -3, 7.97 -3, 6.34 -3",
};

const NINE = [50, 30, 20, 20, 10, 10, 10, 10];
const get = (id: string) => EXPERIMENTS.find((experiment) => experiment.id === id)!;
const epochs = (settings: (typeof EXPERIMENTS)[number]["settings"]) =>
  resolveSettings(mergeSettings(settings), "cifar10", 45000).epochs;

describe("the paper's experiments", () => {
  it("are 37 trainings of 750 epochs in all", () => {
    expect(EXPERIMENTS.length).toBe(37);
    expect(EXPERIMENTS.reduce((sum, { settings }) => sum + epochs(settings), 0)).toBe(750);
  });

  it("have the published numbers, in the paper's order", () => {
    const lines = PUBLISHED.trim().split("\n");
    expect(EXPERIMENTS.map(({ id, published }) => [id, published])).toEqual(
      lines.map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]),
    );
  });

  it("have the paper's twenty values of λ, and count the validation accuracy there, the test's elsewhere", () => {
    for (const [group, text] of Object.entries(LAMBDAS)) {
      const rows = EXPERIMENTS.filter((experiment) => experiment.group === group);
      expect(rows.map(({ settings }) => settings.l2)).toEqual(
        text.split(", ").map((each) => Number(each.replace(" ", "e"))),
      );
      for (const { settings, metric } of rows) {
        expect(settings).toEqual({ bn: "after", l2: settings.l2 });
        expect(metric).toBe("validation");
      }
    }
    const others = EXPERIMENTS.filter(({ group }) => !Object.hasOwn(LAMBDAS, group));
    expect(new Set(others.map(({ metric }) => metric))).toEqual(new Set(["test"]));
  });

  it("say of their settings only what differs from the defaults", () => {
    expect(get("fig1").settings).toEqual({});
    expect(get("fig2").settings).toEqual({ bn: "after" });
    expect(get("fig3").settings).toEqual({ layers: NINE });
    expect(get("fig4").settings).toEqual({ layers: NINE, bn: "after" });
    expect(get("fig5").settings).toEqual({ bn: "after", l2: 7.86e-3, cycles: 3 });
    expect(get("tab4-3-nobn-0.1").settings).toEqual({ init: "normal:0.1" });
    expect(get("tab4-9-bn-0.0001").settings).toEqual({ layers: NINE, bn: "after", init: "normal:0.0001" });
    for (const { settings } of EXPERIMENTS) {
      for (const [name, value] of Object.entries(settings)) {
        expect(value).not.toEqual(DEFAULTS[name as keyof typeof DEFAULTS]);
      }
    }
  });

  it("have ids of their own, and one title a row", () => {
    const all = [...EXPERIMENTS, ...appendixExperiments()];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    expect(get("tab2-2").title).toBe("Fine search 1, λ = 1e-2");
    expect(get("tab4-9-bn-0.001").title).toBe("Nine layers, with batch normalisation, σ = 0.001");
  });

  it("say their cell in Table 4, and no others do", () => {
    expect(get("tab4-9-bn-0.001").cell).toEqual({ layers: 9, bn: true, sigma: 0.001 });
    expect(get("tab4-3-nobn-0.1").cell).toEqual({ layers: 3, bn: false, sigma: 0.1 });
    const having = EXPERIMENTS.filter(({ cell }) => cell !== undefined);
    expect(having).toEqual(EXPERIMENTS.filter(({ group }) => group === "tab4"));
  });

  it("have readings off the curves in the five figures alone, each with the cost above the loss", () => {
    const read = EXPERIMENTS.filter(({ readings }) => readings !== undefined);
    expect(read.map(({ id }) => id)).toEqual(["fig1", "fig2", "fig3", "fig4", "fig5"]);
    for (const { readings } of read) {
      for (const set of ["train", "validation"] as const) {
        const { loss, cost, accuracy } = readings![set];
        for (const i of [0, 1, 2] as const) expect(cost[i]).toBeGreaterThan(loss[i]);
        expect([...loss].sort((a, b) => b - a)).toEqual(loss);
        expect([...accuracy].sort((a, b) => a - b)).toEqual(accuracy);
      }
    }
    expect(get("fig3").readings!.validation.cost).toEqual([2.68, 1.8, 1.77]);
  });
});

describe("appendixExperiments", () => {
  it("puts the normalisation before the activation where there is one, and every figure's biases to 0", () => {
    expect(appendixExperiments().map(({ id, settings }) => [id, settings])).toEqual([
      ["fig2-before", { bn: "before" }],
      ["fig4-before", { layers: NINE, bn: "before" }],
      ["fig5-before", { bn: "before", l2: 7.86e-3, cycles: 3 }],
      ["fig1-zeros", { biasInit: "zeros" }],
      ["fig2-zeros", { bn: "after", biasInit: "zeros" }],
      ["fig3-zeros", { layers: NINE, biasInit: "zeros" }],
      ["fig4-zeros", { layers: NINE, bn: "after", biasInit: "zeros" }],
      ["fig5-zeros", { bn: "after", l2: 7.86e-3, cycles: 3, biasInit: "zeros" }],
    ]);
  });

  it("has no published numbers", () => {
    for (const experiment of appendixExperiments()) {
      expect(experiment).not.toHaveProperty("published");
      expect(experiment).not.toHaveProperty("readings");
    }
  });
});

describe("freshExperiment", () => {
  it("is a row of the search as the paper's are, without a published number", () => {
    expect(freshExperiment(2, 3, 0.0123456)).toEqual({
      id: "fresh-2-3",
      group: "fresh-2",
      title: "Fine search 1, λ = 1.23e-2",
      metric: "validation",
      settings: { bn: "after", l2: 0.0123456 },
    });
    expect(freshExperiment(1, 10, 1e-5).title).toBe("Coarse search, λ = 1e-5");
  });
});

describe("selectExperiments", () => {
  const ids = (...words: string[]) => selectExperiments(words).map(({ id }) => id);

  it("takes all where none are named", () => {
    expect(selectExperiments([])).toEqual(EXPERIMENTS);
  });

  it("takes ids, and all that begin with a word, in the paper's order and each once", () => {
    expect(ids("tab2", "fig5", "tab2-1", "fig1")).toEqual([
      ...["fig1", "fig5", "tab2-1", "tab2-2", "tab2-3", "tab2-4", "tab2-5"],
    ]);
    expect(ids("tab4-9-bn")).toEqual(["tab4-9-bn-0.1", "tab4-9-bn-0.001", "tab4-9-bn-0.0001"]);
    expect(ids("tab1-1")).toEqual(["tab1-1"]);
    expect(ids("tab4-9-bn-0.1")).toEqual(["tab4-9-bn-0.1"]);
    expect(ids("tab1").length).toBe(10);
    expect(ids("tab4").length).toBe(12);
  });

  it("chooses from another list too", () => {
    const all = [...EXPERIMENTS, ...appendixExperiments()];
    expect(selectExperiments(["fig2"], all).map(({ id }) => id)).toEqual([
      ...["fig2", "fig2-before", "fig2-zeros"],
    ]);
  });

  it("names the choices where there is no such experiment", () => {
    for (const word of ["fig9", "fig", "tab", "tab1-", "", "__proto__"]) {
      expect(() => selectExperiments(["fig1", word])).toThrow(
        new ConfigError(
          `No experiment "${word}". There are: fig1, fig2, fig3, fig4, fig5, tab1 (tab1-1 … tab1-10), ` +
            "tab2 (tab2-1 … tab2-5), tab3 (tab3-1 … tab3-5), tab4 (tab4-3-nobn-0.1 … tab4-9-bn-0.0001).",
        ),
      );
    }
  });
});
