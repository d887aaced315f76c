/**
 * IDX files of bytes, as MNIST is published: a header of big-endian integers, then the numbers. They are read as they are or
 * out of their .gz. Nothing of what a header says is allocated before it has been checked.
 *
 *   0, 0, type (8: unsigned bytes), dimensions | the size of each dimension, 4 bytes | the bytes, row-major
 */
import type { FileHandle } from "node:fs/promises";
import { DatasetError } from "../errors.ts";
import { fileError, refuseSpecial } from "../files/errors.ts";
import { fileSystem } from "../files/fileSystem.ts";
import { nodeModule } from "../runtime.ts";

/** A file whose header has been read. */
export interface IdxFile {
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
const isGzip = (path: string) => path.endsWith(".gz");
const zlib = () => nodeModule("node:zlib", () => import("node:zlib"));

/**
 * Reads the header of a file.
 * @param path a name that ends in ".gz" is unpacked
 * @throws DatasetError if it is no IDX file of bytes, or of another shape; FileError if it cannot be read
 */
export async function openIdx(path: string, expected: IdxExpectation): Promise<IdxFile> {
  const wanted = 1 + expected.sample.length;
  const length = headerBytes({ length: wanted } as readonly number[]);
  const { head, size } = await withFile(path, expected, async (handle, size) => ({
    head: isGzip(path) ? await firstUnpacked(handle, length) : await firstBytes(handle, length),
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
  if (!isGzip(path) && size !== bytes) throw problem(`has ${size} bytes, expected ${bytes} by its header`);
  return { path, sizes };
}

/**
 * The bytes after the header, unpacked.
 * @throws DatasetError if there are more or fewer than the header says, or the .gz is damaged
 */
export async function readIdx({ path, sizes }: IdxFile, expected: IdxExpectation): Promise<Uint8Array> {
  const bytes = headerBytes(sizes) + contentBytes(sizes);
  const problem = (text: string) => new DatasetError(`${path} ${text}. ${expected.advice}`);
  const limit = isGzip(path) ? compressedLimit(bytes) : bytes;
  const stored = await withFile(path, expected, (handle, size) => {
    if (size > limit) throw problem(`has ${size} bytes, expected ${limit} at most`);
    return firstBytes(handle, size);
  });
  const content = isGzip(path) ? await unpacked(stored, bytes, problem) : stored;
  if (content.length !== bytes)
    throw problem(`holds ${content.length} bytes, expected ${bytes} by its header`);
  return content.subarray(headerBytes(sizes));
}

/** @throws what it does, as an error of ours */
async function withFile<T>(
  path: string,
  { advice }: IdxExpectation,
  use: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const { open, stat } = await fileSystem(path);
  try {
    refuseSpecial(path, "read", await stat(path));
    const handle = await open(path);
    try {
      return await use(handle, (await handle.stat()).size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!/^Z_/.test(`${code}`)) throw fileError(path, "read", error);
    throw new DatasetError(`${path} cannot be unpacked: ${message}. ${advice}`, { cause: error });
  }
}

/** The first bytes of a file, or all if it has fewer. */
async function firstBytes(handle: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** The first bytes of what a file unpacks to; no more than a few thousand are read and unpacked. */
async function firstUnpacked(handle: FileHandle, length: number): Promise<Uint8Array> {
  const { createGunzip } = await zlib();
  const source = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 4096 });
  const unzipped = source.pipe(createGunzip({ chunkSize: 1024 }));
  source.on("error", (error) => unzipped.destroy(error));
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    for await (const chunk of unzipped as AsyncIterable<Uint8Array>) {
      const part = chunk.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (filled === length) break;
    }
  } finally {
    source.destroy();
  }
  return bytes.subarray(0, filled);
}

/** All that the bytes unpack to. @throws `problem` if that is more than `limit` bytes, or they are damaged */
async function unpacked(
  stored: Uint8Array,
  limit: number,
  problem: (text: string) => DatasetError,
): Promise<Uint8Array> {
  const { gunzip } = await zlib();
  return await new Promise((resolve, reject) => {
    gunzip(stored, { maxOutputLength: limit }, (error, bytes) => {
      if (error === null) resolve(bytes);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
        reject(problem(`unpacks to more than ${limit} bytes, expected as many by its header`));
      else reject(problem(`cannot be unpacked: ${error.message}`));
    });
  });
}
