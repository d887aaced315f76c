import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DatasetError } from "../../src/errors.ts";
import { bytesOf } from "../helpers/arrayFiles.ts";
import { idx } from "../helpers/mnistFixture.ts";
import { openBytes, wholeTable } from "../helpers/wholeTable.ts";

const file = (type: number, shape: readonly number[], content: Uint8Array) =>
  idx(shape, content, 256 * type + shape.length);
const columns = async (bytes: Uint8Array, name = "a-idx2-ubyte") =>
  (await wholeTable(await openBytes(name, bytes))).columns;

describe("each type", () => {
  it.each([
    [8, 1, (view: DataView, at: number, i: number) => view.setUint8(at, 200 + i), [200, 201, 202]],
    [9, 1, (view: DataView, at: number, i: number) => view.setInt8(at, -1 - i), [-1, -2, -3]],
    [11, 2, (view: DataView, at: number, i: number) => view.setInt16(at, -300 - i), [-300, -301, -302]],
    [12, 4, (view: DataView, at: number, i: number) => view.setInt32(at, 1e9 + i), [1e9, 1e9 + 1, 1e9 + 2]],
    [13, 4, (view: DataView, at: number, i: number) => view.setFloat32(at, i / 4), [0, 0.25, 0.5]],
    [14, 8, (view: DataView, at: number, i: number) => view.setFloat64(at, i / 3), [0, 1 / 3, 2 / 3]],
  ])("%i is read in big-endian order, in one dimension to three", async (type, size, put, cells) => {
    const content = bytesOf(3, size, put);
    expect(await columns(file(type, [3], content))).toEqual({ label: cells });
    expect(await columns(gzipSync(file(type, [3, 1], content)))).toEqual({ 0: cells });
    expect(await columns(file(type, [1, 1, 3], content))).toEqual({
      0: [cells[0]],
      1: [cells[1]],
      2: [cells[2]],
    });
    expect(await columns(file(type, [0, 2], new Uint8Array(0)))).toEqual({ 0: [], 1: [] });
  });
});

it("is known by its head, whatever its name", async () => {
  const source = await openBytes("images", file(8, [2, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)));
  expect(source).toMatchObject({
    format: "IDX",
    facts: ["2 × 2 × 2 of uint8"],
    rows: 2,
    columns: ["0", "1", "2", "3"],
  });
});

it("20,000 × 784 bytes are a table of 784 columns, some rows at a time", async () => {
  const source = await openBytes("a", file(8, [20_000, 28, 28], new Uint8Array(20_000 * 784).fill(3)));
  let most = 0;
  let rows = 0;
  const before = process.memoryUsage().arrayBuffers;
  for await (const chunk of source.read()) {
    expect(chunk.columns[783]).toBeInstanceOf(Uint8Array);
    rows += chunk.rows;
    if (rows % 8 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(rows).toBe(20_000);
  expect(most).toBeLessThan(100e6);
});

describe("refused", () => {
  it.each([
    [
      "nothing",
      Buffer.alloc(0),
      "a.idx has 0 bytes, expected 8 at least, as IDX files have. Replace it by a good copy.",
    ],
    [
      "another type",
      file(10, [4], new Uint8Array(4)),
      "a.idx begins with 00 00 0a 01, expected 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and 1 to 8 dimensions, as IDX files do. Replace it by a good copy.",
    ],
    ["no dimension", Buffer.alloc(12), "a.idx begins with 00 00 00 00, expected 00 00, a type"],
    [
      "a header that is cut",
      file(8, [1, 1, 1], new Uint8Array(1)).subarray(0, 12),
      "a.idx ends within its header, after 12 bytes.",
    ],
    [
      "2^32 − 1 samples",
      file(8, [2 ** 32 - 1, 28, 28], new Uint8Array(1)),
      "a.idx has 17 bytes, expected 3367254359296 by its header (4294967295 × 28 × 28 of uint8).",
    ],
    [
      "2^62 columns",
      file(8, [1, 2 ** 31, 2 ** 31], new Uint8Array(1)),
      "a.idx has 4611686018427388000 columns of 1 bytes by its header",
    ],
    ["no columns", file(8, [3, 0], new Uint8Array(0)), "a.idx has 0 columns of 1 bytes by its header"],
    [
      "more bytes",
      file(8, [3], new Uint8Array(4)),
      "a.idx has 12 bytes, expected 11 by its header (3 of uint8).",
    ],
  ])("is %s", async (_, bytes, message) => {
    const error = await openBytes("a.idx", bytes, { format: "idx" }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toContain(message);
  });

  it("is a .gz that ends too early, or has more, when it is read", async () => {
    await expect(columns(gzipSync(file(8, [3, 2], new Uint8Array(5))))).rejects.toThrow(
      "a-idx2-ubyte ends within row 3, after 17 bytes, expected 18 by its header (3 × 2 of uint8).",
    );
    await expect(columns(gzipSync(file(8, [3, 2], new Uint8Array(7))))).rejects.toThrow(
      "a-idx2-ubyte has more bytes than 18, expected 18 by its header (3 × 2 of uint8).",
    );
  });
});
