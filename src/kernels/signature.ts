/** The signatures of kernels: the name of each argument, and what the kernel does with it. */

/**
 * - read: it is only read
 * - write: all of it is overwritten, and what it held does not matter
 * - update: it is read and written
 * - scratch: it is written, and what it holds matters neither before the call nor after it
 * - value: a number, a name, or an object of numbers, which is only read
 */
export type Access = "read" | "write" | "update" | "scratch" | "value";

type Split<T extends string> = T extends `${infer First}, ${infer Others}` ? [First, ...Split<Others>] : [T];

type NameOf<T> = T extends `${Access} ${infer Name}` ? Name : never;

/** The arguments of a kernel by the names of its signature. */
export type NamedArguments<Text extends string, F> = F extends (...args: infer P) => void
  ? Simplify<{
      readonly [I in keyof Split<Text> & `${number}` as NameOf<Split<Text>[I]>]: I extends keyof P
        ? P[I]
        : undefined;
    }>
  : never;

type Simplify<T> = { [K in keyof T]: T[K] };

/** The text itself if it names every argument with an access; otherwise what is wrong with it. */
type Checked<Text extends string, F> = F extends (...args: infer P) => void
  ? Split<Text>["length"] extends Required<P>["length"]
    ? Split<Text>[number] extends `${Access} ${string}`
      ? Text
      : "expected an access before every name, as in: write y, read x"
    : "expected as many names as there are arguments"
  : never;

/**
 * The signatures of a family: the arguments of every kernel in order, each with its access.
 *
 *     export const signatures = signaturesOf<ReluKernels>()({ forward: "write y, read x" });
 */
export const signaturesOf =
  <K>() =>
  <const S extends { readonly [N in keyof K]: string }>(
    signatures: {
      readonly [N in keyof S]: N extends keyof K ? Checked<S[N], K[N]> : never;
    },
  ): S =>
    signatures as unknown as S;

/** An argument of a kernel. */
export interface Argument {
  readonly name: string;
  readonly access: Access;
}

/** A signature taken apart. */
export const argumentsIn = (text: string): readonly Argument[] =>
  text.split(", ").map((each) => {
    const [access, name] = each.split(" ") as [Access, string];
    return { name, access };
  });
