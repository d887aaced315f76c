/** The synthetic data set as the command line knows it. */
import { PAPER_L2 } from "./cifar10Kind.ts";
import type { DatasetKind } from "./kind.ts";
import { SYNTHETIC_SAMPLES, synthetic } from "./synthetic.ts";

export const syntheticKind: DatasetKind = {
  about: "drawn images of the same number, size and classes: shapes, colours, clutter and noise",
  samples: SYNTHETIC_SAMPLES,
  find: async ({ seed }) => synthetic({ seed }),
  // It stands in for CIFAR-10.
  l2: PAPER_L2,
  made: "made when it is used, from the seed",
};
