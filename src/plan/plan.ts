/**
 * A plan is a flat list of kernel calls. Layers, losses and optimizers write it once, when a model is compiled, by
 * calling a recorder with the kernels' own signatures; `fit()` then runs the list. In between, rewrite rules may
 * replace calls by fused ones without any layer knowing.
 */
import { type Kernels, referenceKernels } from "../kernels/index.ts";

/** One kernel call: `kernels[family][name](...args)`, its arguments being tensors, scalars and numbers. */
export interface Call {
  readonly family: keyof Kernels;
  readonly name: string;
  readonly args: readonly unknown[];
}

export type Plan = readonly Call[];

/** A rule that replaces calls by others with the same effect, bit for bit unless it says otherwise. */
export type Rewrite = (plan: Plan) => Plan;

/** Something with the kernels' signatures that writes its calls down instead of computing. */
export function recorder(calls: Call[]): Kernels {
  const record = (family: keyof Kernels) =>
    Object.fromEntries(
      Object.keys(referenceKernels[family]).map((name) => [
        name,
        (...args: unknown[]) => {
          calls.push({ family, name, args });
        },
      ]),
    );
  const families = Object.keys(referenceKernels) as (keyof Kernels)[];
  return Object.fromEntries(families.map((family) => [family, record(family)])) as unknown as Kernels;
}

/** A function that runs the plan's calls in order, on the tensors that it names. */
export function bindPlan(plan: Plan, kernels: Kernels): () => void {
  const bound = plan.map(({ family, name, args }) => {
    const kernel = (kernels[family] as unknown as Record<string, (...args: unknown[]) => void>)[name]!;
    return () => kernel(...args);
  });
  return () => {
    for (const call of bound) call();
  };
}

/** The plan's calls in words, a line each: "matmul.multiply (100, 50) (100, 3072) (3072, 50)". */
export function describePlan(plan: Plan): string[] {
  return plan.map(({ family, name, args }) =>
    [`${family}.${name}`, ...args.map((argument) => describeArgument(argument))].join(" "),
  );
}

function describeArgument(argument: unknown): string {
  if (typeof argument === "number") return String(argument);
  if (argument === undefined) return "none";
  return (argument as { shape?: string }).shape ?? "scalar";
}
