/** `npm run bench:accuracy`: how good the models of tables are without a setting, beside scikit-learn's defaults and a double. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkWritable, fail as failAs, progress } from "../commandLine.ts";
import { compareTable, peersAlone, summarize } from "./compare.ts";
import { optionsOf } from "./options.ts";
import { type PeersTable, readPeers } from "./peersFile.ts";
import { markdownOf, type Report, textOf } from "./report.ts";
import { appender, type Job, type Line, readLines, runAll, runJob, sortOut } from "./runs.ts";
import { deviation, mean } from "./score.ts";
import {
  type BenchTable,
  foldsOf,
  isSmall,
  namesIn,
  readTable,
  targetsBeside,
  writeSplits,
} from "./tables.ts";

const SCRIPT = "bench:accuracy";
const fail = (message: string) => failAs(SCRIPT, message);

const HELP = `Usage: npm run bench:accuracy -- --tables FOLDER [options] [-- options of train()]

Trains a model on each table by train({ data, target, seed }) of the built library and scores its answers to the test rows:
accuracy and log loss of classes, R² of numbers. FOLDER has pairs of files, NAME.train.csv and NAME.test.csv. Tables of under
2,000 rows are scored on ten splits, and the seed is the split's number: the rows of both files, shuffled as Python's
random.Random(100 + number).shuffle does, the first 80% to train on. Larger tables are scored on their own test file.
The target is what tables.json beside the tables says, {"NAME": {"target": COLUMN, "task": "classes" or "numbers"}}, or
bench/accuracy/targets.json, or a column "Class" of classes. The library is told the column, and finds the task out.

With --peers the scores stand beside the opponents' on the same splits. bench/accuracy/peers.py makes that file:
  /usr/bin/python3 bench/accuracy/peers.py FOLDER --out peers.jsonl

Options:
  --tables FOLDER    the tables
  --splits FOLDER    the ten splits, FOLDER/0/NAME.train.csv to FOLDER/9 (default: they are made)
  --write-splits     make the splits, write them to the folder of --splits, and end
  --only NAME,…      only these tables
  --seeds 1,2,3      the seeds with which larger tables are trained on
  --first N          only the first N splits, or seeds, of each table: a glance
  --workers N        trainings at a time, each in a process of its own with one thread (default: 2)
  --out FILE         append each score to FILE; what is there with the same options is not trained on again
  --peers FILE       the opponents' scores
  --json FILE        write the comparison to FILE as well
  --markdown FILE    write the tables to FILE as Markdown as well
  --help             show this

What follows a second -- goes to train(): -- --epochs 50 --hidden 64,64 is { epochs: 50, hidden: [64, 64] }.

Example: two splits of one table, beside the opponents
  npm run bench:accuracy -- --tables tables --only iris --first 2 --peers peers.jsonl
`;

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        tables: { type: "string" },
        splits: { type: "string" },
        "write-splits": { type: "boolean", default: false },
        only: { type: "string" },
        seeds: { type: "string", default: "1,2,3" },
        first: { type: "string" },
        workers: { type: "string", default: "2" },
        out: { type: "string" },
        peers: { type: "string" },
        json: { type: "string" },
        markdown: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message} See npm run ${SCRIPT} -- --help.`);
  }
}

function positive(option: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  return fail(`${option} is ${text}, expected an integer ≥ 1. See npm run ${SCRIPT} -- --help.`);
}

const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

function folderOf(option: string, folder: string | undefined): string {
  if (folder === undefined)
    return fail(`${option} is missing. Give a folder. See npm run ${SCRIPT} -- --help.`);
  if (existsSync(folder)) return folder;
  return fail(`${option} ${folder} is not there. Give the folder of the tables.`);
}

function tablesOf(folder: string, only: string | undefined): BenchTable[] {
  const there = namesIn(folder);
  const names = only === undefined ? there : listOf(only);
  const unknown = names.find((name) => !there.includes(name));
  if (unknown !== undefined) fail(`No table "${unknown}" in ${folder}. There are: ${there.join(", ")}.`);
  if (names.length === 0) fail(`${folder} has no file NAME.train.csv. Give another folder to --tables.`);
  const targets = targetsBeside(folder);
  return names.map((name) => readTable(folder, name, targets));
}

/** A folder for the splits that is gone at the end. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-splits-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const titleOf = ({ table, split, seed }: Line | Job): string =>
  split === undefined ? `${table}, seed ${seed}` : `${table}, split ${split}`;

/** Trains what has no line yet. */
async function linesOf(jobs: readonly Job[], workers: number, out: string | undefined): Promise<Line[]> {
  const { done, left } = sortOut(jobs, out === undefined ? [] : readLines(out));
  const append = out === undefined ? () => {} : appender(out);
  if (done.length > 0) progress(`${done.length} of ${jobs.length} trainings are in ${out} already.`);
  const worker = join(import.meta.dirname, "worker.js");
  const lines = [...done];
  await runAll(left, workers, (job) => runJob(worker, job), {
    done({ table, split, seed, options }, outcome) {
      const line: Line = { table, ...(split !== undefined && { split }), seed, options, ...outcome };
      append(line);
      lines.push(line);
      const logLoss = line.logLoss === undefined ? "" : `, log loss ${line.logLoss.toFixed(3)}`;
      progress(
        `${lines.length}/${jobs.length} ${titleOf(line)}: ${line.score.toFixed(4)}${logLoss}, ${line.seconds.toFixed(1)} s`,
      );
    },
    failed(job, error) {
      process.exitCode = 1;
      progress(`${titleOf(job)}: ${error.message}`);
    },
  });
  return lines;
}

