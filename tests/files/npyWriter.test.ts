import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FileError } from "../../src/errors.ts";
import { NpyWriter, npyHeader } from "../../src/files/npyWriter.ts";
import { openBytes, wholeTable } from "../helpers/wholeTable.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nnwasm-npy-"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const read = async (path: string) => await wholeTable(await openBytes("a.npy", await readFile(path)));

it("writes the header that NumPy writes, to the byte", () => {
  // numpy.lib.format.write_array_header_1_0 for (3, 2) pads to 128 bytes too:
  //   python3 -c 'import numpy, sys; numpy.save(sys.stdout.buffer, numpy.zeros((3, 2)))' | head -c 128 | xxd
  const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }";
  const expected = `\x93NUMPY\x01\x00\x76\x00${text.padEnd(117)}\n`;
  expect(Buffer.from(npyHeader(3, 2)).toString("latin1")).toBe(expected);
});

it("fits the header of the largest shape into its place", () => {
  const text = Buffer.from(npyHeader(Number.MAX_SAFE_INTEGER, 65_536)).toString("latin1");
  expect(text).toHaveLength(128);
  expect(text.slice(10).trimEnd()).toBe(
    "{'descr': '<f8', 'fortran_order': False, 'shape': (9007199254740991, 65536), }",
  );
});

it.each([0, 1, 3, 40_000])("writes %i rows, and is read with the same bits", async (rows) => {
  const path = join(root, "a.npy");
  const writer = await NpyWriter.open(path, 2);
  const values = Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? i / 3 : -i * 1e300));
  for (let at = 0; at < values.length; at += 14_002) await writer.write(values.subarray(at, at + 14_002));
  expect(writer.rows).toBe(rows);
  expect(await readdir(root)).toHaveLength(1);
  await writer.finish();
  await writer.abandon();
  expect(await readdir(root)).toEqual(["a.npy"]);
  const { source, columns } = await read(path);
  expect(source.facts).toEqual([`${rows} × 2 of float64`]);
  expect(columns).toEqual({
    0: Array.from({ length: rows }, (_, i) => values[2 * i]),
    1: Array.from({ length: rows }, (_, i) => values[2 * i + 1]),
  });
});

it("leaves what was there until it is finished, and after it is given up", async () => {
  const path = join(root, "a.npy");
  await writeFile(path, "before");
  const writer = await NpyWriter.open(path, 1);
  await writer.write([1, 2]);
  expect(await readFile(path, "utf8")).toBe("before");
  await writer.abandon();
  await writer.abandon();
  expect(await readdir(root)).toEqual(["a.npy"]);
  expect(await readFile(path, "utf8")).toBe("before");
  const another = await NpyWriter.open(path, 1);
  await another.write([Number.NaN, -0]);
  await another.finish();
  expect((await read(path)).columns).toEqual({ 0: [Number.NaN, -0] });
});

it("refuses a folder that is not there, a folder in its place, and numbers that are no rows", async () => {
  await expect(NpyWriter.open(join(root, "none", "a.npy"), 1)).rejects.toThrow(FileError);
  await expect(NpyWriter.open(root, 1)).rejects.toThrow(FileError);
  const writer = await NpyWriter.open(join(root, "a.npy"), 2);
  await expect(writer.write([1, 2, 3])).rejects.toThrow(
    new RangeError("NpyWriter.write: 3 numbers are no rows of 2."),
  );
  await writer.abandon();
  expect(await readdir(root)).toEqual([]);
});
