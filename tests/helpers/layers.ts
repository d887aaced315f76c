/** A layer, a loss or an optimizer on its own: built in a memory, its calls made at once. */
import { type Backend, referenceBackend } from "../../src/backend/index.ts";
import type { Kernels } from "../../src/kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../../src/kernels/matmul.ts";
import type { Layer, Parameter, State } from "../../src/layers/index.ts";
import { Random } from "../../src/random.ts";
import { Region, type Tensor } from "../../src/tensor.ts";

export interface BuiltLayer {
  readonly outputs: number;
  readonly kernels: Kernels;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly states: ReadonlyMap<string, State>;
  /** The output for these samples, as an array. */
  forward(x: readonly number[], mode?: "training" | "inference"): number[];
  /** The gradient by the samples of the last forward pass, or undefined if it was not asked for. */
  backward(dy: readonly number[]): number[] | undefined;
}

/** A layer in float64 for up to `rows` samples of `inputs` numbers, its parameters drawn from seed 1. */
export async function buildLayer(
  layer: Layer,
  {
    inputs,
    rows,
    needsInputGradient = true,
    backend = referenceBackend(),
  }: { inputs: number; rows: number; needsInputGradient?: boolean; backend?: Backend },
): Promise<BuiltLayer> {
  const region = new Region();
  const parameters = new Map<string, Parameter>();
  const states = new Map<string, State>();
  const outputs = layer.build(
    {
      precision: "float64",
      needsInputGradient,
      workspace: region.tensor("uint8", 1, MATMUL_WORKSPACE_BYTES),
      activation: (columns) => region.tensor("float64", rows, columns),
      vector: (columns) => region.tensor("float64", 1, columns),
      parameter: (name, parameterRows, columns, initializer, regularizer) => {
        const value = region.tensor("float64", parameterRows, columns);
        const grad = region.tensor("float64", parameterRows, columns);
        const shape = [parameterRows, columns];
        const parameter = { name, shape, value, grad, initializer, regularizer };
        parameters.set(name, parameter);
        return parameter;
      },
      vectorParameter: (name, columns, initializer) => {
        const value = region.tensor("float64", 1, columns);
        const grad = region.tensor("float64", 1, columns);
        const parameter = { name, shape: [columns], value, grad, initializer };
        parameters.set(name, parameter);
        return parameter;
      },
      state: (name, columns, initial) => {
        const state = { name, shape: [columns], value: region.tensor("float64", 1, columns), initial };
        states.set(name, state);
        return state;
      },
    },
    inputs,
  );
  const x = region.tensor("float64", rows, inputs);
  const dy = region.tensor("float64", rows, outputs);
  const { buffer, base, kernels } = await backend.open(region.bytes, "float64");
  region.bind(buffer, base);
  for (const { name, value, initializer } of parameters.values()) {
    initializer.fill(value.data, value.rows, value.columns, new Random(1, name));
  }
  for (const { value, initial } of states.values()) value.data.fill(initial);

  const put = (tensor: Tensor, values: readonly number[]) => {
    const filled = tensor.firstRows(values.length / tensor.columns);
    filled.data.set(values);
    return filled;
  };
  return {
    outputs,
    kernels,
    parameters,
    states,
    forward: (values, mode = "training") => [...layer.forward(kernels, put(x, values), mode).data],
    backward: (values) => {
      const dx = layer.backward(kernels, put(dy, values));
      return dx && [...dx.data];
    },
  };
}
