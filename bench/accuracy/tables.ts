/** The tables that are trained on: pairs of files, NAME.train.csv and NAME.test.csv, and ten other splits of the small ones. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { pythonOrder } from "./pythonShuffle.ts";
import known from "./targets.json" with { type: "json" };

export type Task = "classes" | "numbers";

/** What is to be predicted in a table. */
export interface Target {
  readonly target: string;
  readonly task: Task;
}

export interface BenchTable extends Target {
  readonly name: string;
  readonly header: readonly string[];
  /** Rows of the file to train on, and of the test file. */
  readonly train: readonly Row[];
  readonly test: readonly Row[];
}

export type Row = readonly string[];

/** Tables with fewer rows are scored on ten splits: thirty test rows say nothing. */
const SMALL = 2000;
const SPLITS = 10;
const ENDINGS = { train: ".train.csv", test: ".test.csv" } as const;

export const isSmall = ({ train, test }: Pick<BenchTable, "train" | "test">): boolean =>
  train.length + test.length < SMALL;

/** The cells of a file as they are written. */
export function readCsv(file: string): { header: Row; rows: Row[] } {
  const [header = [], ...rows]: Row[] = parse(readFileSync(file, "utf8"), {
    bom: true,
    skip_empty_lines: true,
  });
  return { header, rows };
}

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

export const toCsv = (header: Row, rows: readonly Row[]): string =>
  [header, ...rows].map((row) => `${row.map(quoted).join()}\n`).join("");

/** The names of the pairs in a folder. */
export const namesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ENDINGS.train))
    .map((file) => file.slice(0, -ENDINGS.train.length))
    .sort();

/** What tables have to say of their targets: tables.json beside them, then targets.json, then a column "Class" of classes. */
export function targetsBeside(folder: string): Readonly<Record<string, Target>> {
  const own = join(folder, "tables.json");
  const given = existsSync(own) ? (JSON.parse(readFileSync(own, "utf8")) as Record<string, Target>) : {};
  return { ...(known as Record<string, Target>), ...given };
}

/** @throws Error if a file is missing, or nobody says what its target is */
export function readTable(
  folder: string,
  name: string,
  targets: Readonly<Record<string, Target>>,
): BenchTable {
  const train = readCsv(join(folder, name + ENDINGS.train));
  const test = readCsv(join(folder, name + ENDINGS.test));
  const { target, task } = Object.hasOwn(targets, name)
    ? targets[name]!
    : ({ target: "Class", task: "classes" } as const);
  if (train.header.includes(target)) {
    return { name, target, task, header: train.header, train: train.rows, test: test.rows };
  }
  throw new Error(
    `${name}${ENDINGS.train} has no column "${target}". Write {"${name}": {"target": COLUMN, "task": "classes" or "numbers"}} ` +
      "into tables.json beside it.",
  );
}

/** Split `number`: the rows of both files, shuffled by Python's generator with seed 100 + number; the first 80% train. */
export function splitRows(
  { train, test }: Pick<BenchTable, "train" | "test">,
  number: number,
): { train: Row[]; test: Row[] } {
  const rows = [...train, ...test];
  const order = pythonOrder(rows.length, 100 + number).map((i) => rows[i]!);
  const count = Math.floor((rows.length * 4) / 5);
  return { train: order.slice(0, count), test: order.slice(count) };
}

/** One training: on which files, with which seed. */
export interface Fold {
  readonly table: string;
  /** Of a small table; undefined: its own test file. */
  readonly split?: number;
  readonly seed: number;
  readonly train: string;
  readonly test: string;
}

const pairIn = (folder: string, name: string) => ({
  train: join(folder, name + ENDINGS.train),
  test: join(folder, name + ENDINGS.test),
});

/** The trainings that score a table: on the splits of a small one (the seed is the split's number), or with every seed. */
export function foldsOf(table: BenchTable, folder: string, splits: string, seeds: readonly number[]): Fold[] {
  const { name } = table;
  if (!isSmall(table)) return seeds.map((seed) => ({ table: name, seed, ...pairIn(folder, name) }));
  return Array.from({ length: SPLITS }, (_, split) => ({
    ...{ table: name, split, seed: split },
    ...pairIn(join(splits, String(split)), name),
  }));
}

/** Writes the splits of a small table as FOLDER/0/NAME.train.csv and so on. */
export function writeSplits(table: BenchTable, folder: string): void {
  for (let split = 0; split < SPLITS; split++) {
    const { train, test } = splitRows(table, split);
    const pair = pairIn(join(folder, String(split)), table.name);
    mkdirSync(join(folder, String(split)), { recursive: true });
    writeFileSync(pair.train, toCsv(table.header, train));
    writeFileSync(pair.test, toCsv(table.header, test));
  }
}
