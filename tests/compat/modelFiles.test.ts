/** A model's file that one Node has written, opened by every other: the same predictions, evaluations and trainings. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as nnwasm from "../../src/index.ts";
import { events, start } from "../helpers/cli.ts";
import { FILES, modelFiles, type Opened } from "./hashes/model.mjs";

const hashes = join(import.meta.dirname, "hashes");
const modules = join(hashes, "node_modules");
const platform = `-${process.platform}-${process.arch}`;
const nodes = readdirSync(modules).filter((name) => name.startsWith("node-") && name.endsWith(platform));

const { make, open } = modelFiles(nnwasm);
let folder: string;
const expected: Opened[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nnwasm-files-"));
  for (const [type, dtype] of FILES) {
    const bytes = await make(type, dtype);
    writeFileSync(join(folder, `${type}-${dtype}.safetensors`), bytes);
    expected.push(await open(bytes, type));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it("there are several Nodes", () => {
  expect(nodes.length).toBeGreaterThanOrEqual(4);
});

it.each(nodes)("%s opens this one's files, and writes the same", async (name) => {
  const node = join(modules, name, "bin/node");
  const { code, stdout, stderr } = await start(node, [join(hashes, "openModels.mjs"), folder, name], hashes)
    .result;
  expect([code, stderr]).toEqual([0, ""]);
  expect(events(stdout)).toEqual(JSON.parse(JSON.stringify(expected)));
  for (const [type, dtype] of FILES) {
    const file = `${type}-${dtype}.safetensors`;
    expect(readFileSync(join(folder, `${name}-${file}`)).equals(readFileSync(join(folder, file)))).toBe(true);
  }
});
