import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunFolder } from "../../../src/cli/folders/runFolder.ts";
import { ConfigError, FileError } from "../../../src/errors.ts";
import type { PlotRow } from "../../../src/report/plots.ts";

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nnwasm-run-"));
  root = join(folder, "runs");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ROWS: PlotRow[] = [
  { epoch: 1, learningRate: 0.02, train: { loss: 2, cost: 3, accuracy: 0.3 } },
  { epoch: 2, learningRate: 0.04, train: { loss: 1, cost: 2, accuracy: 0.4 } },
];

/** The files in a folder, with their paths, sorted. */
async function files(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

/** Everything that a run writes but its settings, which are there from the start. */
async function writeAll(run: RunFolder, seed: number): Promise<void> {
  for (const row of ROWS) await run.appendMetrics(row);
  await run.writeSummary({ seed, loss: NaN });
  await run.writeModel(new Uint8Array([seed]));
  await run.writePlots(ROWS);
  await run.close();
}

const ALL = [
  "config.json",
  "metrics.jsonl",
  "model.safetensors",
  "plots/accuracy.svg",
  "plots/cost.svg",
  "plots/learning-rate.svg",
  "plots/loss.svg",
  "summary.json",
];

describe("RunFolder", () => {
  it("holds the files that INTERFACE.md promises, and no others", async () => {
    const run = await RunFolder.create({ seed: 7 }, { root });
    await writeAll(run, 7);
    expect(await files(run.path)).toEqual(ALL);
    expect(await readFile(join(run.path, "config.json"), "utf8")).toBe('{\n  "seed": 7\n}\n');
    expect(await readFile(join(run.path, "summary.json"), "utf8")).toBe(
      '{\n  "seed": 7,\n  "loss": null\n}\n',
    );
    expect(await readFile(join(run.path, "metrics.jsonl"), "utf8")).toBe(
      '{"epoch":1,"learningRate":0.02,"train":{"loss":2,"cost":3,"accuracy":0.3}}\n' +
        '{"epoch":2,"learningRate":0.04,"train":{"loss":1,"cost":2,"accuracy":0.4}}\n',
    );
    expect([...(await readFile(join(run.path, "model.safetensors")))]).toEqual([7]);
    for (const [plot, title] of [
      ["cost", "Cost"],
      ["loss", "Loss"],
      ["accuracy", "Accuracy"],
      ["learning-rate", "Learning rate"],
    ]) {
      const svg = await readFile(join(run.path, `plots/${plot}.svg`), "utf8");
      expect(svg.startsWith("<svg ")).toBe(true);
      expect(svg).toContain(`<title>${title}</title>`);
    }
  });

  it("counts on from the highest number that is there", async () => {
    const paths: string[] = [];
    for (let i = 0; i < 3; i++) {
      const run = await RunFolder.create({}, { root });
      paths.push(run.path);
      await run.close();
    }
    expect(paths).toEqual(["train-001", "train-002", "train-003"].map((name) => join(root, name)));

    for (const name of ["train-041", "train-x", "train-7", "search-900", "train-050.old"]) {
      await mkdir(join(root, name));
    }
    const next = await RunFolder.create({}, { root, name: "train" });
    expect(next.path).toBe(join(root, "train-042"));
    await next.close();
    await mkdir(join(root, "train-999"));
    const thousandth = await RunFolder.create({}, { root });
    expect(thousandth.path).toBe(join(root, "train-1000"));
    await thousandth.close();
  });

  it("gives a folder of its own to each of twenty runs that start at once", async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => RunFolder.create({}, { root })));
    expect(new Set(runs.map((run) => run.path)).size).toBe(20);
    for (const run of runs) await run.close();
  });

  it("takes a named folder that does not exist, or is empty", async () => {
    const made = await RunFolder.create({}, { out: join(folder, "a/b") });
    expect(made.path).toBe(join(folder, "a/b"));
    await made.close();
    await mkdir(join(folder, "empty"));
    const taken = await RunFolder.create({}, { out: join(folder, "empty") });
    expect(taken.path).toBe(join(folder, "empty"));
    await taken.close();
  });

  it("refuses a named folder that is in use, and touches nothing in it", async () => {
    const out = join(folder, "mine");
    await mkdir(out);
    await writeFile(join(out, "config.json"), "precious");
    const create = RunFolder.create({}, { out });
    await expect(create).rejects.toThrow(
      new ConfigError(
        `--out ${out}: the folder is not empty. Give another folder, --resume ${out} to go on with what is in it, or --force to replace it.`,
      ),
    );
    await expect(create).rejects.toMatchObject({ exitCode: 2 });
    expect(await readdir(out)).toEqual(["config.json"]);
    expect(await readFile(join(out, "config.json"), "utf8")).toBe("precious");
  });

  it("with --force takes away the old run at once, and nothing else", async () => {
    const out = join(folder, "mine");
    await writeAll(await RunFolder.create({ seed: 1 }, { out }), 1);
    await writeFile(join(out, "notes.txt"), "mine");
    await writeFile(join(out, "plots/own.svg"), "mine");

    const again = await RunFolder.create({ seed: 2 }, { out, force: true });
    // A crash from here on does not leave the old results beside the new settings.
    expect(await files(out)).toEqual(["config.json", "lock", "metrics.jsonl", "notes.txt", "plots/own.svg"]);
    expect(await readFile(join(out, "metrics.jsonl"), "utf8")).toBe("");
    await writeAll(again, 2);
    expect(await files(out)).toEqual([...ALL, "notes.txt", "plots/own.svg"].sort());
    expect(await readFile(join(out, "config.json"), "utf8")).toBe('{\n  "seed": 2\n}\n');
    expect((await readFile(join(out, "metrics.jsonl"), "utf8")).split("\n").length).toBe(3);
  });

  it("refuses a folder that cannot be made", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(RunFolder.create({}, { out: file })).rejects.toThrow(
      new FileError(
        `${file} cannot be created: a file of that name is in the way (EEXIST). ` +
          `Remove it, or choose another place.`,
      ),
    );
    await expect(RunFolder.create({}, { root: join(file, "runs") })).rejects.toThrow(
      new FileError(
        `${file}/runs cannot be created: a part of the path is a file, not a folder (ENOTDIR). ` +
          `Check the path.`,
      ),
    );
  });

  it("does not take away a folder that has the name of one of its files", async () => {
    const out = join(folder, "mine");
    await mkdir(join(out, "config.json"), { recursive: true });
    await expect(RunFolder.create({}, { out, force: true })).rejects.toThrow(FileError);
    expect(await readdir(out)).toEqual(["config.json"]);
  });
});
