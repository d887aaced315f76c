/**
 * A folder of images as samples: each folder in it is a class, named as the folder is, and holds the images of that class,
 * itself or in folders within. `train` and `test` (and `validation`) may divide it, each with such folders.
 *
 *     pets/cat/1.png  pets/cat/2.jpg  pets/dog/1.png              classes: cat, dog
 *     pets/train/cat/1.png  …  pets/test/cat/9.png  …             the same, with a test set
 */
import { ConfigError, DatasetError } from "../errors.ts";
import { type GivenFiles, givenFiles, namedFiles } from "../files/given.ts";
import { type FileStore, NO_FOLDER, pathIn } from "../files/store.ts";
import { systemFiles } from "../files/systemFiles.ts";
import { counted } from "../format/words.ts";
import { type FoundImages, findImages, listFolder, othersInWords } from "../images/files.ts";
import type { Inspected } from "../images/inspected.ts";
import {
  type ImagePreprocessing,
  imageFeatures,
  imagePreprocessing,
  isSide,
  MOST_SIDE,
} from "../images/preprocessing.ts";
import { inspectFile, noImages, readAhead, writeImage } from "../images/read.ts";
import { shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import { samplesFromArrays } from "./arrays.ts";
import type { Dataset, Samples, UntestedDataset } from "./dataset.ts";

export interface ImageFolderOptions {
  /** What images are brought to. Default: their own size, if all have the same of at most 64 × 64; else 32 × 32. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** 1: grey, 3: colours. Default: 1 if all images are stored as grey ones, else 3. */
  readonly channels?: 1 | 3 | undefined;
  /** A model's own, in place of size and channels. Default: these decide. */
  readonly preprocessing?: ImagePreprocessing | undefined;
  /** A model's own classes, in its order. Default: the folders, sorted by code units. */
  readonly classNames?: readonly string[] | undefined;
  /** Ends the reading, which then rejects with its reason. Default: none. */
  readonly signal?: Signal | undefined;
  /** Called after each image. Default: nothing is. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What was understood of a folder of images. */
export interface ImageUnderstanding {
  readonly images: number;
  readonly classes: readonly { readonly name: string; readonly count: number }[];
  /** From the most frequent to the least, at most 20. */
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly count: number }[];
  /** How many different sizes there are. */
  readonly differentSizes: number;
  readonly formats: readonly { readonly format: string; readonly count: number }[];
  /** Files that are left out, by the ends of their names; "" for none. */
  readonly leftOut: readonly { readonly ending: string; readonly count: number }[];
  /** Images that cannot be read, and why; at most 20 of `brokenImages`. */
  readonly broken: readonly { readonly file: string; readonly reason: string }[];
  readonly brokenImages: number;
  /** What a user should know, as sentences. */
  readonly warnings: readonly string[];
}

export interface ImageFolder {
  /** Bytes, (channels, height, width) of each image, and its class; class by class. */
  readonly samples: Samples;
  /** [channels, height, width] */
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly classNames: readonly string[];
  readonly preprocessing: ImagePreprocessing;
  /** The path of each sample's image, from the folder. */
  readonly files: readonly string[];
  readonly understanding: ImageUnderstanding;
}

/** The largest side that images of one size keep, and the sides to which others are brought. */
const LARGEST_KEPT = 64;
const USUAL_SIDE = 32;
const MOST_BYTES = 2 ** 31;
const MOST_CLASSES = 65_536;
const MOST_SHOWN = 20;

/** The names of the folders that divide a data set. */
const SETS = {
  training: ["train", "training"],
  validation: ["validation", "val", "valid"],
  test: ["test", "testing"],
} as const;

/** The folders of a data set's parts. */
export interface ImageSets {
  readonly training: string;
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
}

const withoutSlash = (path: string) => path.replace(/(?<=.)\/+$/, "");

/**
 * The parts of a folder of images. It is divided if it holds a folder `train`, beside it nothing but `test` or `validation`, and
 * in it folders; else it is all for training.
 * @throws FileError if it cannot be read
 */
export async function imageSets(path: string, files: FileStore = systemFiles): Promise<ImageSets> {
  const root = withoutSlash(path);
  const { folders } = await listFolder(files, root);
  const named = (names: readonly string[]) => folders.find((folder) => names.includes(folder));
  const [training, validation, test] = [named(SETS.training), named(SETS.validation), named(SETS.test)];
  const parts = [training, validation, test].filter((part) => part !== undefined);
  if (training === undefined || parts.length !== folders.length) return { training: root };
  const inside = await listFolder(files, pathIn(root, training));
  // A class may be called "train": of buses and trains, say.
  if (inside.folders.length === 0 || inside.images.length > 0) return { training: root };
  const pathOf = (part: string | undefined) => (part === undefined ? undefined : pathIn(root, part));
  return { training: pathIn(root, training), validation: pathOf(validation), test: pathOf(test) };
}

/** Whether a folder holds folders with images in one of them, as openImageFolder() takes it. */
export async function isImageFolder(path: string, files: FileStore = systemFiles): Promise<boolean> {
  const { training } = await imageSets(path, files);
  const { folders } = await listFolder(files, training);
  for (const folder of folders) {
    if ((await findImages(files, pathIn(training, folder))).names.length > 0) return true;
  }
  return false;
}

/** The images of a folder, class by class. */
interface Found {
  readonly store: FileStore;
  readonly root: string;
  readonly classNames: readonly string[];
  readonly counts: readonly number[];
  /** From the root. */
  readonly files: readonly string[];
  readonly labels: Uint16Array;
  readonly leftOut: ReadonlyMap<string, number>;
  readonly warnings: readonly string[];
}

/**
 * Finds the classes and their images.
 * @param known a model's classes; then some may be without images
 * @throws DatasetError if there are no classes, one is unknown, or one that is to be learned has no images
 */
async function findClasses(store: FileStore, path: string, known?: readonly string[]): Promise<Found> {
  const root = withoutSlash(path);
  const listing = await listFolder(store, root);
  const classNames = known ?? listing.folders;
  const found: FoundImages[] = [];
  for (const name of listing.folders) {
    const images = await findImages(store, pathIn(root, name));
    if (!classNames.includes(name) && images.names.length > 0) {
      throw new DatasetError(
        `${pathIn(root, name)} is a class that the others are not of. There are: ${someOf(classNames)}. Rename the folder, or remove it.`,
      );
    }
    if (known === undefined && images.names.length === 0) throw noImages(pathIn(root, name), images.others);
    found.push(images);
  }
  refuseFew(root, listing, known);
  const files: string[] = [];
  const labels: number[] = [];
  const counts = classNames.map(() => 0);
  for (const [label, name] of classNames.entries()) {
    const { names = [] } = found[listing.folders.indexOf(name)] ?? {};
    for (const image of names) {
      files.push(`${name}/${image}`);
      labels.push(label);
    }
    counts[label] = names.length;
  }
  if (files.length === 0) throw noImages(shownFolder(root), new Map());
  const leftOut = new Map<string, number>();
  for (const { others } of found) {
    for (const [ending, count] of others) leftOut.set(ending, (leftOut.get(ending) ?? 0) + count);
  }
  const warnings: string[] = [];
  const loose = listing.images.length;
  if (loose > 0) {
    warnings.push(
      `${loose} ${loose === 1 ? "image lies" : "images lie"} in ${root === NO_FOLDER ? "no folder" : `${root} itself`} and ${loose === 1 ? "is" : "are"} left out: an image belongs into the folder of its class.`,
    );
  }
  const others = [...leftOut.values()].reduce((sum, count) => sum + count, 0);
  if (others > 0)
    warnings.push(
      `${counted(others, "other file")} ${others === 1 ? "is" : "are"} left out: ${othersInWords(leftOut)}.`,
    );
  return { store, root, classNames, counts, files, labels: Uint16Array.from(labels), leftOut, warnings };
}

/** A folder at the beginning of a sentence. */
const shownFolder = (root: string): string => (root === NO_FOLDER ? "What was given" : root);

const someOf = (names: readonly string[]): string =>
  names.slice(0, 10).join(", ") + (names.length > 10 ? ", …" : "");

/** @throws DatasetError if there are too few classes to learn, or too many */
function refuseFew(
  root: string,
  { folders, images }: { readonly folders: readonly string[]; readonly images: readonly string[] },
  known: readonly string[] | undefined,
): void {
  if (folders.length === 0) {
    const beside = images.length === 0 ? "no images" : `${images.length} images, but no folders`;
    throw new DatasetError(
      `${shownFolder(root)} has ${beside} in it. Expected a folder for each class with its images: ${pathIn(root, "cat/1.png")}.`,
    );
  }
  if (known !== undefined) return;
  if (folders.length === 1) {
    throw new DatasetError(
      `${shownFolder(root)} has one class, ${folders[0]}. Expected a folder for each of two classes or more.`,
    );
  }
  if (folders.length > MOST_CLASSES) {
    throw new DatasetError(
      `${shownFolder(root)} has ${folders.length} classes, expected ${MOST_CLASSES} at most.`,
    );
  }
}

/** Counts things by their names. */
class Counts {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** From the most frequent to the least; of equal ones, the first first. */
  sorted(): [name: string, count: number][] {
    return [...this.#counts].sort(([, a], [, b]) => b - a);
  }
}

/** What the headers of a folder's images say. */
interface Headers {
  readonly sizes: ImageUnderstanding["sizes"];
  readonly differentSizes: number;
  readonly formats: ImageUnderstanding["formats"];
  readonly grey: boolean;
}

/** Inspects each image, and passes on those that are damaged. */
class HeaderCounts {
  readonly #sizes = new Counts();
  readonly #formats = new Counts();
  #grey = true;

  add({ width, height, format, grey }: Inspected): void {
    this.#sizes.add(`${width} ${height}`);
    this.#formats.add(format);
    this.#grey &&= grey;
  }

  result(): Headers {
    const sizes = this.#sizes.sorted().map(([name, count]) => {
      const [width, height] = name.split(" ").map(Number) as [number, number];
      return { width, height, count };
    });
    return {
      sizes: sizes.slice(0, MOST_SHOWN),
      differentSizes: sizes.length,
      formats: this.#formats.sorted().map(([format, count]) => ({ format, count })),
      grey: this.#grey,
    };
  }
}

