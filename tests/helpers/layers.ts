/** Runs a layer, a loss or an optimizer on its own: it is built in a memory, and its calls are made at once. */
import { type Backend, referenceBackend } from "../../src/backend/index.ts";
import type { Kernels } from "../../src/kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../../src/kernels/matmul.ts";
import type { Layer, Parameter, State } from "../../src/layers/index.ts";
import { buildLayers } from "../../src/model/built.ts";
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
  const workspace = region.tensor("uint8", 1, MATMUL_WORKSPACE_BYTES);
  const built = buildLayers(
    {
      ...{ layers: [["layer", layer]], precision: "float64", workspace },
      ...{ features: inputs, maxRows: rows, inputGradient: needsInputGradient },
    },
    region,
  );
  const { outputs } = built;
  const byName = <T extends { readonly name: string }>(all: readonly T[]) =>
    new Map(
      all.map((each) => {
        const name = each.name.replace("layer.", "");
        return [name, { ...each, name }];
      }),
    );
  const [parameters, states] = [byName(built.parameters), byName(built.states)];
  const x = region.tensor("float64", rows, inputs);
  const dy = region.tensor("float64", rows, outputs);
  const { buffer, base, kernels } = await backend.open(region.bytes, "float64");
  region.bind(buffer, base);
  for (const [name, { value, initializer }] of parameters) {
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
