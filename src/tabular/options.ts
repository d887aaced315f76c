/** The options of {@link train}, and their checks. */
import type { Backend } from "../backend/backend.ts";
import type { EngineName } from "../backend/index.ts";
import { type CandidateName, checkCandidates } from "../candidates.ts";
import { ensembleSize, isEnsemble } from "../ensemble/size.ts";
import { ConfigError, choose } from "../errors.ts";
import type { GivenFile } from "../files/given.ts";
import type { FormatOptions } from "../formats/format.ts";
import type { EpochRow } from "../model/history.ts";
import { resolveModelOptions } from "../model/modelOptions.ts";
import { checkOptions, isNumber, requireBoolean, requireInteger, requireMethods, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import { numberEncoders, type PreprocessingOptions } from "../preprocessing/fit.ts";
import type { ColumnArrays } from "../tables/rows.ts";
import type { Table, TableOptions, Understanding } from "../tables/table.ts";
import { type TargetKind, targetKinds } from "../targets.ts";
import type { Precision } from "../tensor.ts";
import type { MetricsOfTask } from "./answers.ts";

/** A table: the path of a file (Node only), a File, rows as objects by column name, or columns as arrays. */
export type TableData = string | GivenFile | Iterable<object> | AsyncIterable<object> | ColumnArrays;

/** What was found out of a table before the training. */
export interface UnderstoodTable {
  readonly table: Table;
  readonly understanding: Understanding;
  /** What a user should know, as sentences. */
  readonly warnings: readonly string[];
  /** Rows to train on, and for validation. */
  readonly rows: { readonly train: number; readonly validation: number };
}

/** `Target` and `Task` are told by `target` and `task`, and decide the types of the model's answers and metrics. */
export interface TrainTableOptions<Target extends string = string, Task extends TargetKind = TargetKind>
  extends Omit<TableOptions, "target" | "task" | "group">,
    FormatOptions,
    PreprocessingOptions {
  /**
   * A file (CSV, TSV, JSON lines, Parquet, NPY, NPZ) by its path, in Node only, or as a File or Blob, whose bytes tell the format
   * where its name does not; or rows as objects, { rooms: 3, city: "Bern" }, in an array or in any
   * iterable, asynchronous ones too; or columns as arrays, { rooms: [3, 4], city: ["Bern", "Rom"] }.
   */
  readonly data: TableData;
  /** The column to be predicted, or several of them. */
  readonly target: Target | readonly Target[];
  /** What is predicted: "classes", "numbers" or "flags". Default: it is found out. */
  readonly task?: Task | undefined;
  /** The columns whose values, together, name a row's group, all of which is in one set. They are no features. Default: none. */
  readonly group?: string | readonly string[] | undefined;
  /**
   * Rows for validation of one network, or their share below 1. Default: 0.2; with several members none, as each row is held out by
   * turns.
   */
  readonly validation?: number | undefined;
  /**
   * What the settings that are not given follow from: "table", an ensemble for few rows and one network for many; or "table-fast", one
   * network. Default: "table".
   */
  readonly preset?: "table" | "table-fast" | undefined;
  /**
   * Networks of each way to train, each trained without another fold of the rows; they answer as their weighted mean. Default: with
   * `cv`, one for each fold; with the preset "table" 5 for fewer than 10,000 rows and 1,000,000 cells, unless `validation` is given;
   * else 1.
   */
  readonly members?: number | undefined;
  /** Folds of the cross-validation by which an ensemble is put together, ≥ 2. Default: 5, but no more than `members`. */
  readonly cv?: number | undefined;
  /**
   * The ways to train of an ensemble, which are weighed by what they predict for the rows that are held out: "network", "linear",
   * "constant". Default: with the preset "table" all of them, else the network.
   */
  readonly candidates?: readonly CandidateName[] | undefined;
  /** Passes over the training rows, an integer ≥ 1. Default: by the number of rows, 5 to 256. */
  readonly epochs?: number | undefined;
  /** Rows in an update. Default: 256. */
  readonly batchSize?: number | undefined;
  /** Units of the hidden layers. Default: by the number of rows, three layers of 64, 128 or 256. */
  readonly hidden?: readonly number[] | undefined;
  /** The largest learning rate; see {@link CosineSchedule}. Default: 0.04, of numbers 0.07. */
  readonly learningRate?: number | undefined;
  /** Decides the split, the initial weights and the order of the rows. Default: 1. */
  readonly seed?: number | undefined;
  /** The precision of all computations. Default: "float32". */
  readonly dtype?: Precision | undefined;
  /** What it computes on. Default: "wasm". */
  readonly engine?: EngineName | Backend | undefined;
  /** Threads that compute, an integer ≥ 1, or "auto"; they decide no bits. Default: as of {@link ModelOptions}. */
  readonly threads?: number | "auto" | undefined;
  /** Called before the training with what was understood of the table. Default: nothing is. */
  readonly onUnderstood?: ((understood: UnderstoodTable) => void | Promise<void>) | undefined;
  /**
   * Called after every epoch; what it returns is awaited. `member` is the number of the network, from 1, where there are several.
   * Default: nothing is.
   */
  readonly onEpoch?:
    | ((row: EpochRow<MetricsOfTask<Task>>, member?: number) => void | Promise<void>)
    | undefined;
  /** Ends the reading of the table, which then rejects with its reason; or the training, after the step under way. Default: none. */
  readonly signal?: Signal | undefined;
}

const OPTIONS = {
  data: true,
  target: true,
  task: true,
  drop: true,
  numeric: true,
  categorical: true,
  weight: true,
  group: true,
  time: true,
  missing: true,
  decimal: true,
  dates: true,
  format: true,
  delimiter: true,
  header: true,
  encoding: true,
  numbers: true,
  validation: true,
  preset: true,
  members: true,
  cv: true,
  candidates: true,
  epochs: true,
  batchSize: true,
  hidden: true,
  learningRate: true,
  seed: true,
  dtype: true,
  engine: true,
  threads: true,
  onUnderstood: true,
  onEpoch: true,
  signal: true,
} satisfies Record<keyof TrainTableOptions, true>;

export const WHERE = "train";

/** One name, or several. */
export const listed = (names: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof names === "string" ? [names] : names;

/** Whether it is an array of texts, and no hole in it. */
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && Array.from(value).every((text) => typeof text === "string");

const isNames = (names: unknown): boolean =>
  typeof names === "string" ? names !== "" : isTexts(names) && (names as unknown[]).length > 0;

/** What some options are, in words for errors, and how it is told. */
const CHECKS: readonly (readonly [
  options: readonly (keyof TrainTableOptions)[],
  isRight: (value: unknown) => boolean,
  expected: string,
])[] = [
  [["target", "group"], isNames, "a column's name, or an array of names"],
  [["drop", "numeric", "categorical"], isTexts, "an array of columns' names"],
  [["missing"], isTexts, "an array of texts"],
  [["weight", "time"], (name) => typeof name === "string" && name !== "", "a column's name"],
  [["validation"], isNumber, "a number of rows, or a share below 1"],
  [["onEpoch", "onUnderstood"], (callback) => typeof callback === "function", "a function"],
];

const CHOICES = {
  task: targetKinds,
  preset: { table: true, "table-fast": true },
  decimal: { ".": true, ",": true },
  dates: { "day-first": true, "month-first": true },
  numbers: numberEncoders,
} as const;

export function checkTrainOptions(options: TrainTableOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new ConfigError(`${WHERE}: the options are ${shown(options)}, expected { data, target }.`);
  }
  checkOptions(WHERE, options, Object.keys(OPTIONS));
  const { data, learningRate, header, signal } = options;
  if (data === undefined || data === "") {
    throw new ConfigError(
      `${WHERE}: data is ${shown(data)}, expected rows as objects, a File, or the path of a file.`,
    );
  }
  for (const [names, isRight, expected] of CHECKS) {
    for (const name of names) {
      if (name !== "target" && options[name] === undefined) continue;
      if (!isRight(options[name]))
        throw new ConfigError(`${WHERE}: ${name} is ${shown(options[name])}, expected ${expected}.`);
    }
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const chosen = options[name as keyof typeof CHOICES];
    if (chosen !== undefined) choose(name, choices as Record<string, unknown>, chosen);
  }
  for (const name of ["epochs", "batchSize", "members"] as const) {
    if (options[name] !== undefined) requireInteger(`${WHERE}: ${name}`, options[name]);
  }
  if (options.cv !== undefined) requireInteger(`${WHERE}: cv`, options.cv, 2);
  if (options.candidates !== undefined) checkCandidates(`${WHERE}: candidates`, options.candidates);
  if (options.members === 1 && !isEnsemble(options)) refuseCandidates(options);
  if (isEnsemble(options)) ensembleSize(options, (name) => `${WHERE}: ${name}`);
  if (
    learningRate !== undefined &&
    !(isNumber(learningRate) && learningRate > 0 && learningRate < Infinity)
  ) {
    throw new ConfigError(`${WHERE}: learningRate is ${shown(learningRate)}, expected a number > 0.`);
  }
  checkNetwork(options);
  if (header !== undefined) requireBoolean(`${WHERE}: header`, header);
  if (signal !== undefined) {
    const methods = ["throwIfAborted", "addEventListener", "removeEventListener"];
    requireMethods(`${WHERE}: signal`, signal, methods, "the signal of an AbortController");
  }
}

/** @throws ConfigError if there are candidates, which one network has not */
export function refuseCandidates({ candidates }: TrainTableOptions): void {
  if (candidates === undefined) return;
  throw new ConfigError(
    `${WHERE}: candidates are weighed by an ensemble, and this is the training of one network. Give members 5, or leave it out.`,
  );
}

/** What the model would refuse, too, but only when the table has been read. */
function checkNetwork({ hidden, dtype, seed, engine, threads }: TrainTableOptions): void {
  resolveModelOptions(
    {
      ...(dtype !== undefined && { dtype }),
      ...(seed !== undefined && { seed }),
      ...(engine !== undefined && { engine }),
      ...(threads !== undefined && { threads }),
    },
    WHERE,
  );
  if (hidden === undefined) return;
  if (!Array.isArray(hidden)) {
    throw new ConfigError(
      `${WHERE}: hidden is ${shown(hidden)}, expected an array of units, such as [50, 50].`,
    );
  }
  for (const [i, units] of Array.from(hidden).entries()) requireInteger(`${WHERE}: hidden[${i}]`, units);
}
