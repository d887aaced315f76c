/** Settings that the schedules and the optimizers declare themselves. */
import type { OptionDeclaration, SharedOption } from "../options.ts";
import type { Setting, WithDefault } from "./setting.ts";
import { atLeast, choice, integer, number, type SettingType, yesOrNo } from "./types.ts";

/** Schedules or optimizers by name, each with its options. */
type Registry = Readonly<
  Record<string, { readonly options: Readonly<Record<string, OptionDeclaration | SharedOption>> }>
>;

type OptionName<R extends Registry> = { [K in keyof R]: keyof R[K]["options"] }[keyof R] & string;

/** How the registry declares the option of this name. */
type DeclarationOf<R extends Registry, N extends string> = {
  [K in keyof R]: R[K]["options"] extends Readonly<Record<N, infer D extends OptionDeclaration>> ? D : never;
}[keyof R];

type SettingOf<D extends OptionDeclaration> = D extends { readonly kind: "switch" }
  ? WithDefault<boolean>
  : D extends { readonly kind: "choice"; readonly choices: readonly (infer T)[] }
    ? WithDefault<T>
    : D extends { readonly default: number }
      ? WithDefault<number>
      : Setting<number>;

/** A setting for every option that an entry of the registry declares. */
export function settingsOf<R extends Registry>(
  registry: R,
  group: string,
): { readonly [N in OptionName<R>]: SettingOf<DeclarationOf<R, N>> } {
  const declared = Object.values(registry).flatMap(({ options }) => Object.entries(options));
  const entries = declared.flatMap(([name, option]) =>
    "like" in option ? [] : [[name, { group, ...option, ...typeOf(option) }] as const],
  );
  return Object.fromEntries(entries) as object as {
    readonly [N in OptionName<R>]: SettingOf<DeclarationOf<R, N>>;
  };
}

function typeOf({ kind, choices = [], fractionInFile = false, ...range }: OptionDeclaration): {
  readonly type: SettingType<number> | SettingType<boolean> | SettingType<string>;
  readonly default?: boolean | string;
} {
  if (kind === "switch") return { type: yesOrNo(), default: false };
  if (kind === "choice") return { type: choice(choices), default: choices[0]! };
  if (kind === "number") {
    const { above, most, below } = range;
    const isBounded = (above ?? most ?? below) !== undefined;
    return { type: number(isBounded ? range : (range.least ?? 0)) };
  }
  const { least = 0 } = range;
  return { type: fractionInFile ? integer(least, atLeast(least)) : integer(least) };
}
