/** What was dropped is opened as the command line opens the same files: to the same bits. */
import { copyFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError, DatasetError } from "../../../src/errors.ts";
import { describeDropped, type NamedFile, openDropped, settingsFor } from "../../../src/runs/data/dropped.ts";
import { planEnsemble, trainEnsemble } from "../../../src/runs/ensemble.ts";
import { planTraining, train } from "../../../src/runs/train.ts";
import type { TrainSettings } from "../../../src/settings/settings.ts";
import { writeCifar } from "../../helpers/cifarFixture.ts";
import { cliFolder } from "../../helpers/cliFolder.ts";
import { droppedFolder, fileOf } from "../../helpers/givenFiles.ts";
import { folderOf, jpg, png } from "../../helpers/imageFiles.ts";
import { contents, MNIST_NAMES } from "../../helpers/mnistFixture.ts";
import { fakePool } from "../../helpers/runs.ts";

const { at, runJson } = cliFolder({ cifar: false });
const TABLE = new URL("../../fixtures/tables/passengers.", import.meta.url).pathname;
const words = (text: string) => text.split(" ");

beforeAll(() => {
  copyFileSync(`${TABLE}train.csv`, at("train.csv"));
  copyFileSync(`${TABLE}test.csv`, at("test.csv"));
});

const dropped = (name: string): NamedFile => ({ path: name, file: fileOf(at(name)) });
const blob = (path: string, ...parts: (string | Uint8Array)[]): NamedFile => ({
  path,
  file: new Blob(parts as BlobPart[]),
});
const table = (text: string) => [blob("made.csv", text)];

const options = { subscriber: () => {}, signal: new AbortController().signal };

/** The hash of a training of what was dropped, with the settings that are given. */
async function hashOf(files: readonly NamedFile[], given: Partial<TrainSettings>, more = {}) {
  const data = await openDropped(files, given, more);
  const settings = settingsFor(data, given);
  if ((settings.members ?? 1) > 1) {
    const plan = await planEnsemble(settings, data.dataset, data.heldOutBy);
    const end = await trainEnsemble(plan, { ...options, openPool: fakePool(data.dataset).open });
    return { sha: end.type === "result" ? end.trained.weightsSha256 : undefined, data };
  }
  const plan = await planTraining(settings, data.dataset);
  const end = await train(plan, options);
  return { sha: end.type === "result" ? end.trained.weightsSha256 : undefined, data };
}

const shaOf = (events: readonly Record<string, unknown>[]) => events.at(-1)!.weightsSha256;

describe("a table that was dropped", () => {
  it.each<[string, Partial<TrainSettings>]>([
    ["--members 1", { members: 1 }],
    [
      "--preset table-fast --seed 5 --validation 0.3 --drop port",
      { preset: "table-fast", seed: 5, validation: 0.3, drop: ["port"] },
    ],
    ["", {}],
  ])("trains to the hash of nnwasm train with the same settings: %s", async (flags, settings) => {
    const args = words(`train train.csv --target outcome --epochs 2 --out a --force --quiet ${flags}`.trim());
    const expected = await runJson(args);
    const given = { target: ["outcome"], epochs: 2, ...settings };
    const { sha, data } = await hashOf([dropped("train.csv")], given);
    expect(sha).toBe(shaOf(expected));
    expect(data).toMatchObject({ kind: "table", dataset: { name: "train.csv", origin: "CSV" } });
    expect(data.understood.join("\n")).toContain("To be predicted: outcome");
    expect(data.understanding?.task).toMatchObject({ kind: "classes", target: ["outcome"] });
  });

  it("is tested on another one", async () => {
    const given = { target: ["outcome"], members: 1 };
    const { dataset, warnings } = await openDropped([dropped("train.csv")], given, {
      test: dropped("test.csv"),
    });
    expect(dataset.test?.count).toBe(26);
    expect(warnings.join("\n")).toContain("test.csv: values that were not in the training rows");
  });

  it("says which columns there are, what each would be predicted as, and which one probably", async () => {
    const shares: number[] = [];
    const found = await describeDropped(
      [dropped("train.csv")],
      {},
      { onProgress: (share) => shares.push(share) },
    );
    if (found.kind !== "table") throw new Error(found.kind);
    expect(found).toMatchObject({ name: "train.csv", format: "CSV", target: "class" });
    const header = (await dropped("train.csv").file.slice(0, 2000).text()).split(/\r?\n/)[0]!;
    expect(found.columns.map(({ name }) => name)).toEqual(header.split(","));
    expect(found.columns.find(({ name }) => name === "outcome")).toMatchObject({
      asTarget: "classes",
      kind: "category",
    });
    expect(found.sample).toHaveLength(20);
    expect(found.sample[0]).toHaveLength(found.columns.length);
    expect(shares.at(-1)).toBe(1);
  });

  it.each([
    ["id,a,b\n1,x,2.5\n2,y,3.5\n3,x,1\n4,y,2\n", "b"],
    ["a,Price,b\n1,2.5,x\n2,3.5,y\n3,1.2,x\n4,9,y\n", "Price"],
    ["a,b,same\n1,2.5,x\n2,3.5,x\n3,1.2,x\n4,9,x\n", "b"],
  ])("guesses the target: %j", async (text, target) => {
    expect(await describeDropped(table(text))).toMatchObject({ kind: "table", target });
  });

  it("takes what is said of its format", async () => {
    const text = "1|2,5|x\n2|3,5|y\n3|1,2|x\n4|9,1|y\n";
    const found = await describeDropped(table(text), { delimiter: "|", header: false, decimal: "," });
    expect(found).toMatchObject({
      columns: [{ name: "column1" }, { name: "column2", kind: "number" }, { name: "column3" }],
    });
  });

  it("without a target, with settings of images, or damaged is refused", async () => {
    await expect(openDropped(table("a,b\n1,2\n2,3\n3,5\n"), {})).rejects.toThrow(
      new ConfigError(
        'made.csv: which column is to be predicted? There are: "a", "b". Choose it as the target, such as "b".',
      ),
    );
    await expect(openDropped(table("a,b\n1,2\n2,3\n"), { target: ["b"], size: "8x8" })).rejects.toThrow(
      new ConfigError("size is for images, and made.csv is a table. Leave it out."),
    );
    await expect(describeDropped(table("a,b,c\n1,2,3\n2\n"))).rejects.toThrow(
      /^made\.csv, line 3: the row has 1 cell/,
    );
  });

  it("can be broken off", async () => {
    const signal = AbortSignal.abort(new Error("no more"));
    await expect(describeDropped([dropped("train.csv")], {}, { signal })).rejects.toThrow("no more");
    await expect(openDropped([dropped("train.csv")], { target: ["outcome"] }, { signal })).rejects.toThrow(
      "no more",
    );
  });
});

