/**
 * The folder of a search:
 *
 *   study.json     what is searched, how, on what
 *   trials.jsonl   a line for each trial that has ended, in the order of their ends
 *   summary.json   the best trial, counts and times
 *   report.html    the table and the plots, in one file
 *   plots/         history.svg, parameter-….svg, parallel-coordinates.svg, importance.svg
 *
 * study.json is there before the first trial. trials.jsonl grows by whole lines, which are on the disk before anything
 * depends on them. So a search that is killed at any moment loses only the trials under way.
 */
import * as v from "valibot";
import { FileError } from "../../errors.ts";
import { FileSettings } from "../../settings/file.ts";
import { MAXIMUM_TRIALS, prunerOptionNames, samplerFlags } from "../../settings/method.ts";
import { settingKey } from "../../settings/names.ts";
import { paramsByKey, shownName, shownParams } from "../../settings/space.ts";
import { OBJECTIVES } from "../../training/objective.ts";
import { pruners } from "../../tuner/pruners/index.ts";
import { samplers } from "../../tuner/samplers/index.ts";
import type { SearchSpace } from "../../tuner/searchSpace.ts";
import { contains, isActive, type Params, paramOf } from "../../tuner/searchSpace.ts";
import type { FinishedTrial } from "../../tuner/trial.ts";
import { check } from "./jsonFiles.ts";
import { type CreateOptions, LogFolder, type LogFolderKind } from "./logFolder.ts";
import { StudyId } from "./studyId.ts";
import { PLOTS } from "./workFolder.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const choice = (names: object) => v.picklist(Object.keys(names) as [string, ...string[]]);
const options = (names: readonly string[]) =>
  v.strictObject(
    Object.fromEntries(names.map((name) => [name, v.optional(v.union([v.number(), v.boolean()]))])),
  );
const StudyFile = v.strictObject({
  version: v.string(),
  id: StudyId,
  settings: FileSettings,
  space: v.array(v.string()),
  sampler: choice(samplers),
  samplerOptions: options(samplerFlags().map(({ name }) => name)),
  pruner: choice(pruners),
  prunerOptions: options(prunerOptionNames()),
  objective: choice(OBJECTIVES),
  trials: v.pipe(count, v.maxValue(MAXIMUM_TRIALS)),
  roundSize: v.optional(count),
  start: v.optional(v.boolean()),
  maxFailures: count,
  data: v.strictObject({ name: v.string(), training: count, test: v.pipe(v.number(), v.integer()) }),
});

/** The description with which a study was begun. */
export type StudyDescription = v.InferOutput<typeof StudyFile>;

const Value = v.union([
  v.number(),
  v.string(),
  v.boolean(),
  v.null(),
  v.array(v.union([v.number(), v.string()])),
]);
const TrialLine = v.strictObject({
  trial: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAXIMUM_TRIALS)),
  round: v.pipe(v.number(), v.integer(), v.minValue(0)),
  params: v.record(v.string(), Value),
  state: v.picklist(["complete", "pruned", "failed"]),
  value: v.nullable(v.pipe(v.number(), v.finite())),
  reports: v.array(v.tuple([v.pipe(v.number(), v.integer()), v.pipe(v.number(), v.finite())])),
  error: v.optional(v.string()),
  seconds: v.number(),
  attributes: v.strictObject({
    // JSON has no NaN, and writes null in its place.
    test: v.optional(
      v.objectWithRest(
        { loss: v.nullable(v.number()), cost: v.nullable(v.number()) },
        v.union([v.nullable(v.number()), v.array(v.unknown())]),
      ),
    ),
    weightsSha256: v.optional(v.string()),
  }),
  clock: v.optional(v.number()),
});

const STUDY: LogFolderKind<typeof StudyFile> = {
  command: "search",
  description: "study.json",
  schema: StudyFile,
  log: "trials.jsonl",
  others: ["report.html", PLOTS],
};

function lineOf(trial: FinishedTrial): object {
  const { number, round, params, state, value = null, reports, error, seconds, attributes } = trial;
  return {
    ...{ trial: number, round, params: shownParams(params), state, value },
    reports: reports.map(({ step, value }) => [step, value]),
    ...(error !== undefined && { error }),
    ...{ seconds, attributes },
  };
}

export class StudyFolder {
  readonly #folder: LogFolder;

