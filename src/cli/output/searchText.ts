/** A search for people: on stderr what is to be searched, on stdout what came out. */
import { measureText, megabytes } from "../../format/numbers.ts";
import { tableLines } from "../../format/tables.ts";
import { testMeasure, testValue } from "../../report/search/trials.ts";
import { on, type Subscriber } from "../../runs/events.ts";
import type { SearchComplete, SearchEvent, SearchPlan } from "../../runs/search.ts";
import { DEFAULT_PRUNER } from "../../settings/method.ts";
import { shownName } from "../../settings/space.ts";
import type { SearchSpace } from "../../tuner/searchSpace.ts";
import type { CliContext } from "../context.ts";
import type { SearchSaver, SearchSummary } from "../folders/searchSaver.ts";
import { type SearchProgress, shortParams, shortValue, startName } from "../progress/searchProgress.ts";
import { printable, printableLines } from "../text.ts";

export interface SearchTextOptions {
  readonly progress: SearchProgress;
  /** Hears every event first. */
  readonly saver: SearchSaver;
  readonly space: SearchSpace;
  /** Where the trials are done, in words: "2 at a time". */
  readonly through: string;
  /** The folder. */
  readonly path: string;
}

export const searchText = (
  context: CliContext,
  { progress, saver, space, through, path }: SearchTextOptions,
): Subscriber<SearchEvent> =>
  on<SearchEvent>({
    start: ({ plan }) => {
      const { sampler, pruner } = saver.description;
      const how = `${sampler}${pruner === DEFAULT_PRUNER ? "" : ` with ${pruner}`}`;
      progress.say(`${startText(plan, how)}, ${through}, in ${printable(path)}`);
    },
    result: (end) => {
      context.stdout.write(printableLines(resultText(end, space, saver, through)));
    },
  });

function startText(plan: SearchPlan, how: string): string {
  const { dataset, samples, trials, epochs, folds, starts } = plan;
  const measured =
    folds === undefined
      ? `${samples.train} training, ${samples.validation} validation samples`
      : `${samples.train} samples; a trial is ${folds} networks, each trained without another of ${folds} folds of them`;
  const first = starts.length === 0 ? "" : `, the first ${startName(plan)}`;
  return (
    `${dataset.name} (${printable(dataset.origin)}): ${measured}\n` +
    `${trials} trials of up to ${epochs} epochs by ${how}${first}`
  );
}

/** What the search has found beyond that with which it started; "" if it started with nothing. */
function gainText({ start, best }: SearchSummary, startedWith: string): string {
  if (start === undefined || best === undefined) return "";
  if (best.trial === start.trial) return `  no trial was better than ${startedWith}\n`;
  if (start.value === null) return `  ${startedWith} has no value to compare with\n`;
  const [from, difference] = [start.value, Math.abs(best.value - start.value)].map(measureText);
  return `  ${startedWith}: ${from}; the best is ${difference} ${best.value < start.value ? "less" : "more"}\n`;
}

function resultText(
  { ranked, best, trials }: SearchComplete,
  space: SearchSpace,
  { description: { objective }, summary, saving, plan }: SearchSaver,
  through: string,
): string {
  const { seconds, epochs, memoryBytes, train, start } = summary;
  const names = Object.keys(space);
  const startedWith = startName(plan);
  // The memory of workers elsewhere is not known here.
  const where =
    memoryBytes === 0 ? ` ${through}` : `; ${megabytes(memoryBytes, { digits: 0 })} MB shared by all`;
  const measure = testMeasure(objective, ranked);
  const tests = ranked.map((trial) => testValue(trial, measure));
  const hasTests = tests.some((test) => test !== undefined);
  const rows = ranked.map(({ number, params, value, state }, i) => {
    const test = tests[i];
    return [
      String(number),
      ...names.map((name) => shortValue(params, name)),
      value === undefined ? "" : measureText(value),
      ...(hasTests ? [test === undefined ? "" : measureText(test)] : []),
      state !== "complete" ? state : number === start?.trial ? startedWith : "",
    ];
  });
  const table = [
    [
      ...["trial", ...names.map(shownName), objective],
      ...(hasTests ? [`test ${measure === "accuracy" ? "acc." : measure}`] : []),
      "",
    ],
    ...rows,
  ];
  return (
    `${tableLines(table, ["right"]).join("\n")}\n` +
    (best === undefined
      ? "No trial has a value.\n"
      : `\nbest: trial ${best.number}, ${objective} ${measureText(best.value!)}: ${shortParams(best.params)}\n${gainText(summary, startedWith)}  ${train}\n`) +
    `${trials.length} trials, ${epochs} epochs in ${seconds.toFixed(1)} s${where}\n` +
    `${saving.inWords}\n`
  );
}
