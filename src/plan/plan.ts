/**
 * A plan is a flat list of kernel calls. Layers, losses and optimizers write it once, when a model is compiled, by
 * calling a recorder with the kernels' own signatures; `fit()` then runs the list. In between, rewrite rules may
 * replace calls by fused ones without any layer knowing.
 */
import type { AnyTensor, Call, CallOf, Offer } from "../kernels/call.ts";
import { type Kernels, offers, referenceKernels, signatures } from "../kernels/index.ts";
import { type Argument, argumentsIn } from "../kernels/signature.ts";
import { Tensor } from "../tensor.ts";

export type { AnyTensor, Call } from "../kernels/call.ts";

export type Plan = readonly Call[];

/** A rule that replaces calls by others with the same effect, bit for bit unless it says otherwise. */
export type Rewrite = (plan: Plan) => Plan;

type Named = Readonly<Record<string, unknown>>;
type Functions = Readonly<Record<string, (...args: unknown[]) => void>>;

const families = Object.keys(referenceKernels) as (keyof Kernels)[];

/** The arguments of each kernel in order, by family and kernel. */
const argumentLists: Readonly<Record<string, Readonly<Record<string, readonly Argument[]>>>> =
  Object.fromEntries(
    families.map((family) => [
      family,
      Object.fromEntries(
        Object.entries<string>(signatures[family]).map(([name, text]) => [name, argumentsIn(text)]),
      ),
    ]),
  );

const argumentsOf = ({ family, name }: Call): readonly Argument[] => argumentLists[family]![name]!;

/** Something with the kernels' signatures that writes its calls down instead of computing. */
export function recorder(calls: Call[]): Kernels {
  const record = (family: keyof Kernels) =>
    Object.fromEntries(
      Object.entries(argumentLists[family]!).map(([name, list]) => [
        name,
        (...values: unknown[]) => {
          const args = Object.fromEntries(list.map((argument, i) => [argument.name, values[i]]));
          calls.push({ family, name, args } as unknown as Call);
        },
      ]),
    );
  return Object.fromEntries(families.map((family) => [family, record(family)])) as unknown as Kernels;
}

/** A function that runs the plan's calls in order, on the tensors that it names. */
export function bindPlan(plan: Plan, kernels: Kernels): () => void {
  const bound = plan.map((call) => {
    const kernel = (kernels[call.family] as unknown as Functions)[call.name]!;
    const values = argumentsOf(call).map(({ name }) => (call.args as Named)[name]);
    return () => kernel(...values);
  });
  return () => {
    for (const call of bound) call();
  };
}

/** Whether it is a call of this kernel. */
export const isCall = <F extends keyof Kernels, N extends keyof Kernels[F] & string>(
  call: Call | undefined,
  family: F,
  name: N,
): call is Call & CallOf<F, N> => call?.family === family && call.name === name;

/** What the call's kernel offers to rewrite rules. */
export function offerOf(call: Call): Offer {
  const ofFamily = offers[call.family] as Readonly<Record<string, (args: unknown) => Offer>> | undefined;
  return ofFamily?.[call.name]?.(call.args) ?? {};
}

function tensors(call: Call, accesses: readonly Argument["access"][]): AnyTensor[] {
  return argumentsOf(call).flatMap(({ name, access }) => {
    const value = (call.args as Named)[name];
    return accesses.includes(access) && value instanceof Tensor ? [value as AnyTensor] : [];
  });
}

const isAmong = (all: readonly AnyTensor[], tensor: AnyTensor) => all.some((other) => other.isIn(tensor));

/** The tensors that the call reads. */
export const readBy = (call: Call): readonly AnyTensor[] => tensors(call, ["read", "update"]);

/** The tensors that the call changes, but for its scratch. */
export const written = (call: Call): readonly AnyTensor[] => tensors(call, ["write", "update"]);

/** Whether the call's results depend on the memory of the tensor. */
export const reads = (call: Call, tensor: AnyTensor): boolean => isAmong(readBy(call), tensor);

/** Whether the call changes the memory of the tensor. */
export const writes = (call: Call, tensor: AnyTensor): boolean =>
  isAmong(tensors(call, ["write", "update", "scratch"]), tensor);

/** Whether the call uses the memory of the tensor at all. */
export const touches = (call: Call, tensor: AnyTensor): boolean =>
  reads(call, tensor) || writes(call, tensor);

/** Whether two calls may change places: neither writes what the other one reads or writes, except for scratch. */
export const commute = (one: Call, other: Call): boolean =>
  !written(one).some((tensor) => touches(other, tensor)) &&
  !written(other).some((tensor) => touches(one, tensor));

/** The plan's calls in words, a line each: "matmul.multiply (100, 50) (100, 3072) (3072, 50)". */
export function describePlan(plan: Plan): string[] {
  return plan.map((call) =>
    [
      `${call.family}.${call.name}`,
      ...argumentsOf(call).flatMap(({ name }) =>
        name in call.args ? [describeArgument((call.args as Named)[name])] : [],
      ),
    ].join(" "),
  );
}

function describeArgument(argument: unknown): string {
  if (typeof argument === "number" || typeof argument === "string" || typeof argument === "boolean")
    return String(argument);
  if (argument === undefined) return "none";
  return (argument as { shape?: string }).shape ?? "scalar";
}
