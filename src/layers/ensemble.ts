import { type Described, type Description, describeThing, type Kind } from "../described.ts";
import { ConfigError } from "../errors.ts";
import { type EnsembleOutput, ensembleOutputs } from "../kernels/ensemble.ts";
import type { Kernels } from "../kernels/index.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer, Mode, Parameter, State } from "./layer.ts";
import { type NamedLayer, namedLayers } from "./sequence.ts";

export interface EnsembleOptions {
  /** What each member's outputs count, ≥ 0; they add up to 1, to within 1e-9. Default: equal weights. */
  readonly weights?: readonly number[];
  /**
   * What is made of the mean: "mean", which leaves it; "log", for members that end with a softmax; "logit", for members that end
   * with a sigmoid. Default: "mean".
   */
  readonly output?: EnsembleOutput;
  /** T of "log" and "logit", > 0: above 1 probabilities go towards each other, below 1 away from it. Default: 1. */
  readonly temperature?: number;
}

/** How far from 1 the sum of the weights may be. */
const TOLERANCE = 1e-9;

/** What members end with, so that their outputs are probabilities. */
const ends: Readonly<Partial<Record<EnsembleOutput, string>>> = { log: "softmax", logit: "sigmoid" };

/**
 * Several trained networks as one layer, which gives the weighted mean of their outputs.
 *
 *   m = Σ_k weights[k] · member_k(x)        x (n, in), m (n, out)
 *
 *   mean    y = m, for numbers
 *   log     y = log m / T: a Softmax behind it gives m^(1/T) / Σ m^(1/T), the classes' probabilities
 *   logit   y = log(m / (1 − m)) / T: a Sigmoid behind it gives m^(1/T) / (m^(1/T) + (1 − m)^(1/T)), a flag's probability
 *
 * A member is a list of layers; each takes the inputs, all give as many outputs. They compute as in inference: there is no
 * dropout, and batch normalisation has its moving averages. m is added in float64, member 0 first, and y is rounded once.
 *
 * Outputs of members that are infinite count as the largest number of their sign. In "log" and "logit" m is at least the least
 * normal number of the model's precision (2^−126, 2^−1022), in "logit" at most the largest one below 1 (1 − 2^−24, 1 − 2^−53),
 * so that there is a logarithm; and y is kept within the finite numbers. A NaN passes.
 *
 * It is not trained, nor is any layer beside it: the members are trained one by one, and {@link ensembleOf} makes a model of
 * them. Penalties on their weights are no part of its cost. Its tensors are named by member and layer,
 * "ensemble1.0.dense1.weight".
 */
export class Ensemble implements Layer, Described {
  readonly kind = "ensemble";
  readonly minimumBatch = 1;
  readonly notTrained =
    "its members are trained one by one, each in a Model of its own. Train those, then take ensembleOf(models).";
  readonly innerLayers: readonly (readonly [name: string, layer: Layer])[];
  readonly weights: readonly number[];
  readonly output: EnsembleOutput;
  readonly temperature: number;
  readonly #members: readonly (readonly Layer[])[];
  /** The members' layers with those that follow from them, by their names within this one: "0.dense1". */
  readonly #named: readonly (readonly NamedLayer[])[];
  /** (n, out), float64. */
  #sums!: Tensor<"float64">;
  #output!: Tensor;

