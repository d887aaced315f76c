/** A two-dimensional toy as the command line knows it. */
import type { Dataset } from "./dataset.ts";
import type { DatasetKind } from "./kind.ts";
import { TOY_SAMPLES, type ToyOptions } from "./toy.ts";

/** A tenth, 200 points. */
const VALIDATION_SHARE = 0.1;

/** @param about what it is, as `data list` says it */
export const toyKind = (about: string, make: (options: ToyOptions) => Dataset): DatasetKind => ({
  about,
  samples: TOY_SAMPLES,
  find: async ({ seed }) => make({ seed }),
  validation: VALIDATION_SHARE,
  made: "made when it is used, from the seed",
});
