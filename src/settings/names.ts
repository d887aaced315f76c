/** The names of a setting: its own, its flags, its variable, what other programs call it. */
import { flagNames, flagOf, meantFlags } from "./flags.ts";
import { settings } from "./table.ts";

/** The name of a setting. */
export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as SettingName[];

/** The flags without hyphens: "lr", "eta-max"; "shuffle" for "--no-shuffle". */
const plainNames = (flags: string): string[] => flagNames(flags).map((flag) => flag.replace(/^--(no-)?/, ""));

/** "NNWASM_LR", "NNWASM_ETA_MAX". The first of them that is set counts. */
export const variablesOf = (flags: string): string[] =>
  plainNames(flags).map((name) => `NNWASM_${name.replaceAll("-", "_").toUpperCase()}`);

const camelCase = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The settings by their second names: "lr" is etaMax. */
const SECOND_NAMES: ReadonlyMap<string, SettingName> = new Map(
  settingNames.flatMap((key) =>
    plainNames(settings[key].flags)
      .map(camelCase)
      .filter((name) => name !== key)
      .map((name) => [name, key]),
  ),
);

/** The setting that a flag's name means: "eta-max", "etaMax" and "lr" are "etaMax". */
export function settingKey(name: string): string {
  const key = camelCase(name);
  return SECOND_NAMES.get(key) ?? key;
}

/** What other programs call our flags. */
export const WORDS: Readonly<Record<string, string>> = Object.assign(
  {},
  ...settingNames.map((key) => settings[key].words),
);

/** ' Did you mean "lr"?' for "learning_rate"; nothing if no flag is probably meant. */
export function settingHint(name: string): string {
  const flags = [...settingNames, ...SECOND_NAMES.keys()].map(flagOf);
  const [meant] = meantFlags(flagOf(name), flags, WORDS);
  return meant === undefined ? "" : ` Did you mean "${meant.slice(2)}"?`;
}
