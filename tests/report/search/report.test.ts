import { describe, expect, it } from "vitest";
import { type SearchReport, searchReport } from "../../../src/report/search/report.ts";
import type { SpaceEntry } from "../../../src/tuner/searchSpace.ts";
import type { FinishedTrial } from "../../../src/tuner/trial.ts";
import { elements, search } from "./study.ts";

const HOSTILE = `<script>alert("x")</script>`;

const report = (trials: number, rest: Partial<SearchReport> = {}): SearchReport => ({
  ...search(trials),
  importance: [
    { name: "l2", importance: 0.7 },
    { name: "layers", importance: 0.3 },
  ],
  title: "A search",
  command: "nnwasm search --space l2=log:1e-5:1e-1 --trials 20",
  facts: [
    ["data", "cifar10"],
    ["sampler", "tpe"],
  ],
  bestCommand: "nnwasm train --l2 0.1 --layers 50,50",
  ...rest,
});

const text = (markup: string): string =>
  markup
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** The text of a table's cells, row by row. */
const cells = (page: string): string[][] =>
  [...page.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => text(cell!)),
  );

const titles = (page: string): string[] =>
  [...page.matchAll(/<h([123])>(.*?)<\/h\1>/g)].map(([, level, title]) => `${level} ${text(title!)}`);

