/**
 * Whole training steps of the paper's networks: the library's own training (`Model.fit`: shuffle, gather, forward,
 * loss, backward, update) beside the same network in plain JavaScript, from the same initial numbers.
 */
import {
  AdamOptimizer,
  BatchNormalization,
  CategoricalCrossEntropyLoss,
  Dense,
  type History,
  L2Regularizer,
  type Layer,
  LRCyclingSchedule,
  Model,
  type Samples,
  SGDOptimizer,
  type Standardization,
  samplesFromArrays,
} from "../src/index.ts";
import { permutation, Random } from "../src/random.ts";
import { Network, type StandardizedSamples } from "./baseline/network.ts";
import { alternate, type Effort, type Slice, type Timing } from "./timing.ts";

export interface TrainingCase {
  readonly name: string;
  /** Features, units of every layer, classes. */
  readonly widths: readonly number[];
  readonly batchNormalization: boolean;
  readonly batchSize: number;
  /** Default: plain descent. */
  readonly optimizer?: "sgd" | "adam";
}

const features = 3072;
const classes = 10;
const nine = [features, 50, 30, 20, 20, 10, 10, 10, 10, classes];
const three = [features, 50, 50, classes];

export const cases: readonly TrainingCase[] = [
  { name: "net3", widths: three, batchNormalization: false, batchSize: 100 },
  { name: "net3bn", widths: three, batchNormalization: true, batchSize: 100 },
  { name: "net9", widths: nine, batchNormalization: false, batchSize: 100 },
  { name: "net9bn", widths: nine, batchNormalization: true, batchSize: 100 },
  { name: "wide", widths: [features, 1024, 1024, classes], batchNormalization: true, batchSize: 256 },
];

/** The same with Adam. */
export const adamCases: readonly TrainingCase[] = cases
  .filter(({ name }) => name === "net3bn" || name === "net9bn")
  .map((each) => ({ ...each, name: `${each.name}-adam`, optimizer: "adam" as const }));

const LAMBDA = 0.005;
const SEED = 1;
/** How much a loss of the baseline may differ from the library's, relative to it, in the steps that are checked. */
export const LOSS_TOLERANCE = 1e-4;

/** Multiplications and additions of a step's matrix products: forward, by the weight, and (but for the first) by the input. */
export function flopsOfStep({ widths, batchSize }: TrainingCase): number {
  const products = widths.slice(1).map((outputs, i) => (i === 0 ? 2 : 3) * widths[i]! * outputs);
  return 2 * batchSize * products.reduce((sum, product) => sum + product, 0);
}

/** Multiplications and additions of the matrix products in a sample's forward pass. */
export function flopsOfSample({ widths }: TrainingCase): number {
  return widths.slice(1).reduce((sum, outputs, i) => sum + 2 * widths[i]! * outputs, 0);
}

/** The cases whose evaluations are measured: each epoch ends with one. */
export const evaluations: readonly TrainingCase[] = cases
  .filter(({ name }) => name === "net3bn")
  .map((each) => ({ ...each, name: `evaluate ${each.name}` }));

/** Random bytes of CIFAR-10's shape with random labels. */
export interface BenchmarkData {
  readonly values: Uint8Array;
  readonly labels: Uint8Array;
  readonly samples: Samples;
}

export function makeData(count: number): BenchmarkData {
  const random = new Random(SEED, "bench", "data");
  const values = new Uint8Array(count * features);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < words.length; i++) words[i] = random.uint32();
  const labels = new Uint8Array(count).map(() => random.below(classes));
  return { values, labels, samples: samplesFromArrays({ values, labels, features, classes }) };
}

/** The samples as the baseline takes them: float32, standardised once. */
function standardize({ values, labels }: BenchmarkData, { mean, std }: Standardization): StandardizedSamples {
  const standardized = new Float32Array(values.length);
  const scale = std.map((s) => 1 / (255 * s));
  const shift = mean.map((m, j) => -m / std[j]!);
  for (let i = 0, j = 0; i < values.length; i++) {
    standardized[i] = values[i]! * scale[j]! + shift[j]!;
    j = j + 1 === features ? 0 : j + 1;
  }
  return { values: standardized, labels };
}

