import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Samples } from "../../src/data/dataset.ts";
import { findMnist, locateMnist, mnist } from "../../src/data/mnist.ts";
import { MNIST_FILES } from "../../src/data/mnistKind.ts";
import { checkFiles } from "../../src/data/published.ts";
import { DatasetError, FileError, ShapeError } from "../../src/errors.ts";
import { idx, images, labelOf, labels, MNIST_NAMES, pixelOf, writeMnist } from "../helpers/mnistFixture.ts";

const ADVICE = "Replace it by a good copy; nnwasm data fetch mnist downloads one.";
const [TRAIN_IMAGES, TRAIN_LABELS] = MNIST_NAMES;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nnwasm-mnist-"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function read(samples: Samples) {
  const target = { values: new Uint8Array(samples.count * 784), labels: new Uint8Array(samples.count) };
  await samples.read(target);
  return target;
}

/** Expects the images of these numbers. */
async function expectRows(samples: Samples, set: number, rows: number[]) {
  const { values, labels } = await read(samples);
  expect([...labels]).toEqual(rows.map((row) => labelOf(set, row)));
  expect(Buffer.from(values)).toEqual(
    Buffer.from(rows.flatMap((row) => Array.from({ length: 784 }, (_, pixel) => pixelOf(set, row, pixel)))),
  );
}

