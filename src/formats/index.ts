/** The formats of tables by name. A new one is its file and a line here. */
import type { Format } from "./format.ts";
import { idx } from "./idx.ts";
import { npy } from "./npy.ts";

export const formats: Readonly<Record<string, Format>> = {
  npy,
  idx,
};
