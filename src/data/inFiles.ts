/**
 * Data sets in files: folders of the disk (in Node), or Files, such as a page gets them of an `<input type="file">` or a drop. What
 * reads them is loaded when the first is opened.
 */
import type { GivenFiles } from "../files/given.ts";
import type { Cifar10Options } from "./cifar10.ts";
import type { Dataset } from "./dataset.ts";
import type { ImageDataset, ImageDatasetOptions, ImageFolder, ImageFolderOptions } from "./imageFolder.ts";

/**
 * Opens CIFAR-10 in its binary version: looks whether the six files are there, with the right sizes. Nothing is read from them
 * before `read()`, and then some records at a time.
 *
 *     const dataset = await cifar10("data/cifar-10-batches-bin"); // Node
 *     const dataset = await cifar10(input.files); // <input type="file" multiple>, or webkitdirectory
 *
 * @param from the folder that holds the six files, or a folder `cifar-10-batches-bin` that does (Node); or the Files, in any order,
 *   others among them
 * @throws DatasetError if files are missing or have the wrong size; FileError for a folder in a browser, which has none; ConfigError
 *   if it is neither
 */
export async function cifar10(from: string | GivenFiles, options: Cifar10Options = {}): Promise<Dataset> {
  return await (await import("./cifar10.ts")).cifar10(from, options);
}

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
  return await (await import("./cifar10.ts")).findCifar10(folders, options);
}

/**
 * Opens MNIST, or another data set in its form, such as Fashion-MNIST: reads the headers of its four files, each of which may be
 * gzipped (.gz) or not. The images are unpacked when a training or an evaluation reads the first of them, and kept then (55 MB for
 * all).
 * @param from the folder that holds the files, or a folder `mnist`, `MNIST/raw` or `raw` that does (Node); or the Files, in any
 *   order, others among them
 * @throws DatasetError if files are missing or damaged; FileError for a folder in a browser, which has none; ConfigError if it is
 *   neither
 */
export async function mnist(from: string | GivenFiles): Promise<Dataset> {
  return await (await import("./mnist.ts")).mnist(from);
}

/**
 * Opens a folder of images (PNG, JPEG), with a folder in it for each class: reads and decodes all of them.
 * @param from its path (Node); or its Files, as `<input type="file" webkitdirectory>` gives them, or { path, file }
 * @throws DatasetError if it has no classes, one of them no images, or an image is damaged, with its path; FileError if
 *   something cannot be read, as a path in a browser; ConfigError if the size is out of range
 */
export async function openImageFolder(
  from: string | GivenFiles,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  return await (await import("./imageFolder.ts")).openImageFolder(from, options);
}

/**
 * Opens a folder of images as a data set. What a divided one (train, validation, test) has for validation is validated on. Without a
 * folder `test`, or one that is given, it has no test set.
 * @param from its path (Node); or its Files, as `<input type="file" webkitdirectory>` gives them, or { path, file }
 * @throws as {@link openImageFolder}
 */
export async function openImageDataset(
  from: string | GivenFiles,
  options: ImageDatasetOptions = {},
): Promise<ImageDataset> {
  return await (await import("./imageFolder.ts")).openImageDataset(from, options);
}
