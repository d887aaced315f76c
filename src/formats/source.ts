/** The bytes of a file as the formats see them: with their head, unpacked, within limits. It knows neither Node nor a browser. */
import { DatasetError, FileError } from "../errors.ts";
import { type GivenFile, namedFile, readBlob } from "../files/given.ts";
import { isGzip } from "../files/gzip.ts";
import { shown } from "../options.ts";
import type { FormatInput } from "./format.ts";

/** A file in memory. */
export interface MemoryFile {
  /** What it is called in errors. Its end may tell the format: "houses.csv". */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bytes as they stand in a file. */
export interface ByteSource {
  readonly name: string;
  readonly size: number | undefined;
  readonly rereadable: boolean;
  chunks(): AsyncIterable<Uint8Array>;
  readonly slice?: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;
}

/** Unpacks gzipped bytes. @throws DatasetError if they are damaged */
export type Unpack = (name: string, chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** How much of a file a format sees before it opens it. */
const HEAD = 64 * 1024;
/** The most bytes that are taken into memory at once, unless a format says otherwise. */
const MOST_BYTES = 2 ** 31 - 1;
/** The most bytes that a file unpacks to. */
const MOST_UNPACKED = 2 ** 38;
/** How many times its own bytes a file may unpack to, beyond the first ones: tables reach 100, zeros 1,030. */
const MOST_RATIO = 500;
const FREE_UNPACKED = 64 * 2 ** 20;
/** How much of memory is given at once. */
const MEMORY_CHUNK = 2 ** 20;
/** How much of a given file is read at once. */
const GIVEN_CHUNK = 2 ** 18;

/** A file in memory as a source. @throws FileError if it is none */
export function memorySource({ name, bytes }: MemoryFile): ByteSource {
  if (typeof name !== "string" || !(bytes instanceof Uint8Array)) {
    throw new FileError(
      `A file in memory is { name: ${shown(name)}, bytes: ${shown(bytes)} }, expected a text and a Uint8Array.`,
    );
  }
  return {
    name,
    size: bytes.length,
    rereadable: true,
    async *chunks() {
      for (let start = 0; start < bytes.length; start += MEMORY_CHUNK) {
        yield bytes.subarray(start, start + MEMORY_CHUNK);
      }
    },
    slice: async (start, end) => new Uint8Array(bytes.subarray(start, end)),
  };
}

/** A File, or a Blob with its path, as a source. */
export function givenSource(given: GivenFile): ByteSource {
  const file = namedFile(given);
  const { size } = file.file;
  return {
    name: file.path,
    size: size === 0 ? undefined : size,
    rereadable: true,
    async *chunks() {
      // What is a folder says so when it is read, and some have the size 0.
      for (let start = 0; start < Math.max(1, size); start += GIVEN_CHUNK) {
        yield await readBlob(file, start, Math.min(size, start + GIVEN_CHUNK));
      }
    },
    slice: (start, end) => readBlob(file, start, end),
  };
}

/**
 * A source with its head read, and unpacked if it is gzipped.
 * @throws as the source; DatasetError if it is gzipped and damaged
 */
export async function inputOf(source: ByteSource, unpack: Unpack): Promise<FormatInput> {
  const input = new SourceInput(source, unpack);
  try {
    await input.readHead();
    return input;
  } catch (error) {
    await input.close();
    throw error;
  }
}

class SourceInput implements FormatInput {
  readonly name: string;
  readonly size: number | undefined;
  readonly rereadable: boolean;
  head = new Uint8Array(0);
  bytesRead = 0;
  slice: FormatInput["slice"];
  readonly #source: ByteSource;
  readonly #unpack: Unpack;
  /** Of what can be read once only: what the head was read from, with what was read of it. */
  #begun: { readonly read: Uint8Array[]; readonly rest: AsyncIterator<Uint8Array> } | undefined;

  constructor(source: ByteSource, unpack: Unpack) {
    this.#source = source;
    this.#unpack = unpack;
    this.name = source.name;
    this.size = source.size;
    this.rereadable = source.rereadable;
  }

  async readHead(): Promise<void> {
    const iterator = this.#unpacked(MOST_UNPACKED)[Symbol.asyncIterator]();
    const read: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < HEAD) {
      const next = await iterator.next();
      if (next.done) break;
      read.push(next.value);
      bytes += next.value.length;
    }
    this.head = joined(read, Math.min(bytes, HEAD));
    if (!this.rereadable) {
      this.#begun = { read, rest: iterator };
      return;
    }
    await iterator.return?.(undefined);
    this.bytesRead = 0;
  }

  /** All bytes, unpacked. */
  async *#unpacked(most: number): AsyncGenerator<Uint8Array> {
    this.bytesRead = 0;
    const counted = this.#counted();
    const first: Uint8Array[] = [];
    // A pipe may give a byte at a time.
    for (let bytes = 0; bytes < 3; ) {
      const next = await counted.next();
      if (next.done) break;
      first.push(next.value);
      bytes += next.value.length;
    }
    const begun = async function* () {
      try {
        yield* first.splice(0);
        yield* counted;
      } finally {
        await counted.return(undefined);
      }
    };
    if (!isGzip(joined(first, 3))) {
      if (this.#source.slice !== undefined) this.slice = this.#source.slice;
      yield* limited(this.name, begun(), () => most, "has");
      return;
    }
    const ratio = () => Math.min(most, FREE_UNPACKED + MOST_RATIO * this.bytesRead);
    yield* limited(this.name, this.#unpack(this.name, begun()), ratio, "unpacks to");
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#source.chunks()) {
      this.bytesRead += chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  }

  async *stream({ most = MOST_UNPACKED }: { readonly most?: number } = {}): AsyncGenerator<Uint8Array> {
    if (this.rereadable) {
      yield* this.#unpacked(most);
      return;
    }
    const begun = this.#begun;
    if (begun === undefined) {
      throw new FileError(
        `${this.name} can be read once only, as it is a stream, and it has been. Give a file instead.`,
      );
    }
    this.#begun = undefined;
    const all = async function* () {
      try {
        // Let go as they are given: the caller may keep none.
        for (let chunk = begun.read.shift(); chunk !== undefined; chunk = begun.read.shift()) yield chunk;
        for (let next = await begun.rest.next(); !next.done; next = await begun.rest.next()) yield next.value;
      } finally {
        await begun.rest.return?.(undefined);
      }
    };
    yield* limited(this.name, all(), () => most, "has");
  }

  async bytes({ most = MOST_BYTES }: { readonly most?: number } = {}): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.stream({ most })) {
      chunks.push(chunk);
      bytes += chunk.length;
    }
    return joined(chunks, bytes);
  }

  async close(): Promise<void> {
    const begun = this.#begun;
    this.#begun = undefined;
    await begun?.rest.return?.(undefined);
  }
}

/** The chunks, if they are no more than `most()` bytes together. */
async function* limited(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  most: () => number,
  verb: string,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most()) {
      throw new DatasetError(
        `${name} ${verb} ${bytes} bytes or more, expected ${most()} at most. Give the right file, or a smaller one.`,
      );
    }
    yield chunk;
  }
}

/** The first `length` bytes of the chunks, or as many as there are. */
function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes.subarray(0, filled);
}