  private constructor(folder: LogFolder) {
    this.#folder = folder;
  }

  get path(): string {
    return this.#folder.path;
  }

  /** Begins a study. @throws as {@link LogFolder.create} */
  static async create(description: StudyDescription, options: CreateOptions): Promise<StudyFolder> {
    return new StudyFolder(await LogFolder.create(STUDY, description, options));
  }

  /** The description with which a study was begun. @throws as {@link LogFolder.read} */
  static async read(path: string): Promise<StudyDescription> {
    return await LogFolder.read(STUDY, path);
  }

  /**
   * Opens a study to go on with it.
   * @param before its description, as {@link read} gave it
   * @throws FileError, with the line, if a trial is not one of this space's
   */
  static async open(
    path: string,
    space: SearchSpace,
    before: StudyDescription,
  ): Promise<{ folder: StudyFolder; trials: FinishedTrial[] }> {
    const { folder, lines } = await LogFolder.open(STUDY, path, before);
    try {
      const trials = new Map<number, FinishedTrial>();
      for (const { value, where } of lines) {
        const trial = readTrial(value, where, space);
        if (trials.has(trial.number))
          throw new FileError(`${where}: trial ${trial.number} is there twice. Take the line away.`);
        trials.set(trial.number, trial);
      }
      return { folder: new StudyFolder(folder), trials: [...trials.values()] };
    } catch (error) {
      await folder.close().catch(() => {});
      throw error;
    }
  }

  /** Adds a trial; it is on the disk when the promise resolves. */
  async append(trial: FinishedTrial): Promise<void> {
    await this.#folder.append(lineOf(trial));
  }

  /** Seconds of all sessions. */
  get seconds(): number {
    return this.#folder.seconds;
  }

  /** Replaces study.json. */
  async writeDescription(description: StudyDescription): Promise<void> {
    await this.#folder.writeDescription(STUDY, description);
  }

  async writeSummary(summary: object): Promise<void> {
    await this.#folder.writeSummary(summary);
  }

  async writeReport(html: string): Promise<void> {
    await this.#folder.writeFiles([["report.html", html]]);
  }

  async writePlots(plots: Readonly<Record<string, string>>): Promise<void> {
    await this.#folder.writeFiles(Object.entries(plots).map(([name, svg]) => [`plots/${name}.svg`, svg]));
  }

  /** @throws FileError unless the folder is there and this process still has it */
  async check(): Promise<void> {
    await this.#folder.check();
  }

  async close(): Promise<void> {
    await this.#folder.close();
  }
}

const REPAIR = "Take the line away and the trial runs again.";

function readTrial(line: unknown, where: string, space: SearchSpace): FinishedTrial {
  const fields = check(TrialLine, line, where, REPAIR);
  const { trial: number, round, value, reports, seconds, attributes } = fields;
  // The schema leaves names out that every object has.
  const given = (line as { params: Readonly<Record<string, unknown>> }).params;
  const params = paramsByKey(given) as Params;
  const names = Object.entries(space)
    .filter(([, entry]) => isActive(entry, params))
    .map(([name]) => name);
  const bad =
    names.find((name) => {
      const param = paramOf(params, name);
      return param === undefined || !contains(space[name]!, param);
    }) ??
    Object.keys(given).find((name) => !names.includes(settingKey(name))) ??
    (Object.keys(given).length > names.length ? "params" : undefined) ??
    (fields.state === "failed" && value !== null ? "value" : undefined);
  if (bad !== undefined) {
    throw new FileError(`${where}: ${shownName(bad)} is not what study.json says that it can be. ${REPAIR}`);
  }
  const lost =
    (fields.state === "complete" && value === null) ||
    attributes.test?.loss === null ||
    attributes.test?.cost === null;
  const state = lost ? "failed" : fields.state;
  const error = lost ? "A measure of it was not a finite number: the training had diverged." : fields.error;
  const distributions = Object.fromEntries(
    names.map((name) => {
      const { when: _, ...distribution } = space[name]!;
      return [name, distribution];
    }),
  );
  return {
    ...{ number, round, params, distributions, state },
    ...(value !== null && state !== "failed" && { value }),
    reports: reports.map(([step, value]) => ({ step, value })),
    ...(error !== undefined && { error }),
    ...{ seconds, attributes },
  };
}
