/** Reading images as features, some at a time: what a model that was trained on images is asked about. */
import { DatasetError } from "../errors.ts";
import { refuseMissing } from "../files/errors.ts";
import { type FileStore, pathIn } from "../files/store.ts";
import { systemFiles } from "../files/systemFiles.ts";
import type { Signal } from "../platform.ts";
import { decodeImage, inspectImage } from "./decode.ts";
import { findImages, othersInWords } from "./files.ts";
import { type Inspected, MOST_FILE_BYTES, Refused } from "./inspected.ts";
import { type ImagePreprocessing, imageFeatures } from "./preprocessing.ts";
import { writeResized } from "./resize.ts";

/** Some images as features. */
export interface ImageBatch {
  /** A name for each: its path as it was given, or from the folder that was given. */
  readonly names: readonly string[];
  /** (count, features), a byte each, in the order (channels, height, width). Another batch is another array. */
  readonly values: Uint8Array;
  readonly count: number;
}

export interface ReadImagesOptions {
  /** Images in a batch at most. Default: as many as 8 MB of features hold, from 1 to 256. */
  readonly batch?: number;
  /** Where the files lie. Default: on the disk. */
  readonly files?: FileStore | undefined;
  readonly signal?: Signal | undefined;
  /** Called with each batch: images that are read, and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Files that are read ahead while one is decoded. */
const AHEAD = 4;
const BATCH_BYTES = 8_000_000;

/**
 * Reads images in constant memory: a folder's, with those in folders in it, sorted by their paths; or files, in the order in
 * which they are given.
 * @param input the path of a folder or of a file, or several of them
 * @throws DatasetError if one is damaged, or there are none; FileError if one cannot be read
 */
export async function* readImages(
  input: string | readonly string[],
  preprocessing: ImagePreprocessing,
  { batch, files: store = systemFiles, signal, onProgress }: ReadImagesOptions = {},
): AsyncGenerator<ImageBatch> {
  const files = await imagesOf(store, typeof input === "string" ? [input] : input);
  const features = imageFeatures(preprocessing);
  const most = batch ?? Math.min(256, Math.max(1, Math.floor(BATCH_BYTES / features)));
  const contents = readAhead(
    store,
    files.map(({ path }) => path),
    signal,
  );
  for (let first = 0; first < files.length; first += most) {
    const count = Math.min(most, files.length - first);
    const values = new Uint8Array(count * features);
    for (let i = 0; i < count; i++) {
      const { path } = files[first + i]!;
      const { value: bytes } = await contents.next();
      await writeImage(path, bytes!, preprocessing, values, i * features);
    }
    onProgress?.(first + count, files.length);
    yield { names: files.slice(first, first + count).map(({ name }) => name), values, count };
  }
}

/** The files, with their names. @throws DatasetError if there are none */
async function imagesOf(
  store: FileStore,
  paths: readonly string[],
): Promise<{ readonly path: string; readonly name: string }[]> {
  const files: { path: string; name: string }[] = [];
  for (const path of paths) {
    if (refuseMissing(path, await store.look(path)).kind !== "folder") {
      files.push({ path, name: path });
      continue;
    }
    const folder = path.replace(/(?<=.)\/+$/, "");
    const { names, others } = await findImages(store, folder);
    if (names.length === 0) throw noImages(folder, others);
    // Of several folders, names alone would not tell which image it is.
    const prefix = paths.length > 1 ? `${folder}/` : "";
    for (const name of names) files.push({ path: pathIn(folder, name), name: prefix + name });
  }
  return files;
}

/** The error for a folder without images. */
export function noImages(folder: string, others: ReadonlyMap<string, number>): DatasetError {
  const rest = others.size === 0 ? "" : ` (it has ${othersInWords(others)})`;
  return new DatasetError(
    `${folder} has no images: no .png, .jpg or .jpeg is in it${rest}. Give the folder that holds them.`,
  );
}

/** The bytes of each file, a few of which are read ahead. */
export async function* readAhead(
  files: FileStore,
  paths: readonly string[],
  signal: Signal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const pending: Promise<{ bytes: Uint8Array<ArrayBuffer> } | { error: unknown }>[] = [];
  let next = 0;
  for (let i = 0; i < paths.length; i++) {
    for (; next < paths.length && next < i + AHEAD; next++) {
      const path = paths[next]!;
      const read = files.bytes(path, { most: MOST_FILE_BYTES, tooLarge: (size) => tooLarge(path, size) });
      // A rejection is kept until its turn, so that the first in order is the one that is raised.
      pending.push(
        read.then(
          (bytes) => ({ bytes }),
          (error: unknown) => ({ error }),
        ),
      );
    }
    const result = await pending.shift()!;
    signal?.throwIfAborted();
    if ("error" in result) throw result.error;
    yield result.bytes;
  }
}

const tooLarge = (path: string, size: number) =>
  new DatasetError(
    `${path} has ${size} bytes, expected ${MOST_FILE_BYTES} at most of an image. Make it smaller, or remove it.`,
  );

/** What an image is. @throws DatasetError if it is damaged, with its path */
export function inspectFile(path: string, bytes: Uint8Array): Inspected {
  try {
    return inspectImage(bytes);
  } catch (error) {
    throw named(path, error);
  }
}

/**
 * Decodes an image, and writes it as features.
 * @param values written from `at` on
 * @throws DatasetError if it is damaged, with its path
 */
export async function writeImage(
  path: string,
  bytes: Uint8Array,
  preprocessing: ImagePreprocessing,
  values: Uint8Array,
  at: number,
): Promise<void> {
  try {
    writeResized(await decodeImage(bytes), preprocessing, values, at);
  } catch (error) {
    throw named(path, error);
  }
}

/** Adds to a refusal what file it is of. */
const named = (path: string, error: unknown): unknown =>
  error instanceof Refused
    ? new DatasetError(`${path} ${error.message}. ${error.step}`, { cause: error })
    : error;
