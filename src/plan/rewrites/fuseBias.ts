/**
 * matmul.multiply(s, x, W), bias.add(t, s, b)                      →  matmul.multiplyBias(t, x, W, b)
 * matmul.multiply(s, x, W), bias.add(t, s, b), relu.forward(y, t)  →  matmul.multiplyBiasRelu(y, x, W, b)
 *
 * The product adds and rectifies while it has its sums at hand, with the same bits. Only where nothing else reads what is
 * no longer written (s, and t where the ReLU writes elsewhere), and what is written is nothing that the product reads.
 */
import type { Call, Plan } from "../plan.ts";

const is = (call: Call | undefined, family: string, name: string): call is Call =>
  call?.family === family && call.name === name;

export function fuseBias(plan: Plan): Plan {
  const fused: Call[] = [];
  for (let at = 0; at < plan.length; at++) {
    const [product, sum, relu] = plan.slice(at, at + 3) as [Call, Call?, Call?];
    /** Whether a call after the first `count` of these reads the tensor. */
    const isReadAfter = (count: number, tensor: unknown) =>
      plan.slice(at + count).some(({ args }) => args.includes(tensor));
    const [s, x, weight, workspace] = product.args;
    const [t, , bias] = sum?.args ?? [];
    /** Whether `from` may be written to `to` in its place. */
    const mayGoTo = (to: unknown, from: unknown, count: number) =>
      to === from || (![x, weight, bias].includes(to) && !isReadAfter(count, from));
    if (
      !is(product, "matmul", "multiply") ||
      !is(sum, "bias", "add") ||
      sum.args[1] !== s ||
      !mayGoTo(t, s, 2)
    ) {
      fused.push(product);
      continue;
    }
    const rectify = is(relu, "relu", "forward") && relu.args[1] === t && mayGoTo(relu.args[0], t, 3);
    const y = rectify ? relu.args[0] : t;
    const name = rectify ? "multiplyBiasRelu" : "multiplyBias";
    fused.push({ family: "matmul", name, args: [y, x, weight, bias, workspace] });
    at += rectify ? 2 : 1;
  }
  return fused;
}
