/** Where answers go: the standard output, or a file that has its name when all are in it. */
import { ConfigError } from "../../errors.ts";
import { AtomicFile } from "../../files/atomic.ts";
import { NpyWriter } from "../../files/npyWriter.ts";
import { type AnswerBlock, type AnswerShape, widthOf } from "../../runs/answers/answers.ts";
import { csvAnswers } from "../../runs/answers/csv.ts";
import { jsonAnswers } from "../../runs/answers/jsonLines.ts";
import type { CliContext, CliStream } from "../context.ts";
import { printableLines } from "../text.ts";

/** Takes answers in their order. */
export interface AnswerSink {
  /** Before all rows. */
  begin(): Promise<void>;
  /** Resolves when it can take more. */
  write(block: AnswerBlock): Promise<void>;
  /** After the last row. */
  finish(): Promise<void>;
  /** If not all rows come. What is on its way to a stream stays there. */
  abandon(): Promise<void>;
}

const formats = { csv: csvAnswers, json: jsonAnswers };

/** Text is gathered up to so many characters before it is written. */
const PIECE = 64 * 1024;

/** Answers as text on a stream. Its reader decides the pace. */
export function streamSink(
  { stdout, signal }: CliContext,
  format: keyof typeof formats,
  shape: AnswerShape,
): AnswerSink {
  const { head, rows } = formats[format](shape);
  // What a terminal would obey is escaped. In a file or a pipe it stands as it is in the data; JSON escapes it everywhere.
  const put = stdout.isTTY
    ? (text: string) => stdout.write(printableLines(text))
    : (text: string) => stdout.write(text);
  const write = async (text: string) => {
    if (text !== "" && !put(text)) await drained(stdout, signal);
  };
  return {
    begin: () => write(head),
    write: (block) => write(rows(block)),
    finish: async () => {},
    abandon: async () => {},
  };
}

/** Resolves when the stream takes more, or will not any more: it is closed, or the command is stopped. */
function drained(stream: CliStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const name of ["drain", "close", "error"]) stream.off(name, done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    for (const name of ["drain", "close", "error"]) stream.on(name, done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** The formats of files by the ends of their names. */
const ENDINGS: Readonly<Record<string, "csv" | "json" | "npy">> = {
  ".csv": "csv",
  ".jsonl": "json",
  ".ndjson": "json",
  ".npy": "npy",
};

/** The format that a file's name says. @throws ConfigError if it says none */
export function formatOfFile(path: string): "csv" | "json" | "npy" {
  const ending = /\.[^./\\]+$/.exec(path)?.[0].toLowerCase() ?? "";
  if (Object.hasOwn(ENDINGS, ending)) return ENDINGS[ending]!;
  throw new ConfigError(
    `--out ${path}: the end of its name says the format. Expected ${Object.keys(ENDINGS).join(", ")}.`,
  );
}

/**
 * Answers in a file.
 * @throws ConfigError if its name says no format, or a kept column has no place in it; FileError if it cannot be written
 */
export async function fileSink(path: string, shape: AnswerShape): Promise<AnswerSink> {
  const format = formatOfFile(path);
  if (format === "npy") {
    if (shape.kept.some((name) => name !== "file")) {
      throw new ConfigError(
        `--keep with --out ${path}: an array has room for numbers only. Write a .csv or a .jsonl.`,
      );
    }
    return npySink(await NpyWriter.open(path, widthOf(shape)));
  }
  const { head, rows } = formats[format](shape);
  const file = await AtomicFile.open(path);
  let pending = head;
  const flush = async () => {
    if (pending !== "") await file.append(pending);
    pending = "";
  };
  return {
    begin: async () => {},
    write: async (block) => {
      pending += rows(block);
      if (pending.length > PIECE) await flush();
    },
    finish: async () => {
      await flush();
      await file.commit();
    },
    abandon: () => file.abandon(),
  };
}

const npySink = (file: NpyWriter): AnswerSink => ({
  begin: async () => {},
  write: ({ outputs }) => file.write(outputs),
  finish: () => file.finish(),
  abandon: () => file.abandon(),
});