describe.each([true, false])("mnist, gzipped: %s", (gzip) => {
  it("reads images and labels of both sets, whole and in selections", async () => {
    await writeMnist(root, { gzip });
    const dataset = await mnist(root);
    expect(dataset).toMatchObject({
      ...{ name: "mnist", origin: root, shape: [1, 28, 28], features: 784, classes: 10 },
      classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    });
    expect([dataset.training.count, dataset.test.count]).toEqual([12, 5]);
    await expectRows(dataset.training, 0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    await expectRows(dataset.test, 1, [0, 1, 2, 3, 4]);
    const some = dataset.training.select(Uint32Array.of(9, 2, 9, 11));
    await expectRows(some, 0, [9, 2, 9, 11]);
    await expectRows(some.select(Uint32Array.of(3, 0)), 0, [11, 9]);
    await expectRows(dataset.training.select(new Uint32Array()), 0, []);
  });

  it("refuses a file that is cut, or holds more than its header says, when it is read", async () => {
    await writeMnist(root, { gzip });
    const path = `${root}/${TRAIN_IMAGES}${gzip ? ".gz" : ""}`;
    const bytes = images(0, 12);
    const write = (content: Uint8Array) => writeFile(path, gzip ? gzipSync(content) : content);
    const opened = await mnist(root);
    await write(bytes.subarray(0, 5000));
    await expect(read(opened.training)).rejects.toThrow(
      new DatasetError(`${path} holds 5000 bytes, expected ${bytes.length} by its header. ${ADVICE}`),
    );
    await write(Buffer.concat([bytes, bytes]));
    await expect(read(opened.training)).rejects.toThrow(DatasetError);
    await write(bytes);
    await expectRows(opened.training.select(Uint32Array.of(0)), 0, [0]);
  });
});

describe("the places of MNIST", () => {
  it.each(["", "/mnist", "/MNIST/raw", "/raw"])("FOLDER%s is found by its FOLDER", async (place) => {
    await writeMnist(`${root}${place}`);
    expect(await locateMnist([`${root}/none`, root])).toBe(`${root}${place}`);
    expect((await findMnist([root]))!.origin).toBe(`${root}${place}`);
    expect((await mnist(root)).origin).toBe(`${root}${place}`);
  });

  it("hold each file gzipped or not", async () => {
    await writeMnist(root);
    await rm(`${root}/${TRAIN_LABELS}.gz`);
    await writeFile(`${root}/${TRAIN_LABELS}`, labels(0, 12));
    await expectRows((await mnist(root)).training.select(Uint32Array.of(4)), 0, [4]);
  });

  it("are named if there is nothing", async () => {
    expect(await findMnist([root])).toBeUndefined();
    await expect(mnist(root)).rejects.toThrow(
      new DatasetError(
        `No MNIST in ${root}: train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, ` +
          "t10k-labels-idx1-ubyte.gz are neither there nor in mnist or MNIST/raw inside it. Give the folder that holds " +
          "them, or run: nnwasm data fetch mnist",
      ),
    );
  });

  it("are incomplete without one of the files", async () => {
    await writeMnist(root);
    await rm(`${root}/${TRAIN_LABELS}.gz`);
    await expect(findMnist([root])).rejects.toThrow(
      new DatasetError(`${root} holds MNIST without ${TRAIN_LABELS}.gz: four files are expected. ${ADVICE}`),
    );
  });
});

describe("a hostile file", () => {
  const pixels = (count: number) => new Uint8Array(784 * count);
  it.each([
    ["nothing", Buffer.alloc(0), "ends within its header, after 0 bytes"],
    ["half a header", images(0, 12).subarray(0, 9), "ends within its header, after 9 bytes"],
    ["labels", labels(0, 12).subarray(0, 8), "ends within its header, after 8 bytes"],
    [
      "another type",
      idx([1, 28, 28], pixels(1), 0x0d03),
      "begins with 0x00000d03, expected 0x00000803 (unsigned bytes in 3 dimensions)",
    ],
    [
      "other dimensions",
      idx([1, 28, 28, 1], pixels(1)),
      "begins with 0x00000804, expected 0x00000803 (unsigned bytes in 3 dimensions)",
    ],
    ["no images", idx([0, 28, 28], pixels(0)), "says that it has 0 samples, expected 1 to 500000"],
    [
      "as many images as can be written",
      idx([0xffffffff, 28, 28], pixels(1)),
      "says that it has 4294967295 samples, expected 1 to 500000",
    ],
    ["other sizes", idx([1, 32, 32], new Uint8Array(1024)), "has samples of 32 × 32, expected 28 × 28"],
    [
      "sizes that overflow",
      idx([1, 2 ** 31, 2 ** 31], pixels(1)),
      "has samples of 2147483648 × 2147483648, expected",
    ],
  ])("with %s is refused when it is opened", async (_, content, problem) => {
    for (const gzip of [true, false]) {
      const folder = `${root}/${gzip}`;
      await writeMnist(folder, { gzip });
      const path = `${folder}/${TRAIN_IMAGES}${gzip ? ".gz" : ""}`;
      await writeFile(path, gzip ? gzipSync(content) : content);
      const error = await mnist(folder).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(DatasetError);
      expect((error as Error).message.startsWith(`${path} ${problem}`)).toBe(true);
      expect((error as Error).message.endsWith(ADVICE)).toBe(true);
    }
  });

  it("that is not gzipped, or damaged, is refused", async () => {
    await writeMnist(root);
    const path = `${root}/${TRAIN_IMAGES}.gz`;
    await writeFile(path, images(0, 12));
    await expect(mnist(root)).rejects.toThrow(
      new DatasetError(`${path} cannot be unpacked: incorrect header check. ${ADVICE}`),
    );
    const gzipped = gzipSync(images(0, 12));
    await writeFile(path, gzipped);
    const { training } = await mnist(root);
    await truncate(path, gzipped.length >> 1);
    await expect(read(training)).rejects.toThrow(
      new DatasetError(`${path} cannot be unpacked: unexpected end of file. ${ADVICE}`),
    );
  });

  it("that unpacks to more than its header says is not unpacked further", async () => {
    await writeMnist(root);
    const path = `${root}/${TRAIN_IMAGES}.gz`;
    // 60 MB of zeros take 58 KB.
    await writeFile(path, gzipSync(Buffer.concat([idx([12, 28, 28], pixels(12)), Buffer.alloc(60_000_000)])));
    const { training } = await mnist(root);
    await expect(read(training)).rejects.toThrow(
      new DatasetError(`${path} unpacks to more than 9424 bytes, expected as many by its header. ${ADVICE}`),
    );
  });

  it("whose labels are too few, or no classes, is refused", async () => {
    await writeMnist(root);
    const path = `${root}/${TRAIN_LABELS}.gz`;
    await writeFile(path, gzipSync(labels(0, 11)));
    await expect(mnist(root)).rejects.toThrow(
      new DatasetError(
        `${path} has 11 labels, expected 12, one an image of ${root}/${TRAIN_IMAGES}.gz. ${ADVICE}`,
      ),
    );
    await writeFile(path, gzipSync(idx([12], new Uint8Array(12).fill(3).fill(10, 7))));
    await expect(read((await mnist(root)).training)).rejects.toThrow(
      new DatasetError(`${path}: label 7 is 10, expected 0 to 9. ${ADVICE}`),
    );
  });

  it("that is a folder counts as missing, one that is gone when it is read is named", async () => {
    await writeMnist(root);
    const path = `${root}/${TRAIN_IMAGES}.gz`;
    const { training } = await mnist(root);
    await rm(path);
    await expect(read(training)).rejects.toThrow(FileError);
    await mkdir(path);
    await expect(mnist(root)).rejects.toThrow(`${root} holds MNIST without ${TRAIN_IMAGES}.gz`);
  });
});

it("reading is stopped by the signal, and refuses a target of another size", async () => {
  await writeMnist(root);
  const { training } = await mnist(root);
  const target = { values: new Uint8Array(12 * 784), labels: new Uint8Array(12) };
  await expect(training.read(target, { signal: AbortSignal.abort("no more") })).rejects.toBe("no more");
  await expect(training.read({ ...target, labels: new Uint8Array(11) })).rejects.toThrow(
    new ShapeError(
      "read: the target has room for 9408 values and 11 labels, expected a Uint8Array of 9408 (12 samples of 784) and 12.",
    ),
  );
});

const DATA = `${process.env.NNWASM_DATA}/mnist`;
describe.runIf(existsSync(DATA))("the published files", () => {
  it("are those that are known, and hold 60,000 and 10,000 digits", async () => {
    const checks = await checkFiles(DATA, MNIST_FILES.files, undefined);
    expect(checks.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    const { training, test } = await mnist(DATA);
    expect([training.count, test.count]).toEqual([60_000, 10_000]);
    const { labels, values } = await read(training);
    expect([...labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    // The known mean of the pixels, 0.1307.
    let sum = 0;
    for (const value of values) sum += value;
    expect(sum / values.length / 255).toBeCloseTo(0.13066, 5);
    expect([...(await read(test)).labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });
});
