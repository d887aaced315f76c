/** What an optimizer has in a model beside its rule: tensors, rates, and the room for clipping. */
import { ConfigError } from "../errors.ts";
import type { Parameter, State } from "../layers/layer.ts";
import type { RateFactor } from "../optimizers/common.ts";
import type { Optimizer, OwnTensors } from "../optimizers/optimizer.ts";
import type { Region, Scalar, Tensor } from "../tensor.ts";

/** The beginning of the names of its tensors, in a file. */
export const OPTIMIZER = "optimizer.";
/** The name of the tensor that holds the number of updates. */
export const UPDATES = `${OPTIMIZER}updates`;

export interface OptimizerTensors {
  /** The tensors by the parameter's name. */
  readonly byParameter: ReadonlyMap<string, OwnTensors>;
  /** The tensors as they are saved: "optimizer.dense1.weight.moment". */
  readonly states: readonly State[];
  /** How many updates there have been with these tensors. */
  readonly updates: Scalar;
  /** The learning rates by the parameter's name: the schedule's, or what follows from it by a factor. */
  readonly rates: ReadonlyMap<string, Scalar>;
  /** By which factor, by the parameter's name. */
  readonly factors: ReadonlyMap<string, number>;
  /** What gradients are clipped with, if they are. */
  readonly clipping: Clipping | undefined;
}

/** The norm by which gradients are clipped. */
export interface Clipping {
  readonly limit: number;
  /** (1, parameters): the sum of each gradient's squares. */
  readonly sums: Tensor<"float64">;
  /** Room for the sums of a gradient's columns. */
  readonly columns: Tensor<"float64">;
}

/**
 * Makes room for the tensors that the optimizer keeps for each parameter, and derives the parameters' rates.
 * @param learningRate holds the schedule's value at each step
 * @throws ConfigError if a rate factor is for no parameter, or a vector's is to follow its inputs
 */
export function planOptimizerTensors(
  optimizer: Optimizer | undefined,
  parameters: readonly Parameter[],
  region: Region,
  learningRate: Scalar,
): OptimizerTensors {
  const kept = Object.entries(optimizer?.tensors ?? {});
  const states: State[] = [];
  const byParameter = new Map(
    parameters.map(({ name, shape, value }) => {
      const own = kept.map(([key, initial]) => {
        const tensor = region.tensor(value.dtype, value.rows, value.columns);
        states.push({ name: `${OPTIMIZER}${name}.${key}`, shape, value: tensor, initial });
        return [key, tensor] as const;
      });
      return [name, Object.fromEntries(own)] as const;
    }),
  );
  const factors = factorsOf(optimizer?.rateFactors ?? {}, parameters);
  const rates = new Map(
    [...factors].map(([name, factor]) => [name, factor === 1 ? learningRate : derived(learningRate, factor)]),
  );
  const clipping = planClipping(optimizer?.clipNorm, parameters, region);
  return { byParameter, states, updates: { value: 0 }, rates, factors, clipping };
}

/** "weight" for "dense1.weight". */
const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** The factors as numbers, by the parameter's name. */
function factorsOf(
  factors: Readonly<Record<string, RateFactor>>,
  parameters: readonly Parameter[],
): Map<string, number> {
  const known = new Set(parameters.map(({ name }) => lastPart(name)));
  const unknown = Object.keys(factors).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new ConfigError(
      `The optimizer's rateFactors: no parameter is called ${JSON.stringify(unknown)}. There are: ${[...known].join(", ")}.`,
    );
  }
  return new Map(
    parameters.map(({ name, shape }) => {
      const own = lastPart(name);
      return [name, Object.hasOwn(factors, own) ? numberOf(own, factors[own]!, shape) : 1];
    }),
  );
}

/** A factor as a number. */
function numberOf(name: string, given: RateFactor, shape: readonly number[]): number {
  if (typeof given === "number") return given;
  const { factor, fanIn } = given === "fan-in" ? { factor: 1, fanIn: true } : given;
  if (!fanIn) return factor;
  if (shape.length !== 2) {
    throw new ConfigError(
      `The optimizer's rateFactors: ${name} is a vector, which has no inputs for "fan-in". Give it a number.`,
    );
  }
  return factor / Math.sqrt(shape[0]!);
}

/** A rate that is always `factor` times the other. */
const derived = (rate: Scalar, factor: number): Scalar => ({
  get value() {
    return factor * rate.value;
  },
});

function planClipping(
  limit: number | undefined,
  parameters: readonly Parameter[],
  region: Region,
): Clipping | undefined {
  if (limit === undefined) return undefined;
  const widest = Math.max(1, ...parameters.map(({ value }) => value.columns));
  // The first layer's packed gradient has an even number of columns.
  const columns = region.tensor("float64", 1, widest + (widest & 1));
  return { limit, sums: region.tensor("float64", 1, parameters.length), columns };
}
