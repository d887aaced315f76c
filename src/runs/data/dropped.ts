/**
 * Opens whatever Files a user has dropped on a page, or chosen there: CIFAR-10, MNIST, a folder of images, an array of images with
 * its labels, or a table. The same files give the same data set, the same split and the same settings as on the command line, so
 * that a training of either has the same bits.
 *
 *   const files = [{ path: "houses.csv", file }];
 *   const { columns, target } = await describeDropped(files);            a table: what its columns are, and the likely target
 *   const data = await openDropped(files, { target: ["price"], seed: 1 });
 *   const plan = await planTraining(settingsFor(data, given), data.dataset);
 */
import { DatasetError } from "../../errors.ts";
import { type GivenStore, givenFiles, type NamedFile } from "../../files/given.ts";
import { NO_FOLDER } from "../../files/store.ts";
import type { FormatInput } from "../../formats/format.ts";
import type { Signal } from "../../platform.ts";
import { readSize } from "../../settings/ofTables.ts";
import { usualMembers } from "../../settings/preset.ts";
import type { TrainSettings } from "../../settings/settings.ts";
import { textOfCell } from "../../tables/cells.ts";
import { collectTable } from "../../tables/collect.ts";
import { profileOf } from "../../tables/profile.ts";
import type { ColumnUnderstanding, Table, TableSource, Understanding } from "../../tables/table.ts";
import { taskOf } from "../../tables/task.ts";
import { understand } from "../../tables/understand.ts";
import type { Wording } from "../../tables/wording.ts";
import { imagesData, openArrayImages, refuseForImages } from "./images.ts";
import {
  type DataSettings,
  givenSettings,
  type OpenedData,
  ofTablesAlone,
  refuseSettings,
} from "./opened.ts";
import {
  formatOptions,
  likelyTarget,
  noTargetError,
  openTableData,
  type Reading,
  type TableSettings,
  tableOptions,
} from "./table.ts";

export type { NamedFile } from "../../files/given.ts";
export { type OpenedData, settingsFor } from "./opened.ts";

export interface DroppedOptions {
  /** Ends the reading, which then rejects with its reason. Default: none. */
  readonly signal?: Signal | undefined;
  /** Called now and then with the share of the files that has been read, 0 to 1. Default: nothing is. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

export interface OpenDroppedOptions extends DroppedOptions {
  /** A table to test on, or an array of images. Default: there is none. */
  readonly test?: NamedFile | undefined;
  /** Of CIFAR-10: records in each file. Default: 10,000. */
  readonly recordsPerFile?: number | undefined;
}

/** A column of a table, before it is known what is to be predicted. */
export interface DroppedColumn extends ColumnUnderstanding {
  /** What would be predicted if it were the target; undefined if it cannot be one. */
  readonly asTarget: "classes" | "numbers" | "flags" | undefined;
  /** Why it cannot be the target, as a sentence; else why it would be predicted so: "its 3 values are texts". */
  readonly asTargetWhy: string;
}

/** What was dropped, before it is opened. */
export type DroppedDescription =
  | {
      readonly kind: "named";
      /** "cifar10" or "mnist". */
      readonly name: string;
      /** "CIFAR-10" */
      readonly title: string;
    }
  | {
      readonly kind: "images";
      /** The folder, or the file. */
      readonly name: string;
      /** Of a folder: its classes, with how many images to train on each has. Of an array of images: none. */
      readonly classes: readonly { readonly name: string; readonly count: number }[];
    }
  | {
      readonly kind: "table";
      /** The file. */
      readonly name: string;
      /** "CSV" */
      readonly format: string;
      /** What was found out of the file, in words: `delimiter ";"`. */
      readonly facts: readonly string[];
      readonly rows: number;
      /** In the order of the file. */
      readonly columns: readonly DroppedColumn[];
      /** The column that is probably to be predicted: one with a usual name, or the last that can be. */
      readonly target: string | undefined;
      /** The first rows, as texts: a cell for each column; "" is a missing one. */
      readonly sample: readonly (readonly string[])[];
      /** What a user should know, as sentences. */
      readonly warnings: readonly string[];
    };

/** Rows that are shown. */
const SAMPLE_ROWS = 20;

/**
 * Opens what was dropped.
 * @param files with their paths: those of dropped folders have them
 * @param given the settings of a training that are given, as `nnwasm train` has them: those that say what a table is, its split, its
 *   seed; `data` and `test` are not read
 * @throws DatasetError if it is nothing that can be trained on, or damaged; ConfigError if a table has no target, or a setting is not
 *   for such data; FileError if something cannot be read
 */