/** Seconds of a step. */
export interface TrainingTimings {
  readonly wasm: Timing;
  readonly js: Timing;
  /** The time of wasm in several threads, if there are several. */
  readonly team: Timing | undefined;
}

/** Both contenders on one data set, which they share between cases. */
export class TrainingContest {
  readonly #data: BenchmarkData;
  #standardized: StandardizedSamples | undefined;

  constructor(data: BenchmarkData) {
    this.#data = data;
  }

  /** The losses of the first steps, of the library in so many threads and of the baseline. */
  async losses(
    trainingCase: TrainingCase,
    steps: number,
    threads = 1,
  ): Promise<{ wasm: number[]; js: number[] }> {
    const { model, initial } = await this.#model(trainingCase, threads);
    const wasm: number[] = [];
    await this.#fit(model, trainingCase, SEED, (loss) => wasm.push(loss) >= steps);
    const js: number[] = [];
    const step = this.#baseline(trainingCase, model, initial);
    while (js.length < steps) js.push(step());
    await model.close();
    return { wasm, js };
  }

  /** @throws Error if the losses of the first `steps` steps differ by more than LOSS_TOLERANCE */
  async #check(trainingCase: TrainingCase, steps: number, threads: number): Promise<void> {
    const { wasm, js } = await this.losses(trainingCase, steps, threads);
    wasm.forEach((loss, i) => {
      if (!(Math.abs(js[i]! - loss) <= LOSS_TOLERANCE * loss)) {
        throw new Error(
          `${trainingCase.name}: the baseline's loss at step ${i + 1} is ${js[i]}, the library's ${loss} ` +
            `(threads: ${threads}), expected within ${LOSS_TOLERANCE} of it. Correct bench/baseline.`,
        );
      }
    });
  }

  /**
   * Measures a step of the library in one thread, of the baseline and, if there are several `threads`, of the library in
   * that many.
   * @throws Error if the losses of the first `checkedSteps` steps differ by more than LOSS_TOLERANCE
   */
  async measure(
    trainingCase: TrainingCase,
    effort: Effort,
    checkedSteps: number,
    threads = 1,
  ): Promise<TrainingTimings> {
    for (const count of new Set([1, threads])) await this.#check(trainingCase, checkedSteps, count);
    const { model, initial } = await this.#model(trainingCase, 1);
    // The data are read and measured before the clock runs.
    const wasm = this.#slice(model, trainingCase);
    await wasm(0);
    const step = this.#baseline(trainingCase, model, initial);
    const js: Slice = (seconds) => {
      const begin = performance.now();
      let steps = 0;
      let elapsed = 0;
      do {
        const loss = step();
        if (!Number.isFinite(loss)) throw new Error(`${trainingCase.name}: the baseline's loss is ${loss}.`);
        steps++;
        elapsed = (performance.now() - begin) / 1000;
      } while (elapsed < seconds);
      return elapsed / steps;
    };
    if (threads === 1) {
      const [ofWasm, ofJs] = await alternate([wasm, js], effort);
      await model.close();
      return { wasm: ofWasm, js: ofJs, team: undefined };
    }
    const { model: shared } = await this.#model(trainingCase, threads);
    const team = this.#slice(shared, trainingCase);
    await team(0);
    const [ofWasm, ofJs, ofTeam] = await alternate([wasm, js, team], effort);
    await model.close();
    await shared.close();
    return { wasm: ofWasm, js: ofJs, team: ofTeam };
  }

  /** Measures a sample of `Model.evaluate` in each of these numbers of threads. */
  async measureEvaluation(
    trainingCase: TrainingCase,
    effort: Effort,
    threads: readonly number[],
  ): Promise<Timing[]> {
    const { samples } = this.#data;
    const models: Model[] = [];
    for (const count of threads) {
      const { model } = await this.#model(trainingCase, count);
      // After a step the samples are in the model's memory, as they are after an epoch.
      await this.#fit(model, trainingCase, SEED, () => true);
      models.push(model);
    }
    const timings = await alternate(
      models.map(
        (model): Slice =>
          async (seconds) => {
            const begin = performance.now();
            let passes = 0;
            let elapsed = 0;
            do {
              const { loss } = await model.evaluate(samples);
              if (!Number.isFinite(loss)) throw new Error(`${trainingCase.name}: the loss is ${loss}.`);
              passes++;
              elapsed = (performance.now() - begin) / 1000;
            } while (elapsed < seconds);
            return elapsed / passes / samples.count;
          },
      ),
      effort,
    );
    for (const model of models) await model.close();
    return timings;
  }

  /** A slice of training steps. The training begins again in every slice, with another order of the samples. */
  #slice(model: Model, trainingCase: TrainingCase): Slice {
    let seed = SEED;
    return async (seconds) => {
      const deadline = performance.now() + seconds * 1000;
      const done = () => performance.now() >= deadline;
      const { trainSeconds, steps } = await this.#fit(model, trainingCase, seed++, done);
      return trainSeconds / steps;
    };
  }

  /** A fresh model, and its initial numbers by name. */
  async #model({ widths, batchNormalization, batchSize, optimizer: rule }: TrainingCase, threads: number) {
    const weightRegularizer = new L2Regularizer(LAMBDA);
    const layers = widths.slice(1, -1).flatMap((units): Layer[] => {
      const dense = new Dense(units, { activation: "relu", weightRegularizer });
      return batchNormalization ? [dense, new BatchNormalization()] : [dense];
    });
    const output = new Dense(classes, { activation: "softmax", weightRegularizer });
    const model = new Model([...layers, output], { seed: SEED, threads });
    const schedule = this.#schedule(batchSize, rule);
    const optimizer = rule === "adam" ? new AdamOptimizer({ schedule }) : new SGDOptimizer({ schedule });
    model.compile({ loss: new CategoricalCrossEntropyLoss(), optimizer });
    await model.build(features);
    const initial = new Map(model.tensors().map(({ name, data }) => [name, data as Float32Array]));
    return { model, initial };
  }

  /** The paper's schedule, with Adam up to a hundredth of its rate. */
  #schedule(batchSize: number, optimizer: TrainingCase["optimizer"] = "sgd"): LRCyclingSchedule {
    const stepSize = (5 * this.#data.samples.count) / batchSize;
    return new LRCyclingSchedule({ stepSize, etaMax: optimizer === "adam" ? 1e-3 : 0.1 });
  }

  /** Trains until `done`, which is called with the loss after every step, returns true. */
  #fit(
    model: Model,
    { batchSize }: TrainingCase,
    seed: number,
    done: (loss: number) => boolean,
  ): Promise<History> {
    const stop = new AbortController();
    return model.fit(this.#data.samples, {
      epochs: 1_000_000,
      batchSize,
      seed,
      signal: stop.signal,
      onStep: ({ loss }) => {
        if (done(loss)) stop.abort();
      },
    });
  }

  /** A function that does the baseline's next training step, like the library with the same seed. */
  #baseline(
    { widths, batchNormalization, batchSize, optimizer = "sgd" }: TrainingCase,
    model: Model,
    parameters: ReadonlyMap<string, Float32Array>,
  ): () => number {
    this.#standardized ??= standardize(this.#data, model.standardization!);
    const samples = this.#standardized;
    const network = new Network({
      ...{ widths, batchNormalization, batchSize, lambda: LAMBDA, optimizer, parameters },
    });
    const schedule = this.#schedule(batchSize, optimizer);
    const count = samples.labels.length;
    const shuffled = (epoch: number) => permutation(count, new Random(SEED, "shuffle", epoch));
    let epoch = 1;
    let order = shuffled(epoch);
    let at = 0;
    let step = 0;
    return () => {
      // The baseline takes whole batches only, while the library also trains on the rest of an epoch.
      if (at + batchSize > count) {
        order = shuffled(++epoch);
        at = 0;
      }
      const rows = order.subarray(at, at + batchSize);
      at += batchSize;
      return network.step(samples, rows, schedule.at(step++));
    };
  }
}
