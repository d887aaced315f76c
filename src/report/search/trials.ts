/** A search's trials in words: values, names, states and the best trial. */
import { decimals, short } from "../../format/numbers.ts";
import { type MetricKind, metrics } from "../../metrics/index.ts";
import { scalars } from "../../model/history.ts";
import type { Distribution, ParamValue, SearchSpace } from "../../tuner/searchSpace.ts";
import type { Direction, FinishedTrial, TrialState } from "../../tuner/trial.ts";
import type { ValueAxis } from "../charts/axes.ts";

export interface Importance {
  readonly name: string;
  readonly importance: number;
}

/** The results of a search that are drawn. Numbers that are not finite are left out of the plots. */
export interface SearchResult {
  readonly trials: readonly FinishedTrial[];
  readonly space: SearchSpace;
  readonly direction: Direction;
  /** The objective, as it is set: "validation.accuracy". */
  readonly objective: string;
  /** How much each parameter matters: permutation importance in a random forest of the trials. */
  readonly importance?: readonly Importance[];
}

/** The objective in words: "validation accuracy", "training loss (nats)". */
export function objectiveTitle(objective: string): string {
  const [, set, measure] = /^(train|validation|test)\.(\w+)$/.exec(objective) ?? [];
  if (set === undefined) return objective.replaceAll(".", " ");
  const unit = measure === "loss" || measure === "cost" ? " (nats)" : "";
  return `${set === "train" ? "training" : set} ${measure}${unit}`;
}

export const objectiveAxis = (objective: string): ValueAxis => ({
  title: objectiveTitle(objective),
  ...(mostOf(objective) === undefined ? { logAbove: 30 } : { limit: mostOf(objective)! }),
});

/** The measure of an objective: "accuracy" of "validation.accuracy". */
export const measureOf = (objective: string): string => objective.slice(objective.indexOf(".") + 1);

/** The largest value that an objective can have, if it is a metric that has one. */
function mostOf(objective: string): number | undefined {
  const measure = measureOf(objective);
  const kind: MetricKind | undefined = Object.hasOwn(metrics, measure)
    ? metrics[measure as keyof typeof metrics]
    : undefined;
  return kind?.most;
}

/** Shares of samples with as many decimals as there are samples to count, other values with four digits. */
export const valueText = (value: number, objective: string): string =>
  mostOf(objective) === undefined ? short(value) : decimals(value);

/** A parameter's value as people write it, with four significant digits: 0.005, 2.5e-5, 50,50, relu. */
export function paramText(value: ParamValue): string {
  if (typeof value === "number") return short(value, { exponentBelow: 1e-4 });
  return Array.isArray(value) ? value.map(paramText).join(",") : String(value);
}

/** The states in the order in which they are listed. */
const STATES: readonly TrialState[] = ["complete", "pruned", "failed"];

/** The value of a trial, if it has one. */
export function finiteValue({ state, value }: FinishedTrial): number | undefined {
  return state !== "failed" && value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** A trial's state. A complete trial without a value counts as failed. */
export function stateOf(trial: FinishedTrial): TrialState {
  return trial.state === "complete" && finiteValue(trial) === undefined ? "failed" : trial.state;
}

/** How many trials there are of each state that occurs, in the states' order. */
export function countStates(trials: readonly FinishedTrial[]): [state: TrialState, count: number][] {
  return STATES.map((state): [TrialState, number] => [
    state,
    trials.filter((trial) => stateOf(trial) === state).length,
  ]).filter(([, count]) => count > 0);
}

/** The counts in words: "14 complete, 4 pruned, 2 failed". */
export function stateCounts(trials: readonly FinishedTrial[]): string {
  return (
    countStates(trials)
      .map(([state, count]) => `${count} ${state}`)
      .join(", ") || "no trials"
  );
}

/** The trials' values, those of pruned trials included. */
export const valuesOf = (trials: readonly FinishedTrial[]): number[] =>
  trials.map(finiteValue).filter((value) => value !== undefined);

/** A comparison for sorting: negative if `a` is the better value, so that the best comes first. */
export const compareValues = (direction: Direction, a: number, b: number): number =>
  direction === "maximize" ? b - a : a - b;

/** The best of the complete trials; the first of equals. */
export function bestTrial({
  trials,
  direction,
}: SearchResult): (FinishedTrial & { value: number }) | undefined {
  let best: (FinishedTrial & { value: number }) | undefined;
  for (const trial of trials) {
    const value = finiteValue(trial);
    if (trial.state !== "complete" || value === undefined) continue;
    if (best === undefined || compareValues(direction, value, best.value) < 0) best = { ...trial, value };
  }
  return best;
}

/** The parameters with their names: "l2 = 0.0034; layers = 50,30". */
export function paramsText({ params }: FinishedTrial): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} = ${paramText(value)}`)
    .join("; ");
}

/** A trial in words, for screen readers. */
export function trialText(trial: FinishedTrial, objective: string): string {
  const value = finiteValue(trial);
  const words = [
    ...(value === undefined ? [] : [`${objectiveTitle(objective)} ${short(value)}`]),
    ...(stateOf(trial) === "complete" ? [] : [stateOf(trial)]),
  ];
  return `trial ${trial.number}: ${words.join(", ")}; ${paramsText(trial)}`;
}

export interface Parameter {
  readonly name: string;
  readonly distribution: Distribution;
}

/** The space's parameters, then any others that trials asked for. */
export function parametersOf({ space, trials }: SearchResult): Parameter[] {
  const distributions = new Map<string, Distribution>(Object.entries(space));
  for (const trial of trials) {
    for (const [name, distribution] of Object.entries(trial.distributions)) {
      if (!distributions.has(name)) distributions.set(name, distribution);
    }
  }
  return [...distributions].map(([name, distribution]) => ({ name, distribution }));
}

/**
 * The measure of which the test data's value is shown beside the objective: the objective's own if it is a metric; of a loss
 * or a cost, the first metric that a trial has, or else itself.
 */
export function testMeasure(objective: string, trials: readonly FinishedTrial[]): string {
  const own = measureOf(objective);
  const isMetric = own !== "loss" && own !== "cost";
  if (isMetric && trials.some((trial) => testValue(trial, own) !== undefined)) return own;
  const tests = trials.map(({ attributes: { test } }) =>
    typeof test === "object" && test !== null ? test : {},
  );
  const names = tests.flatMap((test) => scalars(test).map(([name]) => name));
  return names.find((name) => name !== "loss" && name !== "cost") ?? (names.includes(own) ? own : "accuracy");
}

/** The measure on the test data that a trial's attributes hold, as a number or among other measures. */
export function testValue({ attributes: { test } }: FinishedTrial, measure: string): number | undefined {
  const value =
    typeof test === "object" && test !== null ? (test as Readonly<Record<string, unknown>>)[measure] : test;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