const pathsOf = ({ root, files }: Found) => files.map((file) => pathIn(root, file));

/** @throws DatasetError at the first image that is damaged */
async function headersOf(found: Found, signal: Signal | undefined): Promise<Headers> {
  const counts = new HeaderCounts();
  const paths = pathsOf(found);
  let i = 0;
  for await (const bytes of readAhead(found.store, paths, signal))
    counts.add(inspectFile(paths[i++]!, bytes));
  return counts.result();
}

/** To what images are brought that have these headers. @throws ConfigError if a size is out of range */
function chosenPreprocessing(
  { sizes, differentSizes, grey }: Headers,
  { size, channels, preprocessing }: ImageFolderOptions,
): ImagePreprocessing {
  if (preprocessing !== undefined) return preprocessing;
  if (size !== undefined && !(isSide(size.width) && isSide(size.height))) {
    throw new ConfigError(
      `The size of images is ${shown(size.width)} × ${shown(size.height)}, expected integers from 1 to ${MOST_SIDE}.`,
    );
  }
  const { width, height } = sizes[0]!;
  const kept = differentSizes === 1 && width <= LARGEST_KEPT && height <= LARGEST_KEPT;
  const chosen = size ?? (kept ? { width, height } : { width: USUAL_SIDE, height: USUAL_SIDE });
  return imagePreprocessing(chosen.width, chosen.height, channels ?? (grey ? 1 : 3));
}

