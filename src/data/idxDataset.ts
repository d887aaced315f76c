/**
 * Images as arrays of bytes: a file of images, IDX as MNIST is published (`train-images-idx3-ubyte.gz`) or NPY, and a file of their
 * labels beside it. They become samples of bytes, each of which stands for v / 255, and not a table.
 *
 *   const { samples, shape, classNames } = await openIdxPair("train-images-idx3-ubyte.gz");    the labels' file is found beside it
 *   const { count, batches } = await openArrays("t10k-images-idx3-ubyte.gz", { labels: null }); images only, for predictions
 */
import { DatasetError } from "../errors.ts";
import { systemFiles } from "../files/systemFiles.ts";
import {
  columnsOf,
  readArray,
  rowsOf,
  type StoredArray,
  sizesInWords,
} from "../formats/arrays/arrayTable.ts";
import { inParts } from "../formats/arrays/bytes.ts";
import { isNpy } from "../formats/arrays/npyHeader.ts";
import { isIdx, storedArray } from "../formats/arrays/stored.ts";
import type { FormatInput } from "../formats/format.ts";
import { openInput } from "../formats/inputs.ts";
import { byteSamples } from "./byteSamples.ts";
import type { Samples } from "./dataset.ts";

export interface OpenArraysOptions {
  /**
   * The file of the labels: an IDX or NPY array of one dimension, of whole numbers or texts. null: there is none. Default: the file
   * beside the images that is named as theirs is, with "labels" for "images" and idx1 for idx3, if there is one.
   */
  readonly labels?: string | null | undefined;
  /** The classes that the labels are among, as they were trained on. Default: the labels that there are, in their order. */
  readonly classNames?: readonly string[] | undefined;
  /** Where the files lie. Default: on the disk. */
  readonly files?: ArrayFiles | undefined;
}

/** Files of arrays, by their paths. */
export interface ArrayFiles {
  /** @throws FileError if it cannot be read */
  open(path: string): Promise<FormatInput>;
  has(path: string): Promise<boolean>;
}

const onDisk: ArrayFiles = {
  open: (path) => openInput(path),
  has: async (path) => (await systemFiles.look(path))?.kind === "file",
};

/** Some images, one after another. */
export interface ArrayBatch {
  /** The number of the first, from 0. */
  readonly first: number;
  readonly count: number;
  /** (count, features), which are its own only until the next batch is asked for. */
  readonly values: Uint8Array;
}

/** A file of images whose header has been read, and its labels, which have been read. */
export interface OpenedArrays {
  readonly path: string;
  readonly labelsPath: string | undefined;
  /** "IDX" or "NPY". */
  readonly format: string;
  readonly count: number;
  /** Of one of them: [1, 28, 28], channels first; of rows that are no images, [features]. */
  readonly shape: readonly number[];
  readonly features: number;
  /** Undefined without labels. Numbers stand by size ("0", "1", …), texts by code units. */
  readonly classNames: readonly string[] | undefined;
  /** (count), the class of each, a place in `classNames`. */
  readonly labels: ArrayLike<number> | undefined;
  /** The samples; without labels, each is of the class 0, the only one. The images are read when the first of them are, and kept. */
  readonly samples: Samples;
  /** Reads the images in their order, in constant memory; of a stream, once. */
  batches(most: number): AsyncIterable<ArrayBatch>;
}

/** Whether a file holds an array of bytes in two dimensions or more (NPY: three), as {@link openArrays} takes it. */
export function isArrays({ head, name }: Pick<FormatInput, "head" | "name">): boolean {
  if (!isNpy(head)) return isIdx(head) && head[2] === 8 && head[3]! >= 2;
  try {
    const { type, shape } = storedArray({ head, name, size: undefined } as FormatInput).layout;
    return type.name === "uint8" && shape.length >= 3;
  } catch {
    return false;
  }
}

/**
 * Opens images and their labels.
 * @throws DatasetError if there are no labels, or as {@link openArrays}
 */
export async function openIdxPair(
  images: string,
  labels?: string,
  options: Pick<OpenArraysOptions, "classNames" | "files"> = {},
): Promise<OpenedArrays & { readonly classNames: readonly string[]; readonly labels: ArrayLike<number> }> {
  const arrays = await openArrays(images, { ...options, labels });
  const { classNames, labels: classes } = arrays;
  if (classNames !== undefined && classes !== undefined) return { ...arrays, classNames, labels: classes };
  const names = labelNames(images);
  throw new DatasetError(
    names.length === 0
      ? `${images} holds images without labels. Name the file of their labels: --target LABELS.`
      : `${images} holds images, and there are no labels beside it (${names.join(", ")}). Name their file: --target LABELS.`,
  );
}

