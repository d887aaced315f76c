/** A made-up search, with a log parameter, lists to choose from, a condition, and trials of every state. */
import type { SearchResult } from "../../../src/report/search/trials.ts";
import { categorical, float, int, type SearchSpace, when } from "../../../src/tuner/searchSpace.ts";
import type { FinishedTrial, TrialState } from "../../../src/tuner/trial.ts";

export const space: SearchSpace = {
  l2: float(1e-5, 1e-1, { log: true }),
  layers: categorical([[50, 50], [50, 30, 20], [100]]),
  batch: int(50, 400),
  bn: categorical(["after", false]),
  momentum: when(float(0.5, 0.95), "bn", ["after"]),
};

const LAYERS = [[50, 50], [50, 30, 20], [100]];

/** Every fifth trial is pruned, every seventh fails; the best is the last complete one. */
export function trial(number: number): FinishedTrial {
  const state: TrialState = number % 7 === 6 ? "failed" : number % 5 === 4 ? "pruned" : "complete";
  const value = 0.3 + number / 100;
  const epochs = state === "failed" ? 0 : state === "pruned" ? 3 : 5;
  const bn = number % 3 === 0 ? false : "after";
  return {
    number,
    round: Math.floor(number / 5),
    params: {
      l2: [1e-5, 1e-3, 1e-1, 2.5e-4][number % 4]!,
      layers: LAYERS[number % 3]!,
      batch: 50 + ((number * 37) % 351),
      bn,
      ...(bn === false ? {} : { momentum: 0.5 + (number % 10) / 25 }),
    },
    distributions: space,
    state,
    ...(state === "failed" ? { error: "TrainingError: The loss is NaN at step 3." } : { value }),
    reports: Array.from({ length: epochs }, (_, i) => ({ step: i + 1, value: (value * (i + 1)) / epochs })),
    seconds: epochs + 0.25,
    attributes: state === "complete" ? { test: { accuracy: value - 0.01 } } : {},
  };
}

export const search = (trials: number): SearchResult => ({
  trials: Array.from({ length: trials }, (_, number) => trial(number)),
  space,
  direction: "maximize",
  objective: "validation.accuracy",
});

/** The texts of a chart. */
export const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

/** What a chart tells screen readers of its marks: points or lines. */
export const marks = (svg: string, kind: "point" | "line mark"): string[] =>
  [...svg.matchAll(/aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="([^"]*)"/g)]
    .filter(([, , role]) => role === kind)
    .map(([, label]) => label!);

/** Where the marks of a kind stand, in the pixels of the chart. */
export const places = (svg: string, label: string): [x: number, y: number] => {
  const at = svg.indexOf(`aria-label="${label}`);
  const [, x, y] = /transform="translate\(([-\d.]+),([-\d.]+)\)/.exec(svg.slice(at))!;
  return [Number(x), Number(y)];
};

/** Fails if a tag is not closed, or closed in another's place; gives the names of the elements in order. */
export function elements(markup: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const body = markup.replace(/^<!DOCTYPE html>/, "").replace(/<style>[^<]*<\/style>/, "");
  for (const [tag, end, name, attributes, empty] of body.matchAll(
    /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>|</g,
  )) {
    if (name === undefined) throw new Error(`A "<" that opens no tag, after ${names.length} elements.`);
    if (end === "/") {
      const last = open.pop();
      if (last !== name) throw new Error(`${tag} where <${last}> is open.`);
      continue;
    }
    const twice = [...attributes!.matchAll(/\s([\w:-]+)/g)].map(([, key]) => key);
    if (new Set(twice).size < (attributes!.match(/="/g)?.length ?? 0))
      throw new Error(`${tag} repeats itself.`);
    names.push(name);
    if (empty !== "/" && name !== "meta") open.push(name);
  }
  if (open.length > 0) throw new Error(`<${open.join("> <")}> are not closed.`);
  return names;
}