/** Where a folder of images lies: its path on the disk, or its files. */
interface Place {
  readonly store: FileStore;
  readonly path: string;
}

function placeOf(where: string, from: string | GivenFiles): Place {
  if (typeof from === "string") return { store: systemFiles, path: from };
  const store = givenFiles(namedFiles(where, from));
  return { store, path: store.root };
}

/**
 * Opens a folder of images: reads and decodes all of them.
 * @param from its path, or its files, whose paths tell their folders
 * @throws DatasetError if it has no classes, one of them no images, or an image is damaged, with its path; FileError if
 *   something cannot be read; ConfigError if the size is out of range
 */
export function openImageFolder(
  from: string | GivenFiles,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  return openPlace(placeOf("openImageFolder", from), options);
}

async function openPlace({ store, path }: Place, options: ImageFolderOptions): Promise<ImageFolder> {
  const { signal, onProgress } = options;
  const found = await findClasses(store, path, options.classNames);
  const headers = await headersOf(found, signal);
  const preprocessing = chosenPreprocessing(headers, options);
  const features = imageFeatures(preprocessing);
  const { files, labels, classNames, root, warnings } = found;
  if (files.length * features > MOST_BYTES) {
    throw new DatasetError(
      `${shownFolder(root)} has ${files.length} images of ${features} numbers, which are more than fit into memory. Give a smaller size, such as 16x16.`,
    );
  }
  const values = new Uint8Array(files.length * features);
  const paths = pathsOf(found);
  let done = 0;
  for await (const bytes of readAhead(found.store, paths, signal)) {
    await writeImage(paths[done]!, bytes, preprocessing, values, done * features);
    done++;
    onProgress?.(done, files.length);
  }
  const { width, height, channels } = preprocessing;
  return {
    samples: samplesFromArrays({ values, features, labels, classNames }),
    shape: [channels, height, width],
    ...{ classNames, preprocessing, files },
    understanding: understandingOf(found, headers, [], 0, warnings),
  };
}

