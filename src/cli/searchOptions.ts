/** The flags of `nnwasm search` that say how to search, and the description of the search that they ask for. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { UntestedDataset } from "../data/dataset.ts";
import { ConfigError } from "../errors.ts";
import { shown } from "../options.ts";
import { type OpenedData, settingsFor } from "../runs/data/opened.ts";
import { settingsFromEnvironment } from "../settings/environment.ts";
import { readSettingsFile } from "../settings/file.ts";
import { flagOf } from "../settings/flags.ts";
import {
  COMPARED_ROUND_SIZE,
  checkOwners,
  DEFAULT_PRUNER,
  DEFAULT_SAMPLER,
  MAXIMUM_TRIALS,
  type MethodFlag,
  prunerFlags,
  prunerOptionsOf,
  ROUND_SIZE,
  roundSizeOf,
  samplerFlags,
  samplerOf,
} from "../settings/method.ts";
import type { SettingName } from "../settings/names.ts";
import type { Setting } from "../settings/setting.ts";
import { resolveSettings, SEARCH_DEFAULTS, type TrainSettings } from "../settings/settings.ts";
import { paramsOf, parseSpace, shownSpaceText } from "../settings/space.ts";
import { spaceOfTable } from "../settings/spaceOfTables.ts";
import { settings } from "../settings/table.ts";
import { targetsOf } from "../targets.ts";
import { defaultObjective, isOfFolds, OBJECTIVES } from "../training/objective.ts";
import { pruners } from "../tuner/pruners/index.ts";
import { samplers } from "../tuner/samplers/index.ts";
import type { SearchSpace } from "../tuner/searchSpace.ts";
import { integer, number } from "./command.ts";
import type { CliContext } from "./context.ts";
import type { StudyDescription } from "./folders/studyFolder.ts";
import { newStudyId } from "./folders/studyId.ts";
import { openData } from "./openData.ts";
import { addQueueOptions, type QueueFlags } from "./queue/options.ts";
import { settingsFromFlags, type TrainingFlags } from "./trainingOptions.ts";
import { VERSION } from "./version.ts";
import { workerCount } from "./workers.ts";

/** The flags that are given. Those of samplers and pruners are read by their names. */
export interface SearchFlags extends TrainingFlags, QueueFlags {
  readonly sampler?: string;
  readonly space?: readonly string[];
  readonly start?: boolean;
  readonly trials?: number;
  readonly objective?: string;
  readonly roundSize?: number;
  readonly pruner?: string;
  readonly workers?: number;
  readonly maxFailures?: number;
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The paper's search. */
const DEFAULT_SPACE = ["l2=log:1e-5:1e-1"];
const DEFAULT_TRIALS = 20;
/** The search of tables without a space: it has several parameters. */
const SAMPLER_OF_TABLES = "tpe";
const TRIALS_OF_TABLES = 30;
/** Rows below which a trial of a table is measured by cross-validation: a fifth of them would be few to choose by. */
const FEW_ROWS = 2000;
const FOLDS = 5;
const MAX_FAILURES = 5;
/** A parser for commander: a number of trials, rounds or the like, from `low` to the most trials of a search. */
function count(low: number): (text: string) => number {
  return (text) => {
    const value = integer(low)(text);
    if (value > MAXIMUM_TRIALS) throw new InvalidArgumentError(`Expected at most ${MAXIMUM_TRIALS}.`);
    return value;
  };
}

/** Adds the flags of samplers or pruners. The help of each names those that have it. */
function addMethodFlags(command: Command, flags: readonly MethodFlag[]): void {
  for (const { owners, option, defaults } of flags) {
    const { kind, flags, help, least = 0 } = option;
    const byDefault = defaults.length === 0 ? "" : ` (default: ${[...new Set(defaults)].join(", ")})`;
    const added = new Option(flags, `${owners.join(", ")}: ${help}${byDefault}`);
    if (kind !== "switch") added.argParser(kind === "integer" ? count(least) : number(least));
    command.addOption(added);
  }
}

/** The names of those entries of a registry for which `isSo` holds. */
const namesWhere = <T>(registry: Readonly<Record<string, T>>, isSo: (kind: T) => boolean): string =>
  Object.keys(registry)
    .filter((name) => isSo(registry[name]!))
    .join(", ");

/** @throws InvalidArgumentError unless there is such an objective */
function objectiveName(text: string): string {
  if (Object.hasOwn(OBJECTIVES, text)) return text;
  throw new InvalidArgumentError(`Allowed choices are ${Object.keys(OBJECTIVES).join(", ")}.`);
}

/** Adds the flags that say how to search. */
export function addSearchOptions(command: Command): void {
  const learning = namesWhere(samplers, ({ learns }) => learns);
  const comparing = namesWhere(pruners, ({ comparesTrials }) => comparesTrials);
  command
    .optionsGroup("The search:")
    .addOption(
      new Option(
        "--sampler <name>",
        `what proposes trials (default: ${DEFAULT_SAMPLER}; of tables without --space: ${SAMPLER_OF_TABLES})`,
      ).choices(Object.keys(samplers)),
    )
    .option(
      "--space <name=values>",
      "log:LOW:HIGH, LOW:HIGH, int:LOW:HIGH or A|B|C for a flag of train; repeatable; 'NAME=… if OTHER=A|B' " +
        `makes one depend on another (default: ${DEFAULT_SPACE.join(" ")}; of tables, around the preset: layers, activation, ` +
        "dropout, weight-decay, eta-max, batch, but for those that are given)",
      (text, before: readonly string[] = []) => [...before, text],
    )
    .option(
      "--start",
      "begin with the settings themselves, as they are without the space (default: with tables, if they are in the space)",
    )
    .option("--no-start", "begin with what the sampler proposes")
    .option(
      "--trials <n>",
      `trials in all (default: ${DEFAULT_TRIALS}, or what the rounds come to; of tables without --space: ${TRIALS_OF_TABLES})`,
      count(1),
    )
    .addOption(
      new Option(
        "--objective <name>",
        "what is to be best of a trial's last epoch, or of the one that it keeps: validation or train, a dot, and loss, " +
          "cost or a metric (default: validation.accuracy; of tables validation.loss; of numbers validation.rmse)",
      ).argParser(objectiveName),
    );
  addMethodFlags(command, samplerFlags());
  command
    .option(
      "--round-size <n>",
      `${learning}, and pruners: trials proposed at once, without each other's results ` +
        `(default: ${ROUND_SIZE}; ${comparing}: ${COMPARED_ROUND_SIZE})`,
      count(1),
    )
    .addOption(
      new Option("--pruner <name>", `ends bad trials early (default: ${DEFAULT_PRUNER})`).choices(
        Object.keys(pruners),
      ),
    );
  addMethodFlags(command, prunerFlags());
  command
    .option(
      "--max-failures <n>",
      `failed trials in a row that end the search (default: ${MAX_FAILURES})`,
      count(1),
    )
    .option(
      "--workers <n|auto>",
      "trials side by side, all on one copy of the data (default: auto, the cores)",
      workerCount,
    );
  addQueueOptions(
    command,
    "hand the trials to nnwasm worker, on as many machines as there are, over a queue",
  );
}

/** Settings over those before them; undefined ones do not count. */
const givenOf = (...sources: readonly Partial<TrainSettings>[]): Partial<TrainSettings> =>
  Object.assign(
    {},
    ...sources.map((source) =>
      Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined)),
    ),
  );

