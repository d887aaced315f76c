/** The rewrite rules that a training plan goes through, in this order. */
import type { Plan, Rewrite } from "../../plan.ts";
import { fuseL2Update } from "./fuseL2Update.ts";

export const rewrites: readonly Rewrite[] = [fuseL2Update];

/** The plan after every rule. */
export function rewritten(plan: Plan): Plan {
  return rewrites.reduce((current, rewrite) => rewrite(current), plan);
}
