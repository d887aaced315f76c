/** Makes and reads plans in tests. */
import { type Kernels, signatures } from "../../src/kernels/index.ts";
import { argumentsIn } from "../../src/kernels/signature.ts";
import { type Call, type Plan, recorder } from "../../src/plan/plan.ts";

/** The calls that `write` makes. */
export function record(write: (kernels: Kernels) => void): Plan {
  const calls: Call[] = [];
  write(recorder(calls));
  return calls;
}

/** The values of a call's arguments, in the order of its kernel's. */
export function valuesOf({ family, name, args }: Call): unknown[] {
  const text = (signatures[family] as Readonly<Record<string, string>>)[name]!;
  return argumentsIn(text).map((argument) => (args as Readonly<Record<string, unknown>>)[argument.name]);
}

/** ["sgd.update", …]. */
export const namesOf = (plan: Plan): string[] => plan.map(({ family, name }) => `${family}.${name}`);
