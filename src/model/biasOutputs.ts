/** Makes a model that answers its biases. */
import type { Model } from "./model.ts";
import { OPTIMIZER } from "./optimizerState.ts";
import type { NamedTensor } from "./safetensors.ts";

/**
 * Gives a model of one Dense layer these biases, and weights 0: it answers the same for all rows.
 * @param model built, with no other layer
 * @param biases one for each output
 * @returns the tensors of its layer
 */
export async function biasOutputs(model: Model, biases: ArrayLike<number>): Promise<readonly NamedTensor[]> {
  const tensors = model.tensors().filter(({ name }) => !name.startsWith(OPTIMIZER));
  for (const { name, data } of tensors) {
    data.fill(0);
    if (name.endsWith(".bias")) data.set(biases);
  }
  await model.load(tensors, "biasOutputs");
  return tensors;
}