  /**
   * @throws ConfigError if there is no member, one is no list of layers, has an ensemble in it, or does not end as `output`
   *   needs it; or if an option is out of its range
   */
  constructor(members: readonly (readonly Layer[])[], options: EnsembleOptions = {}) {
    const where = "Ensemble";
    checkOptions(where, options, ["weights", "output", "temperature"]);
    if (!Array.isArray(members) || members.length === 0) {
      throw new ConfigError(
        `${where}: members is ${shown(members)}, expected at least one list of layers: [[new Dense(10)], [new Dense(10)]].`,
      );
    }
    const { output = "mean", temperature = 1 } = options;
    if (!ensembleOutputs.includes(output)) {
      throw new ConfigError(
        `${where}: output is ${shown(output)}. There are: ${ensembleOutputs.map(shown).join(", ")}.`,
      );
    }
    if (!(isNumber(temperature) && temperature > 0 && temperature < Infinity)) {
      throw new ConfigError(
        `${where}: temperature is ${shown(temperature)}, expected a finite number > 0, such as 1.`,
      );
    }
    if (output === "mean" && temperature !== 1) {
      throw new ConfigError(
        `${where}: temperature is ${temperature}, and output "mean" has none. Leave it out, or take "log" or "logit".`,
      );
    }
    // Array.from fills holes, which are then refused.
    this.#members = Array.from(members);
    this.#named = this.#members.map((member, k) =>
      namedMember(`${where}: member ${k}`, member, `${k}`, output),
    );
    this.innerLayers = this.#named.flat();
    this.weights = weightsOf(where, options.weights, members.length);
    this.output = output;
    this.temperature = temperature;
  }

  get parameters(): readonly Parameter[] {
    return this.innerLayers.flatMap(([, { parameters }]) => parameters);
  }

  get states(): readonly State[] {
    return this.innerLayers.flatMap(([, { states }]) => states);
  }

  /** @throws ConfigError if a layer cannot describe itself */
  describe(): Description {
    const { weights, output, temperature } = this;
    const members = this.#members.map((member, k) =>
      member.map((layer, i) => describeThing(`Ensemble.describe: members[${k}][${i}]`, layer)),
    );
    return { name: this.kind, options: { members, weights, output, temperature } };
  }

  /** @throws ConfigError if the members give different numbers of outputs */
  build(scope: BuildScope, inputs: number): number {
    const widths = this.#named.map((member) =>
      member.reduce((width, [name, layer]) => layer.build(within(scope, name), width), inputs),
    );
    const outputs = widths[0]!;
    const other = widths.findIndex((width) => width !== outputs);
    if (other >= 0) {
      throw new ConfigError(
        `Ensemble: member ${other} gives ${widths[other]} outputs, member 0 gives ${outputs}. Give it members with the same ones.`,
      );
    }
    this.#sums = scope.sums(outputs);
    this.#output = scope.activation(outputs);
    return outputs;
  }

  forward(kernels: Kernels, x: Tensor, mode: Mode): Tensor {
    if (mode === "training") this.backward();
    const sums = this.#sums.firstRows(x.rows);
    this.#named.forEach((member, k) => {
      const y = member.reduce((input, [, layer]) => layer.forward(kernels, input, mode), x);
      kernels.ensemble[k === 0 ? "first" : "add"](sums, y, this.weights[k]!);
    });
    const y = this.#output.firstRows(x.rows);
    kernels.ensemble.outputs(y, sums, this.output, this.temperature);
    return y;
  }

  /** @throws ConfigError always */
  backward(): never {
    throw new ConfigError(`Ensemble is not trained: ${this.notTrained}`);
  }
}

/** A member's layers, with those that follow from them, by their names within the ensemble. */
function namedMember(
  where: string,
  member: readonly Layer[],
  prefix: string,
  output: EnsembleOutput,
): readonly NamedLayer[] {
  const layers = namedLayers(where, member).map(([name, layer]) => [`${prefix}.${name}`, layer] as const);
  if (layers.some(([, { innerLayers }]) => innerLayers !== undefined)) {
    throw new ConfigError(
      `${where} has an ensemble in it. Give its members in its place, each with the product of both weights.`,
    );
  }
  const { kind } = layers.at(-1)![1];
  const expected = ends[output];
  if (expected !== undefined && kind !== expected) {
    throw new ConfigError(
      `${where} ends with ${kind}, and output "${output}" needs probabilities: it must end with ${expected}.`,
    );
  }
  return layers;
}

/** @throws ConfigError unless there is one for each member, and they add up to 1 */
function weightsOf(where: string, given: readonly number[] | undefined, count: number): readonly number[] {
  if (given === undefined) return Array(count).fill(1 / count);
  if (!Array.isArray(given) || given.length !== count) {
    throw new ConfigError(
      `${where}: weights is ${shown(given)}, expected an array of ${count}, one for each member.`,
    );
  }
  const weights: readonly unknown[] = Array.from(given);
  const wrong = weights.findIndex((weight) => !(isNumber(weight) && weight >= 0 && weight < Infinity));
  if (wrong >= 0) {
    throw new ConfigError(`${where}: weights[${wrong}] is ${shown(weights[wrong])}, expected a number ≥ 0.`);
  }
  const sum = (weights as readonly number[]).reduce((total, weight) => total + weight, 0);
  if (!(Math.abs(sum - 1) <= TOLERANCE)) {
    throw new ConfigError(`${where}: the weights add up to ${sum}, expected 1. Divide each by their sum.`);
  }
  return weights as readonly number[];
}

/** The scope of a layer within: its tensors' names begin with its own, and nothing of it is trained. */
const within = (scope: BuildScope, layer: string): BuildScope => ({
  ...scope,
  needsInputGradient: false,
  parameter: (name, rows, columns, initializer) =>
    scope.parameter(`${layer}.${name}`, rows, columns, initializer),
  vectorParameter: (name, columns, initializer) =>
    scope.vectorParameter(`${layer}.${name}`, columns, initializer),
  state: (name, columns, initial) => scope.state(`${layer}.${name}`, columns, initial),
});

export const ensemble: Kind<Ensemble> = {
  parts: { members: [["layers"]] },
  create: ({ members, ...options }: EnsembleOptions & { readonly members: readonly (readonly Layer[])[] }) =>
    new Ensemble(members, options),
};
