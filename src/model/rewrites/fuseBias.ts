/**
 * matmul.multiply(s, x, W), bias.add(t, s, b)                      →  matmul.multiplyBias(t, x, W, b)
 * matmul.multiply(s, x, W), bias.add(t, s, b), relu.forward(y, t)  →  matmul.multiplyBiasRelu(y, x, W, b)
 *
 * No pass over the activations but the product's own, with the same bits. Only where nothing else reads what is no longer
 * written: s, and t where the ReLU writes elsewhere.
 */
import type { Call, Plan } from "../../plan.ts";

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
    if (
      !is(product, "matmul", "multiply") ||
      !is(sum, "bias", "add") ||
      sum.args[1] !== s ||
      (sum.args[0] !== s && isReadAfter(2, s))
    ) {
      fused.push(product);
      continue;
    }
    const [t, , bias] = sum.args;
    const rectify =
      is(relu, "relu", "forward") && relu.args[1] === t && (relu.args[0] === t || !isReadAfter(3, t));
    const y = rectify ? relu.args[0] : t;
    const name = rectify ? "multiplyBiasRelu" : "multiplyBias";
    fused.push({ family: "matmul", name, args: [y, x, weight, bias, workspace] });
    at += rectify ? 2 : 1;
  }
  return fused;
}