describe("searchReport", () => {
  it("says what is best and how to train with it, what the search was, and draws it", async () => {
    const page = await searchReport(report(20));
    expect(titles(page)).toEqual([
      "1 A search",
      "2 Best setting",
      "2 The search",
      "2 What mattered",
      "2 Each parameter",
      "2 All trials",
    ]);
    expect(text(/<p class="subtitle">.*?<\/p>/.exec(page)![0])).toBe(
      "Validation accuracy, maximised over 20 trials: 14 complete, 4 pruned, 2 failed",
    );
    const facts = [...page.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, label, value]) => [
      label,
      value,
    ]);
    expect(facts).toEqual([
      ["validation accuracy", "0.4800"],
      ["test accuracy", "0.4700"],
      ["l2", "0.1"],
      ["layers", "50,50"],
      ["batch", "365"],
      ["bn", "false"],
      ["trial", "18"],
      ["data", "cifar10"],
      ["sampler", "tpe"],
    ]);
    expect([...page.matchAll(/<pre[^>]*>(.*?)<\/pre>/gs)].map(([, code]) => text(code!))).toEqual([
      "nnwasm train --l2 0.1 --layers 50,50",
      "nnwasm search --space l2=log:1e-5:1e-1 --trials 20",
    ]);
    expect([...page.matchAll(/<figure id="([^"]*)"/g)].map(([, id]) => id)).toEqual([
      "history",
      "importance",
      "parallel-coordinates",
      "parameter-l2",
      "parameter-layers",
      "parameter-batch",
      "parameter-bn",
      "parameter-momentum",
    ]);
    expect(page).toContain("<figcaption>l2 0.70, layers 0.30.</figcaption>");
  });

  it("is one well-formed document that asks for nothing from elsewhere, with each id once", async () => {
    const page = await searchReport(report(20));
    expect(elements(page).filter((name) => name === "svg").length).toBe(8);
    expect(page).not.toMatch(/https?:|\bsrc=|@import|<script|<link|url\((?!#)/);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(page).not.toMatch(/(fill|stroke)="(white|#ffffff|#222222)"/);
  });

  it("gives the same bytes for the same search", async () => {
    expect(await searchReport(report(20))).toBe(await searchReport(report(20)));
  });

  it("lists all trials, the best first, then those pruned, then those that failed", async () => {
    const page = await searchReport(report(7));
    expect(cells(page)).toEqual([
      [
        ...["trial", "state", "l2", "layers", "batch", "bn", "momentum"],
        ...["validation accuracy", "test accuracy", "epochs", "seconds"],
      ],
      ["5", "complete", "0.001", "100", "235", "after", "0.7", "0.3500", "0.3400", "5", "5.3"],
      ["3", "complete", "0.00025", "50,50", "161", "false", "", "0.3300", "0.3200", "5", "5.3"],
      ["2", "complete", "0.1", "100", "124", "after", "0.58", "0.3200", "0.3100", "5", "5.3"],
      ["1", "complete", "0.001", "50,30,20", "87", "after", "0.54", "0.3100", "0.3000", "5", "5.3"],
      ["0", "complete", "1e-5", "50,50", "50", "false", "", "0.3000", "0.2900", "5", "5.3"],
      ["4", "pruned", "1e-5", "50,30,20", "198", "after", "0.66", "0.3400", "", "3", "3.3"],
      [
        "6",
        "failedTrainingError: The loss is NaN at step 3.",
        "0.1",
        "50,50",
        "272",
        "false",
        "",
        "",
        "",
        "0",
        "0.3",
      ],
    ]);
    expect(page.match(/<tr class="highlight">/g)).toHaveLength(1);
    expect(page).toContain('<tr class="highlight"><th scope="row" class="number">5</th>');
    expect(text(/<caption>.*?<\/caption>/.exec(page)![0])).toBe("7 trials, the best first");
    expect(text(/<p class="note">.*?<\/p>/.exec(page)![0])).toBe(
      "The value of a trial that was pruned is the last that it reported, after so many epochs.",
    );
  });

  it("has every trial of many in the table", async () => {
    const page = await searchReport(report(300));
    const numbers = cells(page)
      .slice(1)
      .map(([number]) => Number(number));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it("puts what is to be minimised in its order", async () => {
    const page = await searchReport(report(4, { direction: "minimize", objective: "validation.loss" }));
    expect(
      cells(page)
        .slice(1)
        .map(([number]) => number),
    ).toEqual(["0", "1", "2", "3"]);
    expect(cells(page)[1]).toContain("0.3");
    expect(page).toContain("Validation loss (nats), minimised over 4 trials: 4 complete");
  });

  it("has test accuracies where a trial knows one, as a number or among others, or as it is told", async () => {
    const withTest = (test: unknown): FinishedTrial[] =>
      search(3).trials.map((trial) => ({ ...trial, attributes: { test } }));
    const heads = async (rest: Partial<SearchReport>) => cells(await searchReport(report(3, rest)))[0];
    expect(await heads({ trials: withTest(0.5) })).toContain("test accuracy");
    expect(await heads({ trials: withTest({ loss: 1, accuracy: 0.5 }) })).toContain("test accuracy");
    for (const test of [undefined, null, "0.5", {}, { accuracy: NaN }]) {
      expect(await heads({ trials: withTest(test) })).not.toContain("test accuracy");
    }
    expect(await heads({ testColumn: false })).not.toContain("test accuracy");
    expect(await heads({ trials: withTest(undefined), testColumn: true })).toContain("test accuracy");
  });

  it("keeps hostile text text", async () => {
    const trials = search(7).trials.map((trial) => ({
      ...trial,
      ...(trial.state === "failed" ? { error: HOSTILE } : {}),
      params: { ...trial.params, layers: HOSTILE },
    }));
    const rest = {
      title: HOSTILE,
      command: HOSTILE,
      bestCommand: HOSTILE,
      facts: [[HOSTILE, HOSTILE]] as const,
    };
    const page = await searchReport(report(7, { ...rest, trials, objective: HOSTILE }));
    expect(page).not.toContain("<script");
    expect(text(/<span class="error">.*?<\/span>/.exec(page)![0])).toBe(HOSTILE);
    elements(page);
  });

  it("says so where no trial came to its end, and where there is nothing to compare", async () => {
    const failed = search(3).trials.map(({ value, ...trial }) => ({ ...trial, state: "failed" as const }));
    const page = await searchReport(report(3, { trials: failed, importance: [] }));
    expect(page).toContain(
      "<p>No trial came to its end with a value. The table below says what became of each.</p>",
    );
    expect(page).toContain(
      "<p>How much each of 5 parameters matters is said from 25 trials with a value on: of fewer it would be chance. Here none has one.</p>",
    );
    expect(page).not.toMatch(/nnwasm<\/span> <span>train|class="highlight"/);
    expect(cells(page)[1]![1]).toBe("failedIt gave no finite value.");
    elements(page);
    elements(await searchReport(report(0, { space: {}, importance: [] })));
    elements(await searchReport(report(1)));
  });

  it("names the trials that the importance takes, and has none of a single parameter", async () => {
    const few = report(7, { importance: [] });
    expect(await searchReport(few)).toContain(
      "How much each of 5 parameters matters is said from 25 trials with a value on: of fewer it would be chance. Here 6 have one.",
    );
    const { l2 } = search(1).space as { l2: SpaceEntry };
    const trials = search(30).trials.map((trial) => ({
      ...trial,
      params: { l2: trial.params.l2! },
      distributions: { l2 },
    }));
    const page = await searchReport(
      report(30, { trials, space: { l2 }, importance: [{ name: "l2", importance: 1 }] }),
    );
    expect(page).not.toMatch(/id="importance"|parameters matter/);
    expect(page).toContain(
      "<p>How much a parameter matters is a share: of one alone it would be 1, whatever its trials.</p>",
    );
  });

  it("has trials that were pruned before their first report behind the others that were pruned", async () => {
    const trials = search(7).trials.map((trial) => {
      if (trial.number !== 1) return trial;
      const { value: _, ...rest } = trial;
      return { ...rest, state: "pruned" as const, reports: [], attributes: {} };
    });
    const page = await searchReport(report(7, { trials }));
    expect(
      cells(page)
        .slice(1)
        .map(([number, state]) => `${number} ${state!.slice(0, 6)}`)
        .slice(-3),
    ).toEqual(["4 pruned", "1 pruned", "6 failed"]);
    expect(page).toContain("7 trials: 4 complete, 2 pruned, 1 failed");
    expect(page).toContain('aria-label="trial 1: pruned; l2 = 0.001');
  });
});
