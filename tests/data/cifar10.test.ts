import { mkdir, mkdtemp, open, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cifar10, findCifar10, locateCifar10 } from "../../src/data/cifar10.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { cacheFolder, dataFolders } from "../../src/data/locations.ts";
import { DatasetError, FileError, ShapeError } from "../../src/errors.ts";
import { permutation, Random } from "../../src/random.ts";
import { FILES, labelOf, pixelOf, RECORD_BYTES, writeCifar } from "../helpers/cifarFixture.ts";

const ADVICE = "Replace it by a good copy; nnwasm data fetch cifar10 downloads one.";
let root: string;
let small: string; // 40 records in each file
const options = { recordsPerFile: 40 };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "nnwasm-cifar10-"));
  small = join(root, "small");
  await writeCifar(small, 40);
});
afterAll(() => rm(root, { recursive: true }));

/** A folder of its own with the small data set, to be damaged. */
async function copy(name: string): Promise<string> {
  const folder = join(root, name);
  await writeCifar(folder, 40);
  return folder;
}

async function readAll(samples: Samples, values = new Uint8Array(samples.count * 3072)) {
  const labels = new Uint8Array(samples.count);
  await samples.read({ values, labels });
  return { values, labels };
}

/** Asserts that sample i is the record of row `rows[i]`, all bytes of it. */
function expectRows(
  { values, labels }: { values: Uint8Array; labels: Uint8Array },
  rows: ArrayLike<number>,
  recordsPerFile: number,
  firstFile = 0,
) {
  for (let i = 0; i < rows.length; i++) {
    const file = firstFile + Math.floor(rows[i] / recordsPerFile);
    const record = rows[i] % recordsPerFile;
    const wrong =
      labels[i] !== labelOf(file, record) ||
      values.subarray(i * 3072, (i + 1) * 3072).some((byte, pixel) => byte !== pixelOf(file, record, pixel));
    if (wrong) expect.fail(`sample ${i} is not row ${rows[i]}`);
  }
}

const range = (count: number) => Uint32Array.from({ length: count }, (_, index) => index);

/** The first `count` of the numbers 0 … total − 1 in random order. */
const someOf = (total: number, count: number, seed: number) =>
  permutation(total, new Random(seed)).subarray(0, count);

describe("cifar10()", () => {
  it("says what the data set is", async () => {
    const data = await cifar10(small, options);
    expect(data).toMatchObject({ name: "cifar10", origin: small, features: 3072, classes: 10 });
    expect(data.shape).toEqual([3, 32, 32]);
    expect(data.classNames.join()).toBe("airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck");
    expect(data.training).toMatchObject({ count: 200, features: 3072, classes: 10, elementType: "uint8" });
    expect(data.test).toMatchObject({ count: 40, features: 3072, classes: 10, elementType: "uint8" });
  });

  it("takes the folder that holds cifar-10-batches-bin as well", async () => {
    const inner = join(root, "outer", "cifar-10-batches-bin");
    await writeCifar(inner, 40);
    expect((await cifar10(join(root, "outer"), options)).origin).toBe(inner);
  });

  it("looks at sizes alone when it opens", async () => {
    const folder = await copy("unread");
    for (const file of FILES)
      await writeFile(join(folder, file), new Uint8Array(40 * RECORD_BYTES).fill(255));
    await expect(cifar10(folder, options)).resolves.toMatchObject({ origin: folder });
  });

  it("refuses a folder without any of the files", async () => {
    const error = await cifar10(join(root, "nowhere")).catch((reason) => reason);
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toBe(
      `No CIFAR-10 in ${root}/nowhere: data_batch_1.bin to data_batch_5.bin and test_batch.bin are ` +
        "neither there nor in cifar-10-batches-bin inside it. Give the folder that holds them, or run: " +
        "nnwasm data fetch cifar10",
    );
  });

  it("names the files that are missing", async () => {
    const folder = await copy("missing");
    await rm(join(folder, "data_batch_3.bin"));
    await rm(join(folder, "test_batch.bin"));
    await mkdir(join(folder, "test_batch.bin")); // a folder is no file
    await expect(cifar10(folder, options)).rejects.toThrow(
      new DatasetError(
        `${folder} holds CIFAR-10 without data_batch_3.bin, test_batch.bin: six files are expected. ` +
          ADVICE,
      ),
    );
  });

  it.each([
    ["short", 40 * RECORD_BYTES - 1],
    ["long", 40 * RECORD_BYTES + 1],
    ["empty", 0],
  ])("refuses a file that is too %s", async (name, size) => {
    const folder = await copy(`size-${name}`);
    await truncate(join(folder, "data_batch_5.bin"), size);
    await expect(cifar10(folder, options)).rejects.toThrow(
      new DatasetError(
        `${folder}/data_batch_5.bin has ${size} bytes, expected 122920 (40 records of 3073). ${ADVICE}`,
      ),
    );
  });

  it("expects 10,000 records in a file unless told otherwise", async () => {
    await expect(cifar10(small)).rejects.toThrow(
      new DatasetError(
        `${small}/data_batch_1.bin has 122920 bytes, expected 30730000 (10000 records of 3073). ${ADVICE}`,
      ),
    );
  });
});

