/** The flags of `nnwasm search` that say how to search, and the description of the search that they ask for. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError, choose } from "../errors.ts";
import { settingsFromEnvironment } from "../settings/environment.ts";
import { readSettingsFile } from "../settings/file.ts";
import { MAXIMUM_TRIALS } from "../settings/method.ts";
import { mergeSettings, SEARCH_DEFAULTS } from "../settings/settings.ts";
import { parseSpace, shownSpaceText } from "../settings/space.ts";
import { DEFAULT_OBJECTIVE, OBJECTIVES } from "../training/objective.ts";
import { pruners } from "../tuner/pruners/index.ts";
import { samplers } from "../tuner/samplers/index.ts";
import { integer, number } from "./command.ts";
import type { CliContext } from "./context.ts";
import { SAMPLER_OPTIONS, type StudyDescription } from "./folders/studyFolder.ts";
import { settingsFromFlags, type TrainingFlags } from "./trainingOptions.ts";
import { VERSION } from "./version.ts";
import { workerCount } from "./workers.ts";

export interface SearchFlags extends TrainingFlags {
  readonly sampler?: string;
  readonly space?: readonly string[];
  readonly trials?: number;
  readonly objective?: string;
  readonly coarse?: number;
  readonly fine?: number;
  readonly rounds?: number;
  readonly width?: number;
  readonly points?: number;
  readonly startup?: number;
  readonly multivariate?: boolean;
  readonly roundSize?: number;
  readonly pruner?: string;
  readonly rung?: number;
  readonly reduction?: number;
  readonly brackets?: number;
  readonly workers?: number;
  readonly maxFailures?: number;
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The report's search. */
const DEFAULT_SPACE = ["l2=log:1e-5:1e-1"];
const DEFAULT_TRIALS = 20;
/** Rounds of samplers that learn: small ones learn sooner, but must keep the workers busy. */
const ROUND_SIZE = 4;
/** Where trials of a round are compared, there must be some. */
const COMPARED_ROUND_SIZE = 9;

/** A parser for commander: a number of trials, rounds or the like, from `low` to the most trials of a search. */
function count(low: number): (text: string) => number {
  return (text) => {
    const value = integer(low)(text);
    if (value > MAXIMUM_TRIALS) throw new InvalidArgumentError(`Expected at most ${MAXIMUM_TRIALS}.`);
    return value;
  };
}

/** Adds them. */
export function addSearchOptions(command: Command): void {
  command
    .optionsGroup("The search:")
    .addOption(
      new Option("--sampler <name>", "what proposes trials (default: coarse-to-fine)").choices(
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
        "what is to be best: a number of a trial's last epoch (default: validation.accuracy)",
      ).choices(Object.keys(OBJECTIVES)),
    )
    .option("--coarse <n>", "coarse-to-fine: trials in the first round (default: 10)", count(1))
    .option("--fine <n>", "coarse-to-fine: trials in a later round (default: 5)", count(1))
    .option("--rounds <n>", "coarse-to-fine: rounds (default: 3)", count(1))
    .option(
      "--width <share>",
      "coarse-to-fine: a fine round takes best · (1 ± width) (default: 0.2)",
      number(0),
    )
    .option("--points <n>", "grid: values of a range (default: 5)", count(2))
    .option("--startup <n>", "tpe, gp: random trials at first (default: 10, 8)", count(1))
    .option("--multivariate", "tpe: parameters together, not one by one")
    .option(
      "--round-size <n>",
      `tpe, gp, and pruners: trials proposed at once, without each other's results (default: ${ROUND_SIZE}; asha: ${COMPARED_ROUND_SIZE})`,
      count(1),
    )
    .addOption(
      new Option("--pruner <name>", "ends bad trials early (default: none)").choices(Object.keys(pruners)),
    )
    .option(
      "--rung <epochs>",
      "asha, median: the first epoch after which trials are ended (default: 1)",
      count(1),
    )
    .option("--reduction <n>", "asha: one of so many goes on at each rung (default: 3)", count(2))
    .option("--brackets <n>", "asha: more than 1 makes it Hyperband (default: 1)", count(1))
    .option("--max-failures <n>", "failed trials in a row that end the search (default: 5)", count(1))
    .option(
      "--workers <n|auto>",
      "trials side by side, all on one copy of the data (default: auto, the cores)",
      workerCount,
    );
}

/** Whose a flag is: it says nothing to others. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  ...{ coarse: ["coarse-to-fine"], fine: ["coarse-to-fine"], rounds: ["coarse-to-fine"] },
  ...{ width: ["coarse-to-fine"], points: ["grid"], startup: ["tpe", "gp"], multivariate: ["tpe"] },
  ...{ rung: ["asha", "median"], reduction: ["asha"], brackets: ["asha"] },
};

/** @throws ConfigError if a flag is given that neither this sampler nor this pruner has */
function checkOwners(flags: SearchFlags, sampler: string, pruner: string): void {
  for (const name of Object.keys(flags)) {
    const owners = OWNERS[name];
    if (owners === undefined || owners.includes(sampler) || owners.includes(pruner)) continue;
    const kind = Object.hasOwn(pruners, owners[0]!) ? "pruner" : "sampler";
    throw new ConfigError(
      `--${name} is of --${kind} ${owners.join(" or ")}, not of ${kind === "pruner" ? pruner : sampler}. Leave it out, or choose that ${kind}.`,
    );
  }
}

/** A search before its data set is known. */
export type AskedSearch = Omit<StudyDescription, "data"> & Partial<Pick<StudyDescription, "data">>;

/** What the flags, the environment and a file ask for. */
export async function describeSearch(context: CliContext, flags: SearchFlags): Promise<AskedSearch> {
  const { sampler = "coarse-to-fine", pruner = "none", objective = DEFAULT_OBJECTIVE, config } = flags;
  const file = config === undefined ? {} : await readSettingsFile(config);
  const environment = settingsFromEnvironment(context.env);
  const settings = mergeSettings(SEARCH_DEFAULTS, file, environment, settingsFromFlags(flags), {
    threads: 1,
  });
  const space = flags.space ?? DEFAULT_SPACE;
  const parsed = parseSpace(space);
  const pick = (names: readonly (keyof SearchFlags)[]) =>
    Object.fromEntries(
      names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name] as number | boolean]])),
    );
  checkOwners(flags, sampler, pruner);
  const { rung, reduction, brackets } = flags;
  const prunerOptions = {
    // The median rule decides after the epochs of its warm-up.
    ...(rung !== undefined && { minimum: rung, warmup: rung - 1 }),
    ...(reduction !== undefined && { reduction }),
    ...(brackets !== undefined && { brackets }),
  };
  const samplerOptions = pick(SAMPLER_OPTIONS);
  const learns = ["tpe", "gp"].includes(sampler);
  const roundSize =
    flags.roundSize ??
    (pruner === "asha" && learns
      ? COMPARED_ROUND_SIZE
      : learns || pruner === "median"
        ? ROUND_SIZE
        : undefined);
  return {
    version: VERSION,
    settings: settings as StudyDescription["settings"],
    space: space.map(shownSpaceText),
    sampler,
    samplerOptions,
    pruner,
    prunerOptions,
    objective,
    trials:
      flags.trials ?? choose("sampler", samplers, sampler)(samplerOptions).limit?.(parsed) ?? DEFAULT_TRIALS,
    ...(roundSize !== undefined && { roundSize }),
    maxFailures: flags.maxFailures ?? 5,
  };
}
