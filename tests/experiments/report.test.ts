import { describe, expect, it } from "vitest";
import type { ReproductionFacts } from "../../src/experiments/facts.ts";
import {
  type Reproduction,
  type ReproductionInput,
  reproductionReport,
} from "../../src/experiments/report.ts";
import {
  appendixExperiments,
  EXPERIMENTS,
  freshExperiment,
  selectExperiments,
} from "../../src/experiments/table.ts";
import type { TrainSettings } from "../../src/settings/settings.ts";
import { madeUp } from "./madeUp.ts";

const FACTS: ReproductionFacts = {
  command: "nnwasm reproduce --seeds 3",
  version: "1.2.3",
  node: "22.0.0",
  machine: "2 cores of a machine",
  seconds: 754,
  seeds: [1, 2, 3],
  data: "cifar10",
};
const report = (input: Partial<ReproductionInput> & { facts?: ReproductionFacts }) =>
  reproductionReport({ results: [], experiments: EXPERIMENTS, facts: FACTS, ...input });

const FRESH = [freshExperiment(1, 1, 2e-3), freshExperiment(2, 1, 2.2e-3)];
const FULL: ReproductionInput = {
  results: madeUp({ experiments: [...EXPERIMENTS, ...appendixExperiments(), ...FRESH] }),
  experiments: EXPERIMENTS,
  appendix: appendixExperiments(),
  fresh: FRESH,
  facts: { ...FACTS, date: "2026-11-25" },
};

