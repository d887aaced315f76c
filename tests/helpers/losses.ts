/** A loss on a few numbers, in float64 on its definition and on wasm: what it writes. */
import { referenceBackend, wasmBackend } from "../../src/backend/index.ts";
import type { Loss } from "../../src/losses/index.ts";
import { storedTargets } from "../../src/targets.ts";
import { Region, type Tensor } from "../../src/tensor.ts";

export interface LossInputs {
  /** The scores, row by row. */
  readonly z: readonly (readonly number[])[];
  /** The targets of each row: a class alone, or one for each output. */
  readonly targets: readonly (readonly number[])[];
  readonly weights?: readonly number[];
}

export interface LossOutputs {
  /** Σ w_i · l_i. */
  readonly sum: number;
  /** The gradient of the mean. */
  readonly dz: readonly number[];
}

/** What the loss writes on both engines, which must be the same to the bit. */
export async function lossOf(
  loss: Loss,
  { z: rows, targets: all, weights: w }: LossInputs,
): Promise<LossOutputs> {
  const outcomes = [];
  for (const backend of [referenceBackend(), wasmBackend()]) {
    const region = new Region();
    const kind = loss.targets![0]!;
    const [n, c] = [rows.length, rows[0]!.length];
    const sum = region.tensor("float64", 1, 1);
    const [dz, z] = [region.tensor("float64", n, c), region.tensor("float64", n, c)];
    const dtype = storedTargets({ kind, classes: c }, "float64");
    const targets = region.tensor(dtype, n, all[0]!.length) as Tensor;
    const weights = w && region.tensor("float64", n, 1);
    const { buffer, base, kernels } = await backend.open(region.bytes, "float64");
    region.bind(buffer, base);
    z.data.set(rows.flat());
    targets.data.set(all.flat());
    weights?.data.set(w!);
    loss.forward(kernels, sum, dz, z, targets, weights);
    outcomes.push({ sum: sum.data[0]!, dz: [...dz.data] });
  }
  const [reference, wasm] = outcomes;
  if (JSON.stringify(reference) !== JSON.stringify(wasm)) {
    throw new Error(`wasm gives ${JSON.stringify(wasm)}, the definition ${JSON.stringify(reference)}`);
  }
  return wasm!;
}
