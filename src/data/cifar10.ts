/**
 * CIFAR-10 in its binary version (A. Krizhevsky, "Learning multiple layers of features from tiny images",
 * 2009): 50,000 images to train on in five files, 10,000 to test on in a sixth. A record is one byte of
 * label and 3,072 bytes of pixels: 1,024 red, 1,024 green, 1,024 blue, row-major.
 *
 * `fetch.ts` fetches the files and checks their content against the published hashes.
 */
import { DatasetError, ShapeError } from "../errors.ts";
import { type GivenFiles, givenFiles, namedFiles } from "../files/given.ts";
import { type FileStore, NO_FOLDER, type OpenFile, pathIn } from "../files/store.ts";
import { systemFiles } from "../files/systemFiles.ts";
import type { TargetArray } from "../targets.ts";
import { CIFAR10_FOLDER } from "./cifar10Folder.ts";
import type { Dataset, ReadOptions, Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";

const CLASS_NAMES = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
] as const;
const SHAPE = [3, 32, 32] as const;
const FEATURES = 3072;
const RECORD_BYTES = 1 + FEATURES;
const RECORDS_PER_FILE = 10_000;

const TRAINING_FILES = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`);
const TEST_FILE = "test_batch.bin";
const FILES = [...TRAINING_FILES, TEST_FILE];

/** Records that are read at once, at most: 1.6 MB. */
const CHUNK_RECORDS = 512;
/**
 * The most unwanted records between two wanted ones that are read along. 16 records are 49 KB: copying them takes about
 * as long as starting another read. So half of all rows are read in long chunks, and a few rows one by one.
 */
const MAX_GAP = 16;

const ADVICE = "Replace it by a good copy; nnwasm data fetch cifar10 downloads one.";

export interface Cifar10Options {
  /** Records in each of the six files; other than 10,000 (default) only in cut-down copies, for tests. */
  readonly recordsPerFile?: number;
}

/**
 * Opens CIFAR-10: looks whether the six files are there, with the right sizes. Nothing is read from them
 * before `read()`.
 * @param from the folder that holds the six files, or a folder `cifar-10-batches-bin` that does; or the files
 * @throws DatasetError if files are missing or have the wrong size; FileError for a folder in a browser
 */
export async function cifar10(from: string | GivenFiles, options: Cifar10Options = {}): Promise<Dataset> {
  return typeof from === "string" ? await ofFolder(from, options) : await ofGiven(from, options);
}

async function ofFolder(folder: string, options: Cifar10Options): Promise<Dataset> {
  const found = await firstWithFiles(systemFiles, [folder, `${folder}/${CIFAR10_FOLDER}`]);
  if (found !== undefined) return await openIn(systemFiles, found, options);
  throw new DatasetError(
    `No CIFAR-10 in ${folder}: data_batch_1.bin to data_batch_5.bin and test_batch.bin are ` +
      `neither there nor in ${CIFAR10_FOLDER} inside it. Give the folder that holds them, or run: ` +
      "nnwasm data fetch cifar10",
  );
}

async function ofGiven(given: GivenFiles, options: Cifar10Options): Promise<Dataset> {
  const files = givenFiles(namedFiles("cifar10", given));
  const found = await firstWithFiles(files, files.folders);
  if (found !== undefined) return await openIn(files, found, options);
  throw new DatasetError(
    "No CIFAR-10 among the files: data_batch_1.bin to data_batch_5.bin and test_batch.bin are expected, of the binary " +
      "version. Give the six files.",
  );
}

async function openIn(
  files: FileStore,
  folder: string,
  { recordsPerFile = RECORDS_PER_FILE }: Cifar10Options,
): Promise<Dataset> {
  await checkSizes(files, folder, recordsPerFile);
  const samples = (names: readonly string[]) =>
    new Cifar10Samples(
      files,
      names.map((name) => pathIn(folder, name)),
      recordsPerFile,
    );
  return {
    name: "cifar10",
    origin: folder === NO_FOLDER ? "files" : folder,
    shape: SHAPE,
    features: FEATURES,
    classes: CLASS_NAMES.length,
    classNames: CLASS_NAMES,
    training: samples(TRAINING_FILES),
    test: samples([TEST_FILE]),
  };
}

/** Whether a file, by its name, is one of the six. */
export const isCifar10File = (name: string): boolean => FILES.includes(name);

/**
 * Opens the CIFAR-10 that is found first: in each folder itself, in its `cifar10`, or in
 * `cifar-10-batches-bin` in either. `dataFolders()` gives the folders in their order.
 * @returns undefined if none of the folders holds any of the files
 * @throws DatasetError if the first that holds any of the files lacks some, or has some of the wrong size; FileError in
 *   a browser, which has no folders
 */
export async function findCifar10(
  folders: readonly string[],
  options: Cifar10Options = {},
): Promise<Dataset | undefined> {
  const found = await locateCifar10(folders);
  return found === undefined ? undefined : openIn(systemFiles, found, options);
}

/** The folder that {@link findCifar10} opens, whether its files are complete or not. */
export function locateCifar10(folders: readonly string[]): Promise<string | undefined> {
  return firstWithFiles(
    systemFiles,
    folders.flatMap((folder) => [
      folder,
      `${folder}/${CIFAR10_FOLDER}`,
      `${folder}/cifar10`,
      `${folder}/cifar10/${CIFAR10_FOLDER}`,
    ]),
  );
}

/** The first of the folders that holds any of the six files. */
async function firstWithFiles(files: FileStore, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    for (const name of FILES) if ((await sizeOf(files, pathIn(folder, name))) !== undefined) return folder;
  }
  return undefined;
}

/** The size in bytes, or undefined if there is no such file. */
async function sizeOf(files: FileStore, path: string): Promise<number | undefined> {
  const found = await files.look(path);
  return found?.kind === "file" ? found.size : undefined;
}

async function checkSizes(files: FileStore, folder: string, recordsPerFile: number): Promise<void> {
  const expected = recordsPerFile * RECORD_BYTES;
  const sizes = await Promise.all(FILES.map((name) => sizeOf(files, pathIn(folder, name))));
  const missing = FILES.filter((_, index) => sizes[index] === undefined);
  if (missing.length > 0) {
    const where = folder === NO_FOLDER ? "The files are" : `${folder} holds`;
    throw new DatasetError(
      `${where} CIFAR-10 without ${missing.join(", ")}: six files are expected. ${ADVICE}`,
    );
  }
  const wrong = sizes.findIndex((size) => size !== expected);
  if (wrong >= 0) {
    throw new DatasetError(
      `${pathIn(folder, FILES[wrong]!)} has ${sizes[wrong]} bytes, expected ${expected} ` +
        `(${recordsPerFile} records of ${RECORD_BYTES}). ${ADVICE}`,
    );
  }
}

/** The records of some files, numbered through; or those of them that `rows` lists, in its order. */
class Cifar10Samples implements Samples {
  readonly features = FEATURES;
  readonly classes = CLASS_NAMES.length;
  readonly elementType = "uint8";
  readonly count: number;
  readonly #files: FileStore;
  readonly #paths: readonly string[];
  readonly #recordsPerFile: number;
  readonly #rows: Uint32Array | undefined;

  constructor(files: FileStore, paths: readonly string[], recordsPerFile: number, rows?: Uint32Array) {
    this.#files = files;
    this.#paths = paths;
    this.#recordsPerFile = recordsPerFile;
    this.#rows = rows;
    this.count = rows?.length ?? paths.length * recordsPerFile;
  }

  select(rows: Uint32Array): Samples {
    const selected = selectRows(rows, this.#rows, this.count);
    return new Cifar10Samples(this.#files, this.#paths, this.#recordsPerFile, selected);
  }

  async read(target: SampleTarget, { onProgress, signal }: ReadOptions = {}): Promise<void> {
    const { count } = this;
    const perFile = this.#recordsPerFile;
    const { values, labels } = this.#checkTarget(target);
    const rows = this.#rows;
    // The files are read from front to back, whatever the order of the rows.
    const order = rows && sortedPositions(rows, this.#paths.length * perFile);
    const positionOf = (index: number) => (order ? order[index] : index);
    const rowOf = (index: number) => (rows ? rows[positionOf(index)] : index);

    let reported = 0;
    for await (const { path, chunk, first, firstInFile, begin, end } of this.#blocks(rowOf, signal)) {
      for (let done = begin; done < end; done++) {
        const record = rowOf(done) - first;
        const start = record * RECORD_BYTES;
        const label = chunk[start]!;
        if (label >= CLASS_NAMES.length) {
          throw new DatasetError(
            `${path}: record ${firstInFile + record} has label ${label}, expected 0 to 9. ${ADVICE}`,
          );
        }
        const position = positionOf(done);
        labels[position] = label;
        values.set(chunk.subarray(start + 1, start + RECORD_BYTES), position * FEATURES);
      }
      if (onProgress && (end - reported >= CHUNK_RECORDS / 2 || end === count)) {
        reported = end;
        onProgress(end, count);
      }
    }
  }

  /**
   * The records of rows that ascend, a block at a time. While one is used, the next one is being read.
   * @param rowOf the row of the record that comes at an index
   */
  async *#blocks(rowOf: (index: number) => number, signal: AbortSignal | undefined): AsyncGenerator<Block> {
    const { count } = this;
    const perFile = this.#recordsPerFile;
    // Records are not read straight into a memory: labels lie in between, and not every Node reads into shared memory.
    let [chunk, other] = takeChunks();
    let reader: FileReader | undefined;
    const readBlock = async (begin: number, into: Uint8Array): Promise<Block> => {
      const first = rowOf(begin);
      const file = Math.floor(first / perFile);
      const limit = Math.min(first + into.length / RECORD_BYTES, (file + 1) * perFile);
      let last = first;
      let end = begin + 1;
      for (; end < count; end++) {
        const row = rowOf(end);
        if (row >= limit || row - last > MAX_GAP) break;
        last = row;
      }
      const path = this.#paths[file]!;
      if (reader?.path !== path) {
        await reader?.close();
        reader = undefined;
        reader = await FileReader.open(this.#files, path);
      }
      const firstInFile = first - file * perFile;
      const from = firstInFile * RECORD_BYTES;
      const chunk = await reader.read(from, from + (last - first + 1) * RECORD_BYTES, into);
      return { path, chunk, first, firstInFile, begin, end };
    };
    let reading: Promise<Block> | undefined = count > 0 ? readBlock(0, chunk) : undefined;
    try {
      while (reading !== undefined) {
        signal?.throwIfAborted();
        const block: Block = await reading;
        [chunk, other] = [other, chunk];
        reading = block.end < count ? readBlock(block.end, chunk) : undefined;
        // Whoever uses the block may throw first.
        reading?.catch(() => {});
        yield block;
      }
    } finally {
      await reading?.catch(() => {});
      spareChunks = [chunk, other];
      await (reader as FileReader | undefined)?.close();
    }
  }

  #checkTarget({ values, labels }: SampleTarget): { values: Uint8Array; labels: TargetArray } {
    const { count } = this;
    if (!(values instanceof Uint8Array)) {
      throw new ShapeError("read: values is a Float32Array, expected a Uint8Array: pixels are bytes.");
    }
    if (values.length !== count * FEATURES) {
      throw new ShapeError(
        `read: values has ${values.length} bytes, expected ${count * FEATURES} ` +
          `(${count} samples of ${FEATURES}).`,
      );
    }
    if (labels.length !== count) {
      throw new ShapeError(`read: labels has ${labels.length} bytes, expected ${count}, one a sample.`);
    }
    return { values, labels };
  }
}

/**
 * The chunk of the last read; undefined while a read uses it. An evaluation reads often, block by block: a new chunk for
 * each of its reads would come to 30 MB for 10,000 samples.
 */
let spareChunks: [Uint8Array, Uint8Array] | undefined;

function takeChunks(): [Uint8Array, Uint8Array] {
  const newChunk = () => new Uint8Array(CHUNK_RECORDS * RECORD_BYTES);
  const chunks = spareChunks ?? [newChunk(), newChunk()];
  spareChunks = undefined;
  return chunks;
}

/** Records in memory. */
interface Block {
  readonly path: string;
  readonly chunk: Uint8Array;
  /** The row of the chunk's first record, and its number in the file. */
  readonly first: number;
  readonly firstInFile: number;
  /** The indices of the wanted records among all: from `begin` to before `end`. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The indices into `rows`, ordered by the rows that stand there; a counting sort.
 * @param total each row is less
 */
function sortedPositions(rows: Uint32Array, total: number): Uint32Array {
  const next = new Uint32Array(total + 1);
  for (const row of rows) next[row + 1]++;
  for (let row = 0; row < total; row++) next[row + 1] += next[row];
  const order = new Uint32Array(rows.length);
  rows.forEach((row, position) => {
    order[next[row]++] = position;
  });
  return order;
}

/** An open file, for reads that are complete or fail. */
class FileReader {
  readonly path: string;
  readonly #file: OpenFile;

  private constructor(path: string, file: OpenFile) {
    this.path = path;
    this.#file = file;
  }

  static async open(files: FileStore, path: string): Promise<FileReader> {
    return new FileReader(path, await files.open(path));
  }

  /** The bytes from `start` to `end`, in `into` or elsewhere. @throws DatasetError if the file ends before that */
  async read(start: number, end: number, into: Uint8Array): Promise<Uint8Array> {
    const bytes = await this.#file.read(start, end, into);
    if (bytes.length === end - start) return bytes;
    throw new DatasetError(
      `${this.path} was cut to ${start + bytes.length} bytes or less while it was read. ${ADVICE}`,
    );
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
