/** The densities of TPE: mixtures of a kernel around each observation and a prior over the whole range. */
import { ConfigError } from "../../errors.ts";
import { exp, log } from "../../math.ts";
import type { Random } from "../../random.ts";
import { logNormalPdf, normalMass } from "../normal.ts";
import {
  type CategoricalDistribution,
  choiceIndex,
  type Distribution,
  type FloatDistribution,
  type IntDistribution,
  type Params,
  type ParamValue,
} from "../searchSpace.ts";
import { clamp } from "./random.ts";

export interface ParzenOptions {
  /** The weight of the prior, > 0; an observation has a weight of 1 as a rule. */
  readonly priorWeight: number;
  /** The weights of n observations, from the oldest to the newest. */
  readonly weights: (n: number) => readonly number[];
  /** Whether the ends of the range count as neighbours when the widths of the outermost kernels are chosen. */
  readonly endpoints: boolean;
}

/** The kernels of one parameter: 0 … n − 1 are those around the observations, n is the prior. */
interface Kernels {
  sample(kernel: number, random: Random): ParamValue;
  /** Adds the logarithm of each kernel's probability of a choice or an integer, or of its density at a real number. */
  addLogDensities(value: ParamValue, sums: Float64Array): void;
}

/**
 * A density over some parameters: Σ_i w_i Π_p k_pi(x_p), where i counts the observations and the prior. For a number, k is
 * a normal distribution cut to its range; if the range is logarithmic, number and density are those of the logarithm. For
 * an integer, k is the probability of the interval from value − ½ to value + ½. For a choice, k is its share.
 *
 * After Bergstra et al., "Algorithms for hyper-parameter optimization" (2011); widths and weights as in Optuna 5.
 */
export class ParzenEstimator {
  readonly #kernels: readonly (readonly [name: string, kernels: Kernels])[];
  /** The kernels' weights, normalised. */
  readonly #weights: readonly number[];
  readonly #logWeights: readonly number[];