function understandingOf(
  { files, classNames, counts, leftOut }: Found,
  { sizes, differentSizes, formats }: Headers,
  broken: ImageUnderstanding["broken"],
  brokenImages: number,
  warnings: readonly string[],
): ImageUnderstanding {
  return {
    images: files.length,
    classes: classNames.map((name, label) => ({ name, count: counts[label]! })),
    ...{ sizes, differentSizes, formats, broken, brokenImages, warnings },
    leftOut: [...leftOut].map(([ending, count]) => ({ ending, count })),
  };
}

/** The classes of a folder of images, with how many to train on each has, by the files' names. @throws as {@link openImageFolder} */
export async function countImages(from: string | GivenFiles): Promise<ImageUnderstanding["classes"]> {
  const { store, path } = placeOf("countImages", from);
  const { training } = await imageSets(path, store);
  const { classNames, counts } = await findClasses(store, training);
  return classNames.map((name, label) => ({ name, count: counts[label]! }));
}

/**
 * What is in a folder of images: each is decoded, and those that are damaged are listed.
 * @throws DatasetError if it has no classes, or one of them no images; FileError if something cannot be read
 */
export async function describeImageFolder(
  path: string,
  {
    files: store = systemFiles,
    signal,
    onProgress,
  }: Pick<ImageFolderOptions, "signal" | "onProgress"> & { readonly files?: FileStore } = {},
): Promise<ImageUnderstanding> {
  const found = await findClasses(store, path);
  const counts = new HeaderCounts();
  const broken: { file: string; reason: string }[] = [];
  let brokenImages = 0;
  const paths = pathsOf(found);
  const small = imagePreprocessing(1, 1, 1);
  const scratch = new Uint8Array(1);
  let done = 0;
  for await (const bytes of readAhead(found.store, paths, signal)) {
    const image = paths[done]!;
    try {
      const header = inspectFile(image, bytes);
      await writeImage(image, bytes, small, scratch, 0);
      counts.add(header);
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      brokenImages++;
      const reason = error.message.slice(image.length + 1);
      if (broken.length < MOST_SHOWN) broken.push({ file: found.files[done]!, reason });
    }
    done++;
    onProgress?.(done, paths.length);
  }
  const warnings = [...found.warnings];
  if (brokenImages > 0)
    warnings.push(`${counted(brokenImages, "image")} cannot be read: a training refuses them.`);
  return understandingOf(found, counts.result(), broken, brokenImages, warnings);
}

