/** With the DOM's types, or Node's: a signal is an AbortSignal, and goes wherever one does. */
import {
  encodeSafetensors,
  type Model,
  type ReadOptions,
  type Samples,
  type SampleTarget,
  type Signal,
} from "nnwasm";

export const train = (model: Model, samples: Samples) =>
  model.fit(samples, { signal: AbortSignal.timeout(1000) });
export const signal: AbortSignal = new AbortController().signal satisfies Signal;
export const tensors: Uint8Array = encodeSafetensors([], {});
export async function read(target: SampleTarget, options: ReadOptions): Promise<void> {
  const response = await fetch("data", options.signal ? { signal: options.signal } : {});
  target.values.set(new Uint8Array(await response.arrayBuffer()));
}
// @ts-expect-error It is no signal.
export const wrong: Signal = { aborted: false };
