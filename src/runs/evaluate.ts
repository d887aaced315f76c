/** Evaluates a model on samples: loss, cost and every metric of its task, and what plots of it need. */
import type { Samples } from "../data/dataset.ts";
import { keptOf, readSamples, selectPart } from "../data/reading.ts";
import { newSampleValues } from "../data/values.ts";
import {
  MaeMetrics,
  type MetricName,
  type MetricValue,
  metrics,
  R2Metrics,
  RmseMetrics,
} from "../metrics/index.ts";
import type { Collector, MetricBatch, MetricKind } from "../metrics/metric.ts";
import type { Model } from "../model/model.ts";
import type { Signal } from "../platform.ts";
import { labellingOf, newTargets, type TargetKind } from "../targets.ts";

/** The answers whose probability lies in a range: how sure they are, and how often they are right. */
export interface ReliabilityBin {
  /** low ≤ probability < high; of the last one, ≤. */
  readonly low: number;
  readonly high: number;
  /** Their weight: without weights, how many there are. */
  readonly count: number;
  /** The mean probability; null if there are none. */
  readonly confidence: number | null;
  /** The share that is right (of flags: that is true); null if there are none. */
  readonly accuracy: number | null;
}

/** The errors of one output, y − t, in the target's own unit. */
export interface Residuals {
  readonly name: string;
  readonly rmse: number;
  readonly mae: number;
  readonly r2: number;
  /** The minimum, the quantiles 0.05, 0.25, 0.5, 0.75 and 0.95, and the maximum. */
  readonly quantiles: readonly number[];
  /** Some of the rows, evenly spread: what was predicted, and its error. */
  readonly points: readonly { readonly predicted: number; readonly residual: number }[];
}

/** What answers are worth. */
export interface AnswersReport {
  readonly task: TargetKind;
  /** Of classes, flags or numbers: their names. */
  readonly names: readonly string[];
  /** Every metric of the task by its name. Errors are in the targets' own unit. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
  /** Of classes and flags: the weight of each in the samples. */
  readonly support?: readonly number[] | undefined;
  /** The expected calibration error, Σ count · |accuracy − confidence| / Σ count. */
  readonly calibrationError?: number | undefined;
  readonly reliability?: readonly ReliabilityBin[] | undefined;
  readonly residuals?: readonly Residuals[] | undefined;
}

export interface EvaluationReport extends AnswersReport {
  readonly samples: number;
  readonly loss: number;
  readonly cost: number;
}

/** What the outputs stand for. */
export interface OutputsInWords {
  /** The names of classes, flags or numbers. */
  readonly names: readonly string[];
  /** Of standardised numbers: mean and deviation of each. Default: 0 and 1. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
}

export interface EvaluateModelOptions extends OutputsInWords {
  readonly signal?: Signal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const BLOCK = 2048;
const BINS = 10;
const QUANTILES = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
const MOST_POINTS = 2000;

/**
 * @throws DatasetError if the samples do not suit the model; TrainingError if the loss is not finite
 */
export async function evaluateModel(
  model: Model,
  samples: Samples,
  { signal, onProgress, ...words }: EvaluateModelOptions,
): Promise<EvaluationReport> {
  const { loss, cost } = await model.evaluate(samples);
  const { kind, width, weighted } = labellingOf(samples);
  const { count, features } = samples;
  const outputs = model.summary(features).at(-1)!.outputs;
  const { precision } = model;
  const answers = new Answers({ kind, outputs, width, count, precision }, words);
  const kept = keptOf(samples);
  for (let start = 0; start < count; start += BLOCK) {
    signal?.throwIfAborted();
    const n = Math.min(BLOCK, count - start);
    const part = selectPart(
      "evaluate",
      samples,
      new Uint32Array(n).map((_, i) => start + i),
      kept,
    );
    const values = newSampleValues(samples.elementType, n * features);
    const targets = newTargets(n, labellingOf(samples), "float64");
    const weights = weighted ? new Float64Array(n) : undefined;
    await readSamples("evaluate", part, { values, labels: targets, weights }, { first: start });
    const predictions = await model.predict(values);
    answers.add({ count: n, predictions, targets, weights });
    onProgress?.(start + n, count);
  }
  return { ...answers.report(), samples: count, loss, cost };
}

/**
 * The same of answers that are there.
 * @param answers of so many rows: predictions (rows, outputs), targets (rows) for classes, else (rows, outputs)
 */
export function reportOnAnswers(
  { kind, outputs, ...answers }: MetricBatch & { readonly kind: TargetKind; readonly outputs: number },
  words: OutputsInWords,
): AnswersReport {
  const width = kind === "classes" ? 1 : outputs;
  const { count } = answers;
  const all = new Answers({ kind, outputs, width, count, precision: "float64" }, words);
  all.add(answers);
  return all.report();
}

interface AnswersTask {
  readonly kind: TargetKind;
  readonly outputs: number;
  readonly width: number;
  /** Rows in all. */
  readonly count: number;
  readonly precision: Model["precision"];
}

/** Measures answers, some at a time. */
class Answers {
  readonly #task: AnswersTask;
  readonly #names: readonly string[];
  readonly #collectors = new Map<MetricName, Collector<MetricValue>>();
  readonly #own: Calibration | ResidualParts;
  readonly #support: Float64Array;

