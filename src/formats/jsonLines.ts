/**
 * JSON lines: an object for each row, of texts, numbers, true, false and null. An array of such objects is read too, and objects
 * that are written over several lines. The keys of the first rows are the columns, in the order in which they come first; a key
 * that comes first later is ignored, and one that is absent, or null, is a missing cell.
 */
import { DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import type { Cell, TableChunk, TableReadOptions, TableSource } from "../tables/table.ts";
import type { Format, FormatInput, FormatOptions } from "./format.ts";
import { ChunkBuilder } from "./text/chunks.ts";
import { openText, type TextFile } from "./text/head.ts";
import { mendNames } from "./text/names.ts";
import { ObjectSplitter } from "./text/objects.ts";
import { MOST_COLUMNS, MOST_ROW } from "./text/records.ts";

/** The columns are the keys of so many rows, of those that stand in the first 16 MB. */
const FIRST_ROWS = 1000;

export const jsonl: Format = {
  title: "JSON lines",
  extensions: [".jsonl", ".ndjson", ".json"],
  open: openJsonLines,
};

async function openJsonLines(input: FormatInput, options: FormatOptions): Promise<TableSource> {
  const file = await openText(input, options, { lines: FIRST_ROWS, most: MOST_ROW, wholeLine: false });
  const { keys, array } = firstKeys(file);
  const facts: string[] = [];
  return {
    name: input.name,
    format: array ? "JSON" : "JSON lines",
    facts,
    columns: mendNames(keys.map(wellFormed), facts),
    place: "line",
    read: (readOptions) => readObjects(file, keys, readOptions),
    close: () => file.close(),
  };
}

/** The keys of the first rows. @throws DatasetError if there is no row, or the first one cannot be read */
function firstKeys({ input, head, headLine, whole }: TextFile): { keys: string[]; array: boolean } {
  const { name } = input;
  const keys = new Set<string>();
  let rows = 0;
  const splitter = new ObjectSplitter(name, (text, line) => {
    if (rows++ >= FIRST_ROWS) return;
    for (const key of Object.keys(parseObject(name, text, line))) keys.add(key);
    if (keys.size > MOST_COLUMNS) {
      throw new DatasetError(
        `${name}, line ${line}: there are more than ${MOST_COLUMNS} keys. Check the file.`,
      );
    }
  });
  splitter.line = headLine;
  try {
    splitter.push(head, whole);
  } catch (error) {
    // Of a row further down it is told when it is read.
    if (!(error instanceof DatasetError) || keys.size === 0) throw error;
  }
  if (keys.size === 0) {
    throw new DatasetError(
      `${name} has no object with a key, expected one for each row: {"a": 1, "b": "x"}. Give the right file.`,
    );
  }
  return { keys: [...keys], array: splitter.array === true };
}

/** An object's values by its keys. @throws DatasetError if it is no JSON */
function parseObject(name: string, text: string, line: number): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    const what = shown(text.length > 40 ? `${text.slice(0, 40)}…` : text);
    throw new DatasetError(
      `${name}, line ${line}: ${what} is no JSON. Check its quotes, commas and colons.`,
      { cause },
    );
  }
}

async function* readObjects(
  file: TextFile,
  keys: readonly string[],
  { columns, signal, onProgress }: TableReadOptions = {},
): AsyncGenerator<TableChunk> {
  const { name } = file.input;
  const wanted = columns === undefined ? keys : columns.map((column) => keys[column]!);
  const chunks = new ChunkBuilder<Cell>(wanted.length);
  const splitter = new ObjectSplitter(name, (text, line) => {
    const object = parseObject(name, text, line);
    const escapes = text.includes("\\u");
    for (const [place, key] of wanted.entries()) {
      const value = Object.hasOwn(object, key) ? (object[key] as Cell) : null;
      if (typeof value === "number" && !Number.isFinite(value)) {
        throw new DatasetError(
          `${name}, line ${line}, column ${shown(key)}: the number is beyond those of 64 bits (about 1.8e308). Mend it.`,
        );
      }
      chunks.set(place, escapes && typeof value === "string" ? wellFormed(value) : value);
    }
    chunks.endRow(line);
  });
  const { ready } = chunks;
  const place = () => `${name}, line ${splitter.line}`;
  for await (const text of file.text({ place, signal, onProgress })) {
    splitter.push(text);
    yield* ready.splice(0);
  }
  splitter.push("", true);
  chunks.flush();
  yield* ready.splice(0);
}

/** A text without halves of pairs of surrogates, which "\ud800" makes: no file could hold it. */
const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, "\ufffd");
