/** `npm run bench:accuracy`: how good the models of tables are that nnwasm train makes, beside scikit-learn's defaults and a double. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkWritable, fail as failAs, progress } from "../commandLine.ts";
import { ABLATION_SENTENCES, compareVariants, gridsOfAblation, type VariantLines } from "./ablation.ts";
import { compareTable, peersAlone, summarize } from "./compare.ts";
import { markdownOfGrids, textOfGrids } from "./grids.ts";
import { Refusal, trainAndScore } from "./nnwasm.ts";
import { HELP, INTERVAL, parse, SCRIPT, type Values } from "./options.ts";
import { type PeersTable, readPeers } from "./peersFile.ts";
import { markdownOf, type Report, textOf } from "./report.ts";
import { appender, type Job, type Line, readLines, runAll, sortOut } from "./runs.ts";
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
import { DEFAULT, readVariants, type Variant } from "./variants.ts";

const fail = (message: string) => failAs(SCRIPT, message);

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

/** A folder for splits and models that is gone at the end. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-accuracy-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** The command as users have it; the bundle is in build/bench-…/. */
const PROGRAM = join(import.meta.dirname, "../../bin/nnwasm.js");

const titleOf = ({ table, split, seed }: Line | Job): string =>
  split === undefined ? `${table}, seed ${seed}` : `${table}, split ${split}`;

const withLogLoss = (text: string, logLoss: number | undefined): string =>
  logLoss === undefined ? text : `${text}, log loss ${logLoss.toFixed(3)}`;

/**
 * Trains what has no line yet.
 * @param place a folder for the models
 * @param label what the lines on stderr begin with
 */
async function linesOf(
  jobs: readonly Job[],
  { workers, out, place, label }: { workers: number; out: string | undefined; place: string; label: string },
): Promise<Line[]> {
  const { done, left } = sortOut(jobs, out === undefined ? [] : readLines(out));
  const append = out === undefined ? () => {} : appender(out);
  if (done.length > 0) progress(`${label}${done.length} of ${jobs.length} trainings are in ${out} already.`);
  const lines = [...done];
  const refused = new Set<string>();
  await runAll(left, workers, (job) => trainAndScore(PROGRAM, place, job), {
    done({ table, split, seed, flags }, outcome) {
      const line: Line = { table, ...(split !== undefined && { split }), seed, flags, ...outcome };
      append(line);
      lines.push(line);
      const score = withLogLoss(line.score.toFixed(4), line.logLoss);
      progress(
        `${label}${lines.length}/${jobs.length} ${titleOf(line)}: ${score}, ${line.seconds.toFixed(1)} s`,
      );
    },
    failed(job, error) {
      process.exitCode = 1;
      // Two at a time say the same.
      if (refused.has(job.table)) return;
      progress(`${label}${titleOf(job)}: ${error.message}`);
      if (error instanceof Refusal) refused.add(job.table);
    },
    isLeftOut: ({ table }) => refused.has(table),
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
      const own = lines.filter(({ table }) => table === name);
      const scores = own.map(({ score }) => score);
      const losses = own.flatMap(({ logLoss }) => logLoss ?? []);
      const covered = own.flatMap(({ coverage }) => coverage ?? []);
      const text = `${name}: ${mean(scores).toFixed(4)} ± ${deviation(scores).toFixed(4)} (${scores.length})`;
      return [
        withLogLoss(text, losses.length > 0 ? mean(losses) : undefined),
        ...(covered.length > 0 ? [`coverage ${mean(covered).toFixed(3)}`] : []),
        `${mean(own.map(({ seconds }) => seconds)).toFixed(1)} s`,
      ].join(", ");
    })
    .join("\n");
}

/** What is written to a terminal, as JSON and, if there is such a form, as Markdown. */
interface Written {
  readonly text: string;
  readonly json: object;
  readonly markdown?: string;
}

function write(values: Values, { text, json, markdown }: Written): void {
  process.stdout.write(`${text}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(json, null, 2)}\n`);
  if (values.markdown !== undefined && markdown !== undefined) writeFileSync(values.markdown, markdown);
}

/** Trains on some jobs with flags. */
type Trainer = (jobs: readonly Job[], out: string | undefined, label: string) => Promise<Line[]>;

async function measure(values: Values, jobs: readonly Job[], train: Trainer): Promise<Written> {
  const peers = values.peers === undefined ? undefined : readPeers(values.peers);
  const lines = await train(jobs, values.out, "");
  if (peers === undefined) return { text: ownText(lines), json: { lines } };
  const report = reportOf(peers, jobs, lines);
  return { text: textOf(report), json: { ...report, lines }, markdown: markdownOf(report) };
}

function variantsOf(values: Values): Variant[] {
  const variants = readVariants(values.variants);
  if (values.variant === undefined) return variants;
  return listOf(values.variant).map((name) => {
    const variant = variants.find((each) => each.name === name);
    const there = variants.map((each) => each.name).join(", ");
    return variant ?? fail(`--variant: there is no variant "${name}". There are: ${there}.`);
  });
}

async function ablate(
  values: Values,
  variants: readonly Variant[],
  jobs: readonly Job[],
  train: Trainer,
): Promise<Written> {
  if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
  const trained = ({ name, flags, task }: Variant): Promise<Line[]> => {
    const own = jobs
      .filter((job) => task === undefined || job.task === task)
      .map((job) => ({ ...job, flags: [...job.flags, ...flags] }));
    const out = values.out === undefined ? undefined : join(values.out, `${name}.jsonl`);
    return train(own, out, `${name}: `);
  };
  const base = await trained({ name: DEFAULT, flags: [] });
  if (base.length === 0) fail("The default has no score. Look at the trainings' errors.");
  const lines: VariantLines[] = [];
  for (const variant of variants) lines.push({ ...variant, lines: await trained(variant) });
  const ablation = compareVariants(base, lines);
  const grids = gridsOfAblation(ablation);
  return {
    text: textOfGrids(grids, ABLATION_SENTENCES),
    json: ablation,
    markdown: markdownOfGrids(grids, ABLATION_SENTENCES),
  };
}

async function main(): Promise<void> {
  const { values, flags } = parse(process.argv.slice(2));
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
  if (values.ablation && values.peers !== undefined)
    fail("--peers is not of --ablation, which compares variants with the default. Leave one of them out.");
  if (!values.ablation && (values.variants !== undefined || values.variant !== undefined))
    fail("--variants and --variant are of --ablation. Give it as well.");
  const variants = values.ablation ? variantsOf(values) : [];

  const place = temporaryFolder();
  const splits = values.splits === undefined ? place : folderOf("--splits", values.splits);
  if (values.splits === undefined) for (const table of small) writeSplits(table, splits);
  const jobs = tables.flatMap((table) =>
    foldsOf(table, folder, splits, seeds)
      .slice(0, first)
      .map(
        (fold): Job => ({
          ...{ ...fold, target: table.target, task: table.task, flags },
          ...(values.intervals && table.task === "numbers" && { interval: INTERVAL }),
        }),
      ),
  );
  const train: Trainer = (some, out, label) => linesOf(some, { workers, out, place, label });
  write(
    values,
    await (values.ablation ? ablate(values, variants, jobs, train) : measure(values, jobs, train)),
  );
}

// npm passes on a signal that the terminal has sent as well: the second one must not end the removal of the folders.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));
await main().catch((error: Error) => fail(error.message));