/** Of the tables that both sides have. */
function reportOf(peers: readonly PeersTable[], jobs: readonly Job[], lines: readonly Line[]): Report {
  const tables = peers.flatMap((each) => {
    const own = lines.filter(({ table }) => table === each.table);
    const wanted = jobs.filter(({ table }) => table === each.table).length;
    return own.length === 0 ? [] : [compareTable(each, own, wanted)];
  });
  if (tables.length === 0)
    fail("No table has scores of both sides. Look at --peers and at the trainings' errors.");
  return { tables, summary: summarize(tables), alone: { tables: peers.length, ranks: peersAlone(peers) } };
}

/** Our scores alone. */
function ownText(lines: readonly Line[]): string {
  const names = [...new Set(lines.map(({ table }) => table))];
  return names
    .map((name) => {
      const scores = lines.filter(({ table }) => table === name).map(({ score }) => score);
      return `${name}: ${mean(scores).toFixed(4)} ± ${deviation(scores).toFixed(4)} (${scores.length})`;
    })
    .join("\n");
}

async function main(): Promise<void> {
  const { values, positionals } = parse();
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const folder = folderOf("--tables", values.tables);
  const tables = tablesOf(folder, values.only);
  const small = tables.filter(isSmall);
  if (values["write-splits"]) {
    if (values.splits === undefined) fail("--write-splits needs --splits FOLDER, the folder to write to.");
    for (const table of small) writeSplits(table, values.splits!);
    return;
  }
  const workers = positive("--workers", values.workers);
  const first = values.first === undefined ? Infinity : positive("--first", values.first);
  const seeds = listOf(values.seeds).map((seed) => positive("--seeds", seed));
  const files = { "--out": values.out, "--json": values.json, "--markdown": values.markdown };
  for (const [option, file] of Object.entries(files)) {
    if (file !== undefined) checkWritable(SCRIPT, option, file);
  }
  const options = optionsOf(positionals);
  const peers = values.peers === undefined ? undefined : readPeers(values.peers);

  const splits = values.splits === undefined ? temporaryFolder() : folderOf("--splits", values.splits);
  if (values.splits === undefined) for (const table of small) writeSplits(table, splits);
  const jobs = tables.flatMap((table) =>
    foldsOf(table, folder, splits, seeds)
      .slice(0, first)
      .map((fold) => ({ ...fold, target: table.target, task: table.task, options })),
  );
  const lines = await linesOf(jobs, workers, values.out);
  if (peers === undefined) {
    process.stdout.write(`${ownText(lines)}\n`);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ lines }, null, 2)}\n`);
    return;
  }
  const report = reportOf(peers, jobs, lines);
  process.stdout.write(`${textOf(report)}\n`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ ...report, lines }, null, 2)}\n`);
  if (values.markdown !== undefined) writeFileSync(values.markdown, markdownOf(report));
}

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
await main().catch((error: Error) => fail(error.message));
