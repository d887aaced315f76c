/** Builds a model's layers: lays out their tensors in a region. */
import type { Layer, Parameter, State, StepSeed } from "../layers/layer.ts";
import type { Precision, Region, Tensor } from "../tensor.ts";
import type { SummaryRow } from "./summary.ts";

export interface BuildOptions {
  /** The layers with their numbered names: [["dense1", layer], …]. */
  readonly layers: readonly (readonly [name: string, layer: Layer])[];
  readonly precision: Precision;
  /** Numbers in a sample. */
  readonly features: number;
  /** The most samples that are computed at once. */
  readonly maxRows: number;
  /** Whether the gradient by the input is wanted. */
  readonly inputGradient: boolean;
  /** The kernels' room for packed blocks. */
  readonly workspace: Tensor<"uint8">;
}

export interface BuiltLayers {
  readonly parameters: readonly Parameter[];
  readonly states: readonly State[];
  /** The seeds of the layers that draw random numbers, with the layers' names. */
  readonly stepSeeds: readonly (readonly [name: string, seed: StepSeed])[];
  readonly summary: readonly SummaryRow[];
  /** Numbers that the last layer gives for a sample. */
  readonly outputs: number;
}

/** Builds the layers one after another, in the order in which samples go through them. */
export function buildLayers(options: BuildOptions, region: Region): BuiltLayers {
  const { precision, maxRows } = options;
  const parameters: Parameter[] = [];
  const states: State[] = [];
  const stepSeeds: (readonly [string, StepSeed])[] = [];
  let width = options.features;
  const summary = options.layers.map(([layerName, layer], index) => {
    const inputs = width;
    const [firstParameter, firstState] = [parameters.length, states.length];
    const firstSeed = stepSeeds.length;
    const learned = (name: string, shape: readonly number[], others: Pick<Parameter, "initializer">) => {
      const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : (shape as readonly [number, number]);
      const value = region.tensor(precision, rows, columns);
      const isTrained = layer.notTrained === undefined;
      const grad = isTrained ? region.tensor(precision, rows, columns) : region.tensor(precision, 0, 0);
      const parameter = { name: `${layerName}.${name}`, shape, value, grad, ...others };
      parameters.push(parameter);
      return parameter;
    };
    width = layer.build(
      {
        precision,
        workspace: options.workspace,
        needsInputGradient: index > 0 || options.inputGradient,
        activation: (columns) => region.tensor(precision, maxRows, columns),
        sums: (columns) => region.tensor("float64", maxRows, columns),
        vector: (columns) => region.tensor(precision, 1, columns),
        parameter: (name, rows, columns, initializer, regularizer) =>
          learned(name, [rows, columns], { initializer, ...(regularizer && { regularizer }) }),
        vectorParameter: (name, columns, initializer) => learned(name, [columns], { initializer }),
        state: (name, columns, initial) => {
          const value = region.tensor(precision, 1, columns);
          const state = { name: `${layerName}.${name}`, shape: [columns], value, initial };
          states.push(state);
          return state;
        },
        stepSeed: () => {
          const seed = { high: 0, low: 0 };
          // A layer that draws for two things needs two seeds that differ.
          stepSeeds.push([`${layerName}.${stepSeeds.length - firstSeed}`, seed]);
          return seed;
        },
      },
      width,
    );
    const count = (sum: number, { value }: { value: Tensor }) => sum + value.size;
    return {
      name: layerName,
      inputs,
      outputs: width,
      parameters: parameters.slice(firstParameter).reduce(count, 0),
      states: states.slice(firstState).reduce(count, 0),
    };
  });
  return { parameters, states, stepSeeds, summary, outputs: width };
}
