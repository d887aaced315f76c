import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Samples } from "../../src/data/dataset.ts";
import { isArrays, labelsBeside, openArrays, openIdxPair } from "../../src/data/idxDataset.ts";
import { DatasetError, FileError } from "../../src/errors.ts";
import { openInput } from "../../src/formats/open.ts";
import { npy } from "../helpers/arrayFiles.ts";
import { idx } from "../helpers/mnistFixture.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nnwasm-idx-"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const pixels = Uint8Array.from({ length: 24 }, (_, i) => 10 * i);
const put = async (name: string, bytes: Uint8Array) => {
  const path = join(root, name);
  await writeFile(path, name.endsWith(".gz") ? gzipSync(bytes) : bytes);
  return path;
};

async function read(samples: Samples) {
  const target = {
    values: new Uint8Array(samples.count * samples.features),
    labels: new Uint8Array(samples.count),
  };
  await samples.read(target);
  return { values: [...target.values], labels: [...target.labels] };
}

describe.each(["", ".gz"])("images and labels, named as MNIST's are%s", (end) => {
  it("are a pair of which the second is found by the first's name", async () => {
    const images = await put(`train-images-idx3-ubyte${end}`, idx([4, 2, 3], pixels));
    const labels = await put(`train-labels-idx1-ubyte${end}`, idx([4], Uint8Array.of(7, 3, 7, 9)));
    expect(await labelsBeside(images)).toBe(labels);
    const pair = await openIdxPair(images);
    expect(pair).toMatchObject({
      ...{ path: images, labelsPath: labels, format: "IDX", count: 4, shape: [1, 2, 3], features: 6 },
      classNames: ["3", "7", "9"],
    });
    expect(pair.samples).toMatchObject({ count: 4, features: 6, classes: 3, elementType: "uint8" });
    expect(await read(pair.samples)).toEqual({ values: [...pixels], labels: [1, 0, 1, 2] });
    const some = pair.samples.select(Uint32Array.of(3, 1));
    expect(Array.from(some.labels!())).toEqual([2, 0]);
    expect(await read(some)).toEqual({
      values: [...pixels.slice(18), ...pixels.slice(6, 12)],
      labels: [2, 0],
    });
  });

  it("are read without labels, in batches", async () => {
    const images = await put(`x-images${end}`, idx([4, 2, 3], pixels));
    const arrays = await openArrays(images);
    expect([arrays.classNames, arrays.labels, arrays.samples.classes]).toEqual([undefined, undefined, 1]);
    expect((await read(arrays.samples)).labels).toEqual([0, 0, 0, 0]);
    const batches: [number, number, number[]][] = [];
    for await (const { first, count, values } of arrays.batches(3)) batches.push([first, count, [...values]]);
    expect(batches).toEqual([
      [0, 3, [...pixels.slice(0, 18)]],
      [3, 1, [...pixels.slice(18)]],
    ]);
  });
});

it("labels of other types, NPY's too, are classes; a known list of classes decides their places", async () => {
  const images = await put(
    "images.npy",
    npy({ descr: "|u1", shape: [3, 2, 2], content: pixels.subarray(0, 12) }),
  );
  const labels = await put(
    "labels.npy",
    npy({ descr: "|S3", shape: [3], content: Buffer.from("dogcatdog") }),
  );
  const pair = await openIdxPair(images, labels);
  expect([pair.format, pair.classNames, Array.from(pair.labels)]).toEqual(["NPY", ["cat", "dog"], [1, 0, 1]]);
  const known = await openIdxPair(images, labels, { classNames: ["dog", "bird", "cat"] });
  expect([known.samples.classes, Array.from(known.labels)]).toEqual([3, [0, 2, 0]]);
  const numbers = await put(
    "n-ubyte",
    idx([3], new Uint8Array(Buffer.from("0000000a00000002fffffffe", "hex")), 0x0c01),
  );
  // By size, and not as texts.
  expect((await openIdxPair(images, numbers)).classNames).toEqual(["-2", "2", "10"]);
});

