/** Data sets of Files: the same samples as of the same files in a folder, and what is said of files that are not right. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset, Samples } from "../../src/data/dataset.ts";
import { cifar10, mnist, openImageDataset, openImageFolder } from "../../src/data/inFiles.ts";
import { ConfigError, DatasetError } from "../../src/errors.ts";
import { permutation, Random } from "../../src/random.ts";
import { FILES, fileContent, RECORD_BYTES, writeCifar } from "../helpers/cifarFixture.ts";
import { chosenFolder, droppedFolder } from "../helpers/givenFiles.ts";
import { folderOf, jpg, png } from "../helpers/imageFiles.ts";
import { images, MNIST_NAMES, writeMnist } from "../helpers/mnistFixture.ts";

const CIFAR_ADVICE = "Replace it by a good copy; nnwasm data fetch cifar10 downloads one.";
const MNIST_ADVICE = "Replace it by a good copy; nnwasm data fetch mnist downloads one.";
const options = { recordsPerFile: 700 };
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "nnwasm-given-"));
  await writeCifar(join(root, "cifar"), 700);
  await writeMnist(join(root, "packed"));
  await writeMnist(join(root, "plain"), { gzip: false });
});
afterAll(() => rmSync(root, { recursive: true }));

async function contentOf(samples: Samples) {
  const values = new Uint8Array(samples.count * samples.features);
  const labels = new Uint8Array(samples.count);
  await samples.read({ values, labels });
  return Buffer.concat([values, labels]);
}

async function expectSame(given: Dataset, ofFolder: Dataset) {
  for (const part of ["training", "test"] as const) {
    const rows = permutation(ofFolder[part].count, new Random(4)).subarray(0, 600);
    expect((await contentOf(given[part])).equals(await contentOf(ofFolder[part]))).toBe(true);
    const some = [given, ofFolder].map((data) => contentOf(data[part].select(rows)));
    expect((await some[0]!).equals(await some[1]!)).toBe(true);
  }
  const { origin: _, training: __, test: ___, ...others } = ofFolder;
  expect(given).toMatchObject(others);
}

describe("cifar10(files)", () => {
  it("has the samples of the folder, in any order of the files, with others among them", async () => {
    const folder = await cifar10(join(root, "cifar"), options);
    const files = chosenFolder(join(root, "cifar")).reverse();
    const others = [new File(["airplane"], "batches.meta.txt"), new File([], ".DS_Store")];
    const given = await cifar10([...others, ...files], options);
    expect(given.origin).toBe("cifar");
    await expectSame(given, folder);
    // As a FileList, which is no array; without folders; as a Set.
    const list = { length: 6, ...Object.fromEntries(files.map((file, i) => [i, file])) };
    await expectSame(await cifar10(list, options), folder);
    const bare = FILES.map((name, i) => new File([fileContent(i, 700)], name));
    expect((await cifar10(new Set(bare), options)).origin).toBe("files");
    await expectSame(await cifar10(bare, options), folder);
  });

  it("reads nothing when it opens, and then a block at a time", async () => {
    const slices: number[] = [];
    const watched = FILES.map((name, i) => {
      const file = new File([fileContent(i, 700)], name);
      return Object.defineProperty(file, "slice", {
        value: (start: number, end: number) => {
          slices.push(end - start);
          return File.prototype.slice.call(file, start, end);
        },
      });
    });
    const { training } = await cifar10(watched, options);
    expect(slices).toEqual([]);
    await contentOf(training);
    expect(Math.max(...slices)).toBeLessThanOrEqual(512 * RECORD_BYTES);
    expect(slices.reduce((sum, bytes) => sum + bytes)).toBe(3500 * RECORD_BYTES);
  });

  const small = (count = 6) => FILES.slice(0, count).map((name, i) => new File([fileContent(i, 2)], name));
  it.each([
    [
      [],
      "No CIFAR-10 among the files: data_batch_1.bin to data_batch_5.bin and test_batch.bin are expected, of the binary version. Give the six files.",
    ],
    [
      small(4),
      `The files are CIFAR-10 without data_batch_5.bin, test_batch.bin: six files are expected. ${CIFAR_ADVICE}`,
    ],
    [
      small(),
      `data_batch_1.bin has ${2 * RECORD_BYTES} bytes, expected 2151100 (700 records of ${RECORD_BYTES}). ${CIFAR_ADVICE}`,
    ],
    [
      [...small(), ...small(1)],
      'Two of the files are called data_batch_1.bin. Give each with its folder: { path: "folder/data_batch_1.bin", file }.',
    ],
  ])("refuses files that are not the six: %#", async (files, message) => {
    await expect(cifar10(files, options)).rejects.toThrow(new DatasetError(message));
  });

  it.each([[7], [null], [{}], [["data_batch_1.bin"]]])("refuses what is no file: %j", async (given) => {
    await expect(cifar10(given as never)).rejects.toThrow(ConfigError);
    await expect(cifar10(given as never)).rejects.toThrow(
      /^cifar10: the files are .* expected Files, or \{ path, file \}, in an array or a FileList\.$/,
    );
  });
});

describe("mnist(files)", () => {
  it.each(["packed", "plain"])("has the samples of the folder: %s", async (name) => {
    const folder = join(root, name);
    await expectSame(await mnist(droppedFolder(folder).reverse()), await mnist(folder));
  });

  it("says what is missing, or damaged", async () => {
    const files = droppedFolder(join(root, "packed"));
    await expect(mnist([new File([], "a.txt")])).rejects.toThrow(
      new DatasetError(
        `No MNIST among the files: ${MNIST_NAMES.join(", ")} are expected, each of them gzipped (.gz) or not. Give the four files.`,
      ),
    );
    await expect(mnist(files.slice(0, 3))).rejects.toThrow(
      /^packed holds MNIST without .*: four files are expected\./,
    );
    const others = files.filter(({ path }) => !path.includes("train-images"));
    const cut = gzipSync(images(0, 12));
    const name = "packed/train-images-idx3-ubyte.gz";
    const { training } = await mnist([
      ...others,
      { path: name, file: new Blob([cut.subarray(0, cut.length >> 1)]) },
    ]);
    await expect(contentOf(training)).rejects.toThrow(
      new DatasetError(`${name} cannot be unpacked: unexpected end of file. ${MNIST_ADVICE}`),
    );
  });
});

describe("openImageFolder(files), openImageDataset(files)", () => {
  const painter = (x: number, y: number) => [(x * 37) % 256, (y * 53) % 256, (x * y) % 256];
  const pictures = {
    "train/cat/1.png": png(9, 7, painter),
    "train/cat/deep/2.jpg": jpg(20, 11, painter),
    "train/dog/1.png": png(9, 7, painter, { colorType: 2 }),
    "train/dog/.DS_Store": "x",
    "train/dog/notes.txt": "x",
    "test/cat/9.png": png(12, 12, painter),
    "test/dog/9.jpeg": jpg(33, 5, painter),
  };

  it("have the samples of the folder, its split and what is understood of it; chosen, and dropped", async () => {
    const folder = folderOf(pictures);
    try {
      const expected = await openImageDataset(folder, { size: { width: 8, height: 8 } });
      for (const files of [droppedFolder(folder), chosenFolder(folder)]) {
        const { dataset, understanding } = await openImageDataset(files, { size: { width: 8, height: 8 } });
        const inWords = (value: unknown) =>
          JSON.stringify(value).replaceAll(folder, folder.split("/").at(-1)!);
        expect(inWords(understanding)).toBe(inWords(expected.understanding));
        expect(dataset).toMatchObject({
          name: folder.split("/").at(-1),
          classNames: ["cat", "dog"],
          shape: [3, 8, 8],
        });
        for (const part of ["training", "test"] as const) {
          const both = await Promise.all([dataset, expected.dataset].map((data) => contentOf(data[part]!)));
          expect(both[0]!.equals(both[1]!)).toBe(true);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("take folders that were dropped beside each other, and say what is wrong by paths from there", async () => {
    const file = (path: string, bytes: Uint8Array) => ({ path, file: new Blob([bytes as BlobPart]) });
    const cat = file("cat/1.png", png(3, 3, painter));
    const dog = file("dog/1.png", png(3, 3, painter));
    const { files, classNames } = await openImageFolder([cat, dog]);
    expect({ files, classNames }).toEqual({ files: ["cat/1.png", "dog/1.png"], classNames: ["cat", "dog"] });
    for (const [given, message] of [
      [
        [cat],
        "cat has 1 images, but no folders in it. Expected a folder for each class with its images: cat/cat/1.png.",
      ],
      [
        [cat, file("dog/2.png", png(3, 3, painter).subarray(0, 50))],
        "dog/2.png ends after 50 bytes, within its chunk IDAT, which ends at",
      ],
      [
        [file("1.png", new Uint8Array(3))],
        "What was given has 1 images, but no folders in it. Expected a folder",
      ],
      [[], "What was given has no images in it. Expected a folder"],
    ] as const) {
      const error = await openImageFolder(given).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(DatasetError);
      expect((error as Error).message).toContain(message);
    }
  });
});
