/** Trains one model by the built library, scores it, and writes the scores as a line of JSON. A process of its own, made by runs.ts. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Job, Outcome } from "./runs.ts";
import { accuracy, coverage, logLoss, r2, type Scores } from "./score.ts";
import { readCsv, type Task } from "./tables.ts";

type Library = typeof import("../../src/index.ts");
type Answer = Readonly<Record<string, unknown>>;

/** The library as users have it; the bundle is in build/bench-…/. */
const library = pathToFileURL(join(import.meta.dirname, "../../dist/index.js")).href;

/** Ends a training whose task is not the table's, before it begins. */
class OtherTask extends Error {}

async function trained(job: Job, task?: Task) {
  const { train }: Library = await import(library);
  return await train({
    ...{ data: job.train, target: job.target, seed: job.seed, threads: 1 },
    ...job.options,
    ...(task !== undefined && { task }),
    onUnderstood({ understanding }) {
      if (understanding.task?.kind !== job.task) throw new OtherTask();
    },
  });
}

/** The rows of the test file without their target, and the targets. */
function testRows({ test, target }: Job): { rows: Record<string, string>[]; truth: string[] } {
  const { header, rows } = readCsv(test);
  const at = header.indexOf(target);
  return {
    rows: rows.map((row) => Object.fromEntries(header.map((name, j) => [name, row[j]!]).toSpliced(at, 1))),
    truth: rows.map((row) => row[at]!.trim()),
  };
}

/** The place for the intervals that a model gives beside its answers, once models do. */
function intervalsOf(_answers: readonly Answer[]): [number, number][] | undefined {
  return undefined;
}

function scored({ task, target }: Job, truth: readonly string[], answers: readonly Answer[]): Scores {
  if (task === "classes") {
    const names = answers.map((answer) => String(answer.class));
    const probabilities = answers.map((answer) => answer.probabilities as Record<string, number>);
    return { score: accuracy(truth, names), logLoss: logLoss(truth, probabilities) };
  }
  const numbers = truth.map(Number);
  const intervals = intervalsOf(answers);
  return {
    score: r2(
      numbers,
      answers.map((answer) => Number(answer[target])),
    ),
    ...(intervals !== undefined && { coverage: coverage(numbers, intervals) }),
  };
}

async function run(job: Job): Promise<Outcome> {
  const begin = performance.now();
  const { model, told } = await trained(job).then(
    (model) => ({ model, told: false }),
    async (error: unknown) => {
      if (!(error instanceof OtherTask)) throw error;
      return { model: await trained(job, job.task), told: true };
    },
  );
  const seconds = (performance.now() - begin) / 1000;
  const { rows, truth } = testRows(job);
  const answers = (await model.predict(rows)) as Answer[];
  return { ...scored(job, truth, answers), seconds, ...(told && { told }) };
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2]!)))}\n`);