/**
 * Opens images, with labels or without.
 * @param from a path, or a file of which the head has been read; a stream can be read once
 * @throws DatasetError if it is no array of bytes, or its labels are not as many, or unknown; FileError if it cannot be read
 */
export async function openArrays(
  from: string | FormatInput,
  { labels, classNames, files = onDisk }: OpenArraysOptions = {},
): Promise<OpenedArrays> {
  if (typeof from !== "string") return await opened(files, from, labels ?? undefined, classNames);
  const input = await files.open(from);
  try {
    const path = labels === null ? undefined : (labels ?? (await labelsBeside(from, files)));
    return await opened(files, input, path, classNames);
  } catch (error) {
    await input.close();
    throw error;
  }
}

async function opened(
  files: ArrayFiles,
  input: FormatInput,
  labelsPath: string | undefined,
  classNames: readonly string[] | undefined,
): Promise<OpenedArrays> {
  const array = storedArray(input);
  const { layout } = array;
  const path = input.name;
  if (layout.type.name !== "uint8" || layout.shape.length < 2) {
    throw new DatasetError(
      `${path} holds ${sizesInWords(layout.shape)} of ${layout.type.name}, expected images: unsigned bytes in 2 dimensions or more.`,
    );
  }
  if (layout.fortran) {
    throw new DatasetError(
      `${path} holds its images in Fortran's order, expected C's. Save them by numpy.save(FILE, numpy.ascontiguousarray(images)).`,
    );
  }
  const named =
    labelsPath === undefined
      ? undefined
      : await readLabels(await files.open(labelsPath), path, rowsOf(layout), classNames);
  const images = imagesOf(layout.shape);
  const { shape, reorder } = images;
  const features = columnsOf(layout);
  const count = rowsOf(layout);
  const samples = byteSamples({
    count,
    features,
    classes: named?.classNames.length ?? 1,
    classNames: named?.classNames,
    labels: named?.labels,
    load: async () => ({ pixels: await readPixels(input, array, reorder), labels: named?.labels }),
  });
  return {
    ...{ path, labelsPath, format: isNpy(input.head) ? "NPY" : "IDX", count, shape, features, samples },
    classNames: named?.classNames,
    labels: named?.labels,
    batches: (most) => batchesOf(array, most, reorder),
  };
}

const CHANNELS = [1, 3, 4];

/**
 * The shape of an image, and what brings its bytes into the order channel, row, column, if they have another one.
 * @param shape of all: (n, features), (n, height, width), (n, channels, height, width) or (n, height, width, channels)
 */
function imagesOf(shape: readonly number[]): {
  shape: readonly number[];
  reorder: ((values: Uint8Array) => void) | undefined;
} {
  const [, a, b, c, more] = shape;
  if (b === undefined) return { shape: [a!], reorder: undefined };
  if (c === undefined) return { shape: [1, a!, b], reorder: undefined };
  if (more !== undefined || CHANNELS.includes(a!) || !CHANNELS.includes(c)) {
    return { shape: shape.slice(1), reorder: undefined };
  }
  const pixels = a! * b;
  const image = new Uint8Array(pixels * c);
  return {
    shape: [c, a!, b],
    reorder(values) {
      for (let start = 0; start < values.length; start += image.length) {
        image.set(values.subarray(start, start + image.length));
        for (let channel = 0; channel < c; channel++) {
          for (let i = 0; i < pixels; i++) values[start + channel * pixels + i] = image[i * c + channel]!;
        }
      }
    },
  };
}

/** How many times its own bytes a .gz can unpack to, at most. */
const MOST_RATIO = 1032;
/** The most bytes of images that are kept in memory. */
const MOST_PIXELS = 2 ** 31 - 1;
/** How many bytes are read at once. */
const AT_ONCE = 2 ** 21;

async function readPixels(
  { name, size }: FormatInput,
  array: StoredArray,
  reorder: ((values: Uint8Array) => void) | undefined,
): Promise<Uint8Array> {
  const features = columnsOf(array.layout);
  const bytes = rowsOf(array.layout) * features;
  const possible = size === undefined ? MOST_PIXELS : Math.min(MOST_PIXELS, size * MOST_RATIO);
  if (bytes > possible) {
    throw new DatasetError(
      `${name} has ${bytes} bytes of images by its header, expected at most ${possible}${possible === MOST_PIXELS ? "" : ", which its own bytes can unpack to"}. ` +
        "Give a good copy, or fewer images.",
    );
  }
  const pixels = new Uint8Array(bytes);
  for await (const { first, values } of batchesOf(
    array,
    Math.max(1, Math.floor(AT_ONCE / features)),
    reorder,
  )) {
    pixels.set(values, first * features);
  }
  return pixels;
}