/**
 * Refuses what a file of --config asks for and no trial can do. A run's config.json has such settings at their defaults.
 * @throws ConfigError, naming the setting
 */
function checkForTrials(path: string, file: Partial<TrainSettings>): void {
  for (const [key, value] of Object.entries(file)) {
    const { alone = false, changesResults = true, ...entry }: Setting = settings[key as SettingName];
    if (!alone || !changesResults || JSON.stringify(value) === JSON.stringify(entry.default)) continue;
    throw new ConfigError(
      `--config ${path}: ${key} is ${shown(value)}, but a search has no ${flagOf(key)}: ${entry.notSearched} ` +
        "Take it out of the file.",
    );
  }
}

/**
 * The settings that the flags, the environment and a file give, without defaults.
 * @throws ConfigError if the file asks for what trials cannot do, or a flag of the search is wrong whatever the data are
 */
export async function givenSettings(
  context: CliContext,
  flags: SearchFlags,
): Promise<Partial<TrainSettings>> {
  const { sampler, pruner = DEFAULT_PRUNER, space, config } = flags;
  const file = config === undefined ? {} : await readSettingsFile(config);
  if (config !== undefined) checkForTrials(config, file);
  const environment = settingsFromEnvironment(context.env);
  if (space !== undefined) parseSpace(space);
  // Without a space, the sampler follows from the data.
  if (sampler !== undefined || space !== undefined) checkOwners(flags, sampler ?? DEFAULT_SAMPLER, pruner);
  return givenOf(file, environment, settingsFromFlags(flags));
}

