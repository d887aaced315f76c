import { describe, expect, it } from "vitest";
import { DatasetError } from "../../src/errors.ts";
import type { Cell } from "../../src/tables/table.ts";
import { bytesOf, npy, npyWithHeader } from "../helpers/arrayFiles.ts";
import { openBytes, wholeTable } from "../helpers/wholeTable.ts";

const columns = async (file: Uint8Array, streamed = false) =>
  (await wholeTable(await openBytes("a.npy", file, { streamed }))).columns;

type Put = (view: DataView, at: number, i: number) => void;
/** Each type: its code, its size, how the numbers 0, 1, 2 are written, and what they are read as. */
const types = (little: boolean): [code: string, size: number, put: Put, cells: Cell[]][] => {
  const o = little ? "<" : ">";
  return [
    [`${o}i2`, 2, (view, at, i) => view.setInt16(at, -300 * i, little), [-0, -300, -600]],
    [`${o}u2`, 2, (view, at, i) => view.setUint16(at, 30_000 * i, little), [0, 30_000, 60_000]],
    [`${o}i4`, 4, (view, at, i) => view.setInt32(at, -1e9 * i, little), [-0, -1e9, -2e9]],
    [`${o}u4`, 4, (view, at, i) => view.setUint32(at, 2e9 * i, little), [0, 2e9, 4e9]],
    [
      `${o}i8`,
      8,
      (view, at, i) => view.setBigInt64(at, -(2n ** 52n) * BigInt(i), little),
      [0, -(2 ** 52), -(2n ** 53n)],
    ],
    [
      `${o}u8`,
      8,
      (view, at, i) => view.setBigUint64(at, 2n ** 63n * BigInt(i % 2), little),
      [0, 2n ** 63n, 0],
    ],
    [`${o}f4`, 4, (view, at, i) => view.setFloat32(at, i / 4, little), [0, 0.25, 0.5]],
    [`${o}f8`, 8, (view, at, i) => view.setFloat64(at, i / 3, little), [0, 1 / 3, 2 / 3]],
    // 1.0 is 0x3c00, the least number above 0 is 2^−24, and 0xfc00 is −∞.
    [
      `${o}f2`,
      2,
      (view, at, i) => view.setUint16(at, [0x3c00, 1, 0xfc00][i]!, little),
      [1, 2 ** -24, -Infinity],
    ],
    [`${o}U2`, 8, (view, at, i) => view.setUint32(at, [0x61, 0x1f600, 0][i]!, little), ["a", "😀", ""]],
    [
      `${o}M8[s]`,
      8,
      (view, at, i) => view.setBigInt64(at, BigInt(i - 1), little),
      [new Date(-1000), new Date(0), new Date(1000)],
    ],
  ];
};
const bytewise: typeof types = () => [
  ["|b1", 1, (view, at, i) => view.setUint8(at, i), [false, true, true]],
  ["|u1", 1, (view, at, i) => view.setUint8(at, 127 * i), [0, 127, 254]],
  ["|i1", 1, (view, at, i) => view.setInt8(at, -64 * i), [-0, -64, -128]],
  ["|S3", 3, (view, at, i) => view.setUint8(at + i, 0x61), ["a", "\0a", "\0\0a"]],
];

describe("each type", () => {
  const all = [...types(true), ...types(false), ...bytewise(true)];
  it.each(all)(
    "%s is read as it was written, in one dimension, rows and columns, from a stream too",
    async (descr, size, put, cells) => {
      const content = bytesOf(3, size, put);
      const zero = cells.map((cell) => (Object.is(cell, -0) ? 0 : cell));
      for (const streamed of [false, true]) {
        for (const version of [1, 2, 3]) {
          expect(await columns(npy({ descr, shape: [3], content, version }), streamed)).toEqual({ 0: zero });
        }
        expect(await columns(npy({ descr, shape: [1, 3], content }), streamed)).toEqual({
          0: [zero[0]],
          1: [zero[1]],
          2: [zero[2]],
        });
        expect(await columns(npy({ descr, shape: [3, 1], fortran: true, content }), streamed)).toEqual({
          0: zero,
        });
        expect(await columns(npy({ descr, shape: [0, 2], content: new Uint8Array(0) }), streamed)).toEqual({
          0: [],
          1: [],
        });
      }
    },
  );
});

