/** The report of a search: one HTML page with the best setting, the plots and all trials. */
import { decimals } from "../../format/numbers.ts";
import { capitalize, counted } from "../../format/words.ts";
import { trialsForImportance } from "../../tuner/importance.ts";
import { paramOf } from "../../tuner/searchSpace.ts";
import type { FinishedTrial } from "../../tuner/trial.ts";
import { type Chart, IN_PAGE } from "../charts/style.ts";
import {
  type Column,
  type Content,
  code,
  details,
  facts,
  figure,
  figures,
  type Html,
  html,
  page,
  paragraph,
  section,
  table,
} from "../page.ts";
import { renderSearchChart, searchCharts } from "./plots.ts";
import {
  bestTrial,
  compareValues,
  finiteValue,
  objectiveTitle,
  type Parameter,
  parametersOf,
  paramText,
  type SearchResult,
  stateCounts,
  stateOf,
  testMeasure,
  testValue,
  valueText,
} from "./trials.ts";

export interface SearchReport extends SearchResult {
  readonly title: string;
  /** The command that ran the search. */
  readonly command: string;
  /** Other facts of the search: data, sampler, budget, time, machine. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** The command that trains with the best setting. */
  readonly bestCommand: string;
  /** Whether the table has a measure on the test data, such as the accuracy. Default: if any trial has it. */
  readonly testColumn?: boolean;
}

/** The report as an HTML document that needs nothing else. The same search gives the same bytes. */
export async function searchReport(report: SearchReport): Promise<string> {
  const { title, command, trials, objective, direction, testColumn = hasTests(report) } = report;
  const parameters = parametersOf(report);
  const charts = new Map<string, Html>();
  for (const chart of searchCharts(report, IN_PAGE)) charts.set(chart.name, await drawn(chart));
  const { history, importance, "parallel-coordinates": parallel, ...others } = Object.fromEntries(charts);
  const goal = `${capitalize(objectiveTitle(objective))}, ${direction === "maximize" ? "maximised" : "minimised"} over ${counted(trials.length, "trial")}`;
  return page({
    title,
    subtitle: `${goal}: ${stateCounts(trials)}`,
    body: [
      section("Best setting", bestSetting(report)),
      section("The search", facts(report.facts), code(command)),
      section(
        "What mattered",
        figures([history, importance, parallel].filter((chart) => chart !== undefined)),
        importance === undefined ? whyNoImportance(report, parameters.length) : [],
      ),
      parameters.length === 0 ? [] : section("Each parameter", figures(Object.values(others))),
      section("All trials", trialTable(report, parameters, testColumn)),
    ],
  });
}

/** The text in place of the importance if that would be chance. */
function whyNoImportance({ trials }: SearchReport, parameters: number): Content {
  if (parameters === 0) return [];
  if (parameters === 1) {
    return paragraph(
      "How much a parameter matters is a share: of one alone it would be 1, whatever its trials.",
    );
  }
  const valued = trials.filter((trial) => finiteValue(trial) !== undefined).length;
  return paragraph(
    `How much each of ${parameters} parameters matters is said from ${trialsForImportance(parameters)} trials with a value on: of fewer it would be chance. Here ${valued === 0 ? "none has" : valued === 1 ? "1 has" : `${valued} have`} one.`,
  );
}

async function drawn(chart: Chart): Promise<Html> {
  const { name, caption, wide } = chart;
  return figure(await renderSearchChart(chart), { id: name, caption, wide });
}

function bestSetting(report: SearchReport): Content {
  const best = bestTrial(report);
  if (best === undefined) {
    return paragraph("No trial came to its end with a value. The table below says what became of each.");
  }
  const measure = testMeasure(report.objective, report.trials);
  const test = testValue(best, measure);
  return [
    facts([
      [objectiveTitle(report.objective), valueText(best.value, report.objective)],
      ...(test === undefined ? [] : [[`test ${measure}`, valueText(test, `test.${measure}`)] as const]),
      ...Object.entries(best.params).map(([name, value]) => [name, paramText(value)] as const),
      ["trial", best.number],
    ]),
    paragraph("To train with it:"),
    code(report.bestCommand),
  ];
}

/** The trials in the table's order: complete ones, then pruned ones, each best first; then those that failed. */
function inOrder({ trials, direction }: SearchResult): FinishedTrial[] {
  const rank = { complete: 0, pruned: 1, failed: 2 };
  return [...trials].sort(
    (a, b) =>
      rank[stateOf(a)] - rank[stateOf(b)] ||
      Number(finiteValue(a) === undefined) - Number(finiteValue(b) === undefined) ||
      compareValues(direction, finiteValue(a) ?? 0, finiteValue(b) ?? 0) ||
      a.number - b.number,
  );
}

function trialTable(report: SearchReport, parameters: readonly Parameter[], testColumn: boolean): Html {
  const { objective } = report;
  const trials = inOrder(report);
  const measure = testMeasure(report.objective, report.trials);
  const columns: Column[] = [
    { title: "trial", align: "right" },
    { title: "state" },
    ...parameters.map(({ name, distribution }): Column => {
      return distribution.kind === "categorical" ? { title: name } : { title: name, align: "right" };
    }),
    { title: objectiveTitle(objective), align: "right" },
    ...(testColumn ? [{ title: `test ${measure}`, align: "right" } as const] : []),
    { title: "epochs", align: "right" },
    { title: "seconds", align: "right" },
  ];
  const rows = trials.map((trial): Content[] => {
    const value = finiteValue(trial);
    const test = testValue(trial, measure);
    return [
      trial.number,
      stateOf(trial) === "failed"
        ? details("failed", html`<span class="error">${trial.error ?? "It gave no finite value."}</span>`)
        : stateOf(trial),
      ...parameters.map(({ name }) => {
        const param = paramOf(trial.params, name);
        return param === undefined ? "" : paramText(param);
      }),
      value === undefined ? "" : valueText(value, objective),
      ...(testColumn ? [test === undefined ? "" : valueText(test, `test.${measure}`)] : []),
      trial.reports.length,
      decimals(trial.seconds, 1),
    ];
  });
  return table({
    caption: `${capitalize(counted(trials.length, "trial"))}, the best first`,
    columns,
    rows,
    highlightRow: bestTrial(report) === undefined ? undefined : 0,
    note: trials.some((trial) => stateOf(trial) === "pruned")
      ? "The value of a trial that was pruned is the last that it reported, after so many epochs."
      : undefined,
  });
}

const hasTests = (report: SearchResult): boolean => {
  const measure = testMeasure(report.objective, report.trials);
  return report.trials.some((trial) => testValue(trial, measure) !== undefined);
};