async function* batchesOf(
  { bytes, layout }: StoredArray,
  most: number,
  reorder: ((values: Uint8Array) => void) | undefined,
): AsyncGenerator<ArrayBatch> {
  const features = columnsOf(layout);
  const rows = rowsOf(layout);
  const expected = layout.start + rows * features;
  const problem = (text: string) =>
    new DatasetError(
      `${bytes.name} ${text}, expected ${expected} bytes by its header (${sizesInWords(layout.shape)}). Replace it by a good copy.`,
    );
  const sizes = function* () {
    for (let first = 0; first < rows; first += most) yield Math.min(most, rows - first) * features;
  };
  const fail = {
    ended: (have: number) => problem(`ends after ${have} bytes`),
    more: () => problem("has more bytes than that"),
  };
  let first = 0;
  for await (const values of inParts(
    bytes.stream(),
    layout.start,
    sizes(),
    Math.min(most, rows) * features,
    fail,
  )) {
    reorder?.(values);
    yield { first, count: values.length / features, values };
    first += values.length / features;
  }
}

/** The names that a file of labels may have, beside the images. */
function labelNames(images: string): string[] {
  const [, folder, file] = /^(.*[\\/])?([^\\/]*)$/.exec(images)!;
  const name = file!
    .replace(/images/, "labels")
    .replace(/idx\d/, "idx1")
    .replace(/\.gz$/, "");
  if (!/images/.test(file!)) return [];
  return [`${folder ?? ""}${name}.gz`, `${folder ?? ""}${name}`];
}

/** The file of labels that lies beside the images under its usual name, if there is one. */
export async function labelsBeside(images: string, files: ArrayFiles = onDisk): Promise<string | undefined> {
  for (const path of labelNames(images)) if (await files.has(path)) return path;
  return undefined;
}

/** More classes a model cannot have. */
const MOST_CLASSES = 65_536;

/** The labels as classes. @throws DatasetError if there are not `count`, or one is unknown */
async function readLabels(
  input: FormatInput,
  images: string,
  count: number,
  known: readonly string[] | undefined,
): Promise<{ classNames: readonly string[]; labels: ArrayLike<number> }> {
  const { name: path } = input;
  try {
    const array = storedArray(input);
    const { layout } = array;
    if (layout.shape.length !== 1) {
      throw new DatasetError(
        `${path} holds ${sizesInWords(layout.shape)}, expected one dimension: a label for each image of ${images}.`,
      );
    }
    if (rowsOf(layout) !== count) {
      throw new DatasetError(
        `${path} has ${rowsOf(layout)} labels, expected ${count}, one an image of ${images}.`,
      );
    }
    const classes = new Map<number | string, number>(known?.map((name, index) => [name, index]));
    const labels = new Uint16Array(count);
    let row = 0;
    for await (const [cells] of readArray(array, [0], 65_536)) {
      for (let i = 0; i < cells!.length; i++, row++) {
        const cell = cells![i];
        const isLabel =
          typeof cell === "string" ? cell !== "" : typeof cell === "boolean" || Number.isInteger(cell);
        const label = typeof cell === "number" || typeof cell === "boolean" ? Number(cell) : (cell as string);
        let place = classes.get(known === undefined ? label : `${label}`);
        if (!isLabel || (place === undefined && (known !== undefined || classes.size === MOST_CLASSES))) {
          throw new DatasetError(
            `${path}: label ${row} is ${String(cell)}, expected ${known === undefined ? `a whole number or a text, of ${MOST_CLASSES} classes at most` : `one of the classes ${known.join(", ")}`}.`,
          );
        }
        if (place === undefined) {
          place = classes.size;
          classes.set(label, place);
        }
        labels[row] = place;
      }
    }
    if (known !== undefined) return { classNames: known, labels };
    // In the order of numbers, or of texts by code units.
    const found = [...classes.keys()].sort((a, b) => (a < b ? -1 : 1));
    const places = Uint16Array.from(found, () => 0);
    for (const [index, label] of found.entries()) places[classes.get(label)!] = index;
    return { classNames: found.map(String), labels: labels.map((place) => places[place]!) };
  } finally {
    await input.close();
  }
}
