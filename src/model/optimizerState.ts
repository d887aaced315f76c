/** The tensors that an optimizer keeps in a model, beside the layers' own. */
import type { Parameter, State } from "../layers/layer.ts";
import type { Optimizer, OwnTensors } from "../optimizers/optimizer.ts";
import type { Region, Scalar } from "../tensor.ts";

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
}

/** Makes room for the tensors that the optimizer keeps for each parameter. */
export function planOptimizerTensors(
  optimizer: Optimizer | undefined,
  parameters: readonly Parameter[],
  region: Region,
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
  return { byParameter, states, updates: { value: 0 } };
}
