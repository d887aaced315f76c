/**
 * A model's file in Python, as it is: by the package safetensors, where there is one, and by a program that knows nothing but
 * the format. Skipped where there is no Python. NNWASM_TEST_PYTHON names another interpreter than python3.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../src/model/model.ts";
import { contentOf, someModel } from "../helpers/modelFiles.ts";

const python = process.env.NNWASM_TEST_PYTHON ?? "python3";
const runs = (...args: string[]) => spawnSync(python, args).status === 0;
const hasPython = runs("--version");
const hasPackage = hasPython && runs("-c", "import numpy, safetensors");
const missing = (what: string, is: boolean) => (is ? "" : `: skipped, ${what} is not there`);

describe("a model's file in Python", () => {
  let folder: string;
  let path: string;
  let model: Model;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nnwasm-python-"));
    path = join(folder, "model.safetensors");
    model = await someModel();
    await model.save(path, { classNames: ["ä", "b", "c", "😀"], settings: { epochs: 1 } });
  });
  afterAll(() => rm(folder, { recursive: true }));

  function read(by: "library" | "format") {
    const program = join(import.meta.dirname, "../fixtures/readModel.py");
    const { status, stdout, stderr } = spawnSync(python, [program, path, by], {
      encoding: "utf8",
      env: { ...process.env, PYTHONIOENCODING: "utf-8" },
    });
    if (status !== 0) throw new Error(`${python} ended with ${status}:\n${stderr}`);
    return JSON.parse(stdout);
  }

  /** What it must read. */
  function expected() {
    const { metadata, tensors } = contentOf(
      model.toBytes({ classNames: ["ä", "b", "c", "😀"], settings: { epochs: 1 } }),
    );
    return {
      metadata,
      tensors: Object.fromEntries(
        tensors.map(({ name, shape, data }) => [name, { shape, values: Array.from(data) }]),
      ),
    };
  }

  it.skipIf(!hasPackage)(`is read by safetensors${missing("the package", hasPackage)}`, () => {
    expect(read("library")).toMatchObject(expected());
  });

  it.skipIf(!hasPython)(`is read by the format's description${missing(python, hasPython)}`, async () => {
    const { weightsSha256, architecture, ...others } = read("format");
    expect(others).toEqual(expected());
    expect(weightsSha256).toBe(await model.weightsSha256());
    expect(architecture.map(({ name }: { name: string }) => name)).toEqual(["dense", "batchnorm", "dense"]);
  });
});
