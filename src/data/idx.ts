/**
 * IDX files of bytes, as MNIST is published: a header of big-endian integers, then the numbers. They are read as they are or
 * out of their .gz. Nothing of what a header says is allocated before it has been checked.
 *
 *   0, 0, type (8: unsigned bytes), dimensions | the size of each dimension, 4 bytes | the bytes, row-major
 */
import { DatasetError } from "../errors.ts";
import { refuseKind } from "../files/errors.ts";
import { gunzip } from "../files/gunzip.ts";
import type { FileStore, OpenFile } from "../files/store.ts";

/** A file whose header has been read. */
export interface IdxFile {
  readonly files: FileStore;
  readonly path: string;
  /** The sizes of the dimensions. The first counts the samples. */
  readonly sizes: readonly number[];
}

export interface IdxExpectation {
  /** The sizes of a sample: [28, 28] for images, [] for labels. */
  readonly sample: readonly number[];
  /** The most samples. */
  readonly most: number;
  /** What to do about a file that is damaged. */
  readonly advice: string;
}

const UNSIGNED_BYTES = 8;
/** Deflate makes incompressible bytes a little longer; the names in a gzip header take up to 64 KB. */
const compressedLimit = (bytes: number) => bytes + Math.ceil(bytes / 1000) + 100_000;

const headerBytes = (sizes: readonly number[]) => 4 + 4 * sizes.length;
const contentBytes = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1);
const isPacked = (path: string) => path.endsWith(".gz");

/** How much of a file is read at once, and of one of which only the header is wanted. */
const CHUNK = 2 ** 18;
const SMALL_CHUNK = 4096;
/** How many times its own bytes a .gz can unpack to, at most. */
const MOST_RATIO = 1032;

/**
 * Reads the header of a file.
 * @param path a name that ends in ".gz" is unpacked
 * @throws DatasetError if it is no IDX file of bytes, or of another shape; FileError if it cannot be read
 */
export async function openIdx(files: FileStore, path: string, expected: IdxExpectation): Promise<IdxFile> {
  const wanted = 1 + expected.sample.length;
  const length = headerBytes({ length: wanted } as readonly number[]);
  const { head, size } = await withFile(files, path, expected, async (file, size) => ({
    head: isPacked(path) ? await firstUnpacked(file, size, length) : await file.read(0, length),
    size,
  }));
  const problem = (text: string) => new DatasetError(`${path} ${text}. ${expected.advice}`);
  if (head.length < length) throw problem(`ends within its header, after ${head.length} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const magic = view.getUint32(0);
  if (magic !== UNSIGNED_BYTES * 256 + wanted) {
    const hex = (value: number) => `0x${value.toString(16).padStart(8, "0")}`;
    throw problem(
      `begins with ${hex(magic)}, expected ${hex(UNSIGNED_BYTES * 256 + wanted)} ` +
        `(unsigned bytes in ${wanted === 1 ? "1 dimension" : `${wanted} dimensions`})`,
    );
  }
  const sizes = Array.from({ length: wanted }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  const [count, ...sample] = sizes as [number, ...number[]];
  if (count < 1 || count > expected.most) {
    throw problem(`says that it has ${count} samples, expected 1 to ${expected.most}`);
  }
  if (sample.join() !== expected.sample.join()) {
    throw problem(`has samples of ${sample.join(" × ")}, expected ${expected.sample.join(" × ")}`);
  }
  const bytes = length + contentBytes(sizes);
  if (!isPacked(path) && size !== bytes) throw problem(`has ${size} bytes, expected ${bytes} by its header`);
  return { files, path, sizes };
}

/**
 * The bytes after the header, unpacked.
 * @throws DatasetError if there are more or fewer than the header says, or the .gz is damaged
 */
export async function readIdx(
  { files, path, sizes }: IdxFile,
  expected: IdxExpectation,
): Promise<Uint8Array> {
  const bytes = headerBytes(sizes) + contentBytes(sizes);
  const problem = (text: string) => new DatasetError(`${path} ${text}. ${expected.advice}`);
  const limit = isPacked(path) ? compressedLimit(bytes) : bytes;
  const content = await withFile(files, path, expected, async (file, size) => {
    if (size > limit) throw problem(`has ${size} bytes, expected ${limit} at most`);
    return isPacked(path) ? await unpacked(file, size, bytes, problem) : await file.read(0, size);
  });
  if (content.length !== bytes)
    throw problem(`holds ${content.length} bytes, expected ${bytes} by its header`);
  return content.subarray(headerBytes(sizes));
}

/** @throws what it does, as an error of ours */
async function withFile<T>(
  files: FileStore,
  path: string,
  { advice }: IdxExpectation,
  use: (file: OpenFile, size: number) => Promise<T>,
): Promise<T> {
  const { size } = refuseKind(path, await files.look(path));
  const file = await files.open(path);
  try {
    return await use(file, size);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: string };
    if (!/^Z_/.test(`${code}`)) throw error;
    throw new DatasetError(`${path} cannot be unpacked: ${message}. ${advice}`, { cause: error });
  } finally {
    await file.close();
  }
}

async function* chunksOf(file: OpenFile, size: number, most: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += most) {
    const chunk = await file.read(at, Math.min(size, at + most));
    if (chunk.length === 0) return;
    yield chunk;
  }
}

/** The first bytes of what a file unpacks to; no more than a few thousand are read and unpacked. */
async function firstUnpacked(file: OpenFile, size: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of gunzip(chunksOf(file, size, SMALL_CHUNK))) {
    const part = chunk.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return bytes.subarray(0, filled);
}

/** All that a file unpacks to. @throws `problem` if that is more than `limit` bytes; as zlib if they are damaged */
async function unpacked(
  file: OpenFile,
  size: number,
  limit: number,
  problem: (text: string) => DatasetError,
): Promise<Uint8Array> {
  // A header may promise more than the file can hold.
  const bytes = new Uint8Array(Math.min(limit, size * MOST_RATIO));
  let filled = 0;
  for await (const chunk of gunzip(chunksOf(file, size, CHUNK))) {
    if (filled + chunk.length > bytes.length)
      throw problem(`unpacks to more than ${limit} bytes, expected as many by its header`);
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes.subarray(0, filled);
}