describe("moments", () => {
  it.each([
    ["Y", [-1, 0, 50], ["1969-01-01", "1970-01-01", "2020-01-01"]],
    ["M", [-1, 13, 0], ["1969-12-01", "1971-02-01", "1970-01-01"]],
    ["W", [1, -1, 0], ["1970-01-08", "1969-12-25", "1970-01-01"]],
    ["D", [-1, 18_262, 0], ["1969-12-31", "2020-01-01", "1970-01-01"]],
    ["h", [24, -1, 0], ["1970-01-02", "1969-12-31T23:00:00.000Z", "1970-01-01"]],
    ["10m", [6, -1, 0], ["1970-01-01T01:00:00.000Z", "1969-12-31T23:50:00.000Z", "1970-01-01"]],
    ["us", [1999, -1, 0], ["1970-01-01T00:00:00.001Z", "1969-12-31T23:59:59.999Z", "1970-01-01"]],
    ["ns", [1_500_000, -1, 0], ["1970-01-01T00:00:00.001Z", "1969-12-31T23:59:59.999Z", "1970-01-01"]],
  ])("in %s count from 1970", async (unit, stored, expected) => {
    const content = bytesOf(3, 8, (view, at, i) => view.setBigInt64(at, BigInt(stored[i]!), true));
    const read = await columns(npy({ descr: `<M8[${unit}]`, shape: [3], content }));
    expect(read["0"]).toEqual(expected.map((text) => new Date(text)));
  });

  it("that are none are missing, and beyond 270,000 years an error with their row", async () => {
    const content = bytesOf(2, 8, (view, at, i) => view.setBigInt64(at, [-(2n ** 63n), 2n ** 62n][i]!, true));
    expect(await columns(npy({ descr: "<M8[ms]", shape: [1], content: content.subarray(0, 8) }))).toEqual({
      0: [undefined],
    });
    await expect(columns(npy({ descr: "<M8[ms]", shape: [2], content }))).rejects.toThrow(
      new DatasetError(
        "a.npy, rows 1 and on: a moment is 4611686018427387904 (in ms since 1970), which is no date within 270,000 years. Replace it by a good copy.",
      ),
    );
  });
});

describe("shapes", () => {
  const content = Uint8Array.from({ length: 24 }, (_, i) => i);

  it("of three dimensions are rows and columns in C's order, whatever the order of the file", async () => {
    // numpy.arange(24).reshape(2, 3, 4): row 1 begins with 12; in Fortran's order, element (i, j, k) is number i + 2j + 6k.
    const c = await wholeTable(await openBytes("a.npy", npy({ descr: "|u1", shape: [2, 3, 4], content })));
    expect(c.source.facts).toEqual(["2 × 3 × 4 of uint8"]);
    expect(c.columns["0"]).toEqual([0, 12]);
    expect(c.columns["11"]).toEqual([11, 23]);
    for (const streamed of [false, true]) {
      const f = await wholeTable(
        await openBytes("a.npy", npy({ descr: "|u1", shape: [2, 3, 4], fortran: true, content }), {
          streamed,
        }),
      );
      expect(f.source.facts).toEqual(["2 × 3 × 4 of uint8, columns one after another"]);
      // Column 1 is (j, k) = (0, 1): 6 and 7; column 4 is (1, 0): 2 and 3.
      expect([f.columns["0"], f.columns["1"], f.columns["4"]]).toEqual([
        [0, 1],
        [6, 7],
        [2, 3],
      ]);
      expect(Object.keys(f.columns)).toHaveLength(12);
    }
  });

  it("of many rows come in parts, of which those columns that are asked for are given", async () => {
    const rows = 10_000;
    const file = (fortran: boolean) =>
      npy({
        descr: "<u4",
        shape: [rows, 3],
        fortran,
        content: bytesOf(3 * rows, 4, (view, at, i) => view.setUint32(at, i, true)),
      });
    const first = await wholeTable(await openBytes("a.npy", file(false)), { columns: [0, 2] });
    expect(first.chunks).toBeGreaterThan(1);
    expect(Object.keys(first.columns)).toEqual(["0", "2"]);
    expect(first.columns["2"]).toEqual(Array.from({ length: rows }, (_, i) => 3 * i + 2));
    const second = await wholeTable(await openBytes("a.npy", file(true)), { columns: [1] });
    expect(second.columns).toEqual({ 1: Array.from({ length: rows }, (_, i) => rows + i) });
  });

  it("are read twice from a file, and as typed arrays", async () => {
    const source = await openBytes("a.npy", npy({ descr: "|u1", shape: [24], content }));
    for (let n = 0; n < 2; n++) {
      for await (const chunk of source.read()) expect(chunk.columns).toEqual([content]);
    }
  });

  it("stop at the signal, and say how far they are", async () => {
    const source = await openBytes("a.npy", npy({ descr: "|u1", shape: [24], content }));
    const shares: number[] = [];
    for await (const _ of source.read({ onProgress: (share) => shares.push(share) }));
    expect(shares.at(-1)).toBe(1);
    const aborted = source.read({ signal: AbortSignal.abort(new Error("no more")) });
    await expect(aborted[Symbol.asyncIterator]().next()).rejects.toThrow("no more");
  });
});