/** A data set of images, with what was understood of its training images. */
export interface ImageDataset {
  readonly dataset: UntestedDataset & { readonly preprocessing: ImagePreprocessing };
  readonly understanding: ImageUnderstanding;
}

export interface ImageDatasetOptions extends ImageFolderOptions {
  /** A folder of images to test on, in place of the folder's own `test`. Default: that one, if there is one. */
  readonly testPath?: string | undefined;
}

/**
 * Opens a folder of images as a data set. What a divided one has for validation is validated on. Without a folder `test`, or
 * one that is given, it has no test set.
 * @param from its path, or its files, whose paths tell their folders
 * @throws as {@link openImageFolder}
 */
export async function openImageDataset(
  from: string | GivenFiles,
  options: ImageDatasetOptions = {},
): Promise<ImageDataset> {
  const { store, path } = placeOf("openImageDataset", from);
  const { testPath } = options;
  const sets = await imageSets(path, store);
  const training = await openPlace({ store, path: sets.training }, options);
  const { preprocessing, classNames, shape, understanding } = training;
  const more = { ...options, preprocessing, classNames };
  const tests =
    testPath === undefined
      ? sets.test && { store, path: sets.test }
      : await imageSets(testPath).then(({ training, test }) => ({
          store: systemFiles,
          path: test ?? training,
        }));
  const test = tests && (await openPlace(tests, more)).samples;
  const validation = sets.validation && (await openPlace({ store, path: sets.validation }, more)).samples;
  const samples = !validation
    ? { training: training.samples }
    : await joined(training.samples, validation, classNames);
  const place = path === NO_FOLDER ? "images" : withoutSlash(path);
  const name = place.split(/[/\\]/).at(-1)!;
  return {
    dataset: {
      ...{ name, origin: place, shape, classNames, preprocessing, ...samples },
      features: imageFeatures(preprocessing),
      classes: classNames.length,
      test: test || undefined,
    },
    understanding,
  };
}

/** Samples for training, then those for validation, as one. */
async function joined(
  training: Samples,
  validation: Samples,
  classNames: readonly string[],
): Promise<Required<Pick<Dataset, "training" | "split">>> {
  const { features } = training;
  const count = training.count + validation.count;
  const values = new Uint8Array(count * features);
  const labels = new Uint16Array(count);
  const labelsOf = (samples: Samples) => samples.labels!();
  let first = 0;
  for (const samples of [training, validation]) {
    const own = values.subarray(first * features, (first + samples.count) * features);
    // Its classes may be stored in bytes: they are taken from labels().
    await samples.read({ values: own, labels: newLabels(samples) });
    labels.set(labelsOf(samples) as ArrayLike<number>, first);
    first += samples.count;
  }
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  return {
    training: samplesFromArrays({ values, features, labels, classNames }),
    split: { train: rows.subarray(0, training.count), validation: rows.subarray(training.count) },
  };
}

const newLabels = ({ count, classes }: Samples): Uint8Array | Uint16Array =>
  classes <= 256 ? new Uint8Array(count) : new Uint16Array(count);