describe("read()", () => {
  it("reads every training record, in order", async () => {
    const { training } = await cifar10(small, options);
    expectRows(await readAll(training), range(200), 40);
  });

  it("reads the test records from the sixth file", async () => {
    const { test } = await cifar10(small, options);
    expectRows(await readAll(test), range(40), 40, 5);
  });

  it("reads files of several chunks, and rows across chunks and files", async () => {
    const folder = join(root, "large");
    await writeCifar(folder, 700); // a chunk has 512
    const { training } = await cifar10(folder, { recordsPerFile: 700 });
    expectRows(await readAll(training), range(3500), 700);
    const rows = someOf(3500, 3000, 1);
    expectRows(await readAll(training.select(rows)), rows, 700);
    const few = someOf(3500, 50, 2);
    expectRows(await readAll(training.select(few)), few, 700);
  });

  it("writes only into the view it is given, in shared memory too", async () => {
    const { test } = await cifar10(small, options);
    const memory = new WebAssembly.Memory({ initial: 3, maximum: 3, shared: true });
    const all = new Uint8Array(memory.buffer).fill(7);
    const values = new Uint8Array(memory.buffer, 5000, 40 * 3072);
    expectRows(await readAll(test, values), range(40), 40, 5);
    expect(all.subarray(0, 5000).every((byte) => byte === 7)).toBe(true);
    expect(all.subarray(5000 + 40 * 3072).every((byte) => byte === 7)).toBe(true);
  });

  it("reads several selections at the same time", async () => {
    const { training } = await cifar10(small, options);
    const selections = [1, 2, 3, 4].map((seed) => someOf(200, 60, seed));
    const all = await Promise.all(selections.map((rows) => readAll(training.select(rows))));
    all.forEach((read, i) => {
      expectRows(read, selections[i], 40);
    });
  });

  it("needs the same memory for many reads as for one", async () => {
    const { training } = await cifar10(small, options);
    const target = { values: new Uint8Array(200 * 3072), labels: new Uint8Array(200) };
    const before = process.memoryUsage().arrayBuffers;
    let most = before;
    for (let i = 0; i < 50; i++) {
      await training.read(target);
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    // Of 30 MB that are read.
    expect(most - before).toBeLessThan(4e6);
  });

  it("tells how far it is, and ends at the total", async () => {
    const { training } = await cifar10(small, options);
    const calls: [number, number][] = [];
    await training.read(
      { values: new Uint8Array(200 * 3072), labels: new Uint8Array(200) },
      { onProgress: (done, total) => calls.push([done, total]) },
    );
    expect(calls.at(-1)).toEqual([200, 200]);
  });

  it("stops when its signal is aborted", async () => {
    const { training } = await cifar10(small, options);
    const target = { values: new Uint8Array(200 * 3072), labels: new Uint8Array(200) };
    const reason = new Error("enough");
    await expect(training.read(target, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(target.values.every((byte) => byte === 0)).toBe(true);
  });

  it("refuses a label over 9, with its file and record", async () => {
    const folder = await copy("label");
    const handle = await open(join(folder, "data_batch_2.bin"), "r+");
    await handle.write(Uint8Array.of(10), 0, 1, 17 * RECORD_BYTES);
    await handle.close();
    const { training } = await cifar10(folder, options);
    const expected = new DatasetError(
      `${folder}/data_batch_2.bin: record 17 has label 10, expected 0 to 9. ${ADVICE}`,
    );
    await expect(readAll(training)).rejects.toThrow(expected);
    await expect(readAll(training.select(Uint32Array.of(3, 57)))).rejects.toThrow(expected);
    expectRows(await readAll(training.select(Uint32Array.of(3, 58))), [3, 58], 40);
  });

  it("fails when a file is cut after it was opened", async () => {
    const folder = await copy("cut");
    const { training } = await cifar10(folder, options);
    await truncate(join(folder, "data_batch_4.bin"), 5000);
    await expect(readAll(training)).rejects.toThrow(
      new DatasetError(
        `${folder}/data_batch_4.bin was cut to 5000 bytes or less while it was read. ${ADVICE}`,
      ),
    );
  });

  it("fails when a file disappears after it was opened", async () => {
    const folder = await copy("gone");
    const { training } = await cifar10(folder, options);
    await rename(join(folder, "data_batch_4.bin"), join(folder, "elsewhere"));
    await expect(readAll(training)).rejects.toThrow(
      new FileError(`${folder}/data_batch_4.bin cannot be read: it does not exist (ENOENT). Check the path.`),
    );
  });

  it("refuses targets of other sizes and types", async () => {
    const { test } = await cifar10(small, options);
    const labels = new Uint8Array(40);
    await expect(test.read({ values: new Uint8Array(40), labels })).rejects.toThrow(
      new ShapeError("read: values has 40 bytes, expected 122880 (40 samples of 3072)."),
    );
    const values = new Uint8Array(122880);
    await expect(test.read({ values, labels: new Uint8Array(41) })).rejects.toThrow(
      new ShapeError("read: labels has 41 bytes, expected 40, one a sample."),
    );
    await expect(test.read({ values: new Float32Array(122880), labels })).rejects.toThrow(
      new ShapeError("read: values is a Float32Array, expected a Uint8Array: pixels are bytes."),
    );
  });
});

describe("select()", () => {
  it.each([1, 3, 20, 150, 200])("gives %i rows in the order asked for", async (count) => {
    const { training } = await cifar10(small, options);
    const rows = someOf(200, count, count);
    const samples = training.select(rows);
    expect(samples.count).toBe(count);
    expectRows(await readAll(samples), rows, 40);
  });

  it("gives a row as often as it is asked for", async () => {
    const { training } = await cifar10(small, options);
    const rows = Uint32Array.of(199, 0, 199, 40, 39, 0);
    expectRows(await readAll(training.select(rows)), rows, 40);
  });

  it("gives nothing for no rows", async () => {
    const { training } = await cifar10(small, options);
    expect((await readAll(training.select(new Uint32Array()))).labels).toHaveLength(0);
  });

  it("numbers the rows of a selection by the selection", async () => {
    const { training } = await cifar10(small, options);
    const samples = training.select(Uint32Array.of(180, 90, 5)).select(Uint32Array.of(2, 0));
    expectRows(await readAll(samples), [5, 180], 40);
  });

  it("keeps the rows as they were when it was called", async () => {
    const { training } = await cifar10(small, options);
    const rows = Uint32Array.of(1, 2);
    const samples = training.select(rows);
    rows.fill(100);
    expectRows(await readAll(samples), [1, 2], 40);
  });

  it("refuses a row that there is not", async () => {
    const { training } = await cifar10(small, options);
    expect(() => training.select(Uint32Array.of(199, 200))).toThrow(
      new ShapeError("select: rows[1] is 200, expected less than 200, the number of samples."),
    );
    expect(() => training.select(Uint32Array.of(7)).select(Uint32Array.of(1))).toThrow(
      new ShapeError("select: rows[0] is 1, expected less than 1, the number of samples."),
    );
  });
});

describe("findCifar10()", () => {
  it("opens the first folder that has the files, also in cifar10 and cifar-10-batches-bin", async () => {
    const cache = join(root, "find-cache");
    const inCache = join(cache, "cifar10", "cifar-10-batches-bin");
    await writeCifar(inCache, 40);
    const other = join(root, "find-other");
    await mkdir(other);
    expect((await findCifar10([join(root, "nowhere"), other, cache], options))?.origin).toBe(inCache);
    await writeCifar(join(other, "cifar-10-batches-bin"), 40);
    expect((await findCifar10([other, cache], options))?.origin).toBe(join(other, "cifar-10-batches-bin"));
    expect((await findCifar10([small, other, cache], options))?.origin).toBe(small);
  });

  it("finds nothing where there is nothing", async () => {
    expect(await findCifar10([join(root, "nowhere"), join(small, "test_batch.bin")])).toBeUndefined();
    expect(await findCifar10([])).toBeUndefined();
  });

  it("does not pass over a data set that is incomplete", async () => {
    const folder = join(root, "partial");
    await mkdir(folder);
    await writeFile(join(folder, "test_batch.bin"), new Uint8Array(40 * RECORD_BYTES));
    expect(await locateCifar10([folder, small])).toBe(folder);
    await expect(findCifar10([folder, small], options)).rejects.toThrow(
      new DatasetError(
        `${folder} holds CIFAR-10 without data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, ` +
          `data_batch_4.bin, data_batch_5.bin: six files are expected. ${ADVICE}`,
      ),
    );
  });
});

describe("the folders", () => {
  it("the cache is NNWASM_HOME, else in XDG_CACHE_HOME, else in ~/.cache", () => {
    const env = { NNWASM_HOME: "/n", XDG_CACHE_HOME: "/x" };
    expect(cacheFolder(env, "/home/a")).toBe("/n");
    expect(cacheFolder({ ...env, NNWASM_HOME: "" }, "/home/a")).toBe("/x/nnwasm");
    expect(cacheFolder({ XDG_CACHE_HOME: "relative" }, "/home/a")).toBe("/home/a/.cache/nnwasm");
    expect(cacheFolder({}, "/home/a")).toBe("/home/a/.cache/nnwasm");
  });

  it("data are looked for in NNWASM_DATA before the cache", () => {
    expect(dataFolders({ NNWASM_DATA: "/d", NNWASM_HOME: "/n" }, "/home/a")).toEqual(["/d", "/n"]);
    expect(dataFolders({ NNWASM_DATA: "" }, "/home/a")).toEqual(["/home/a/.cache/nnwasm"]);
  });
});

describe.skipIf(!process.env.NNWASM_DATA)("the published data (skipped unless NNWASM_DATA is set)", () => {
  it("45,000 rows in random order are the records of the files", async () => {
    const data = await findCifar10(dataFolders(process.env, root));
    const { origin, training } = data!;
    expect(training.count).toBe(50_000);
    const rows = someOf(50_000, 45_000, 1);
    const { values, labels } = await readAll(training.select(rows));
    const files = await Promise.all(FILES.slice(0, 5).map((file) => readFile(join(origin, file))));
    for (let i = 0; i < rows.length; i++) {
      const start = (rows[i] % 10_000) * RECORD_BYTES;
      const file = files[Math.floor(rows[i] / 10_000)];
      const same =
        labels[i] === file[start] &&
        Buffer.compare(
          values.subarray(i * 3072, (i + 1) * 3072),
          file.subarray(start + 1, start + RECORD_BYTES),
        ) === 0;
      if (!same) expect.fail(`sample ${i} is not row ${rows[i]}`);
    }
  });

  it("each class has 1,000 of the test images", async () => {
    const data = await findCifar10(dataFolders(process.env, root));
    const { labels } = await readAll(data!.test);
    const counts = new Array<number>(10).fill(0);
    for (const label of labels) counts[label]++;
    expect(counts).toEqual(new Array(10).fill(1000));
  });
});
