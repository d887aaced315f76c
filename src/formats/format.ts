/**
 * What a data format is: how its files are recognised, and how one is opened as a table. A new format is a file in this folder, a
 * line in index.ts and a test. The package that reads it is imported in open(), when the first such file is read.
 */
import type { Bytes } from "../platform.ts";
import type { TableSource } from "../tables/table.ts";

/** A file, or a stream, of which the head has been read. */
export interface FormatInput {
  /** The path; "the standard input"; in memory, what the caller calls it. */
  readonly name: string;
  /** The first bytes, up to 64 kB; of a .gz, as they are unpacked. */
  readonly head: Uint8Array;
  /** How many bytes the file has (before it is unpacked); undefined for a stream. */
  readonly size: number | undefined;
  /** Whether it can be read a second time. */
  readonly rereadable: boolean;
  /**
   * All bytes in their order, from the first one, as they are unpacked. Breaking off lets the file go.
   * @throws FileError if it cannot be read; DatasetError if it unpacks to more than `most` bytes, or is damaged
   */
  stream(options?: { readonly most?: number }): AsyncIterable<Uint8Array>;
  /** All bytes. @throws as stream(); DatasetError if they are more than `most` */
  bytes(options?: { readonly most?: number }): Promise<Bytes>;
  /** The bytes from `start` to `end`, of a file that is neither packed nor a stream; undefined of others. */
  slice?: ((start: number, end: number) => Promise<Bytes>) | undefined;
  /** How many bytes of the file, packed as they are, have been read so far, for progress. */
  readonly bytesRead: number;
  /** Lets a stream go that has not been read to its end. A second call does nothing. */
  close(): Promise<void>;
}

/** What a user may say of a file's format. Each format takes what concerns it. */
export interface FormatOptions {
  /** The name of the format, whatever the file's name and head say. Default: these decide. */
  readonly format?: string | undefined;
  /** Of text: what separates cells. Default: it is found out. */
  readonly delimiter?: string | undefined;
  /** Of text: whether the first row has the columns' names. Default: it is found out. */
  readonly header?: boolean | undefined;
  /** Of text: "utf-8", "utf-16le", "utf-16be", "windows-1252". Default: it is found out. */
  readonly encoding?: string | undefined;
}

export interface Format {
  /** Its name in sentences: "CSV". */
  readonly title: string;
  /** The ends of its files' names, with their dots: [".csv", ".txt"]. A ".gz" behind is taken off before. */
  readonly extensions: readonly string[];
  /** Whether a file with this head is certainly of this format, whatever its name: a magic number. Default: its name decides. */
  matches?(head: Uint8Array): boolean;
  /**
   * Opens it: reads its head only.
   * @throws DatasetError if it is not of this format, or damaged
   */
  open(input: FormatInput, options: FormatOptions): Promise<TableSource>;
}
