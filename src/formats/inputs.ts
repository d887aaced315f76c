/**
 * Where the bytes of a format come from: a file of the system, a pipe or a device, the standard input, a File, or memory. What is
 * gzipped is unpacked as it is read.
 */
import { DatasetError, FileError } from "../errors.ts";
import { type GivenFile, isGivenFile } from "../files/given.ts";
import { gunzip } from "../files/gunzip.ts";
import { damageOf } from "../files/gzip.ts";
import type { Signal } from "../platform.ts";
import type { FormatInput } from "./format.ts";
import { givenSource, inputOf, type MemoryFile, memorySource, type Unpack } from "./source.ts";
import { systemSource } from "./systemSource.ts";

export interface InputOptions {
  /** What "-" stands for: the standard input. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Ends the waiting for a pipe. */
  readonly signal?: Signal | undefined;
}

/** What "-" is called in what people read. */
export const STANDARD_INPUT = "the standard input";

/** What a file is called in what people read. */
export const inputName = (from: string): string => (from === "-" ? STANDARD_INPUT : from);

/**
 * Opens a file for a format, and reads its head. Pipes, devices and "-", the standard input, are read once only.
 * @param from a path, "-", a File or a Blob with its path, or a file in memory
 * @throws FileError if it cannot be read, or is a folder; DatasetError if it is gzipped and damaged
 */
export async function openInput(
  from: string | GivenFile | MemoryFile,
  { stdin, signal }: InputOptions = {},
): Promise<FormatInput> {
  if (isGivenFile(from)) return await inputOf(givenSource(from), unpack);
  if (typeof from !== "string") return await inputOf(memorySource(from), unpack);
  if (from !== "-") return await inputOf(await systemSource(from, signal), unpack);
  if (stdin === undefined) {
    throw new FileError(`${STANDARD_INPUT} cannot be read: there is none here. Give the name of a file.`);
  }
  const source = { name: STANDARD_INPUT, size: undefined, rereadable: false, chunks: () => stdin };
  return await inputOf(source, unpack);
}

/** Unpacks gzip's format, of one member or several. */
const unpack: Unpack = async function* (name, chunks) {
  try {
    yield* gunzip(chunks);
  } catch (error) {
    const damage = damageOf(error);
    if (damage === undefined) throw error;
    throw new DatasetError(`${name} cannot be unpacked: ${damage}. Fetch or make it again.`, {
      cause: error,
    });
  }
};
