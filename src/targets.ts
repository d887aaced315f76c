/**
 * How the targets of samples are stored: what a loss and a metric compare the outputs with. Kernels say themselves what
 * they take; all else asks here.
 */
import type { Region, Tensor } from "./tensor.ts";

/** The class of each sample, 0 to 255. */
export type TargetArray = Uint8Array;

/** The same in linear memory, (n, 1). */
export type TargetTensor = Tensor<"uint8">;

/** Room for the targets of `count` samples. */
export const planTargets = (region: Region, count: number): TargetTensor => region.tensor("uint8", count, 1);
