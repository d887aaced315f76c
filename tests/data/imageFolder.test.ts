import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Samples } from "../../src/data/dataset.ts";
import {
  describeImageFolder,
  imageSets,
  isImageFolder,
  openImageDataset,
  openImageFolder,
} from "../../src/data/imageFolder.ts";
import { ConfigError, DatasetError, FileError } from "../../src/errors.ts";
import { imagePreprocessing, openImagePreprocessing } from "../../src/images/preprocessing.ts";
import { readImages } from "../../src/images/read.ts";
import { jpg, folderOf as newFolder, png } from "../helpers/imageFiles.ts";

const folders: string[] = [];
const folderOf: typeof newFolder = (files) => {
  folders.push(newFolder(files));
  return folders.at(-1)!;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const flat = (value: number, width = 2, height = 2) =>
  png(width, height, () => [value, value, value], { colorType: 0 });
const red = png(2, 2, () => [255, 0, 0]);

async function valuesOf({ samples }: { readonly samples: Samples }) {
  const values = new Uint8Array(samples.count * samples.features);
  const labels = new Uint8Array(samples.count);
  await samples.read({ values, labels });
  return { values: [...values], labels: [...labels] };
}

describe("openImageFolder", () => {
  it("has the classes by code units, the images of each by their paths, folders in them too", async () => {
    const folder = folderOf({
      "b/10.png": flat(10),
      "b/9.png": flat(9),
      "b/deep/er/1.png": flat(1),
      "Ä/1.png": flat(200),
      "Z/1.PNG": flat(90),
      "a/x.jpg": jpg(2, 2, () => [50, 50, 50]),
    });
    const opened = await openImageFolder(`${folder}/`, { channels: 1 });
    expect(opened.classNames).toEqual(["Z", "a", "b", "Ä"]);
    expect(opened.samples.classNames).toEqual(opened.classNames);
    expect(opened.files).toEqual(["Z/1.PNG", "a/x.jpg", "b/10.png", "b/9.png", "b/deep/er/1.png", "Ä/1.png"]);
    expect([opened.samples.elementType, opened.samples.classes, opened.shape]).toEqual([
      "uint8",
      4,
      [1, 2, 2],
    ]);
    const { values, labels } = await valuesOf(opened);
    expect(labels).toEqual([0, 1, 2, 2, 2, 3]);
    const each = [90, 50, 10, 9, 1, 200];
    expect(values).toEqual(each.flatMap((value) => Array(4).fill(value)));
    expect(opened.preprocessing).toEqual({
      ...{ kind: "images", version: 1, width: 2, height: 2, channels: 1, filter: "area-bilinear" },
    });
  });

  const size = async (files: Record<string, Uint8Array>, options = {}) => {
    const { width, height, channels } = (await openImageFolder(folderOf(files), options)).preprocessing;
    return [width, height, channels];
  };
  it("keeps a size that all have up to 64 × 64, and else takes 32 × 32; greys stay one channel", async () => {
    expect(await size({ "a/1.png": flat(1, 64, 3), "b/1.png": flat(2, 64, 3) })).toEqual([64, 3, 1]);
    expect(await size({ "a/1.png": flat(1, 65, 3), "b/1.png": flat(2, 65, 3) })).toEqual([32, 32, 1]);
    expect(await size({ "a/1.png": flat(1, 3, 4), "b/1.png": flat(2, 4, 3) })).toEqual([32, 32, 1]);
    expect(await size({ "a/1.png": flat(1), "b/1.png": red })).toEqual([2, 2, 3]);
    const asked = { size: { width: 5, height: 1 }, channels: 3 };
    expect(await size({ "a/1.png": flat(1), "b/1.png": flat(2) }, asked)).toEqual([5, 1, 3]);
  });

  it("brings images to the size, and lays their channels one after another", async () => {
    const painter = (x: number, y: number) => [10 * x, 20 * y, 30];
    const folder = folderOf({ "a/1.png": png(4, 2, painter), "b/1.png": flat(7, 1, 1) });
    const { values } = await valuesOf(await openImageFolder(folder, { size: { width: 2, height: 1 } }));
    expect(values).toEqual([5, 25, 10, 10, 30, 30, 7, 7, 7, 7, 7, 7]);
  });

  it("leaves out other files and hidden ones, and counts them", async () => {
    const folder = folderOf({
      ...{ "a/1.png": flat(1), "a/Thumbs.db": "x", "a/.DS_Store": "x", "a/._1.png": "x", "a/notes": "x" },
      ...{ "b/1.png": flat(2), "b/2.webp": "x", "b/3.webp": "x", "0.png": flat(3), "labels.csv": "x" },
      ...{ ".git/1.png": "x", "__MACOSX/a/1.png": "x" },
    });
    const { files, understanding } = await openImageFolder(folder);
    expect(files).toEqual(["a/1.png", "b/1.png"]);
    expect(understanding.warnings).toEqual([
      `1 image lies in ${folder} itself and is left out: an image belongs into the folder of its class.`,
      "6 other files are left out: 2 other, 1 .db, 1 .png, 2 .webp.",
    ]);
    expect(understanding.classes).toEqual([
      { name: "a", count: 1 },
      { name: "b", count: 1 },
    ]);
  });

  it.each([
    [
      "no folders",
      { "1.png": flat(1) },
      "FOLDER has 1 images, but no folders in it. Expected a folder for each class with its images: FOLDER/cat/1.png.",
    ],
    [
      "nothing",
      { ".hidden": "" },
      "FOLDER has no images in it. Expected a folder for each class with its images: FOLDER/cat/1.png.",
    ],
    [
      "one class",
      { "a/1.png": flat(1) },
      "FOLDER has one class, a. Expected a folder for each of two classes or more.",
    ],
    [
      "a class without images",
      { "a/1.png": flat(1), "b/1.gif": "GIF8" },
      "FOLDER/b has no images: no .png, .jpg or .jpeg is in it (it has 1 .gif). Give the folder that holds them.",
    ],
    [
      "a damaged image",
      { "a/1.png": flat(1), "b/1.png": flat(1).subarray(0, 40) },
      "FOLDER/b/1.png ends after 40 bytes, before its chunk IEND. Replace it by a good copy, or remove it.",
    ],
    [
      "an empty file",
      { "a/1.png": flat(1), "b/1.png": "" },
      "FOLDER/b/1.png is empty. Replace it by a good copy, or remove it.",
    ],
  ])("refuses %s", async (_, files, message) => {
    const folder = folderOf(files as Record<string, Uint8Array | string>);
    const error = await openImageFolder(folder).catch((error: unknown) => error as Error);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toBe(message.replaceAll("FOLDER", folder));
  });

  it("refuses a size that is out of range, and what is no folder", async () => {
    const folder = folderOf({ "a/1.png": flat(1), "b/1.png": flat(2) });
    await expect(openImageFolder(folder, { size: { width: 0, height: 5 } })).rejects.toThrow(
      new ConfigError("The size of images is 0 × 5, expected integers from 1 to 4096."),
    );
    await expect(openImageFolder(`${folder}/none`)).rejects.toThrow(FileError);
    await expect(openImageFolder(`${folder}/a/1.png`)).rejects.toThrow(FileError);
  });

  it("takes a model's classes in its order: none may be unknown, some may be without images", async () => {
    const folder = folderOf({ "b/1.png": flat(1), "a/1.png": flat(2) });
    const opened = await openImageFolder(folder, { classNames: ["b", "c", "a"] });
    expect((await valuesOf(opened)).labels).toEqual([0, 2]);
    expect(opened.understanding.classes.map(({ count }) => count)).toEqual([1, 0, 1]);
    await expect(openImageFolder(folder, { classNames: ["b", "c"] })).rejects.toThrow(
      `${folder}/a is a class that the others are not of. There are: b, c. Rename the folder, or remove it.`,
    );
  });

  it("follows links, and refuses a folder that contains itself", async () => {
    const elsewhere = folderOf({ "1.png": flat(5) });
    const folder = folderOf({ "a/1.png": flat(1) });
    symlinkSync(elsewhere, join(folder, "b"));
    symlinkSync(join(elsewhere, "1.png"), join(folder, "a/2.png"));
    const opened = await openImageFolder(folder);
    expect(opened.files).toEqual(["a/1.png", "a/2.png", "b/1.png"]);
    symlinkSync(folder, join(folder, "a/loop"));
    await expect(openImageFolder(folder)).rejects.toThrow(
      / is a link to a folder that it is in\. Remove it\.$/,
    );
    rmSync(join(folder, "a/loop"));
    symlinkSync(join(folder, "nowhere"), join(folder, "a/3.png"));
    await expect(openImageFolder(folder)).rejects.toThrow(FileError);
  });

  it("ends when it is told to", async () => {
    const folder = folderOf({ "a/1.png": flat(1), "b/1.png": flat(2) });
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) };
    await expect(openImageFolder(folder, options)).rejects.toThrow("enough");
  });
});

