/** The flags of `nnwasm search` that say how to search, and the description of the search that they ask for. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError } from "../errors.ts";
import { shown } from "../options.ts";
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
import { SEARCH_DEFAULTS, type TrainSettings } from "../settings/settings.ts";
import { parseSpace, shownSpaceText } from "../settings/space.ts";
import { settings } from "../settings/table.ts";
import { OBJECTIVES } from "../training/objective.ts";
import { pruners } from "../tuner/pruners/index.ts";
import { samplers } from "../tuner/samplers/index.ts";
import { integer, number } from "./command.ts";
import type { CliContext } from "./context.ts";
import type { StudyDescription } from "./folders/studyFolder.ts";
import { type OpenedData, settingsFor } from "./openData.ts";
import { settingsFromFlags, type TrainingFlags } from "./trainingOptions.ts";
import { VERSION } from "./version.ts";
import { workerCount } from "./workers.ts";

/** The flags that are given. Those of samplers and pruners are read by their names. */
export interface SearchFlags extends TrainingFlags {
  readonly sampler?: string;
  readonly space?: readonly string[];
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
      new Option("--sampler <name>", `what proposes trials (default: ${DEFAULT_SAMPLER})`).choices(
        Object.keys(samplers),
      ),
    )
    .option(
      "--space <name=values>",
      "log:LOW:HIGH, LOW:HIGH, int:LOW:HIGH or A|B|C for a flag of train; repeatable; 'NAME=… if OTHER=A|B' " +
        `makes one depend on another (default: ${DEFAULT_SPACE.join(" ")})`,
      (text, before: readonly string[] = []) => [...before, text],
    )
    .option(
      "--trials <n>",
      `trials in all (default: ${DEFAULT_TRIALS}, or what the rounds come to)`,
      count(1),
    )
    .addOption(
      new Option(
        "--objective <name>",
        "what is to be best of a trial's last epoch: validation or train, a dot, and loss, cost or a metric " +
          "(default: validation.accuracy; of numbers validation.rmse)",
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
}

/** A search before its data set is known. */
export type AskedSearch = Omit<StudyDescription, "data" | "objective" | "settings"> &
  Partial<Pick<StudyDescription, "objective">> & {
    /** The settings that are given, without defaults. */
    readonly given: Partial<TrainSettings>;
  };

/** Settings over those before them; undefined ones do not count. */
const givenOf = (...sources: readonly Partial<TrainSettings>[]): Partial<TrainSettings> =>
  Object.assign(
    {},
    ...sources.map((source) =>
      Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined)),
    ),
  );

/** The base of a search's trials, beside what is given. */
export function trialSettings(opened: OpenedData, given: Partial<TrainSettings>): TrainSettings {
  return { ...settingsFor(opened, given, { base: SEARCH_DEFAULTS, usual: "table-fast" }), threads: 1 };
}

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
 * The search that the flags, the environment and a file ask for.
 * @throws ConfigError if the file asks for what trials cannot do
 */
export async function describeSearch(context: CliContext, flags: SearchFlags): Promise<AskedSearch> {
  const { sampler = DEFAULT_SAMPLER, pruner = DEFAULT_PRUNER, objective, config } = flags;
  const file = config === undefined ? {} : await readSettingsFile(config);
  if (config !== undefined) checkForTrials(config, file);
  const environment = settingsFromEnvironment(context.env);
  const given = givenOf(file, environment, settingsFromFlags(flags));
  const space = flags.space ?? DEFAULT_SPACE;
  const parsed = parseSpace(space);
  checkOwners(flags, sampler, pruner);
  const options = flags as Readonly<Record<string, unknown>>;
  const samplerOptions = Object.fromEntries(
    samplerFlags().flatMap(({ name }) =>
      options[name] === undefined ? [] : [[name, options[name] as number | boolean]],
    ),
  );
  const roundSize = flags.roundSize ?? roundSizeOf({ sampler, pruner });
  return {
    version: VERSION,
    given,
    space: space.map(shownSpaceText),
    sampler,
    samplerOptions,
    pruner,
    prunerOptions: prunerOptionsOf(options),
    ...(objective !== undefined && { objective }),
    trials: flags.trials ?? samplerOf({ sampler, samplerOptions }).limit?.(parsed) ?? DEFAULT_TRIALS,
    ...(roundSize !== undefined && { roundSize }),
    maxFailures: flags.maxFailures ?? MAX_FAILURES,
  };
}