const COPY = "Replace it by a good copy.";
const header = (descr: string, shape = "(1,)") =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;

describe("refused", () => {
  it.each([
    [
      "'|O'",
      "holds pickled objects, which could run any program and are not read. Save it with one type: numpy.save(FILE, array.astype(float)), or .astype(str).",
    ],
    ["'<c16'", 'holds complex numbers ("<c16"). Save the real and the imaginary parts as two columns.'],
    [
      "[('a', '<f8'), ('b', '<i4')]",
      "holds an array of records, expected numbers or texts. Save the columns that are wanted as an array of numbers or texts each: numpy.savez(FILE, X=…, y=…).",
    ],
    [
      "'|V8'",
      'holds elements of type "|V8", expected numbers of up to 64 bits, booleans, texts (U, S) or moments (M8). Save it by numpy.save(FILE, array.astype(float)), or .astype(str).',
    ],
    ["'<f16'", 'holds elements of type "<f16", expected numbers of up to 64 bits'],
    ["'<m8[s]'", 'holds elements of type "<m8[s]", expected numbers of up to 64 bits'],
    ["'<M8[as]'", 'holds moments of type "<M8[as]", whose unit is none of Y, M, W, D, h, m, s, ms, us, ns.'],
    ["'<U0'", 'holds texts of 0 characters ("<U0"), expected 1 to 262144.'],
    ["'<U4294967296'", 'holds texts of 4294967296 characters ("<U4294967296"), expected 1 to 262144.'],
    ["'__import__(\"os\")'", "has elements of type"],
    ["None", "has a header whose descr is no text."],
  ])("are elements of type %s", async (descr, message) => {
    const error = await openBytes("a.npy", npyWithHeader(header(descr), new Uint8Array(8))).catch(
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toContain(`a.npy ${message}`);
  });

  it.each([
    ["__import__('os').system('false')", `at character 0 stands "__import__('os').sys", expected a value`],
    ["{'descr': '<f8', 'shape': (1,)}", 'it has "descr,shape", expected descr, fortran_order and shape'],
    ["{'descr': '<f8', 'descr': '<f4'}", 'expected each name once, not "descr" again'],
    ["[]", "it is no dictionary"],
    ["{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", "fortran_order is neither True nor False"],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': 3}", "shape is no tuple of numbers"],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", 'at character 51 stands "-1,)}'],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (1e3,)}", 'at character 52 stands "e3,)}'],
    [`${"(".repeat(1000)}`, "expected no more than 16 brackets within each other"],
    [header("'<f8'", `(${"1,".repeat(65)})`), "shape has 65 dimensions, expected at most 64"],
    [`${header("'<f8'")} import os`, 'stands " import os'],
  ])("is the header %s, which is not evaluated", async (text, problem) => {
    const error = await openBytes("a.npy", npyWithHeader(text, new Uint8Array(8))).catch(
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toContain("a.npy has a header that is none of NumPy's: ");
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).toContain(COPY);
  });

  it("has more columns than a call takes arguments", async () => {
    const cells = new Uint8Array(2 * 4 * 200_000);
    const file = npyWithHeader(header("'<f4'", "(2, 200000)"), cells);
    const table = await wholeTable(await openBytes("a.npy", file));
    expect(Object.keys(table.columns)).toHaveLength(200_000);
  });

  it.each([
    ["no dimension", "()", "holds a single number, expected an array with a row for each sample"],
    ["a dimension beyond 2^53", "(9007199254740992,)", "expected True, False, None or a number below 2^53"],
    ["2^40 rows", "(1099511627776,)", "has 1099511627776 rows by its header, expected at most 4294967295."],
    [
      "2^40 columns",
      "(1, 1099511627776)",
      "has 1099511627776 columns of 8 bytes by its header (1 × 1099511627776), expected 1 to 262144",
    ],
    ["no columns", "(3, 0)", "has 0 columns of 8 bytes by its header (3 × 0), expected 1 to 262144"],
    ["dimensions whose product is large", "(1, 4294967296, 4294967296)", "columns of 8 bytes by its header"],
    [
      "more than there is",
      "(4000000000,)",
      "bytes, expected 32000000128 by its header (4000000000 of float64). Replace",
    ],
    ["less than there is", "(0,)", "has 136 bytes, expected 128 by its header (0 of float64). Replace"],
  ])("is a shape of %s", async (_, shape, message) => {
    const file = npyWithHeader(header("'<f8'", shape), new Uint8Array(8));
    await expect(openBytes("a.npy", file)).rejects.toThrow(DatasetError);
    await expect(openBytes("a.npy", file)).rejects.toThrow(message);
  });

  it.each([
    [
      "a stream that ends too early",
      3,
      "a.npy ends within row 3, after 144 bytes, expected 152 by its header (3 of float64). Replace it by a good copy.",
    ],
    [
      "a stream with more behind",
      1,
      "a.npy has more bytes than 136, expected 136 by its header (1 of float64). Replace it by a good copy.",
    ],
  ])("is %s", async (_, rows, message) => {
    const file = npy({ descr: "<f8", shape: [rows], content: new Uint8Array(16) });
    await expect(columns(file, true)).rejects.toThrow(new DatasetError(message));
  });

  it.each([
    [Buffer.from("\x93NUMPX\x01\x00", "latin1"), 'does not begin with 0x93 "NUMPY", as NPY files do'],
    [Buffer.from("\x93NUMPY", "latin1"), "ends within its header, after 6 bytes"],
    [Buffer.from("\x93NUMPY\x04\x00aaaaaa", "latin1"), "has version 4 of NPY, expected 1, 2 or 3"],
    [
      Buffer.from("\x93NUMPY\x02\x00\xff\xff\xff\xff", "latin1"),
      "has a header of 4294967295 bytes, expected at most 60000",
    ],
    [Buffer.from("\x93NUMPY\x01\x00\x76\x00{", "latin1"), "ends within its header, after 11 bytes"],
  ])("is the beginning %j", async (file, message) => {
    await expect(openBytes("a.npy", file)).rejects.toThrow(`a.npy ${message}`);
  });

  it("is a character that there is not", async () => {
    const content = bytesOf(1, 4, (view, at) => view.setUint32(at, 0x110000, true));
    await expect(columns(npy({ descr: "<U1", shape: [1], content }))).rejects.toThrow(
      new DatasetError(
        "a.npy, rows 1 and on: a text has the character 1114112, expected at most 1114111. Replace it by a good copy.",
      ),
    );
  });
});
