/** The rewrite rules that a plan goes through before it is bound. */
import type { Plan, Rewrite } from "../plan.ts";
import { type FirstLayerParts, fuseFirstLayer } from "./firstLayer.ts";
import { fuseBias } from "./fuseBias.ts";
import { fuseL2Update } from "./fuseL2Update.ts";
import { overlapUpdate } from "./overlapUpdate.ts";

/**
 * The rules in their order. The first layer's rule, if its weight is kept packed, takes calls that the rules before it have
 * fused. The rule for work that threads do side by side comes last.
 */
export function rewrites(firstLayer?: FirstLayerParts): readonly Rewrite[] {
  const first = firstLayer === undefined ? [] : [fuseFirstLayer(firstLayer)];
  const last = firstLayer?.upcoming === undefined ? [] : [overlapUpdate];
  return [fuseL2Update, fuseBias, ...first, ...last];
}

/** The plan after every rule. */
export function rewritten(plan: Plan, firstLayer?: FirstLayerParts): Plan {
  return rewrites(firstLayer).reduce((current, rewrite) => rewrite(current), plan);
}
