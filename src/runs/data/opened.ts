/**
 * The data of a run, however they were opened: by the command line from a path, by a page from Files. What they are decides what
 * the settings are that nobody has given.
 */
import type { UntestedDataset } from "../../data/dataset.ts";
import type { HeldOutBy } from "../../data/entries.ts";
import { defaultValidation } from "../../data/index.ts";
import { VALIDATION_SHARE } from "../../data/ownSplit.ts";
import { isEnsemble } from "../../ensemble/size.ts";
import { ConfigError } from "../../errors.ts";
import type { PresetName } from "../../presets.ts";
import { tableSettings } from "../../settings/ofTables.ts";
import { presetSettings } from "../../settings/preset.ts";
import { mergeSettings, type TrainSettings } from "../../settings/settings.ts";
import type { Understanding } from "../../tables/table.ts";
import { targetsOf } from "../../targets.ts";
import { trainedOn } from "../../training/inputs.ts";
import type { TableSettings } from "./table.ts";

/** The settings that say what the data are. */
export type DataSettings = TableSettings & Partial<Pick<TrainSettings, "data" | "size" | "members" | "cv">>;

export interface OpenedData {
  readonly dataset: UntestedDataset;
  /** What it is: one of the registry's, or the user's own. */
  readonly kind: "named" | "table" | "images";
  /** Why it is not the data set that the user may expect. */
  readonly notice?: string | undefined;
  /** An entry for each training row, if there are groups or times. */
  readonly heldOutBy?: HeldOutBy | undefined;
  /** The members of an ensemble that the data's size asks for; undefined for one network. */
  readonly members?: number | undefined;
  /** What was understood of it, in lines for people. */
  readonly understood: readonly string[];
  /** The same of a table, as data. */
  readonly understanding?: Understanding | undefined;
  /** What a user should know, as sentences. */
  readonly warnings: readonly string[];
}

/** How errors write the name of a setting: "--target" on the command line. */
export type Named = (setting: string) => string;

/** What a command has in place of what is usual. */
export interface CommandDefaults {
  /** Defaults in place of the paper's, where the preset is the paper's. */
  readonly base?: Partial<TrainSettings>;
  /** The preset of a table unless one is given. Default: table. */
  readonly usual?: PresetName;
}

/** The settings of a training: those that are given, over those of the preset, over what such data have by default. */
export function settingsFor(
  { dataset, kind, members }: OpenedData,
  asked: Partial<TrainSettings>,
  { base = {}, usual = "table" }: CommandDefaults = {},
): TrainSettings {
  const given = members === undefined ? asked : { ...asked, members };
  const validation = kind === "named" ? defaultValidation(dataset.name) : VALIDATION_SHARE;
  const ofData: Partial<TrainSettings> = {
    ...(validation !== undefined && { validation }),
    ...(isEnsemble(given) && { validation: 0 }),
    ...(kind === "table" && { standardize: "robust" }),
  };
  const merged = mergeSettings(ofData, given);
  const preset = presetSettings(given, {
    usual: kind === "table" ? usual : "paper",
    samples: trainedOn(dataset, merged),
    targets: targetsOf(dataset).kind,
    hasValidation: dataset.split === undefined ? merged.validation > 0 : dataset.split.validation.length > 0,
  });
  const isOfTables = preset.preset !== undefined && preset.preset !== "paper";
  return mergeSettings(isOfTables ? {} : base, ofData, preset, given);
}

/** The settings with a value, with what an ensemble needs: it holds out each row by turns. */
export const givenSettings = <T extends DataSettings>(given: T): T => ({
  ...(isEnsemble(given) && { validation: 0 }),
  ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T),
});

const SHARED_WITH_IMAGES = ["test", "size", "preset"];

/** The settings of tables that images do not have. */
export const ofTablesAlone = Object.keys(tableSettings).filter((name) => !SHARED_WITH_IMAGES.includes(name));

/** @throws ConfigError if a setting is given that such data do not have */
export function refuseSettings(
  settings: DataSettings,
  names: readonly string[],
  because: string,
  named: Named,
): void {
  const given = names.find((name) => (settings as Readonly<Record<string, unknown>>)[name] !== undefined);
  if (given === undefined) return;
  const whose = given === "size" ? "images" : given === "test" ? "files" : "tables";
  throw new ConfigError(`${named(given)} is for ${whose}, and ${because}. Leave it out.`);
}
