/** Files to which a training writes a line for every epoch (Node only). */
import { ConfigError } from "../../errors.ts";
import { appendLine, writeWholeFile } from "../../files/nodeFiles.ts";
import { shown } from "../../options.ts";
import type { EpochRow } from "../history.ts";
import type { Callback, TrainingContext } from "./callback.ts";

/** @throws ConfigError unless `path` is the name of a file */
function checkPath(where: string, path: string): void {
  if (typeof path === "string" && path !== "") return;
  throw new ConfigError(`${where}: path is ${shown(path)}, expected the name of a file.`);
}

/** Writes a file of these lines, in the place of one that is there. */
const begin = (path: string, lines: readonly string[]): Promise<void> =>
  writeWholeFile(path, lines.map((line) => `${line}\n`).join(""));

/**
 * Writes every epoch to a file as a line of JSON, a row of History each; NaN and infinities become null. A line is there
 * whole or not at all. A file that is there is replaced; if the training goes on, it has the rows of before.
 */
export class JsonLinesLog implements Callback {
  readonly name = "JsonLinesLog";
  readonly #path: string;

  /** @param path its folder must be there. @throws ConfigError unless it is the name of a file */
  constructor(path: string) {
    checkPath("JsonLinesLog", path);
    this.#path = path;
  }

  /** Begins the file. @throws FileError if it cannot be written */
  async onBegin({ rows }: TrainingContext): Promise<void> {
    await begin(
      this.#path,
      rows.map((row) => JSON.stringify(row)),
    );
  }

  /** Adds a line. @throws FileError if it cannot be written */
  async onEpoch(row: EpochRow): Promise<void> {
    await appendLine(this.#path, JSON.stringify(row));
  }
}

/**
 * Writes every epoch to a file as a line of a table with commas (RFC 4180), under a line with the names: epoch,
 * learningRate, train.loss, … A measure that is not a number, such as one of each class, is written as JSON. A line is there
 * whole or not at all. A file that is there is replaced; if the training goes on, it has the rows of before.
 */
export class CsvLog implements Callback {
  readonly name = "CsvLog";
  readonly #path: string;

  /** @param path its folder must be there. @throws ConfigError unless it is the name of a file */
  constructor(path: string) {
    checkPath("CsvLog", path);
    this.#path = path;
  }

  /** Begins the file. @throws FileError if it cannot be written */
  async onBegin(training: TrainingContext): Promise<void> {
    const columns = columnsOf(training);
    await begin(this.#path, [csv(columns), ...training.rows.map((row) => csvRow(row, columns))]);
  }

  /** Adds a line. @throws FileError if it cannot be written */
  async onEpoch(row: EpochRow, training: TrainingContext): Promise<void> {
    await appendLine(this.#path, csvRow(row, columnsOf(training)));
  }
}

const csv = (cells: readonly unknown[]): string => cells.map(cell).join(",");

const csvRow = (row: EpochRow, columns: readonly string[]): string =>
  csv(columns.map((column) => measured(row, column)));

const columnsOf = ({ measures }: TrainingContext): string[] => [
  ...["epoch", "learningRate"],
  ...measures.map(({ name }) => name),
  ...["steps", "seconds", "trainSeconds", "stepsPerSecond"],
];

/** "train.loss" of a row. */
function measured(row: EpochRow, column: string): unknown {
  const [set, ...name] = column.split(".") as [keyof EpochRow, ...string[]];
  const value = row[set];
  return name.length === 0
    ? value
    : (value as Readonly<Record<string, unknown>> | undefined)?.[name.join(".")];
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