  constructor(task: AnswersTask, { names, mean = [], std = [] }: OutputsInWords) {
    const { kind, outputs, count, precision } = task;
    this.#task = task;
    this.#names = names;
    const scale = std.length === 0 ? undefined : std;
    for (const [name, metric] of Object.entries<MetricKind>(metrics)) {
      const made = metric.create(
        metric.inUnitOfTargets && scale !== undefined ? ({ scale } as never) : ({} as never),
      );
      const isFor = (made.targets ?? ["classes"]).includes(kind);
      const tooMany = name === "confusion" && outputs > MOST_CONFUSED;
      if (!isFor || tooMany || made.begin === undefined) continue;
      this.#collectors.set(name as MetricName, made.begin({ targets: kind, outputs, precision }));
    }
    this.#own =
      kind === "numbers" ? new ResidualParts(count, names, mean, std, precision) : new Calibration(kind);
    this.#support = new Float64Array(kind === "numbers" ? 0 : outputs);
  }

  add(batch: MetricBatch): void {
    const { kind, outputs, width } = this.#task;
    const { count, targets, weights } = batch;
    for (const collector of this.#collectors.values()) collector.add(batch);
    this.#own.add({ ...batch, outputs, width });
    for (let i = 0; i < (kind === "numbers" ? 0 : count); i++) {
      const weight = weights?.[i] ?? 1;
      if (kind === "classes") this.#support[targets[i]!]! += weight;
      else for (let j = 0; j < width; j++) this.#support[j]! += targets[i * width + j] === 1 ? weight : 0;
    }
  }

  report(): AnswersReport {
    const { kind } = this.#task;
    const measured = [...this.#collectors].map(([name, collector]) => [name, collector.result()] as const);
    return {
      ...{ task: kind, names: this.#names, metrics: Object.fromEntries(measured) },
      ...(kind !== "numbers" && { support: [...this.#support] }),
      ...this.#own.result(),
    };
  }
}

/** Classes of which there is a confusion matrix. */
const MOST_CONFUSED = 1000;

interface Part extends MetricBatch {
  readonly outputs: number;
  readonly width: number;
}

/** How sure predictions are, against how often they are right: of classes the predicted one, of flags each. */
class Calibration {
  readonly #kind: TargetKind;
  readonly #weights = new Float64Array(BINS);
  readonly #sure = new Float64Array(BINS);
  readonly #right = new Float64Array(BINS);

  constructor(kind: TargetKind) {
    this.#kind = kind;
  }

  add({ count, outputs, predictions, targets, weights }: Part): void {
    for (let i = 0; i < count; i++) {
      const weight = weights?.[i] ?? 1;
      if (this.#kind === "flags") {
        for (let j = 0; j < outputs; j++)
          this.#one(predictions[i * outputs + j]!, targets[i * outputs + j] === 1, weight);
        continue;
      }
      let best = 0;
      for (let j = 1; j < outputs; j++) {
        if (predictions[i * outputs + j]! > predictions[i * outputs + best]!) best = j;
      }
      this.#one(predictions[i * outputs + best]!, targets[i] === best, weight);
    }
  }

  #one(probability: number, right: boolean, weight: number): void {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(probability * BINS)));
    this.#weights[bin]! += weight;
    this.#sure[bin]! += weight * probability;
    if (right) this.#right[bin]! += weight;
  }

  result(): Pick<EvaluationReport, "calibrationError" | "reliability"> {
    let apart = 0;
    let all = 0;
    const reliability = Array.from(this.#weights, (count, bin): ReliabilityBin => {
      const [low, high] = [bin / BINS, (bin + 1) / BINS];
      if (count === 0) return { low, high, count, confidence: null, accuracy: null };
      apart += Math.abs(this.#right[bin]! - this.#sure[bin]!);
      all += count;
      return { low, high, count, confidence: this.#sure[bin]! / count, accuracy: this.#right[bin]! / count };
    });
    return { calibrationError: all === 0 ? Number.NaN : apart / all, reliability };
  }
}

/** The errors of numbers, in their own unit. */
class ResidualParts {
  readonly #names: readonly string[];
  readonly #mean: readonly number[];
  readonly #std: readonly number[];
  readonly #residuals: Float64Array[];
  readonly #predicted: Float64Array[];
  readonly #errors: Readonly<Record<"rmse" | "mae" | "r2", Collector>>[];
  #done = 0;

  constructor(
    count: number,
    names: readonly string[],
    mean: readonly number[],
    std: readonly number[],
    precision: Model["precision"],
  ) {
    this.#names = names;
    this.#errors = names.map((_, j) => {
      const task = { targets: "numbers", outputs: 1, precision } as const;
      const unit = { scale: std[j] ?? 1 };
      return {
        rmse: new RmseMetrics(unit).begin(task),
        mae: new MaeMetrics(unit).begin(task),
        r2: new R2Metrics().begin(task),
      };
    });
    this.#mean = mean;
    this.#std = std;
    this.#residuals = names.map(() => new Float64Array(count));
    this.#predicted = names.map(() => new Float64Array(count));
  }

  add({ count, width, predictions, targets, weights }: Part): void {
    for (let j = 0; j < width; j++) {
      const ofTarget = (all: ArrayLike<number>) => new Float64Array(count).map((_, i) => all[i * width + j]!);
      const batch = { count, predictions: ofTarget(predictions), targets: ofTarget(targets), weights };
      for (const collector of Object.values(this.#errors[j]!)) collector.add(batch);
      const [mean, std] = [this.#mean[j] ?? 0, this.#std[j] ?? 1];
      for (let i = 0; i < count; i++) {
        const [y, t] = [predictions[i * width + j]!, targets[i * width + j]!];
        this.#residuals[j]![this.#done + i] = (y - t) * std;
        this.#predicted[j]![this.#done + i] = y * std + mean;
      }
    }
    this.#done += count;
  }

  result(): Pick<EvaluationReport, "residuals"> {
    const residuals = this.#names.map((name, j): Residuals => {
      const all = this.#residuals[j]!;
      const every = Math.max(1, Math.ceil(all.length / MOST_POINTS));
      const points = Array.from({ length: Math.ceil(all.length / every) }, (_, i) => ({
        predicted: this.#predicted[j]![i * every]!,
        residual: all[i * every]!,
      }));
      const sorted = all.slice().sort();
      const { rmse, mae, r2 } = this.#errors[j]!;
      return {
        ...{ name, rmse: rmse.result(), mae: mae.result(), r2: r2.result() },
        ...{ quantiles: QUANTILES.map((q) => quantileOf(sorted, q)), points },
      };
    });
    return { residuals };
  }
}

/** With linear interpolation, as NumPy's. */
function quantileOf(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const [a, b] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return a + (b - a) * (place - below);
}
