/** Checks metrics when a model is compiled, and whether they suit samples. */
import type { Samples } from "../data/dataset.ts";
import { ConfigError } from "../errors.ts";
import { metrics as library } from "../metrics/index.ts";
import { shown } from "../options.ts";
import { type TargetKind, targetKinds, targetsOf } from "../targets.ts";
import type { Precision } from "../tensor.ts";
import type { AnyMetric } from "./totals.ts";

/** Names of what every evaluation has. */
const TAKEN = ["loss", "cost"];

/** @throws ConfigError unless each is a metric, with a name of its own */
export function checkMetrics(where: string, metrics: readonly AnyMetric[]): void {
  const names = new Set(TAKEN);
  Array.from(metrics).forEach((metric, i) => {
    const place = `${where}: metrics[${i}]`;
    if (!isMetric(metric)) {
      throw new ConfigError(
        `${place} is ${shown(metric)}, expected a metric, such as new AccuracyMetrics().`,
      );
    }
    const { name, targets, better } = metric;
    if (typeof name !== "string" || name === "") {
      throw new ConfigError(`${place}: its name is ${shown(name)}, expected a text, such as "accuracy".`);
    }
    if (names.has(name)) {
      const other = TAKEN.includes(name) ? "every evaluation has a number" : "a metric before is";
      throw new ConfigError(
        `${place}: its name is ${shown(name)}, as ${other} called. Give it another name.`,
      );
    }
    names.add(name);
    const isKnown = (kind: unknown) => typeof kind === "string" && Object.hasOwn(targetKinds, kind);
    if (targets !== undefined && !(Array.isArray(targets) && targets.length > 0 && targets.every(isKnown))) {
      throw new ConfigError(
        `${place}: its targets are ${shown(targets)}, expected some of ${Object.keys(targetKinds).join(", ")}.`,
      );
    }
    if (better !== undefined && better !== "more" && better !== "less") {
      throw new ConfigError(`${place}: better is ${shown(better)}, expected "more" or "less".`);
    }
  });
}

function isMetric(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { forward, begin } = value as Partial<Readonly<Record<string, unknown>>>;
  const methods = [forward, begin].filter((method) => method !== undefined);
  return methods.length > 0 && methods.every((method) => typeof method === "function");
}

/** The kinds of targets that a metric takes. */
const taken = ({
  targets,
}: {
  readonly targets?: readonly TargetKind[] | undefined;
}): readonly TargetKind[] => targets ?? ["classes"];

/**
 * @param outputs how many numbers the model gives for a sample
 * @throws ConfigError if a metric cannot be measured on the samples
 */
export function checkMeasurable(
  where: string,
  metrics: readonly AnyMetric[],
  samples: Pick<Samples, "targets" | "weighted">,
  { outputs, precision }: { readonly outputs: number; readonly precision: Precision },
): void {
  const { kind } = targetsOf(samples);
  for (const metric of metrics) {
    const { name } = metric;
    if (!taken(metric).includes(kind)) {
      const suitable = Object.entries(library).filter(([, { create }]) => taken(create()).includes(kind));
      throw new ConfigError(
        `${where}: the metric ${name} is for ${taken(metric).join(" and ")}, and the samples have ${kind}. ` +
          `Compile with metrics for ${kind}: ${suitable.map(([each]) => each).join(", ")}.`,
      );
    }
    if (samples.weighted === true && metric.begin === undefined) {
      throw new ConfigError(
        `${where}: the metric ${name} cannot weigh samples, as it has no begin(), and the samples are weighted.`,
      );
    }
    // A metric may refuse the task, as the confusion matrix of 65,536 classes is.
    metric.begin?.({ targets: kind, outputs, precision });
  }
}