describe("describeImageFolder", () => {
  it("counts classes, sizes and formats, and lists what is broken", async () => {
    const folder = folderOf({
      ...{ "a/1.png": flat(1), "a/2.jpg": jpg(3, 4, () => [1, 2, 3]), "a/3.png": flat(1) },
      ...{ "b/1.png": "no image", "b/2.png": flat(3).subarray(0, 60), "b/x.txt": "" },
    });
    expect(await describeImageFolder(folder)).toEqual({
      images: 5,
      classes: [
        { name: "a", count: 3 },
        { name: "b", count: 2 },
      ],
      sizes: [
        { width: 2, height: 2, count: 2 },
        { width: 3, height: 4, count: 1 },
      ],
      differentSizes: 2,
      formats: [
        { format: "PNG", count: 2 },
        { format: "JPEG", count: 1 },
      ],
      leftOut: [{ ending: "txt", count: 1 }],
      broken: [
        {
          file: "b/1.png",
          reason:
            "is no image: it begins neither as a PNG nor as a JPEG does. Replace it by a good copy, or remove it.",
        },
        { file: "b/2.png", reason: expect.stringMatching(/^ends after 60 bytes/) },
      ],
      brokenImages: 2,
      warnings: ["1 other file is left out: 1 .txt.", "2 images cannot be read: a training refuses them."],
    });
  });
});