  /**
   * @param distributions of the parameters, each with more than one value
   * @param observations from the oldest to the newest: values of all these parameters, within the distributions
   * @throws ConfigError if the weights are not as many finite numbers ≥ 0 as there are observations
   */
  constructor(
    distributions: readonly (readonly [name: string, distribution: Distribution])[],
    observations: readonly Params[],
    options: ParzenOptions,
  ) {
    const weights = [...observationWeights(observations.length, options), options.priorWeight];
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.#weights = weights.map((weight) => weight / sum);
    this.#logWeights = this.#weights.map(log);
    this.#kernels = distributions.map(([name, distribution]) => {
      const values = observations.map((params) => params[name]!);
      const kernels =
        distribution.kind === "categorical"
          ? new CategoricalKernels(distribution, values, options)
          : new NumericKernels(distribution, values as number[], options);
      return [name, kernels];
    });
  }

  /** Draws a kernel by its weight, and each parameter from it. */
  sample(random: Random): Params {
    const kernel = drawIndex(this.#weights, random);
    return Object.fromEntries(this.#kernels.map(([name, kernels]) => [name, kernels.sample(kernel, random)]));
  }

  logDensity(params: Params): number {
    const terms = Float64Array.from(this.#logWeights);
    for (const [name, kernels] of this.#kernels) kernels.addLogDensities(params[name]!, terms);
    // The prior's term is finite, so the largest term is finite, too.
    let largest = -Infinity;
    for (const term of terms) largest = Math.max(largest, term);
    let sum = 0;
    for (const term of terms) sum += exp(term - largest);
    return largest + log(sum);
  }
}

function observationWeights(n: number, { weights }: ParzenOptions): readonly number[] {
  const result = weights(n);
  if (result.length !== n || !result.every((weight) => weight >= 0 && weight < Infinity)) {
    throw new ConfigError(
      `TPESampler: weights(${n}) is ${JSON.stringify(result)}, expected ${n} finite numbers ≥ 0.`,
    );
  }
  return result;
}

/** An index, each as likely as its weight. The weights sum to 1, but for rounding. */
function drawIndex(weights: readonly number[], random: Random): number {
  let rest = random.uniform();
  for (const [i, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}

/** Before normalisation a kernel gives each choice priorWeight / (n + 1), and that of its observation 1 more. */
class CategoricalKernels implements Kernels {
  readonly #distribution: CategoricalDistribution;
  readonly #rows: readonly (readonly number[])[];

  constructor(
    distribution: CategoricalDistribution,
    values: readonly ParamValue[],
    { priorWeight }: ParzenOptions,
  ) {
    this.#distribution = distribution;
    const count = distribution.choices.length;
    const share = priorWeight / (values.length + 1);
    const sum = count * share + 1;
    this.#rows = [
      ...values.map((value) => {
        const observed = choiceIndex(distribution, value);
        return Array.from({ length: count }, (_, i) => (share + (i === observed ? 1 : 0)) / sum);
      }),
      Array.from({ length: count }, () => 1 / count),
    ];
  }

  sample(kernel: number, random: Random): ParamValue {
    return this.#distribution.choices[drawIndex(this.#rows[kernel]!, random)]!;
  }

  addLogDensities(value: ParamValue, sums: Float64Array): void {
    const choice = choiceIndex(this.#distribution, value);
    for (const [kernel, row] of this.#rows.entries()) sums[kernel]! += log(row[choice]!);
  }
}

class NumericKernels implements Kernels {
  readonly #distribution: FloatDistribution | IntDistribution;
  /** The lower end of the range. Integers reach ½ beyond their ends; a logarithmic range is that of the logarithms. */
  readonly #low: number;
  readonly #high: number;
  readonly #means: readonly number[];
  readonly #deviations: readonly number[];
  /** The probability of the range under the uncut normal distribution; ≥ 0.34, as no deviation exceeds the range. */
  readonly #masses: readonly number[];
  /** log(deviation · mass), by which the densities are divided. */
  readonly #logScales: readonly number[];

  constructor(
    distribution: FloatDistribution | IntDistribution,
    values: readonly number[],
    options: ParzenOptions,
  ) {
    this.#distribution = distribution;
    const margin = distribution.kind === "int" ? 0.5 : 0;
    const low = this.#coordinate(distribution.low - margin);
    const high = this.#coordinate(distribution.high + margin);
    this.#low = low;
    this.#high = high;
    this.#means = [...values.map((value) => this.#coordinate(value)), low + 0.5 * (high - low)];
    this.#deviations = this.#chooseDeviations(options);
    this.#masses = this.#means.map((mean, i) => {
      const deviation = this.#deviations[i]!;
      return normalMass((low - mean) / deviation, (high - mean) / deviation);
    });
    this.#logScales = this.#masses.map((mass, i) => log(this.#deviations[i]! * mass));
  }

  #coordinate(value: number): number {
    return this.#distribution.log ? log(value) : value;
  }

  /**
   * The deviation of each kernel: the distance to the farther of the observation's two neighbours, or to the only one of
   * an outermost observation. It is at most the range, and at least the range / min(100, n + 2) ("magic clip"), because few
   * observations say little about a place. The prior's deviation is the range.
   */
  #chooseDeviations({ endpoints }: ParzenOptions): readonly number[] {
    const low = this.#low;
    const high = this.#high;
    const range = high - low;
    const n = this.#means.length - 1;
    const least = range / Math.min(100, n + 2);
    const deviations = new Array<number>(n + 1).fill(range);
    const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => this.#means[a]! - this.#means[b]!);
    // The only neighbours of a single observation are the ends.
    const withEnds = endpoints || n === 1;
    for (const [rank, i] of order.entries()) {
      const mean = this.#means[i]!;
      const before = rank > 0 ? this.#means[order[rank - 1]!]! : withEnds ? low : mean;
      const after = rank < n - 1 ? this.#means[order[rank + 1]!]! : withEnds ? high : mean;
      deviations[i] = clamp(Math.max(mean - before, after - mean), least, range);
    }
    return deviations;
  }

  sample(kernel: number, random: Random): number {
    const { kind, low, high } = this.#distribution;
    const mean = this.#means[kernel]!;
    const deviation = this.#deviations[kernel]!;
    // At least one draw in three is within the range.
    let x = mean + deviation * random.normal();
    while (x < this.#low || x > this.#high) x = mean + deviation * random.normal();
    const value = this.#distribution.log ? exp(x) : x;
    return clamp(kind === "int" ? Math.round(value) : value, low, high);
  }

  addLogDensities(value: ParamValue, sums: Float64Array): void {
    const number = value as number;
    if (this.#distribution.kind === "float") {
      const x = this.#coordinate(number);
      for (let i = 0; i < sums.length; i++) {
        sums[i]! += logNormalPdf((x - this.#means[i]!) / this.#deviations[i]!) - this.#logScales[i]!;
      }
    } else {
      const from = this.#coordinate(number - 0.5);
      const to = this.#coordinate(number + 0.5);
      for (let i = 0; i < sums.length; i++) {
        const mean = this.#means[i]!;
        const deviation = this.#deviations[i]!;
        sums[i]! += log(normalMass((from - mean) / deviation, (to - mean) / deviation) / this.#masses[i]!);
      }
    }
  }
}