export async function openDropped(
  files: readonly NamedFile[],
  given: Partial<TrainSettings>,
  { test, recordsPerFile, signal, onProgress }: OpenDroppedOptions = {},
): Promise<OpenedData> {
  const { data: _, test: __, ...asked } = given;
  const settings = givenSettings<DataSettings & Partial<TrainSettings>>(asked);
  const found = await recognize(files);
  signal?.throwIfAborted();
  if (found.kind === "cifar10" || found.kind === "mnist") {
    const because = `${found.kind} is a data set of its own`;
    refuseSettings(settings, [...ofTablesAlone, "size"], because, named);
    const { files: own } = found;
    const dataset =
      found.kind === "mnist"
        ? await (await import("../../data/mnist.ts")).mnist(own)
        : await (await import("../../data/cifar10.ts")).cifar10(own, {
            ...(recordsPerFile !== undefined && { recordsPerFile }),
          });
    return { dataset, kind: "named", understood: [], warnings: [] };
  }
  if (found.kind === "folder") {
    refuseForImages(found.name, settings, named);
    const { openImageDataset } = await import("../../data/imageFolder.ts");
    const opened = await openImageDataset(found.files, {
      signal,
      size: settings.size === undefined ? undefined : readSize(settings.size),
      onProgress: onProgress && ((done, total) => onProgress(done / total)),
    });
    return imagesData(found.name, opened, settings);
  }
  if (found.kind === "arrays") {
    const all = test === undefined ? files : [...files, test];
    const more = test === undefined ? settings : { ...settings, test: test.path };
    return await openArrayImages(found.name, more, named, await arraysOf(all));
  }
  refuseSettings(settings, ["size"], `${found.name} is a table`, named);
  const { openInput } = await import("../../formats/open.ts");
  return await openTableData(found.input, settings, {
    membersFor: (counts) => usualMembers(settings, "table", counts),
    noTarget: (source) =>
      noTargetError(source, (column) => `Choose it as the target, such as ${JSON.stringify(column)}.`),
    openTest: test === undefined ? undefined : () => openInput(test),
    ...{ wording: asSettings, signal, reading: readingWith(onProgress) },
  });
}

/**
 * What was dropped: of a table, its columns and the one that is probably the target.
 * @param given settings that say how a table is read: its format, its delimiter, what stands for a missing cell, …
 * @throws as {@link openDropped}
 */
export async function describeDropped(
  files: readonly NamedFile[],
  given: Omit<TableSettings, "target" | "task"> = {},
  { signal, onProgress }: DroppedOptions = {},
): Promise<DroppedDescription> {
  const found = await recognize(files);
  signal?.throwIfAborted();
  if (found.kind === "cifar10") return { kind: "named", name: "cifar10", title: "CIFAR-10" };
  if (found.kind === "mnist") return { kind: "named", name: "mnist", title: "MNIST" };
  if (found.kind === "arrays") return { kind: "images", name: found.name, classes: [] };
  if (found.kind === "folder") {
    const { countImages } = await import("../../data/imageFolder.ts");
    return { kind: "images", name: found.name, classes: await countImages(found.files) };
  }
  const { openTableSource } = await import("../../formats/open.ts");
  const source = await openTableSource(found.input, formatOptions(given));
  return await readingWith(onProgress)(source, async (onShare) => {
    const sample = await firstRows(source, signal);
    const options = { ...tableOptions(given), target: undefined, wording: asSettings };
    const table = await collectTable(source, options, { signal, onProgress: onShare });
    return { kind: "table", ...describeTable(source, table, understand(table, options)), sample };
  });
}

function describeTable(source: TableSource, table: Table, { rows, columns, warnings }: Understanding) {
  const all = columns.map((column): DroppedColumn => {
    const stored = table.columns.find(({ name }) => name === column.name);
    if (stored === undefined) return { ...column, asTarget: undefined, asTargetWhy: "It is left out." };
    try {
      const { kind, why } = taskOf(table.name, [profileOf(stored, table.rows)], { wording: asSettings });
      return { ...column, asTarget: kind, asTargetWhy: why };
    } catch (error) {
      return { ...column, asTarget: undefined, asTargetWhy: (error as Error).message };
    }
  });
  const able = all.filter(({ asTarget }) => asTarget !== undefined);
  // An id, or what is constant, is not what anyone asks for.
  const likely = able.filter(({ role }) => role !== "dropped");
  const target = likelyTarget((likely.length > 0 ? likely : able).map(({ name }) => name));
  const order = new Map(source.columns.map((name, i) => [name, i]));
  const inOrder = [...all].sort((a, b) => order.get(a.name)! - order.get(b.name)!);
  const { name, format, facts } = table;
  return { name, format, facts, rows, columns: inOrder, target, warnings };
}

async function firstRows(source: TableSource, signal: Signal | undefined): Promise<string[][]> {
  for await (const { rows, columns } of source.read({ signal })) {
    const some = Math.min(rows, SAMPLE_ROWS);
    return Array.from({ length: some }, (_, row) => columns.map((cells) => shownCell(cells[row])));
  }
  return [];
}

const shownCell = (cell: Parameters<typeof textOfCell>[0]): string =>
  typeof cell === "number" && Number.isNaN(cell) ? "" : textOfCell(cell);

/** How errors write a setting here: by its name. */
const named = (setting: string): string => setting;

const asSettings: Wording = {
  where: "",
  option: (name, value) => (value === undefined ? name : `${name} ${value}`),
};