describe("openImageDataset", () => {
  const divided = {
    ...{ "train/a/1.png": flat(1), "train/b/1.png": flat(2), "train/b/2.png": flat(3) },
    ...{ "test/b/1.png": flat(4, 8, 8), "val/a/1.png": flat(5) },
  };

  it("takes train, test and validation folders, all brought to the training images' size", async () => {
    const folder = folderOf(divided);
    const { dataset } = await openImageDataset(folder);
    expect(dataset.classNames).toEqual(["a", "b"]);
    expect(dataset.features).toBe(4);
    expect(await valuesOf({ samples: dataset.training })).toEqual({
      values: [1, 2, 3, 5].flatMap((value) => Array(4).fill(value)),
      labels: [0, 1, 1, 0],
    });
    expect(dataset.split).toEqual({ train: Uint32Array.of(0, 1, 2), validation: Uint32Array.of(3) });
    expect(await valuesOf({ samples: dataset.test! })).toEqual({ values: [4, 4, 4, 4], labels: [1] });
    expect(await isImageFolder(folder)).toBe(true);
  });

  it("has no test set without one, or another folder's", async () => {
    const folder = folderOf({ "a/1.png": flat(1), "b/1.png": flat(2) });
    const { dataset } = await openImageDataset(folder);
    expect([dataset.test, dataset.split]).toEqual([undefined, undefined]);
    const other = await openImageDataset(folder, { testPath: folderOf({ "b/1.png": flat(9) }) });
    expect((await valuesOf({ samples: other.dataset.test! })).labels).toEqual([1]);
    const within = await openImageDataset(folder, { testPath: folderOf(divided) });
    expect((await valuesOf({ samples: within.dataset.test! })).values).toEqual([4, 4, 4, 4]);
  });

  it("knows a class that is called train from a part of the data", async () => {
    const vehicles = folderOf({ "train/1.png": flat(1), "bus/1.png": flat(2) });
    expect(await imageSets(vehicles)).toEqual({ training: vehicles });
    const both = folderOf({ "train/1.png": flat(1), "test/1.png": flat(2) });
    expect(await imageSets(both)).toEqual({ training: both });
    const more = folderOf({ "train/a/1.png": flat(1), "train/b/1.png": flat(2), "bus/1.png": flat(2) });
    expect(await imageSets(more)).toEqual({ training: more });
    const alone = folderOf({ "train/a/1.png": flat(1), "train/b/1.png": flat(2) });
    expect(await imageSets(alone)).toEqual({ training: `${alone}/train` });
  });

  it("is no folder of images that has none in its folders", async () => {
    expect(await isImageFolder(folderOf({ "a/x.bin": "", "1.png": flat(1) }))).toBe(false);
    expect(await isImageFolder(folderOf({ "x.csv": "" }))).toBe(false);
  });
});

