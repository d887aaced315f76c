/** Images as features, each under the name of its file. */
import type { ImagePreprocessing } from "../../images/preprocessing.ts";
import { readImages } from "../../images/read.ts";
import { type FeatureSource, NOTHING_COUNTED } from "./features.ts";

/** @param input a folder, a file, or several */
export const imageFeatures = (
  input: string | readonly string[],
  preprocessing: ImagePreprocessing,
): FeatureSource => ({
  kept: ["file"],
  ignored: [],
  counts: NOTHING_COUNTED,
  async *read({ signal, onProgress } = {}) {
    const images = readImages(input, preprocessing, {
      ...(signal !== undefined && { signal }),
      onProgress: (done, total) => onProgress?.(done / total),
    });
    for await (const { names, values, count } of images) yield { count, values, kept: [names] };
  },
});