it("colours are brought into the order channel, row, column", async () => {
  const last = await openArrays(
    await put("a", idx([1, 2, 2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))),
  );
  expect(last.shape).toEqual([3, 2, 2]);
  expect((await read(last.samples)).values).toEqual([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
  const first = await openArrays(await put("b", idx([1, 3, 2, 2], pixels.subarray(0, 12))));
  expect(first.shape).toEqual([3, 2, 2]);
  expect((await read(first.samples)).values).toEqual([...pixels.subarray(0, 12)]);
  expect((await openArrays(await put("c", idx([2, 12], pixels)))).shape).toEqual([12]);
});

it("a stream is read once, without labels", async () => {
  const stdin = async function* () {
    yield new Uint8Array(idx([4, 2, 3], pixels));
  };
  const input = await openInput("-", { stdin: stdin() });
  expect(isArrays(input)).toBe(true);
  expect((await read((await openArrays(input)).samples)).values).toEqual([...pixels]);
});

it("what is an array of images is told from what is a table", async () => {
  const is = async (bytes: Uint8Array) => isArrays(await openInput({ name: "a", bytes }));
  expect(await is(idx([4, 2, 3], pixels))).toBe(true);
  expect(await is(idx([24], pixels))).toBe(false);
  expect(await is(idx([3, 1], pixels, 0x0e02))).toBe(false);
  expect(await is(npy({ descr: "|u1", shape: [4, 2, 3], content: pixels }))).toBe(true);
  expect(await is(npy({ descr: "|u1", shape: [4, 6], content: pixels }))).toBe(false);
  expect(await is(Buffer.from("\x93NUMPY", "latin1"))).toBe(false);
  expect(await is(Buffer.from("a,b\n1,2\n"))).toBe(false);
});

describe("refused", () => {
  const images = () => put("a-images-idx3-ubyte", idx([4, 2, 3], pixels));

  it("are images without labels, with the names that were looked for", async () => {
    const path = await images();
    const beside = join(root, "a-labels-idx1-ubyte");
    await expect(openIdxPair(path)).rejects.toThrow(
      new DatasetError(
        `${path} holds images, and there are no labels beside it (${beside}.gz, ${beside}). Name their file: --target LABELS.`,
      ),
    );
    const other = await put("other", idx([4, 2, 3], pixels));
    await expect(openIdxPair(other)).rejects.toThrow(
      new DatasetError(
        `${other} holds images without labels. Name the file of their labels: --target LABELS.`,
      ),
    );
    await expect(openIdxPair(path, join(root, "none"))).rejects.toThrow(FileError);
  });

  it("are labels of another number, of two dimensions, broken ones, and unknown ones", async () => {
    const path = await images();
    const five = await put("five", idx([5], new Uint8Array(5)));
    await expect(openIdxPair(path, five)).rejects.toThrow(
      new DatasetError(`${five} has 5 labels, expected 4, one an image of ${path}.`),
    );
    const square = await put("square", idx([4, 1], new Uint8Array(4)));
    await expect(openIdxPair(path, square)).rejects.toThrow(
      new DatasetError(`${square} holds 4 × 1, expected one dimension: a label for each image of ${path}.`),
    );
    const halves = await put(
      "halves",
      npy({ descr: "<f4", shape: [4], content: new Uint8Array(Float32Array.of(0, 1, 0.5, 2).buffer) }),
    );
    await expect(openIdxPair(path, halves)).rejects.toThrow(
      new DatasetError(
        `${halves}: label 2 is 0.5, expected a whole number or a text, of 65536 classes at most.`,
      ),
    );
    const known = await put("known", idx([4], Uint8Array.of(0, 1, 2, 0)));
    await expect(openIdxPair(path, known, { classNames: ["0", "1"] })).rejects.toThrow(
      new DatasetError(`${known}: label 2 is 2, expected one of the classes 0, 1.`),
    );
  });

  it("are numbers that are no bytes, and an order that is Fortran's", async () => {
    const doubles = await put("d", idx([1, 3], pixels, 0x0e02));
    await expect(openArrays(doubles)).rejects.toThrow(
      new DatasetError(
        `${doubles} holds 1 × 3 of float64, big endian, expected images: unsigned bytes in 2 dimensions or more.`,
      ),
    );
    const fortran = await put(
      "f.npy",
      npy({ descr: "|u1", shape: [4, 2, 3], fortran: true, content: pixels }),
    );
    await expect(openArrays(fortran)).rejects.toThrow("holds its images in Fortran's order, expected C's.");
  });

  it("is a bomb: a .gz of a few bytes that says it has a gigabyte, before anything is made for it", async () => {
    const bomb = await put("bomb.gz", idx([2 ** 20, 32, 32], new Uint8Array(1000)));
    const { samples } = await openArrays(bomb);
    const target = { values: new Uint8Array(1024), labels: new Uint8Array(1) };
    await expect(samples.select(Uint32Array.of(0)).read(target)).rejects.toThrow(
      /has 1073741824 bytes of images by its header, expected at most \d+, which its own bytes can unpack to/,
    );
  });

  it("is a file that ends too early, when it is read", async () => {
    const path = await put("cut.gz", idx([4, 2, 3], pixels.subarray(0, 20)));
    const { samples } = await openArrays(path);
    await expect(read(samples)).rejects.toThrow(
      new DatasetError(
        `${path} ends after 36 bytes, expected 40 bytes by its header (4 × 2 × 3). Replace it by a good copy.`,
      ),
    );
  });
});
