/** The names of a setting: its own, its flags, its variable, what other programs call it. */
import { settings } from "./table.ts";

/** The name of a setting. */
export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as SettingName[];

/** "--eta-max" for "etaMax". */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The flags of an entry of the table: "--lr", "--eta-max". */
export const flagNames = (flags: string): string[] => flags.match(/--[a-z0-9-]+/g) ?? [];

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
  const [meant] = meantFlags(flagOf(name), flags);
  return meant === undefined ? "" : ` Did you mean "${meant.slice(2)}"?`;
}

/** "--Batch_Size=5", "--batchSize" and "--batch-size" are "batch-size". */
const plain = (flag: string): string =>
  flag
    .replace(/^-+/, "")
    .replace(/=.*$/s, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll("_", "-");

/**
 * The flags among `known` that are probably meant, or none.
 * @param flag as it was given, with its hyphens
 * @param words what other programs call our flags. Default: those of settings
 */
export function meantFlags(flag: string, known: readonly string[], words = WORDS): string[] {
  const word = plain(flag);
  const same = known.filter((name) => plain(name) === word && name.startsWith("--"));
  if (same.length > 0) return same;
  return Object.keys(words)
    .filter((name) => known.includes(name) && words[name]!.split(" ").includes(word))
    .slice(0, 1);
}
