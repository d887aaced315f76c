/** The rewrite rules that a plan goes through before it is bound. */
import type { Plan, Rewrite } from "../../plan.ts";
import { fuseFirstLayer, type PackedWeight } from "./firstLayer.ts";
import { fuseL2Update } from "./fuseL2Update.ts";

/** The rules in their order; the one for the first layer where its weight is kept packed. */
export function rewrites(packedWeight?: PackedWeight): readonly Rewrite[] {
  return packedWeight === undefined ? [fuseL2Update] : [fuseL2Update, fuseFirstLayer(packedWeight)];
}

/** The plan after every rule. */
export function rewritten(plan: Plan, packedWeight?: PackedWeight): Plan {
  return rewrites(packedWeight).reduce((current, rewrite) => rewrite(current), plan);
}