/** The lines of the Markdown table under this label, without the rule under its head. */
function rowsOf({ markdown }: Reproduction, label: string): string[][] {
  const lines = markdown
    .slice(markdown.indexOf(`__${label}:`))
    .split("\n")
    .slice(2);
  const rows = lines.slice(0, lines.indexOf("")).filter((_, i) => i !== 1);
  return rows.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Whatever must hold of any report. */
function expectWhole({ html, markdown, plots }: Reproduction) {
  for (const text of [html, markdown, ...Object.values(plots)]) {
    expect(text).not.toMatch(/undefined|NaN|Infinity|\bnull\b|\[object/);
  }
  expect(html).not.toMatch(/https?:|\/\/[a-z]|<script|<link|<img|@import|url\((?!#)/);
  expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
  expect(html).toMatch(/<\/html>\n$/);
  expect(markdown).not.toMatch(/https?:|<[a-z]/);
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(ids.filter((id, i) => ids.indexOf(id) < i)).toEqual([]);
  const images = [...markdown.matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)].map(([, path]) => path);
  expect(images).toEqual(Object.keys(plots));
  expect(html.match(/<svg /g)?.length ?? 0).toBe(images.length);
  for (const svg of Object.values(plots)) expect(svg).toMatch(/^<svg role="graphics-document" .*<\/svg>$/s);
}

describe("the report of a whole run", async () => {
  const full = await reproductionReport(FULL);

  it("is one page that needs nothing else, and a Markdown twin with its plots", () => {
    expectWhole(full);
  });

  it("is the same bytes for the same input, in whatever order the trainings ended", async () => {
    expect(await reproductionReport({ ...FULL, results: FULL.results.toReversed() })).toEqual(full);
  });

  it("has the paper's figures and tables by their numbers, and its own by letters", () => {
    const labels = [...full.markdown.matchAll(/^__((?:Figure|Table) \w+):/gm)].map(([, label]) => label);
    expect(labels).toEqual([
      ...[
        "Table A",
        "Figure 1",
        "Table B",
        "Figure 2",
        "Table C",
        "Figure 3",
        "Table D",
        "Figure 4",
        "Table E",
      ],
      ...[
        "Table 1",
        "Table 2",
        "Table 3",
        "Figure A",
        "Table F",
        "Figure 5",
        "Table G",
        "Table 4",
        "Figure B",
      ],
      ...["Table H", "Figure C", "Figure D", "Figure E", "Figure F", "Figure G", "Figure H", "Figure I"],
      ...["Figure J", "Table I"],
    ]);
    for (const label of labels) expect(full.html).toMatch(new RegExp(`>${label}:`));
  });

  it("sets what is measured beside what was published, and says how they differ", () => {
    expect(rowsOf(full, "Table A")).toEqual([
      ["figure", "network", "report", "this run", "difference", "✱"],
      ["1", "3 layers", "0.5360", "0.5360 ± 0.0020", "0.0000", ""],
      ["2", "3 layers, BN", "0.5323", "0.5323 ± 0.0020", "0.0000", ""],
      ["3", "9 layers", "0.4411", "0.4411 ± 0.0020", "0.0000", ""],
      ["4", "9 layers, BN", "0.5019", "0.5019 ± 0.0020", "0.0000", ""],
      ["5", "3 layers, BN, λ = 7.86e-3, 30 epochs", "0.5392", "0.5392 ± 0.0020", "0.0000", ""],
    ]);
    expect(rowsOf(full, "Table 2").slice(0, 3)).toEqual([
      ["λ", "report", "this run", "difference", "✱"],
      ["7.86e-3 ◂", "0.5340", "0.5340 ± 0.0020", "0.0000", ""],
      ["1e-2", "0.5262", "0.5262 ± 0.0020", "0.0000", ""],
    ]);
    expect(rowsOf(full, "Table 4").at(-1)).toEqual([
      ...["9", "yes", "0.0001", "0.1000", "0.1000 ± 0.0000", "0.0000", ""],
    ]);
    expect(["Table 1", "Table 2", "Table 3", "Table 4"].map((label) => rowsOf(full, label).length)).toEqual([
      ...[11, 6, 6, 13],
    ]);
  });

  it("sets the curves' readings beside the paper's, with the range over the seeds", () => {
    expect(rowsOf(full, "Table B").slice(0, 2)).toEqual([
      ["curve", "report, read off", "this run, median", "lowest", "highest"],
      [
        ...["training loss", "1.70 → 1.16 → 1.08", "1.70 → 1.07 → 1.03", "1.69 → 1.06 → 1.02"],
        ...["1.71 → 1.08 → 1.04"],
      ],
    ]);
    expect(full.html).toContain("epochs 1 → 10 → 30");
  });

  it("draws four curves a figure, the accuracy against λ, and Table 4", () => {
    const names = ["cost", "loss", "accuracy", "learning-rate"];
    const ids = ["fig1", "fig2", "fig3", "fig4", "fig5", ...appendixExperiments().map(({ id }) => id)];
    const expected = [
      ...ids.flatMap((id) => names.map((name) => `plots/${id}-${name}.svg`)),
      ...[
        "plots/lambda-all.svg",
        "plots/lambda-fine.svg",
        "plots/sensitivity-3.svg",
        "plots/sensitivity-9.svg",
      ],
    ];
    expect(Object.keys(full.plots).sort()).toEqual(expected.sort());
    const points = (name: string) => full.plots[name]!.match(/aria-roledescription="point"/g)?.length ?? 0;
    expect(points("plots/fig1-loss.svg")).toBe(6);
    expect(points("plots/fig1-zeros-loss.svg")).toBe(0);
    expect(points("plots/lambda-all.svg")).toBe(2 * 20 + 2);
    expect(points("plots/lambda-fine.svg")).toBe(2 * 10);
    expect(points("plots/sensitivity-9.svg")).toBe(2 * 6);
    expect(full.plots["plots/fig1-loss.svg"]!.match(/<path d="M[^"]*L[^"]*" stroke="#/g)?.length).toBe(6);
  });

  it("closes with conclusions, the appendix, every training and the references", () => {
    const titles = [...full.markdown.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      ...["Summary", "Method", "Results", "Conclusions", "Appendix: beyond the report", "All trainings"],
      "References",
    ]);
    expect(rowsOf(full, "Table I").length).toBe(1 + FULL.results.length);
    expect(rowsOf(full, "Table H")[1]).toEqual([
      ...["Figure 2", "normalisation before the activation", "0.5200 ± 0.0020", "0.5323 ± 0.0020", "−0.0123"],
    ]);
    expect(full.markdown).toMatch(
      /1\. M\. A\. Csizmadia.*\n2\. L\. N\. Smith.*\n3\. S\. Ioffe and C\. Szegedy/,
    );
    expect(full.markdown.trimEnd()).toMatch(/\nMade by nnwasm 1\.2\.3 on Node 22\.0\.0, 2026-11-25\.$/);
  });

  it("says the same in both of its forms", () => {
    const plain = full.html
      .replace(/<svg .*?<\/svg>|<style>.*?<\/style>|<[^>]*>/gs, "")
      .replace(/\u00a0/g, " ");
    const paragraphs = full.markdown.split("\n").filter((line) => /^- |^[A-Z].*\.$/.test(line));
    expect(paragraphs.length).toBeGreaterThan(50);
    for (const line of paragraphs) {
      if (line.startsWith("- ") && !line.endsWith(".") && !line.endsWith(")")) continue; // the key facts
      expect(plain).toContain(line.replace(/^- /, "").replace(/\\(.)/g, "$1").replaceAll("&", "&amp;"));
    }
  });
});

describe("marks", () => {
  const few = selectExperiments(["fig1", "tab4-3-nobn-0.1"]);

  it("stand where the published value lies more than three standard deviations away, and are explained", async () => {
    const results = madeUp({ experiments: few }).map((result) =>
      result.id === "fig1"
        ? { ...result, test: { ...result.test!, accuracy: 0.52 + 0.001 * result.seed } }
        : result,
    );
    const made = await report({ results, experiments: few });
    expect(rowsOf(made, "Table A")[1]).toEqual([
      ...["1", "3 layers", "0.5360", "0.5220 ± 0.0010", "−0.0140", "✱"],
    ]);
    expect(rowsOf(made, "Table 4")[1]!.at(-1)).toBe("");
    expect(made.markdown).toContain(
      "The conclusions name a difference of means as an effect if chance alone",
    );
    const note = "✱ The published value lies more than three standard deviations from the mean.";
    expect(made.markdown.split(note).length - 1).toBe(1);
    expect(made.markdown).toContain("a difference of −0.0140, more than three standard deviations.");
    expect(made.markdown).toContain("about 12 rows in 100 would be marked even if");
  });

  it("do not exist for single trainings, of which it is said that no spread is known", async () => {
    const made = await report({
      results: madeUp({ experiments: few, seeds: 1, value: () => 0.2 }),
      experiments: few,
      facts: { ...FACTS, seeds: [1] },
    });
    expectWhole(made);
    expect(rowsOf(made, "Table A")).toEqual([
      ["figure", "network", "report", "this run", "difference"],
      ["1", "3 layers", "0.5360", "0.2000", "−0.3360"],
    ]);
    expect(rowsOf(made, "Table B")[0]).toEqual(["curve", "report, read off", "this run"]);
    expect(made.markdown).not.toMatch(/✱|±(?! the sample)/);
    expect(made.markdown).toContain("Its spread over seeds is not known, so nothing can be marked");
    expect(made.markdown).not.toContain("Student’s t");
    expect(made.markdown).toContain("Seed 1. Diamonds: the report’s curves, read off by eye.");
    expect(made.plots["plots/fig1-loss.svg"]!.match(/<path d="M[^"]*L[^"]*" stroke="#/g)?.length).toBe(2);
  });
});

describe("the report of a run that has not ended", () => {
  it("says what is missing, and has no gaps, wherever it was stopped", async () => {
    const experiments = selectExperiments(["fig1", "fig3", "fig5", "tab1", "tab2", "tab4"]);
    const results = madeUp({ experiments });
    for (const [done, of] of [
      [results.slice(0, 0), 0],
      [results.slice(0, 5), 5],
      [results.filter((_, i) => i % 5 === 1), 18],
    ] as const) {
      const made = await report({ results: done, experiments });
      expectWhole(made);
      expect(done.length).toBe(of);
      expect(made.markdown).toContain(
        `__The run is not complete: ${of} of ${results.length} trainings are there. Resume it for the others.__`,
      );
      expect(made.markdown).toContain("Not trained (");
    }
  });

  it("says of a row how many seeds it lacks, and of a figure that it is not there", async () => {
    const experiments = selectExperiments(["fig1", "fig2", "tab2"]);
    const made = await report({
      results: madeUp({ experiments }).filter(
        ({ id, seed }) => id === "tab2-2" || (id === "tab2-1" && seed < 3),
      ),
      experiments,
    });
    expectWhole(made);
    expect(made.markdown).toContain("– Not trained (3 of 5). Fewer seeds than asked for: tab2-1.");
    expect(made.markdown).toContain(
      "Figure 1’s network (three layers, without batch normalisation) has not been trained in this run.",
    );
    expect(
      rowsOf(made, "Table 2")
        .slice(1)
        .map(([, , ours]) => ours),
    ).toEqual([...["0.5350 ± 0.0014", "0.5262 ± 0.0020", "–", "–", "–"]]);
    expect(Object.keys(made.plots)).toEqual(["plots/lambda-all.svg", "plots/lambda-fine.svg"]);
  });

  it("shows what diverged as such, with its reason and the curves up to there", async () => {
    const experiments = selectExperiments(["fig3", "tab4-9-nobn-0.1"]);
    const error = "The loss is NaN at step 812 (epoch 2, learning rate 0.1).";
    const results = madeUp({ experiments }).map((result) => {
      if (result.seed !== 2 && result.id === "fig3") return result;
      const rows = result.rows.slice(0, 2);
      const nothing = { loss: NaN, cost: NaN, accuracy: NaN };
      const broken = { ...rows[1]!, train: nothing, validation: nothing };
      return { ...result, rows: [rows[0]!, broken], test: null, validation: null, error, weightsSha256: "" };
    });
    const made = await report({ results, experiments });
    expectWhole({
      ...made,
      markdown: made.markdown.replaceAll(error, ""),
      html: made.html.replaceAll(error, ""),
    });
    expect(rowsOf(made, "Table A")[1]).toEqual([
      ...["3", "9 layers", "0.4411", "0.4401 ± 0.0014 (1 diverged)", "−0.0010", ""],
    ]);
    expect(rowsOf(made, "Table 4")[1]!.slice(-3)).toEqual(["0.1000", "3 diverged", "–"]);
    expect(made.markdown).toContain(`fig3, seed 2: ${error}`);
    expect(rowsOf(made, "Table C")[2]).toEqual(["fig3", "2", "diverged", "–", "2", "22.5", "–"]);
  });
});

describe("the report of a part", () => {
  it("has no sections for what was not asked for", async () => {
    const experiments = selectExperiments(["tab4-9"]);
    const made = await report({ results: madeUp({ experiments }), experiments });
    expectWhole(made);
    const titles = [...made.markdown.matchAll(/^### (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(["Sensitivity to initialisation", "Agreement with the report", "Initialisation"]);
    expect(Object.keys(made.plots)).toEqual(["plots/sensitivity-9.svg"]);
    expect(rowsOf(made, "Table 4").length).toBe(7);
  });
});

describe("the report of a run that is not the paper's", () => {
  it("warns, and compares nothing with what was published", async () => {
    const experiments = selectExperiments(["fig1", "tab2"]);
    const results = madeUp({ experiments });
    for (const [facts, why] of [
      [{ ...FACTS, data: "synthetic" }, "on the data set synthetic instead of CIFAR-10"],
      [{ ...FACTS, changes: ["--limit 500", "--epochs 2"] }, "with --limit 500 and --epochs 2"],
    ] as const) {
      const made = await report({ results, experiments, facts });
      expectWhole(made);
      expect(made.markdown).toContain(
        `> __This run was made ${why}: its numbers are not the report’s, and are not compared with them.__`,
      );
      expect(rowsOf(made, "Table A")[0]).toEqual(["figure", "network", "report", "this run"]);
      expect(rowsOf(made, "Table B")[0]).toEqual(["curve", "this run, median", "lowest", "highest"]);
      expect(made.markdown).not.toMatch(/Diamonds|differs from the|published value/);
      expect(made.plots["plots/fig1-loss.svg"]).not.toContain('aria-roledescription="point"');
    }
  });
});

describe("the report of a run with other settings", () => {
  const other = (changes: readonly string[], settings: Partial<TrainSettings>, more = {}) => ({
    ...FACTS,
    ...{ changes, settings },
    ...more,
  });
  const some = selectExperiments(["fig2", "fig5", "tab1"]);

  it.each([
    [1, "the only epoch"],
    [7, "the first and the last epoch"],
    [12, "the first, the tenth and the last epoch"],
  ])("says its epochs wherever the paper has twenty or thirty: %i", async (epochs, read) => {
    const results = madeUp({ experiments: [...some, ...FRESH], epochs });
    const facts = other([`--epochs ${epochs}`], { epochs });
    const made = await report({ results, experiments: some, fresh: FRESH, facts });
    expectWhole(made);
    const words = epochs === 1 ? "1 epoch" : `${epochs} epochs`;
    expect(made.markdown).not.toMatch(/\b(20|30) epochs|three cycles|the third cycle/);
    for (const text of [
      `Coarse search: validation accuracy after ${words}__`,
      `own coarse-to-fine search: validation accuracy after ${words}__`,
      `learning rate over ${words}: three layers, with batch normalisation. Thick`,
      `Test accuracy after ${words}: `,
      `is trained for ${words} with each of the report’s own values`,
      `Every training ends after ${words}, ${["450", "3,150", "5,400"][[1, 7, 12].indexOf(epochs)]} updates`,
      `__Table B: The curves of Figure 2 after ${read}__`,
    ])
      expect(made.markdown).toContain(text);
  });

  it("says how many samples it used, and how long its cycles were", async () => {
    const settings = { limit: 2000, validation: 1000, epochs: 2 };
    const made = await report({
      experiments: some,
      results: madeUp({ experiments: some, epochs: 2 }),
      facts: other(["--limit 2000", "--validation 1000", "--epochs 2"], settings),
    });
    expectWhole(made);
    expect(made.markdown).not.toMatch(/\b(20|30) epochs|45,000|5,000|4,500|three cycles|tenth/);
    expect(made.markdown).toContain(
      "CIFAR-10’s 50,000 training images are split at random, by the seed, into 49,000 to train on, of which 2,000 are " +
        "used, and 1,000 to validate; its 10,000 test images are used once, at the end. Each of the 3,072 features is " +
        "standardised by its mean and standard deviation over the 2,000.",
    );
    expect(made.markdown).toContain("of 200 updates or ten epochs each");
    expect(made.markdown).toContain("The three-layer network has hidden layers of 50 and 50 units. Batch");
    expect(made.markdown).toContain("This paper repeats 12 of the 37 experiments");
  });

  it("takes batches, λ, rates and the data set from the run, too", async () => {
    const settings = { batch: 50, l2: 0.01, etaMin: 1e-3, etaMax: 0.5, stepSize: 600 };
    const samples = { training: 6000, test: 500, features: 784, classes: 7 };
    const { markdown } = await report({
      experiments: selectExperiments(["tab4-3"]),
      facts: other(["--batch 50"], settings, { data: "digits", samples }),
    });
    for (const text of [
      "# Batch normalisation in fully connected networks on the digits data set: a reproduction",
      "The digits data set’s 6,000 training images are split at random, by the seed, into 1,000 to train on and 5,000 " +
        "to validate; its 500 test images",
      "Each of the 784 features is standardised by its mean and standard deviation over the 1,000.",
      "Mini-batches of 50, shuffled",
      "λ = 0.01 where not stated",
      "between 1e-3 and 5e-1, of 1,200 updates or 60 epochs each",
      "tells the seven classes apart",
    ])
      expect(markdown).toContain(text);
  });

  it("shows accuracies above the paper's within the axis", async () => {
    const { plots } = await report({
      experiments: selectExperiments(["tab4"]),
      results: madeUp({ value: (_, seed) => 0.9 + 0.01 * seed }),
      facts: other([], {}, { data: "synthetic" }),
    });
    for (const svg of [plots["plots/sensitivity-3.svg"]!, plots["plots/sensitivity-9.svg"]!]) {
      expect(svg).toMatch(/>1\.0</);
    }
  });
});

describe("a curve that leaps", () => {
  const experiments = selectExperiments(["fig3", "fig4"]);
  const leaping = (id: string, seeds = 1) =>
    madeUp({
      experiments,
      seeds,
      validationLoss: (experiment, seed, epoch) =>
        experiment.id === id && seed === 1 ? ([40.25, 3.5][epoch - 3] ?? 1.5) : 1.5,
    });
  const facts = { ...FACTS, seeds: [1] };

  it("is said to do so under its figure, with the epochs, the heights and what normalisation has to do with it", async () => {
    const { markdown } = await report({ results: leaping("fig4"), experiments, facts });
    expect(markdown.match(/loss leaps/g)?.length).toBe(1);
    expect(markdown).toContain(
      "Seed 1’s loss leaps, from 1.35 in training and 1.50 in validation after epoch 2 to 1.23 in training and 40.25 in " +
        "validation after epoch 3 (learning rate 0.06) and 1.18 in training and 3.50 in validation after epoch 4 " +
        "(learning rate 0.08). The accuracy hardly changes: ",
    );
    expect(markdown).toContain(
      "has a loss of ln 10 = 2.30 at most. The losses are taken in inference mode, where batch",
    );
    expect(markdown).toContain("is multiplied by up to 1/√ε = 316, in layer after layer.");
  });

  it("is not explained by normalisation where there is none, nor said of curves that do not leap", async () => {
    const { markdown } = await report({ results: leaping("fig3", 2), experiments, facts: FACTS });
    expect(markdown.match(/loss leaps/g)?.length).toBe(1);
    expect(markdown).toContain("Seed 1’s loss leaps");
    expect(markdown).not.toContain("hardly any sample wakes");
    const { markdown: smooth } = await report({ results: madeUp({ experiments }), experiments });
    expect(smooth).not.toContain("leaps");
  });
});

describe("text from outside", () => {
  it("is text in both forms, whatever is in it", async () => {
    const bad = "<img src=x onerror=\"a\"> & 'b' `c` *d* _e_ [f](g) | \\";
    const experiments = selectExperiments(["fig1"]);
    const [first] = madeUp({ experiments, seeds: 1 });
    const made = await report({
      results: [{ ...first!, error: bad, test: null, weightsSha256: bad }],
      experiments,
      facts: {
        ...FACTS,
        command: `nnwasm ${bad} \`\`\``,
        machine: bad,
        version: bad,
        changes: [bad],
        date: bad,
      },
    });
    expect(made.html).not.toContain("<img");
    expect(made.html).toContain(
      "<dd>&lt;img src=x onerror=&quot;a&quot;&gt; &amp; &#39;b&#39; `c` *d* _e_ [f](g) | \\</dd>",
    );
    expect(made.markdown).toContain(
      "- Machine: \\<img src=x onerror=\"a\"\\> & 'b' \\`c\\` \\*d\\* \\_e\\_ \\[f\\](g) \\| \\\\\n",
    );
    expect(made.markdown).toContain(`\`\`\`\`sh\nnnwasm ${bad} \`\`\`\n\`\`\`\`\n`);
  });
});
