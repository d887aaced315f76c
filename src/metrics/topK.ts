import type { Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import { checkOptions, requireInteger, shown } from "../options.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";
import { shareOf } from "./share.ts";

export interface TopKOptions<Name extends string = "topK"> {
  /** An integer ≥ 1. Default: 5. */
  readonly k?: number;
  /** The key in evaluations, for several of them. Default: "topK". */
  readonly name?: Name;
}

/**
 * The share of samples whose label is among the `k` classes with the largest scores, 0 to 1. Of equal scores that of the
 * lower class counts as larger, so that k = 1 is the accuracy (scikit-learn's top_k_accuracy_score prefers the higher
 * class). With as many classes as k or fewer it is 1.
 */
export class TopKMetrics<Name extends string = "topK"> implements Metric {
  readonly name: Name;
  readonly targets = ["classes"] as const;
  readonly better = "more";
  readonly k: number;

  /** @throws ConfigError if an option is out of range */
  constructor(options: TopKOptions<Name> = {}) {
    checkOptions("TopKMetrics", options, ["k", "name"]);
    const { k = 5, name = "topK" as Name } = options;
    requireInteger("TopKMetrics: k", k);
    if (typeof name !== "string" || name === "") {
      throw new ConfigError(`TopKMetrics: name is ${shown(name)}, expected a text, such as "top3".`);
    }
    this.k = k;
    this.name = name;
  }

  begin({ outputs }: MetricTask, saved?: unknown): Collector {
    return shareOf(({ predictions, targets }, i) => {
      const first = i * outputs;
      const label = targets[i]!;
      const score = predictions[first + label]!;
      let better = 0;
      for (let j = 0; j < outputs; j++) {
        const other = predictions[first + j]!;
        if (other > score || (other === score && j < label)) better++;
      }
      return better < this.k;
    }, saved);
  }

  describe(): Description {
    const { k, name } = this;
    return { name: "topK", options: name === "topK" ? { k } : { k, name: name as string } };
  }
}

export const topK = {
  title: "Top-k accuracy",
  inWords: "Share of samples whose class is among the 5 most probable",
  most: 1,
  usualFor: [],
  create: (options?: TopKOptions) => new TopKMetrics(options),
} as const satisfies MetricKind;