const readingWith =
  (onProgress: ((share: number) => void) | undefined): Reading =>
  async (source, read) => {
    try {
      return await read((share) => onProgress?.(share));
    } finally {
      await source.close();
    }
  };

/** What was dropped, by the files' names and their first bytes. */
type Recognized =
  | { readonly kind: "cifar10"; readonly files: readonly NamedFile[] }
  | { readonly kind: "mnist"; readonly files: readonly NamedFile[] }
  | { readonly kind: "folder"; readonly name: string; readonly files: readonly NamedFile[] }
  | { readonly kind: "arrays"; readonly name: string }
  | { readonly kind: "table"; readonly name: string; readonly input: FormatInput };

const CAN_BE =
  "What can be dropped: a table (CSV, TSV, JSON lines, Parquet, NPY, NPZ), a folder of images with a folder in it for each " +
  "class, the six files of CIFAR-10 (data_batch_1.bin, …), or the four of MNIST (train-images-idx3-ubyte, …).";

const nameOf = ({ path }: NamedFile): string => path.split("/").at(-1)!;

/** What systems put into folders without a word. */
const isHidden = ({ path }: NamedFile): boolean =>
  path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX") ||
  /(^|\/)(thumbs\.db|desktop\.ini)$/i.test(path);

const isImage = (file: NamedFile): boolean => /\.(png|jpg|jpeg)$/i.test(file.path);

/** @throws DatasetError if it is nothing that can be trained on */
async function recognize(all: readonly NamedFile[]): Promise<Recognized> {
  const files = all.filter((file) => !isHidden(file));
  if (files.length === 0) throw new DatasetError(`There is no file in what was dropped. ${CAN_BE}`);
  refuseOthers(files);
  const [{ isCifar10File }, { isMnistFile }] = await Promise.all([
    import("../../data/cifar10.ts"),
    import("../../data/mnist.ts"),
  ]);
  if (files.some((file) => isCifar10File(nameOf(file)))) return { kind: "cifar10", files };
  const ofMnist = files.filter((file) => isMnistFile(nameOf(file)));
  if (ofMnist.length > 2 || (ofMnist.length > 0 && files.length !== ofMnist.length))
    return { kind: "mnist", files };
  const images = files.filter(isImage);
  if (images.length > 0 && images.length * 2 >= files.length) return await recognizeFolder(all, images);
  const { isArrays } = await import("../../data/idxDataset.ts");
  const { openInput } = await import("../../formats/open.ts");
  const first = files.find(({ path }) => /images/i.test(path)) ?? files[0]!;
  const input = await openInput(first);
  if (isArrays(input) && files.length <= 2) {
    await input.close();
    return { kind: "arrays", name: first.path };
  }
  if (files.length === 1) return { kind: "table", name: first.path, input };
  await input.close();
  const names = files.slice(0, 5).map(nameOf).join(", ");
  throw new DatasetError(
    `There are ${files.length} files in what was dropped (${names}${files.length > 5 ? ", …" : ""}), which do not belong together: ` +
      `of tables, one is opened at a time. ${CAN_BE}`,
  );
}

/** @throws DatasetError of what is nearly that which can be opened */
function refuseOthers(files: readonly NamedFile[]): void {
  const archive = files.find(({ path }) => /\.(tar|tar\.gz|tgz|zip|7z|rar)$/i.test(path));
  if (archive !== undefined) {
    throw new DatasetError(`${archive.path} is an archive. Unpack it, and drop the folder that is in it.`);
  }
  const python = files.find((file) => /^(data_batch_\d|test_batch)$/.test(nameOf(file)));
  if (python !== undefined) {
    throw new DatasetError(
      `${python.path} is of CIFAR-10's version for Python, expected the binary one, data_batch_1.bin to test_batch.bin. ` +
        "Download cifar-10-binary.tar.gz, and drop the folder that is in it.",
    );
  }
}

async function recognizeFolder(
  files: readonly NamedFile[],
  images: readonly NamedFile[],
): Promise<Recognized> {
  const store = givenFiles(files);
  const { isImageFolder } = await import("../../data/imageFolder.ts");
  if (await isImageFolder(store.root, store)) return { kind: "folder", name: titleOf(store), files };
  const found = images.length === 1 ? `An image, ${images[0]!.path}, has` : `${images.length} images have`;
  throw new DatasetError(
    `${found} no folder that is a class. Drop the folder that holds a folder for each class, such as pets with pets/cat/1.png ` +
      "and pets/dog/1.png.",
  );
}

const titleOf = ({ root }: GivenStore): string => (root === NO_FOLDER ? "images" : root);

/** The files for arrays and their labels, by their paths. */
async function arraysOf(files: readonly NamedFile[]) {
  const { openInput } = await import("../../formats/open.ts");
  const byPath = new Map(files.map((file) => [file.path, file]));
  return {
    open: async (path: string): Promise<FormatInput> => {
      const file = byPath.get(path);
      if (file === undefined)
        throw new DatasetError(`${path} is not among what was dropped. Drop it together with the others.`);
      return await openInput(file);
    },
    has: async (path: string) => byPath.has(path),
  };
}
