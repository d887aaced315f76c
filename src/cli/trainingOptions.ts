/** The flags of the settings, for the commands that train. */
import { type Command, Option } from "commander";
import { type Preset, presets } from "../presets.ts";
import { flagNames } from "../settings/flags.ts";
import { byGroup } from "../settings/groups.ts";
import { type SettingName, WORDS } from "../settings/names.ts";
import type { Setting } from "../settings/setting.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { argument } from "./command.ts";
import { addWords } from "./suggestions.ts";

addWords(WORDS);

/** The settings that the flags give, without defaults. */
export type TrainingFlags = Partial<TrainSettings>;

export interface SettingOptionOptions {
  /** The help text for this command. Default: that of `train`. */
  readonly help?: string;
  /** The default of this command. Default: the setting's own. */
  readonly byDefault?: unknown;
  /** The default in words, if the command decides on it; null if the help names no default. */
  readonly usual?: string | null;
  /** The default of tables in words, where they have another. */
  readonly ofTables?: string | undefined;
}

/** The flag of a setting. */
export function settingOption(
  key: SettingName,
  { byDefault = settings[key].default, ...changes }: SettingOptionOptions = {},
): Option {
  const { flags, type }: Setting = settings[key];
  const option = new Option(flags, helpOf({ ...settings[key], ...changes }, byDefault));
  if (!takesArgument(flags)) return option;
  if (type.choices !== undefined) option.choices([...type.choices]);
  if (type.bare !== undefined) option.preset(type.bare);
  return option.argParser(argument(type.read));
}

const takesArgument = (flags: string): boolean => /[<[]/.test(flags);

/** The help text of a setting, with its default. */
function helpOf(
  {
    help,
    usual,
    follows,
    flags,
    type,
    ofTables,
  }: Omit<Setting, "usual"> & Pick<SettingOptionOptions, "usual" | "ofTables">,
  byDefault: unknown,
): string {
  if (usual === null) return help;
  const text = usual ?? follows?.inWords ?? (type.isNone?.(byDefault) ? "none" : byDefault);
  if (text === undefined || !takesArgument(flags)) return help;
  const other = ofTables === undefined || ofTables === String(text) ? "" : `; tables: ${ofTables}`;
  return `${help} (default: ${text}${other})`;
}

/** What the preset of tables says of a setting. */
function defaultOfTables(key: SettingName): string | undefined {
  const [few, many] = [100, 10_000_000].map((rows) =>
    presets.table({ rows })[key as keyof Preset]?.toString(),
  );
  return few === many ? few : "by the number of rows";
}

/** The flag --no-… of a setting that can be none. */
function offOption({ flags, off, type }: Setting, byDefault: unknown): Option {
  const [flag] = flagNames(flags);
  const because = type.isNone?.(byDefault) ? ", whatever the file of --config says" : "";
  return new Option(flag!.replace("--", "--no-"), off + because);
}

/**
 * Adds the flags of the settings.
 * @param options.alone whether the command does one training, not several side by side
 * @param options.defaults defaults that differ from the settings' own
 */
export function addTrainingOptions(
  command: Command,
  { alone = false, defaults = {} }: { readonly alone?: boolean; readonly defaults?: TrainingFlags } = {},
): Command {
  for (const [title, entries] of byGroup({ alone })) {
    command.optionsGroup(title);
    for (const [name, entry] of entries) {
      const key = name as SettingName;
      const { [key]: byDefault = entry.default } = defaults;
      command.addOption(settingOption(key, { byDefault, ofTables: defaultOfTables(key) }));
      if (entry.off !== undefined) command.addOption(offOption(entry, byDefault));
    }
  }
  return command;
}

/** The settings among the flags that were given. */
export function settingsFromFlags(flags: TrainingFlags): Partial<TrainSettings> {
  const given = Object.entries(flags).filter(([key, value]) => {
    const entry: Setting | undefined = settings[key as SettingName];
    // Commander gives true if --no-shuffle is absent. That must not override other sources.
    return entry !== undefined && !(entry.flags.startsWith("--no-") && value === true);
  });
  return Object.fromEntries(given);
}
