/** The commands that are printed: "nnwasm train …" for settings, "nnwasm search …" for a search. */
import { type PresetName, presets } from "../presets.ts";
import { flagOf } from "./flags.ts";
import type { SettingName } from "./names.ts";
import type { Setting } from "./setting.ts";
import { DEFAULTS, SEARCH_DEFAULTS, type TrainSettings } from "./settings.ts";
import { shownSpaceText } from "./space.ts";
import { settings } from "./table.ts";

/** The settings that the preset of these may decide: with it, what is usual without it has to be said. */
const ofPreset = ({ preset }: { readonly preset?: PresetName }): readonly string[] =>
  preset === undefined ? [] : Object.keys(presets[preset]({ rows: 1 }));

/** The flags for settings that differ from the standard ones. Settings that change no result are left out. */
function settingWords(given: object, standard: object, { alone }: { readonly alone: boolean }): string[] {
  const decided = ofPreset(given);
  return Object.entries(given).flatMap(([key, value]) => {
    const { type, off, changesResults = true, ...entry }: Setting = settings[key as SettingName];
    if (value === undefined || !changesResults || (entry.alone && !alone)) return [];
    const usual = decided.includes(key) ? undefined : (standard as Record<string, unknown>)[key];
    if (JSON.stringify(value) === JSON.stringify(usual)) return [];
    const flag = flagOf(key);
    const isNo = entry.flags.startsWith("--no-");
    if (isNo || value === false) {
      // A switch without --no-… is off where it is not given.
      return value === false && (isNo || off !== undefined) ? [flag.replace("--", "--no-")] : [];
    }
    if (value === type.bare) return [flag];
    return [`${flag} ${shellWord(type.isNone?.(value) ? "none" : (type.write ?? String)(value))}`];
  });
}

/** The flags for other options. */
const optionWords = (options: object): string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [value === true ? flagOf(name) : `${flagOf(name)} ${shellWord(String(value))}`],
  );

/** "nnwasm train …" with the flags that these settings need. Defaults are left out, but for what a preset may decide. */
export const trainCommandLine = (settings: TrainSettings): string =>
  ["nnwasm train", ...settingWords(settings, DEFAULTS, { alone: true })].join(" ");

/** "nnwasm search …" with the flags for this search. */
export function searchCommandLine(search: {
  readonly settings: object;
  readonly space: readonly string[];
  readonly options: object;
}): string {
  const { settings, space, options } = search;
  return [
    "nnwasm search",
    ...optionWords(options),
    ...space.map((text) => `--space ${shellWord(shownSpaceText(text))}`),
    ...settingWords(settings, { ...DEFAULTS, ...SEARCH_DEFAULTS }, { alone: false }),
  ].join(" ");
}

/** A text as a shell takes it for one word. */
export const shellWord = (text: string): string =>
  /^[\w./:~+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
