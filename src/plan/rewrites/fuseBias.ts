/**
 * matmul.multiply(s, x, W), bias.add(t, s, b)                          →  matmul.multiplyBias(t, x, W, b)
 * matmul.multiply(s, x, W), bias.add(t, s, b), an activation (y of t)  →  what it offers, matmul.multiplyBiasRelu(y, x, W, b)
 *
 * The product adds and rectifies while it has its sums at hand, with the same bits. The rule applies only if no other call
 * reads a tensor that is no longer written (s, and also t if the activation writes elsewhere), and if the result overwrites
 * nothing that the product reads.
 */
import { type Call, isCall, offerOf, type Plan, reads } from "../plan.ts";

export function fuseBias(plan: Plan): Plan {
  const fused: Call[] = [];
  for (let at = 0; at < plan.length; at++) {
    const found = fusedAt(plan, at);
    fused.push(found?.call ?? plan[at]!);
    if (found !== undefined) at += found.count - 1;
  }
  return fused;
}

/** The call that replaces the calls that begin here, and how many those are. */
function fusedAt(plan: Plan, at: number): { call: Call; count: number } | undefined {
  const [product, sum, next] = plan.slice(at, at + 3);
  if (!isCall(product, "matmul", "multiply") || !isCall(sum, "bias", "add")) return undefined;
  const { y: s, x, w, workspace } = product.args;
  const { y: t, x: summand, bias } = sum.args;
  /** Whether the result may be written to `to`, and no longer to `from`. */
  const mayGoTo = (to: typeof s, from: typeof s, count: number) =>
    to === from ||
    (![x, w, bias].some((input) => input.isIn(to)) &&
      !plan.slice(at + count).some((call) => reads(call, from)));
  if (summand !== s || !mayGoTo(t, s, 2)) return undefined;
  const activation = next && offerOf(next).activation;
  if (activation?.afterProduct !== undefined && activation.x === t && mayGoTo(activation.y, t, 3)) {
    return { call: activation.afterProduct({ x, w, bias, workspace }), count: 3 };
  }
  return {
    call: { family: "matmul", name: "multiplyBias", args: { y: t, x, w, bias, workspace } },
    count: 2,
  };
}
