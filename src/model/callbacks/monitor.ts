/** The measures that callbacks can watch, and which value of one is better. */
import { ConfigError } from "../../errors.ts";
import type { Metric, MetricValue } from "../../metrics/metric.ts";
import { shown } from "../../options.ts";
import type { EpochRow } from "../history.ts";
import type { Measure, TrainingContext } from "./callback.ts";

/** Which way a measure gets better. */
export type Direction = "less" | "more";

export interface MonitorOptions {
  /** A measure of History's rows: "validation.loss" (default), "validation.accuracy", "train.cost", … */
  readonly monitor?: string;
  /** Which is better. Default: as the measure says; of loss and cost, less. */
  readonly better?: Direction;
}

/** Names of measures that say themselves which is better. */
const LESS = ["loss", "cost"];

/** The measures of a training with these metrics. */
export function measuresOf(
  metrics: readonly Pick<Metric<MetricValue>, "name" | "better">[],
  hasValidation: boolean,
): Measure[] {
  const own = metrics.map(({ name, better }) => ({ name, better }));
  const all = [...LESS.map((name) => ({ name, better: "less" as const })), ...own];
  const sets = hasValidation ? ["train", "validation"] : ["train"];
  return sets.flatMap((set) => all.map(({ name, better }) => ({ name: `${set}.${name}`, better })));
}

/** Checks the options as far as they can be without a training. @throws ConfigError */
export function checkMonitor(where: string, { monitor, better }: MonitorOptions): void {
  if (monitor !== undefined && typeof monitor !== "string") {
    throw new ConfigError(
      `${where}: monitor is ${shown(monitor)}, expected the name of a measure, such as "validation.loss".`,
    );
  }
  if (better !== undefined && better !== "less" && better !== "more") {
    throw new ConfigError(`${where}: better is ${shown(better)}, expected "less" or "more".`);
  }
}

/**
 * Which value of the measure is better.
 * @throws ConfigError if the training has no such measure, or it does not say which is better
 */
export function resolveMonitor(
  where: string,
  { monitor = "validation.loss", better }: MonitorOptions,
  { measures }: Pick<TrainingContext, "measures">,
): { readonly monitor: string; readonly better: Direction } {
  const measure = measures.find(({ name }) => name === monitor);
  if (measure === undefined) {
    const names = measures.map(({ name }) => name).join(", ");
    const isValidation =
      monitor.startsWith("validation.") && !measures.some(({ name }) => name.startsWith("validation."));
    const why = isValidation ? "there are no validation samples" : "no such measure";
    const meant = isValidation ? undefined : meantBy(monitor, measures);
    throw new ConfigError(
      `${where}: ${monitor}: ${why}. ${isValidation ? "Validate with some, or monitor one of" : "There are"}: ${names}.` +
        (meant === undefined ? "" : ` Did you mean ${meant}?`),
    );
  }
  const direction = better ?? measure.better;
  if (direction !== undefined) return { monitor, better: direction };
  throw new ConfigError(
    `${where}: ${monitor} does not say whether less or more is better. Give better: "less" or "more".`,
  );
}

/** The measure that others call so, or that is shown so: "val_loss", "val_acc", "accuracy" are validation's. */
function meantBy(monitor: string, measures: readonly Measure[]): string | undefined {
  const [, set = "val", word] = /^(?:(train|val)[a-z]*[._-])?(.*)$/i.exec(monitor)!;
  const fits = ({ name }: Measure) => {
    const [its, own] = name.split(".") as [string, string];
    return its.startsWith(set.toLowerCase()) && own.toLowerCase().startsWith(word!.toLowerCase());
  };
  return word === "" ? undefined : measures.find(fits)?.name;
}

/**
 * The value of a measure after an epoch.
 * @throws ConfigError if it is not one number, as the values of each class are not
 */
export function monitored(where: string, monitor: string, row: EpochRow): number {
  const [set, ...name] = monitor.split(".") as ["train" | "validation", ...string[]];
  const value = (row[set] as Readonly<Record<string, unknown>> | undefined)?.[name.join(".")];
  if (typeof value === "number") return value;
  throw new ConfigError(
    `${where}: ${monitor} is ${shown(value)}, expected a number. Monitor another measure.`,
  );
}

/** Whether a value is better than another by more than `by`. NaN is never better, and anything is better than NaN. */
export function isBetter(better: Direction, value: number, than: number, by = 0): boolean {
  if (Number.isNaN(value)) return false;
  if (Number.isNaN(than)) return true;
  return better === "less" ? value < than - by : value > than + by;
}
