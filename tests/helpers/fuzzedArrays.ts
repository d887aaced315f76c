/** Small NPY, NPZ, IDX and Parquet files, and what means something in them, for changing them at random. */
import { brotliCompressSync, gzipSync } from "node:zlib";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import type { Random } from "../../src/random.ts";
import { bytesOf, npy, npyWithHeader, zip } from "./arrayFiles.ts";
import { idx } from "./mnistFixture.ts";
import { type FuzzedFormat, mutated } from "./mutations.ts";

const doubles = (count: number) => bytesOf(count, 8, (view, at, i) => view.setFloat64(at, i / 3, true));
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => 7 * i);
const dates = bytesOf(4, 8, (view, at, i) => view.setBigInt64(at, BigInt(i * 10_000), true));
const wide = bytesOf(3, 12, (view, at, i) => view.setUint32(at, 0x60 + i, true));

const npyFiles = [
  npy({ descr: "<f8", shape: [3, 2], content: doubles(6) }),
  npy({ descr: ">f8", shape: [2, 3], fortran: true, content: doubles(6) }),
  npy({ descr: "|u1", shape: [4, 2, 3], content: bytes(24), version: 2 }),
  npy({ descr: "<i8", shape: [6], content: doubles(6), version: 3 }),
  npy({ descr: "<U3", shape: [3], content: wide }),
  npy({ descr: "|S4", shape: [3, 2], content: bytes(24) }),
  npy({ descr: "<M8[D]", shape: [4], content: dates }),
  npy({ descr: "<M8[10ns]", shape: [2, 2], fortran: true, content: dates }),
  npy({ descr: "<f2", shape: [0, 3], content: bytes(0) }),
  npy({ descr: "|b1", shape: [24, 1], content: bytes(24) }),
  // Of larger ones more changes leave the header as it is.
  npy({ descr: "<f4", shape: [50, 2, 5], content: doubles(250) }),
  npy({ descr: ">u4", shape: [100, 5], fortran: true, content: doubles(250) }),
  npy({ descr: "|S5", shape: [200], content: bytes(1000) }),
  // A Buffer's slice() is no copy.
].map((file) => new Uint8Array(file));

const npyTokens: FuzzedFormat["tokens"] = [
  ..."'descr': |'shape': |'fortran_order': |True|False|None|(|)|,|, |{|}|[|]|'|\"|<|>|=||u1|<f8|>i8|<U3|<U1000000|S4".split(
    "|",
  ),
  ...[
    "<M8[D]",
    "<M8[Y]",
    "<M8[999999999M]",
    "O",
    "c16",
    "V8",
    "<f4",
    "9007199254740992",
    "(3,)",
    "()",
    "0",
    "\\",
    "\n",
  ],
  [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59],
  [1, 0],
  [3, 0],
];

/** Content of so many bytes as a header says, if they are few. */
function resized(content: Uint8Array, length: number): Uint8Array {
  if (!(length <= 2 ** 16)) return content;
  const bytes = new Uint8Array(length);
  bytes.set(content.subarray(0, length));
  return bytes;
}

/** The file with the lengths of its header and of its content as they should be. */
function mendNpy(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file).toString("latin1");
  const begin = text.indexOf("{");
  const end = text.indexOf("}", begin) + 1;
  const header = text.slice(begin, end);
  const [, kind, digits] = /'descr': '([^'\d]*)(\d+)/.exec(header) ?? [];
  const sizes = /'shape': \(([\d, ]*)\)/.exec(header)?.[1]?.match(/\d+/g) ?? [];
  if (begin < 0 || end === 0 || kind === undefined) return file;
  const bytes = sizes.reduce((product, size) => product * Number(size), Number(digits));
  const width = kind.includes("U") ? 4 * bytes : bytes;
  const content = file.subarray(Math.max(end, file.length - width));
  // Version 1 has two bytes for the length of the header.
  const version = header.length > 60_000 ? 2 : 1 + (file.length % 3);
  return npyWithHeader(header, resized(content, width), version);
}

export const fuzzedNpy: FuzzedFormat = {
  files: () => npyFiles,
  tokens: npyTokens,
  mend: mendNpy,
  name: "a.npy",
  format: "npy",
};

export const fuzzedNpz: FuzzedFormat = {
  files: () => [
    zip([
      { name: "X.npy", content: npyFiles[0]! },
      { name: "y.npy", content: npyFiles[4]! },
    ]),
    zip(
      [
        { name: "X.npy", content: npyFiles[1]!, deflated: true },
        { name: "t.npy", content: npyFiles[7]!, deflated: true },
        { name: "n.npy", content: npy({ descr: "<f8", shape: [], content: doubles(1) }) },
      ],
      { large: true },
    ),
    zip([
      { name: "../../etc/x.npy", content: npyFiles[2]!, deflated: true },
      { name: "readme.txt", content: bytes(10) },
    ]),
  ],
  tokens: [
    ...npyTokens,
    "PK\x01\x02",
    "PK\x03\x04",
    "PK\x05\x06",
    "PK\x06\x06",
    "PK\x06\x07",
    ".npy",
    "X.npy",
    [8, 0],
    [255, 255, 255, 255],
  ],
  mend: mendSums,
  name: "a.npz",
  format: "npz",
};

/** An archive with right sums of arrays that are changed: few changed archives get as far as their arrays. */
function mendSums(_: Uint8Array, random: Random): Uint8Array {
  const first = random.below(npyFiles.length);
  const some = Array.from({ length: 1 + random.below(3) }, (_, i) => {
    const file = npyFiles[random.below(3) === 0 ? random.below(npyFiles.length) : first]!;
    const content = random.below(2) === 0 ? file : mendNpy(mutated(file, random, { tokens: npyTokens }));
    return { name: `a${i}.npy`, content, deflated: random.below(2) === 0 };
  });
  return zip(some, { large: random.below(2) === 0 });
}

