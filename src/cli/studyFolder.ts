/**
 * The folder of a search:
 *
 *   study.json     what is searched, how, on what
 *   trials.jsonl   a line for each trial that has ended, in the order of their ends
 *   summary.json   the best trial, counts and times
 *   report.html    the table and the plots, in one file
 *   plots/         history.svg, parameter-….svg, parallel-coordinates.svg, importance.svg
 *
 * study.json is there before the first trial, trials.jsonl grows by whole lines that are on the disk before anything
 * depends on them: a search that is killed at any moment loses the trials under way and nothing else.
 */
import { join } from "node:path";
import * as v from "valibot";
import { FileError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { LineWriter } from "../files/lines.ts";
import type { SearchSpace } from "../tuner/searchSpace.ts";
import { contains, isActive, type Params } from "../tuner/searchSpace.ts";
import type { FinishedTrial } from "../tuner/trial.ts";
import { check, makeFolder, readJson, readJsonLines, takeFolder, writeJson } from "./jsonFiles.ts";
import { makeNumberedFolder } from "./runFolder.ts";
import { FileSettings } from "./settingsFile.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const options = v.record(v.string(), v.union([v.number(), v.boolean()]));

const StudyFile = v.strictObject({
  version: v.string(),
  settings: FileSettings,
  space: v.array(v.string()),
  sampler: v.string(),
  samplerOptions: options,
  pruner: v.string(),
  prunerOptions: options,
  objective: v.string(),
  trials: count,
  roundSize: v.optional(count),
  maxFailures: count,
  data: v.strictObject({ name: v.string(), training: count, test: v.pipe(v.number(), v.integer()) }),
});

/** What a study was begun with. */
export type StudyDescription = v.InferOutput<typeof StudyFile>;

const Value = v.union([
  v.number(),
  v.string(),
  v.boolean(),
  v.null(),
  v.array(v.union([v.number(), v.string()])),
]);
const TrialLine = v.strictObject({
  trial: v.pipe(v.number(), v.integer(), v.minValue(0)),
  round: v.pipe(v.number(), v.integer(), v.minValue(0)),
  params: v.record(v.string(), Value),
  state: v.picklist(["complete", "pruned", "failed"]),
  value: v.nullable(v.pipe(v.number(), v.finite())),
  reports: v.array(v.tuple([v.pipe(v.number(), v.integer()), v.pipe(v.number(), v.finite())])),
  error: v.optional(v.string()),
  seconds: v.number(),
  attributes: v.record(v.string(), v.unknown()),
});

const STUDY = "study.json";
const TRIALS = "trials.jsonl";
const SUMMARY = "summary.json";
const FILES = [STUDY, TRIALS, SUMMARY, "report.html", "plots"];

function lineOf(trial: FinishedTrial): string {
  const { number, round, params, state, value = null, reports, error, seconds, attributes } = trial;
  return JSON.stringify({
    ...{ trial: number, round, params, state, value },
    reports: reports.map(({ step, value }) => [step, value]),
    ...(error !== undefined && { error }),
    ...{ seconds, attributes },
  });
}

export class StudyFolder {
  readonly path: string;
  readonly #lines: LineWriter;

  private constructor(path: string, lines: LineWriter) {
    this.path = path;
    this.#lines = lines;
  }

  /**
   * Begins a study.
   * @param out its folder; default: the next free runs/search-001
   * @throws ConfigError if `out` is in use and not `force`; FileError if it cannot be made
   */
  static async create(
    description: StudyDescription,
    { out, force = false }: { readonly out?: string | undefined; readonly force?: boolean | undefined },
  ): Promise<StudyFolder> {
    const path = out ?? (await makeNumberedFolder("runs", "search"));
    if (out !== undefined) await takeFolder(out, force, FILES);
    await writeJson(join(path, STUDY), description);
    return new StudyFolder(path, await LineWriter.open(join(path, TRIALS)));
  }

  /**
   * Opens a study to go on with it.
   * @throws FileError, with the line, if there is none or what is there is not a study's
   */
  static async read(path: string): Promise<StudyDescription> {
    const file = join(path, STUDY);
    return check(StudyFile, await readJson(file), file, "Is it the study.json of a search?");
  }

  /** The trials that are recorded in it; a last line that a crash has left half-written does not count. */
  static async open(
    path: string,
    space: SearchSpace,
  ): Promise<{ folder: StudyFolder; trials: FinishedTrial[] }> {
    const file = join(path, TRIALS);
    // Opening it cuts a torn line off.
    const lines = await LineWriter.open(file);
    const trials = (await readJsonLines(file)).map(({ value, where }) => readTrial(value, where, space));
    return { folder: new StudyFolder(path, lines), trials };
  }

  /** Adds a trial; it is on the disk when the promise resolves. */
  async append(trial: FinishedTrial): Promise<void> {
    await this.#lines.append(lineOf(trial));
  }

  async writeDescription(description: StudyDescription): Promise<void> {
    await writeJson(join(this.path, STUDY), description);
  }

  async writeSummary(summary: object): Promise<void> {
    await writeJson(join(this.path, SUMMARY), summary);
  }

  /** Writes the report and its plots. */
  async writeReport(html: string, plots: Readonly<Record<string, string>>): Promise<void> {
    await makeFolder(join(this.path, "plots"));
    for (const [name, svg] of Object.entries(plots))
      await writeFileAtomic(join(this.path, "plots", `${name}.svg`), svg);
    await writeFileAtomic(join(this.path, "report.html"), html);
  }

  async close(): Promise<void> {
    await this.#lines.close();
  }
}

const REPAIR = "Take the line away and the trial runs again.";

function readTrial(line: unknown, where: string, space: SearchSpace): FinishedTrial {
  const fields = check(TrialLine, line, where, REPAIR);
  const { trial: number, round, params, state, value, reports, error, seconds, attributes } = fields;
  const names = Object.entries(space)
    .filter(([, entry]) => isActive(entry, params as Params))
    .map(([name]) => name);
  const bad =
    names.find((name) => params[name] === undefined || !contains(space[name]!, params[name] as never)) ??
    Object.keys(params).find((name) => !names.includes(name)) ??
    ((value === null) !== (state === "failed") ? "value" : undefined);
  if (bad !== undefined) {
    throw new FileError(`${where}: ${bad} is not what study.json says that it can be. ${REPAIR}`);
  }
  const distributions = Object.fromEntries(
    names.map((name) => {
      const { when: _, ...distribution } = space[name]!;
      return [name, distribution];
    }),
  );
  return {
    ...{ number, round, params: params as Params, distributions, state },
    ...(value !== null && { value }),
    reports: reports.map(([step, value]) => ({ step, value })),
    ...(error !== undefined && { error }),
    ...{ seconds, attributes },
  };
}
