/** The settings of a training as the page's fields need them: from the one table that the flags come from as well. */
import { flagNames } from "../../settings/flags.ts";
import type { SettingName } from "../../settings/names.ts";
import type { Setting } from "../../settings/setting.ts";
import { settings } from "../../settings/table.ts";

export type { SettingName } from "../../settings/names.ts";

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(settings, name);

export const settingEntry = (name: string): Setting => settings[name as SettingName] as Setting;

/** Those that the page decides itself, or that mean nothing in a page. */
const NOT_HERE = new Set<string>([
  ...["data", "test", "members", "cv", "candidates", "checkpointEvery", "simd", "preset"],
]);

/** All settings by the titles under which the command line's help has them. */
export function settingsByGroup(): readonly (readonly [title: string, names: readonly SettingName[]])[] {
  const groups = new Map<string, SettingName[]>();
  for (const [name, { group }] of Object.entries(settings) as [SettingName, Setting][]) {
    if (NOT_HERE.has(name)) continue;
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return [...groups];
}

/** Longer helps than this, in characters, are read on the command line. */
const LONGEST_HINT = 64;

/** What stands below the field of a setting: its help, if that is short. */
export function hintOf(name: SettingName): string | undefined {
  const { help, flags } = settingEntry(name);
  // The help of a flag that only switches off says the opposite of the switch.
  if (help.length > LONGEST_HINT || flags.startsWith("--no-")) return undefined;
  return help.charAt(0).toUpperCase() + help.slice(1);
}

/** The label of a setting that has none of its own: its flag in words, "Label smoothing". */
export function labelOf(name: SettingName): string {
  const flag = flagNames(settingEntry(name).flags).at(-1)!;
  const words = flag.replace(/^--(no-)?/, "").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
