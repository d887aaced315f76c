/**
 * bias.add(s, x, b), relu.forward(y, s)  →  bias.addRelu(y, x, b)
 *
 * One pass over the activations instead of two, with the same bits in y. Only where nothing else reads s: if the product
 * before wrote it, s then still holds the product.
 */
import type { Call, Plan } from "../../plan.ts";

export function fuseBiasRelu(plan: Plan): Plan {
  return plan.flatMap((call, at): Call[] => {
    if (isSum(call) && isFusedWith(call, plan[at + 1], plan)) return [];
    const before = plan[at - 1];
    if (before === undefined || !isSum(before) || !isFusedWith(before, call, plan)) return [call];
    const [, x, bias] = before.args;
    return [{ family: "bias", name: "addRelu", args: [call.args[0], x, bias] }];
  });
}

const isSum = ({ family, name }: Call) => family === "bias" && name === "add";

/** Whether `next` rectifies the sum, and no call after it reads the sum. */
function isFusedWith(sum: Call, next: Call | undefined, plan: Plan): boolean {
  if (next?.family !== "relu" || next.name !== "forward" || next.args[1] !== sum.args[0]) return false;
  return plan.slice(plan.indexOf(next) + 1).every(({ args }) => !args.includes(sum.args[0]));
}
