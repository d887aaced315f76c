/** Settings that belong to some optimizers. A training has those of its own optimizer alone. */
import { ConfigError, choose } from "../errors.ts";
import { type OptimizerKind, optimizers } from "../optimizers/index.ts";
import type { OptionDeclaration, SharedOption } from "../options.ts";
import { settingsOf } from "./declared.ts";
import { flagOf } from "./flags.ts";
import type { Setting } from "./setting.ts";

const kinds = Object.entries<OptimizerKind>(optimizers);

type Declared = ReturnType<typeof settingsOf<typeof optimizers>>;

/** The settings by name. They have no default in the table, because what a training has depends on its optimizer. */
export function optimizerSettings(group: string): {
  readonly [N in keyof Declared]: Declared[N] extends Setting<infer T> ? Setting<T> : never;
} {
  const all = Object.entries<Setting>(settingsOf(optimizers, group));
  return Object.fromEntries(
    all.map(([name, { default: _, ...setting }]) => {
      const owners = ownersOf(name);
      const of = owners.length === kinds.length ? "" : `${owners.join(", ")}: `;
      const defaults = new Set(owners.flatMap((owner) => defaultOf(owner, name) ?? []));
      const usual = defaults.size === 0 ? {} : { usual: [...defaults].join(", ") };
      return [name, { ...setting, help: of + setting.help, ...usual }];
    }),
  ) as ReturnType<typeof optimizerSettings>;
}

const optionsOf = (optimizer: string): Readonly<Record<string, OptionDeclaration | SharedOption>> =>
  choose<OptimizerKind>("optimizer", optimizers, optimizer).options;

/** The optimizers that have an option. */
const ownersOf = (name: string): string[] =>
  kinds.filter(([, { options }]) => Object.hasOwn(options, name)).map(([owner]) => owner);

/** What an optimizer's option is if it is not given; undefined if it is nothing then. */
function defaultOf(optimizer: string, name: string): number | boolean | string | undefined {
  const option = optionsOf(optimizer)[name]!;
  if (option.default !== undefined || !("kind" in option)) return option.default;
  return option.kind === "switch" ? false : option.choices?.[0];
}

/** The optimizer with those of its options that are not the usual ones: "sgd (momentum 0.9, nesterov)". */
export function optimizerInWords(
  given: Readonly<Record<string, unknown>> & { readonly optimizer: string },
): string {
  const { optimizer } = given;
  const words = Object.keys(optionsOf(optimizer)).flatMap((name) => {
    const value = given[name];
    if (value === undefined || value === defaultOf(optimizer, name)) return [];
    const title = flagOf(name).slice(2).replaceAll("-", " ");
    return [value === true ? title : `${title} ${value}`];
  });
  return words.length === 0 ? optimizer : `${optimizer} (${words.join(", ")})`;
}

/** The highest rate of an optimizer's schedule, unless one is given. */
export const learningRateOf = (optimizer: string): number =>
  choose<OptimizerKind>("optimizer", optimizers, optimizer).learningRate;

/** "0.1, with adam or adamw 0.001". */
export function learningRatesInWords(): string {
  const [first, ...others] = [...new Set(kinds.map(([, { learningRate }]) => learningRate))];
  const owners = (rate: number) =>
    kinds.filter(([, { learningRate }]) => learningRate === rate).map(([name]) => name);
  return [`${first}`, ...others.map((rate) => `with ${owners(rate).join(" or ")} ${rate}`)].join(", ");
}

/**
 * The options of a training's optimizer, those that are not given by their defaults.
 * @param named how errors write the name of a setting
 * @throws ConfigError if one is given that this optimizer does not have
 */
export function resolveOptimizer(
  given: Readonly<Record<string, unknown>> & { readonly optimizer: string },
  named: (name: string) => string,
): Record<string, unknown> {
  const { optimizer } = given;
  const own = optionsOf(optimizer);
  for (const [, { options }] of kinds) {
    for (const name of Object.keys(options)) {
      if (given[name] === undefined || Object.hasOwn(own, name)) continue;
      throw new ConfigError(
        `${named(name)} is of ${named("optimizer")} ${ownersOf(name).join(" or ")}, not of ${optimizer}. ` +
          "Leave it out, or choose that optimizer.",
      );
    }
  }
  const values = Object.keys(own).map((name) => [name, given[name] ?? defaultOf(optimizer, name)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
