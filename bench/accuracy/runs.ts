/** Runs the trainings, some at a time, each in a process of its own, and keeps their scores in a file. */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { complaint } from "../peers/process.ts";
import type { Scores } from "./score.ts";
import type { Fold, Target } from "./tables.ts";

/** Options of the library's train() beside data, target and seed. */
export type Options = Readonly<Record<string, unknown>>;

export interface Job extends Fold, Target {
  readonly options: Options;
}

/** What a training's process says. */
export interface Outcome extends Scores {
  /** Of the call of train(). */
  readonly seconds: number;
  /** The library took the target for another task, and was told. */
  readonly told?: boolean;
}

/** A line of the file of scores. */
export interface Line extends Outcome {
  readonly table: string;
  readonly split?: number;
  readonly seed: number;
  readonly options: Options;
}

/** What tells one training from another. Where the files lie does not. */
const keyOf = ({ table, split, seed, options }: Omit<Line, keyof Outcome>): string =>
  JSON.stringify([table, split ?? null, seed, Object.entries(options).sort()]);

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
  const done = jobs.flatMap((job) => known.get(keyOf(job)) ?? []);
  return { done, left: jobs.filter((job) => !known.has(keyOf(job))) };
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

/** @throws Error with the reason in one line if it fails */
export function runJob(worker: string, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [worker, JSON.stringify(job)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-4000);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("exit", kill);
      if (code === 0) resolve(JSON.parse(stdout));
      else reject(new Error(complaint(stderr) ?? `the training ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

export interface Reports {
  done(job: Job, outcome: Outcome): void;
  failed(job: Job, error: Error): void;
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
      const outcome = await run(job).catch((error: Error) => reports.failed(job, error));
      if (outcome !== undefined) reports.done(job, outcome);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}
