/**
 * MNIST (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits"): grey images of 28 × 28 pixels in
 * four IDX files, which are published as .gz and read without unpacking them first.
 */
import { DatasetError } from "../errors.ts";
import { type GivenFiles, givenFiles, namedFiles } from "../files/given.ts";
import { type FileStore, NO_FOLDER, pathIn } from "../files/store.ts";
import { systemFiles } from "../files/systemFiles.ts";
import { byteSamples } from "./byteSamples.ts";
import type { Dataset, Samples } from "./dataset.ts";
import { type IdxExpectation, type IdxFile, openIdx, readIdx } from "./idx.ts";

const SHAPE = [1, 28, 28] as const;
const FEATURES = 784;
const CLASS_NAMES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

/** The files without ".gz". */
const FILES = {
  training: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  test: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
} as const;
const NAMES = Object.values(FILES).flatMap(({ images, labels }) => [images, labels]);

/** The most images in a file: MNIST's have 60,000, those of data sets in its format a few times as many. */
const MOST_IMAGES = 500_000;
const advice = "Replace it by a good copy; nnwasm data fetch mnist downloads one.";
const IMAGES: IdxExpectation = { sample: [28, 28], most: MOST_IMAGES, advice };
const LABELS: IdxExpectation = { sample: [], most: MOST_IMAGES, advice };

/**
 * Opens MNIST: reads the headers of its four files, each of which may be gzipped (.gz) or not. The images are unpacked when a
 * training or an evaluation reads the first of them, and kept then (55 MB for all).
 * @param from the folder that holds the files, or a folder `mnist`, `MNIST/raw` or `raw` that does; or the files
 * @throws DatasetError if files are missing or damaged; FileError for a folder in a browser
 */
export async function mnist(from: string | GivenFiles): Promise<Dataset> {
  if (typeof from !== "string") return await ofGiven(from);
  const found = await locateMnist([from]);
  if (found !== undefined) return await openIn(systemFiles, found);
  throw new DatasetError(
    `No MNIST in ${from}: ${NAMES.map((name) => `${name}.gz`).join(", ")} are neither there nor in mnist or MNIST/raw ` +
      "inside it. Give the folder that holds them, or run: nnwasm data fetch mnist",
  );
}

async function ofGiven(given: GivenFiles): Promise<Dataset> {
  const files = givenFiles(namedFiles("mnist", given));
  for (const folder of files.folders) if (await hasSome(files, folder)) return await openIn(files, folder);
  throw new DatasetError(
    `No MNIST among the files: ${NAMES.join(", ")} are expected, each of them gzipped (.gz) or not. Give the four files.`,
  );
}

async function openIn(files: FileStore, folder: string): Promise<Dataset> {
  const paths = await Promise.all(NAMES.map((name) => fileOf(files, folder, name)));
  const missing = NAMES.filter((_, index) => paths[index] === undefined);
  if (missing.length > 0) {
    const where = folder === NO_FOLDER ? "The files are" : `${folder} holds`;
    throw new DatasetError(
      `${where} MNIST without ${missing.map((name) => `${name}.gz`).join(", ")}: four files are expected. ${advice}`,
    );
  }
  const [trainImages, trainLabels, testImages, testLabels] = paths as [string, string, string, string];
  return {
    name: "mnist",
    origin: folder === NO_FOLDER ? "files" : folder,
    shape: SHAPE,
    features: FEATURES,
    classes: CLASS_NAMES.length,
    classNames: CLASS_NAMES,
    training: await samplesOf(files, trainImages, trainLabels),
    test: await samplesOf(files, testImages, testLabels),
  };
}

/** Whether a file, by its name, is one of the four. */
export const isMnistFile = (name: string): boolean => NAMES.some((one) => one === name.replace(/\.gz$/, ""));

/** Opens the MNIST that is found first. @returns undefined if none of the folders holds any of the files */
export async function findMnist(folders: readonly string[]): Promise<Dataset | undefined> {
  const found = await locateMnist(folders);
  return found === undefined ? undefined : openIn(systemFiles, found);
}

/** The folder that {@link findMnist} opens, whether its files are complete or not. */
export async function locateMnist(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    // MNIST/raw is where torchvision puts it.
    for (const place of ["", "/mnist", "/MNIST/raw", "/raw"]) {
      if (await hasSome(systemFiles, `${folder}${place}`)) return `${folder}${place}`;
    }
  }
  return undefined;
}

/** Whether a folder holds any of the files. */
async function hasSome(files: FileStore, folder: string): Promise<boolean> {
  for (const name of NAMES) if ((await fileOf(files, folder, name)) !== undefined) return true;
  return false;
}

/** The path of a file, gzipped or not. */
async function fileOf(files: FileStore, folder: string, name: string): Promise<string | undefined> {
  for (const path of [`${name}.gz`, name].map((file) => pathIn(folder, file))) {
    if ((await files.look(path))?.kind === "file") return path;
  }
  return undefined;
}

async function samplesOf(files: FileStore, imagesPath: string, labelsPath: string): Promise<Samples> {
  const images = await openIdx(files, imagesPath, IMAGES);
  const labels = await openIdx(files, labelsPath, LABELS);
  if (images.sizes[0] !== labels.sizes[0]) {
    throw new DatasetError(
      `${labelsPath} has ${labels.sizes[0]} labels, expected ${images.sizes[0]}, one an image of ${imagesPath}. ${advice}`,
    );
  }
  return byteSamples({
    count: images.sizes[0]!,
    features: FEATURES,
    classes: CLASS_NAMES.length,
    load: () => readContent(images, labels),
  });
}

async function readContent(images: IdxFile, labels: IdxFile) {
  const content = { pixels: await readIdx(images, IMAGES), labels: await readIdx(labels, LABELS) };
  const wrong = content.labels.findIndex((label) => label >= CLASS_NAMES.length);
  if (wrong < 0) return content;
  throw new DatasetError(
    `${labels.path}: label ${wrong} is ${content.labels[wrong]}, expected 0 to ${CLASS_NAMES.length - 1}. ${advice}`,
  );
}
