/** `nnwasm` as a user starts it: a process trains a model, another one answers the test rows with it, and the answers are scored. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { complaint } from "../peers/process.ts";
import type { Job, Outcome } from "./runs.ts";
import { accuracy, coverage, logLoss, r2, type Scores } from "./score.ts";
import { readCsv } from "./tables.ts";

/** A row of `nnwasm predict --json`. */
export type Answer = Readonly<Record<string, unknown>>;

/** The command line is wrong: no other split makes it right. */
export class Refusal extends Error {}

const USAGE = 2;

/** Variables of the user's own would be settings. */
const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("NNWASM_")));

const eventsIn = (text: string): Record<string, unknown>[] =>
  text.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));

/** The error's event of a command with --json, or what it says on stderr. */
function reasonOf(stdout: string, stderr: string): string | undefined {
  const last = stdout.trimEnd().split("\n").at(-1)!;
  if (!last.startsWith('{"event":"error"')) return complaint(stderr);
  const { name, message } = JSON.parse(last) as Record<string, string>;
  return `${name}: ${message}`;
}

/**
 * @returns what it writes to stdout
 * @throws Refusal or Error with the reason in one line if it fails
 */
export function runNnwasm(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => child.kill("SIGKILL");
    // Before its folder is removed, which ends a process as well.
    process.prependOnceListener("exit", kill);
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
      if (code === 0) return resolve(stdout);
      const reason =
        reasonOf(stdout, stderr) ?? `nnwasm ${args[0]} ended with ${signal ?? `exit code ${code}`}`;
      reject(code === USAGE ? new Refusal(reason) : new Error(reason));
    });
  });
}

/** The targets of a file's rows, as the library reads them. */
function targetsIn(file: string, target: string): string[] {
  const { header, rows } = readCsv(file);
  const at = header.indexOf(target);
  return rows.map((row) => row[at]!.trim());
}

/**
 * From the rows' answers, with the definitions that the opponents' scores have: the loss of a training may be another, and a class that
 * it did not see would be an error.
 */
export function scoresOf(
  { task, target }: Pick<Job, "task" | "target">,
  truth: readonly string[],
  answers: readonly Answer[],
): Scores {
  if (task === "classes") {
    const names = answers.map((answer) => String(answer.class));
    const probabilities = answers.map((answer) => answer.probabilities as Record<string, number>);
    return { score: accuracy(truth, names), logLoss: logLoss(truth, probabilities) };
  }
  const numbers = answers.map((answer) => Number(answer[target]));
  return { score: r2(truth.map(Number), numbers) };
}

async function answersTo(
  program: string,
  model: string,
  test: string,
  ...flags: string[]
): Promise<Answer[]> {
  const args = ["predict", model, test, "--json", "--quiet", "--threads", "1", ...flags];
  return eventsIn(await runNnwasm(program, args));
}

/** The ends of the range around a row's number, as --interval gives them. */
export function intervalOf(answer: Answer, target: string): [number, number] {
  const end = (side: "lower" | "upper"): number => {
    const value = (answer[side] as Answer | undefined)?.[target];
    if (typeof value === "number") return value;
    throw new Error(
      `nnwasm predict --interval gave row ${answer.row} the ${side} end ${JSON.stringify(value)}, expected a number. ` +
        "Leave --intervals out.",
    );
  };
  return [end("lower"), end("upper")];
}

/** The share of the test rows' numbers within the model's intervals of this level. */
async function coverageOf(
  program: string,
  model: string,
  { test, target, interval }: Job,
  truth: readonly string[],
): Promise<number> {
  const answers = await answersTo(program, model, test, "--interval", String(interval));
  return coverage(
    truth.map(Number),
    answers.map((answer) => intervalOf(answer, target)),
  );
}

/**
 * Trains in a folder of its own, and scores.
 * @param program the file of the command
 * @param place a folder for the model's, which is gone afterwards
 * @throws Refusal or Error with the reason in one line if a command fails
 */
export async function trainAndScore(program: string, place: string, job: Job): Promise<Outcome> {
  const { train, test, target, task, seed, flags } = job;
  const truth = targetsIn(test, target);
  const known = new Set(targetsIn(train, target));
  // A class that the training rows do not have is an error of --test; the opponents take it for a wrong answer, and so it is here.
  const isTested = task === "numbers" || truth.every((name) => known.has(name));
  const folder = mkdtempSync(join(place, "model-"));
  try {
    const model = join(folder, "run");
    const args = [
      ...["train", train, "--target", target, ...(isTested ? ["--test", test] : [])],
      ...["--seed", String(seed), "--threads", "1", ...flags],
    ];
    const attempt = async (...more: string[]) => {
      const begin = performance.now();
      await runNnwasm(program, [...args, ...more, "--json", "--quiet", "--force", "--out", model]);
      const seconds = (performance.now() - begin) / 1000;
      const answers = await answersTo(program, model, test);
      if (answers.length !== truth.length) {
        throw new Error(
          `nnwasm predict answered ${answers.length} rows of ${test}, which has ${truth.length}.`,
        );
      }
      return { seconds, answers, isRight: (task === "classes") === "class" in answers[0]! };
    };
    const first = await attempt().catch((error: Error) => {
      // Numbers that were taken for classes: most of the test rows have others.
      if (task === "numbers" && /expected one of the \d+ classes/.test(error.message)) return undefined;
      throw error;
    });
    const told = !first?.isRight;
    const { seconds, answers } = told ? await attempt("--task", task) : first;
    const scores = scoresOf(job, truth, answers);
    const isCovered = task === "numbers" && job.interval !== undefined;
    return {
      ...scores,
      ...(isCovered && { coverage: await coverageOf(program, model, job, truth) }),
      seconds,
      ...(told && { told }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
