/** Runs the trainings, some at a time, and keeps their scores in a file. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Scores } from "./score.ts";
import type { Fold, Target } from "./tables.ts";

export interface Job extends Fold, Target {
  /** For `nnwasm train`, beside data, target, test, seed and folder. */
  readonly flags: readonly string[];
  /** The level of the intervals whose coverage is measured; undefined: it is not. */
  readonly interval?: number;
}

export interface Outcome extends Scores {
  /** From the start of `nnwasm train` to its end. */
  readonly seconds: number;
  /** The library took the target for another task, and was told. */
  readonly told?: boolean;
}

/** A line of the file of scores. */
export interface Line extends Outcome {
  readonly table: string;
  readonly split?: number;
  readonly seed: number;
  readonly flags: readonly string[];
}

/** What tells one training from another. Where the files lie does not. */
const keyOf = ({ table, split, seed, flags }: Omit<Line, keyof Outcome>): string =>
  JSON.stringify([table, split ?? null, seed, flags]);

/** The lines of a file that is there. The last one may be cut, if its writer was interrupted: it is left out. */
export function readLines(file: string): Line[] {
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return whole.flatMap((text, i) => {
    try {
      return text === "" ? [] : [JSON.parse(text) as Line];
    } catch {
      throw new Error(`${file}:${i + 1} is no JSON. Remove the line.`);
    }
  });
}

/** The lines that belong to the jobs, and the jobs that have none. */
export function sortOut(jobs: readonly Job[], lines: readonly Line[]): { done: Line[]; left: Job[] } {
  const known = new Map(lines.map((line) => [keyOf(line), line]));
  const lineOf = (job: Job) => {
    const line = known.get(keyOf(job));
    return job.interval !== undefined && line?.coverage === undefined ? undefined : line;
  };
  return {
    done: jobs.flatMap((job) => lineOf(job) ?? []),
    left: jobs.filter((job) => lineOf(job) === undefined),
  };
}

/** A writer of lines to a file. A last line that was cut is removed first. */
export function appender(file: string): (line: Line) => void {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole !== text) {
    // Another file, given by mistake, loses nothing.
    if (!text.startsWith('{"table":'))
      throw new Error(`${file} is no file of scores. Give another to --out.`);
    writeFileSync(file, whole);
  }
  return (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
}

export interface Reports {
  done(job: Job, outcome: Outcome): void;
  failed(job: Job, error: Error): void;
  /** Whether a job is not worth a try any more. */
  isLeftOut?(job: Job): boolean;
}

/** Runs jobs in their order, `workers` at a time. One that fails ends no other. */
export async function runAll(
  jobs: readonly Job[],
  workers: number,
  run: (job: Job) => Promise<Outcome>,
  reports: Reports,
): Promise<void> {
  const left = jobs.values();
  const work = async () => {
    for (const job of left) {
      if (reports.isLeftOut?.(job)) continue;
      const outcome = await run(job).catch((error: Error) => reports.failed(job, error));
      if (outcome !== undefined) reports.done(job, outcome);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}
