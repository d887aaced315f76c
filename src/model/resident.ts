/** Reads the samples of a training into its memory and measures their standardisation there. */
import type { Samples } from "../data/dataset.ts";
import { readSamples } from "../data/reading.ts";
import { measureBytes, measureFloats, type Standardization } from "../data/standardize.ts";
import type { FitOptions } from "./fitOptions.ts";
import type { Workspace } from "./workspace.ts";

/** Reads the samples that are not in their places yet. */
export async function readResident(
  workspace: Workspace,
  train: Samples,
  validation: Samples | undefined,
  { signal, onRead }: FitOptions,
): Promise<void> {
  const missing = [...new Set([train, validation])].filter(
    (samples) => samples !== undefined && !workspace.samples.placeOf("Model.fit", samples).filled,
  ) as Samples[];
  const total = missing.reduce(
    (sum, samples) => sum + workspace.samples.placeOf("Model.fit", samples).values.rows,
    0,
  );
  let before = 0;
  for (const samples of missing) {
    const where = samples === train ? "Model.fit" : "Model.fit, validation";
    const placement = workspace.samples.placeOf(where, samples);
    const onProgress = (done: number) => onRead?.(before + done, total);
    const { values, labels, weights } = placement;
    const target = { values: values.data, labels: labels!.data, weights: weights?.data };
    await readSamples(where, samples, target, { onProgress, ...(signal && { signal }) });
    placement.filled = true;
    before += values.rows;
  }
}

/** The standardisation of samples that are resident. */
export function measure(workspace: Workspace, samples: Samples): Standardization {
  const placement = workspace.samples.placeOf("Model.fit", samples);
  const { values, selection } = placement;
  if (values.dtype === "uint8") {
    return measureBytes(workspace.samples.byteBlocks(placement), workspace.moments, workspace.kernels);
  }
  return measureFloats(values, selection);
}