describe("other data that were dropped", () => {
  it("CIFAR-10 is known by its files, and trains to the hash of the folder", async () => {
    const folder = at("cifar-10-batches-bin");
    await writeCifar(folder, 40);
    const files = droppedFolder(folder);
    expect(await describeDropped(files)).toEqual({ kind: "named", name: "cifar10", title: "CIFAR-10" });
    const given = { layers: [8], epochs: 1, validation: 20, batch: 20 };
    const { sha, data } = await hashOf(files, given, { recordsPerFile: 40 });
    const { cifar10 } = await import("../../../src/data/cifar10.ts");
    const dataset = await cifar10(folder, { recordsPerFile: 40 });
    const plan = await planTraining(settingsFor({ ...data, dataset }, given), dataset);
    const end = await train(plan, options);
    expect(data).toMatchObject({ kind: "named", dataset: { name: "cifar10" } });
    expect(end).toMatchObject({ type: "result", trained: { weightsSha256: sha } });
    await rm(folder, { recursive: true });
  });

  it("MNIST is known by its files; images and labels alone are an array of images", async () => {
    const files = contents(12, 5).map((bytes, i) => blob(`digits/${MNIST_NAMES[i]}`, bytes));
    expect(await describeDropped(files)).toEqual({ kind: "named", name: "mnist", title: "MNIST" });
    expect((await openDropped(files, {})).dataset).toMatchObject({ name: "mnist", origin: "digits" });
    const two = files.slice(0, 2);
    expect(await describeDropped(two)).toMatchObject({
      kind: "images",
      name: "digits/train-images-idx3-ubyte",
    });
    const { kind, dataset } = await openDropped(two, { seed: 2 });
    expect({ kind, shape: dataset.shape, count: dataset.training.count }).toEqual({
      kind: "images",
      shape: [1, 28, 28],
      count: 12,
    });
    await expect(openDropped(files.slice(0, 1), {})).rejects.toThrow(
      /holds images, and there are no labels beside it/,
    );
  });

  it("a folder of images has its classes, and the split and the hash of the command line", async () => {
    const painter = (x: number, y: number) => [(x * 37) % 256, (y * 53) % 256, (x * y) % 256];
    const entries = Array.from({ length: 12 }, (_, i) => [
      `${["cat", "dog"][i % 2]}/${i}.${i % 3 === 0 ? "jpg" : "png"}`,
      i % 3 === 0 ? jpg(9 + i, 8, painter) : png(7, 9 + i, painter),
    ]);
    const folder = folderOf({ ...Object.fromEntries(entries), "cat/.DS_Store": "" });
    const files = droppedFolder(folder);
    expect(await describeDropped(files)).toMatchObject({
      kind: "images",
      classes: [
        { name: "cat", count: 6 },
        { name: "dog", count: 6 },
      ],
    });
    const args = [
      "train",
      folder,
      ...words("--size 6x6 --epochs 2 --layers 5 --seed 3 --out images --quiet"),
    ];
    const given = { size: "6x6", epochs: 2, layers: [5], seed: 3 };
    const { sha, data } = await hashOf(files, given);
    expect(sha).toBe(shaOf(await runJson(args)));
    expect(data.understood[0]).toContain("12 images in 2 classes");
    await expect(openDropped(files, { target: ["a"] })).rejects.toThrow(
      /^target is for tables, and nnwasm-images-/,
    );
    await rm(folder, { recursive: true });
  });

  it.each([
    [[], "There is no file in what was dropped. What can be dropped: a table"],
    [[blob(".DS_Store", "x")], "There is no file in what was dropped."],
    [
      [blob("a.csv", "a,b\n1,2\n"), blob("b.csv", "a,b\n1,2\n")],
      "There are 2 files in what was dropped (a.csv, b.csv), which do not belong together: of tables, one is opened at a time.",
    ],
    [
      [blob("1.png", "x")],
      "An image, 1.png, has no folder that is a class. Drop the folder that holds a folder for each class",
    ],
    [
      [blob("cifar-10-binary.tar.gz", "x")],
      "cifar-10-binary.tar.gz is an archive. Unpack it, and drop the folder",
    ],
    [
      [blob("data_batch_1", "x"), blob("test_batch", "x")],
      "data_batch_1 is of CIFAR-10's version for Python, expected",
    ],
    [[blob("a.pdf", "%PDF-1.4")], "a.pdf is a PDF file, expected a table that can be read"],
  ])("says what can be dropped: %#", async (files, message) => {
    for (const open of [describeDropped(files), openDropped(files, { target: ["b"] })]) {
      const error = await open.catch((error: unknown) => error);
      expect(error).toBeInstanceOf(DatasetError);
      expect((error as Error).message).toContain(message);
    }
  });
});
