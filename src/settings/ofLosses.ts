/** Settings of losses: which takes which targets, and whose options are whose. */
import { type LossKind, losses, lossesFor } from "../losses/index.ts";
import { targetKinds } from "../targets.ts";
import { settingsOf } from "./declared.ts";
import type { Setting } from "./setting.ts";

/** The losses that declare options, as settingsOf() takes them. */
const declaring = { categoricalCrossEntropy: losses.categoricalCrossEntropy, huber: losses.huber };

type Declared = ReturnType<typeof settingsOf<typeof declaring>>;

/** The options of losses. They have no default in the table, because what a training has depends on its loss. */
export function lossSettings(group: string): {
  readonly [N in keyof Declared]: Declared[N] extends Setting<infer T> ? Setting<T> : never;
} {
  const all = Object.entries<Setting>(settingsOf(declaring, group));
  return Object.fromEntries(
    all.map(([name, { default: usual, ...setting }]) => [
      name,
      { ...setting, help: `${ownersOf(name).join(", ")}: ${setting.help}`, usual: String(usual) },
    ]),
  ) as ReturnType<typeof lossSettings>;
}

/** The losses that have an option. */
export const ownersOf = (option: string): string[] =>
  Object.entries<LossKind>(losses).flatMap(([name, { options = {} }]) =>
    Object.hasOwn(options, option) ? [name] : [],
  );

/** The names of all options of losses. */
export const lossOptions = (): string[] =>
  Object.values<LossKind>(losses).flatMap(({ options = {} }) => Object.keys(options));

/** "categoricalCrossEntropy for classes; …": the loss that a task has by default. */
export const usualLosses = (): string =>
  Object.values(targetKinds)
    .map((kind) => `${lossesFor(kind)[0]} for ${kind}`)
    .join("; ");