/** Folds over which the trials of a table of so many rows are measured; undefined: on validation rows. */
export function foldsFor(
  rows: number,
  { cv, validation }: Partial<TrainSettings>,
  { objective = "validation.loss" }: { readonly objective?: string | undefined },
): number | undefined {
  if (cv !== undefined || validation !== undefined) return cv;
  return rows < FEW_ROWS && isOfFolds(objective) ? FOLDS : undefined;
}

/**
 * Opens the data of a search, as its coordinator and its workers have them.
 * @throws as {@link openData}
 */
export const openSearchData = (
  context: CliContext,
  settings: Partial<TrainSettings>,
  flags: { readonly objective?: string | undefined },
): Promise<OpenedData> =>
  openData(context, settings, {
    command: "nnwasm search",
    // Rows that are held out by turns are not held out once, too.
    validationOf: (rows) => (foldsFor(rows, settings, flags) === undefined ? undefined : 0),
  });

/** The base of a search's trials. */
function trialSettings(opened: OpenedData, flags: SearchFlags, given: Partial<TrainSettings>): TrainSettings {
  const cv = opened.kind === "table" ? foldsFor(opened.dataset.training.count, given, flags) : given.cv;
  const defaults = { base: SEARCH_DEFAULTS, usual: "table-fast" } as const;
  return { ...settingsFor(opened, cv === undefined ? given : { ...given, cv }, defaults), threads: 1 };
}

/** The space where none is given. */
function usualSpace(
  { dataset }: OpenedData,
  settings: TrainSettings,
  given: Partial<TrainSettings>,
): readonly string[] {
  if (!isOfTables(settings)) return DEFAULT_SPACE;
  const samples = dataset.split?.train.length ?? dataset.training.count;
  const space = spaceOfTable(resolveSettings(settings, dataset.name, samples, flagOf), given);
  if (space.length > 0) return space;
  throw new ConfigError(
    "All settings that are usually searched on a table are given. Say what is to be searched: --space NAME=LOW:HIGH.",
  );
}

const isOfTables = ({ preset }: TrainSettings): boolean => preset !== undefined && preset !== "paper";

/** @throws ConfigError if the flags contradict each other, or the data */
export function describeSearch(
  flags: SearchFlags,
  given: Partial<TrainSettings>,
  opened: OpenedData,
): StudyDescription {
  const { dataset } = opened;
  const settings = trialSettings(opened, flags, given);
  const isUsual = flags.space === undefined;
  const isAround = isUsual && isOfTables(settings);
  const { sampler = isAround ? SAMPLER_OF_TABLES : DEFAULT_SAMPLER, pruner = DEFAULT_PRUNER } = flags;
  checkOwners(flags, sampler, pruner);
  const space = flags.space ?? usualSpace(opened, settings, given);
  const parsed = parseSpace(space);
  const options = flags as Readonly<Record<string, unknown>>;
  const samplerOptions = Object.fromEntries(
    samplerFlags().flatMap(({ name }) =>
      options[name] === undefined ? [] : [[name, options[name] as number | boolean]],
    ),
  );
  const made = samplerOf({ sampler, samplerOptions });
  const roundSize = flags.roundSize ?? roundSizeOf({ sampler, pruner });
  const { start = isOfTables(settings) && made.enumerates !== true && isInside(settings, dataset, parsed) } =
    flags;
  const { objective = defaultObjective(targetsOf(dataset).kind, { isTable: isOfTables(settings) }) } = flags;
  return {
    version: VERSION,
    id: newStudyId(),
    settings: settings as StudyDescription["settings"],
    space: space.map(shownSpaceText),
    sampler,
    samplerOptions,
    pruner,
    prunerOptions: prunerOptionsOf(options),
    objective,
    trials: flags.trials ?? made.limit?.(parsed) ?? (isAround ? TRIALS_OF_TABLES : DEFAULT_TRIALS),
    ...(roundSize !== undefined && { roundSize }),
    ...(start && { start }),
    maxFailures: flags.maxFailures ?? MAX_FAILURES,
    data: dataOf(dataset),
  };
}

/** Whether the settings are a trial of the space. */
function isInside(settings: TrainSettings, dataset: UntestedDataset, space: SearchSpace): boolean {
  const samples = dataset.split?.train.length ?? dataset.training.count;
  const resolved = resolveSettings(settings, dataset.name, samples, flagOf);
  return paramsOf(resolved, space).outside === undefined;
}

/** What is known of the data when a search goes on. */
export const dataOf = ({ name, training, test }: UntestedDataset): StudyDescription["data"] => ({
  ...{ name, training: training.count, test: test?.count ?? 0 },
});