/** The file with as much content as its header says, and the beginning of one. */
function mendIdx(changed: Uint8Array): Uint8Array {
  const file = new Uint8Array(changed);
  file.set([0, 0, [8, 9, 11, 12, 13, 14][(file[2] ?? 0) % 6]!].slice(0, file.length));
  const dimensions = file[3] ?? 0;
  const start = 4 + 4 * dimensions;
  if (file.length < start) return file;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  let bytes = { 11: 2, 12: 4, 13: 4, 14: 8 }[file[2]!] ?? 1;
  for (let d = 0; d < dimensions; d++) bytes *= view.getUint32(4 + 4 * d);
  return new Uint8Array(Buffer.concat([file.subarray(0, start), resized(file.subarray(start), bytes)]));
}

export const fuzzedIdx: FuzzedFormat = {
  files: () => [
    idx([5], bytes(5)),
    idx([3, 2, 2], bytes(12)),
    idx([2, 3], doubles(6), 0x0e02),
    idx([2, 1, 3, 1], bytes(24), 0x0c04),
    idx([0, 4], bytes(0)),
    // Of larger ones more changes leave the header as it is.
    idx([30, 3, 3], bytes(270)),
    idx([40, 4], doubles(160), 0x0e02),
  ],
  tokens: [
    [0, 0, 8, 1],
    [0, 0, 14, 2],
    [0, 0, 0, 0],
    [0, 0, 0, 1],
    [255, 255, 255, 255],
    [0, 1, 0, 0],
  ],
  mend: mendIdx,
  name: "a-idx3-ubyte",
  format: "idx",
};

const ROWS = 40;
const column = (
  name: string,
  type: ColumnSource["type"],
  value: (i: number) => unknown,
  more: Partial<ColumnSource> = {},
) => ({ name, type, data: Array.from({ length: ROWS }, (_, i) => value(i)), ...more }) as ColumnSource;

const someColumns: readonly ColumnSource[] = [
  column("number", "DOUBLE", (i) => i / 3, { nullable: false }),
  column("missing", "FLOAT", (i) => (i % 3 === 0 ? null : i)),
  column("whole", "INT32", (i) => i * i, { encoding: "DELTA_BINARY_PACKED" }),
  column("wide", "INT64", (i) => BigInt(i) * 12_345_678_901n),
  column("deltas", "INT64", (i) => (i % 5 === 0 ? null : BigInt(i * i)), { encoding: "DELTA_BINARY_PACKED" }),
  column("is", "BOOLEAN", (i) => (i % 4 === 0 ? null : i % 3 === 0)),
  column("runs", "BOOLEAN", (i) => i > 20, { encoding: "RLE" }),
  column("kind", "STRING", (i) => `k${i % 3}`),
  column("text", "STRING", (i) => `x${i}é`, { encoding: "PLAIN" }),
  column("prefix", "STRING", (i) => `abc${i}`, { encoding: "DELTA_BYTE_ARRAY" }),
  column("lengths", "STRING", (i) => "y".repeat(i % 5), { encoding: "DELTA_LENGTH_BYTE_ARRAY" }),
  column("split", "DOUBLE", (i) => i, { encoding: "BYTE_STREAM_SPLIT" }),
  column("when", "TIMESTAMP", (i) => new Date(i * 1e10)),
  column("half", "FLOAT16", (i) => i),
  column("id", "UUID", (i) => `00000000-0000-0000-0000-0000000000${10 + i}`),
  column("bytes", "BYTE_ARRAY", (i) => Uint8Array.of(i)),
];

const parquetFile = (
  columnData: readonly ColumnSource[],
  options: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {},
) => new Uint8Array(parquetWriteBuffer({ columnData: [...columnData], ...options }));

export const fuzzedParquet: FuzzedFormat = {
  files: () => [
    parquetFile(someColumns),
    parquetFile(someColumns, { rowGroupSize: 15, pageSize: 40, statistics: false }),
    ...someColumns
      .map((one) => parquetFile([one], { codec: "UNCOMPRESSED", statistics: false }))
      .slice(0, -1),
    parquetFile(someColumns.slice(0, 4), {
      codec: "GZIP",
      compressors: { GZIP: (input) => gzipSync(input) },
    }),
    parquetFile(someColumns.slice(4, 9), {
      codec: "BROTLI",
      compressors: { BROTLI: (input) => brotliCompressSync(input) },
    }),
  ],
  tokens: [
    ...["PAR1", "PARE", "number", "schema", "hyparquet"],
    [0x15, 0],
    [0x15, 2],
    [0x15, 4],
    [0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f],
    [0x16, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x19, 0x1c],
    [0x19, 0xfc],
    [0x18, 0],
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0, 0, 0, 0, 8, 0],
  ],
  mend: mendLength,
  name: "a.parquet",
  format: "parquet",
};

/** The file with the length of its metadata as it was before something was put in or taken out in front of them, if it ends well. */
function mendLength(file: Uint8Array): Uint8Array {
  const whole = Buffer.from(file);
  // The metadata begin with their version: field 1, a number of 32 bits, 1 or 2; then the schema, a list.
  const at = Math.max(
    whole.lastIndexOf(Buffer.of(0x15, 4, 0x19)),
    whole.lastIndexOf(Buffer.of(0x15, 2, 0x19)),
  );
  if (at < 4 || whole.length < at + 8) return file;
  whole.writeUInt32LE(whole.length - 8 - at, whole.length - 8);
  whole.write("PAR1", whole.length - 4, "latin1");
  return whole;
}