describe("readImages", () => {
  const preprocessing = imagePreprocessing(2, 2, 1);
  const all = async (input: string | readonly string[], options = {}) => {
    const batches = [];
    for await (const { names, values, count } of readImages(input, preprocessing, options)) {
      expect([names.length, values.length]).toEqual([count, 4 * count]);
      batches.push({ names, first: Array.from({ length: count }, (_, i) => values[4 * i]) });
    }
    return batches;
  };

  it("reads a folder of images sorted by their paths, some at a time; files in the order given", async () => {
    const folder = folderOf({ "b.png": flat(1, 5, 5), "a/2.png": flat(2), "a/10.png": flat(3), "c.txt": "" });
    expect(await all(folder, { batch: 2 })).toEqual([
      { names: ["a/10.png", "a/2.png"], first: [3, 2] },
      { names: ["b.png"], first: [1] },
    ]);
    const [file, other] = [`${folder}/b.png`, `${folder}/a/2.png`];
    expect(await all(file)).toEqual([{ names: [file], first: [1] }]);
    expect(await all([file, other])).toEqual([{ names: [file, other], first: [1, 2] }]);
    expect(await all([`${folder}/a/`, file])).toEqual([
      { names: [`${folder}/a/10.png`, `${folder}/a/2.png`, file], first: [3, 2, 1] },
    ]);
  });

  it("gives what was read before a damaged one, and then the error of that", async () => {
    const folder = folderOf({ "1.png": flat(1), "2.png": "x", "3.png": flat(3) });
    const names: string[] = [];
    const reading = async () => {
      for await (const batch of readImages(folder, preprocessing, { batch: 1 })) names.push(...batch.names);
    };
    await expect(reading()).rejects.toThrow(`${folder}/2.png is no image`);
    expect(names).toEqual(["1.png"]);
  });

  it("lets a file be of any name, and refuses one that is not there, and a folder without images", async () => {
    const folder = folderOf({ picture: flat(7), "x/y.txt": "" });
    expect((await all(`${folder}/picture`))[0]!.first).toEqual([7]);
    await expect(all(`${folder}/none.png`)).rejects.toThrow(FileError);
    await expect(all(`${folder}/x`)).rejects.toThrow(
      `${folder}/x has no images: no .png, .jpg or .jpeg is in it (it has 1 .txt). Give the folder that holds them.`,
    );
  });

  it("reads ahead a few files: one that is not asked for does not matter", async () => {
    const folder = folderOf({ "1.png": flat(1), "2.png": flat(2), "3.png": "damaged" });
    for await (const { names } of readImages(folder, preprocessing, { batch: 2 })) {
      expect(names).toEqual(["1.png", "2.png"]);
      break;
    }
  });
});

describe("the preprocessing in a model's file", () => {
  const good = imagePreprocessing(28, 30, 3);
  it("is opened as it was described", () => {
    expect(openImagePreprocessing(JSON.parse(JSON.stringify(good)), "m")).toEqual(good);
  });

  it.each([
    [undefined, "the preprocessing is undefined, expected one of images."],
    [{ kind: "table" }, "the preprocessing is an object, expected one of images."],
    [{ ...good, version: 2 }, "the preprocessing's version is 2, expected 1."],
    [{ ...good, width: 1e9 }, "the preprocessing's width is 1000000000, expected an integer from 1 to 4096."],
    [{ ...good, height: "3" }, 'the preprocessing\'s height is "3", expected an integer from 1 to 4096.'],
    [{ ...good, channels: 2 }, "the preprocessing's channels is 2, expected 1 or 3."],
    [
      { ...good, filter: "__proto__" },
      'the preprocessing\'s filter is "__proto__", expected "area-bilinear".',
    ],
  ])("%j is refused", (description, message) => {
    expect(() => openImagePreprocessing(description, "model.safetensors")).toThrow(ConfigError);
    expect(() => openImagePreprocessing(description, "model.safetensors")).toThrow(
      `model.safetensors: ${message}`,
    );
  });
});
