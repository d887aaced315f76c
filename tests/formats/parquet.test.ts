import { brotliCompressSync, gzipSync } from "node:zlib";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { DatasetError } from "../../src/errors.ts";
import { readHybrid } from "../../src/formats/parquet/encodings.ts";
import { skipThrift } from "../../src/formats/parquet/thrift.ts";
import { openBytes, wholeTable } from "../helpers/wholeTable.ts";

type Options = Partial<Parameters<typeof parquetWriteBuffer>[0]>;
const write = (columnData: ColumnSource[], options: Options = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }));
const open = (bytes: Uint8Array, streamed = false) => openBytes("a.parquet", bytes, { streamed });
const columns = async (bytes: Uint8Array) => (await wholeTable(await open(bytes))).columns;

const N = 300;
const many = <T>(value: (i: number) => T): T[] => Array.from({ length: N }, (_, i) => value(i));
/** Columns of each type: what is written, and what is read where that is not the same. */
const written: readonly (ColumnSource & { readonly read?: readonly unknown[] })[] = [
  { name: "boolean", type: "BOOLEAN", data: many((i) => i % 3 === 0) },
  { name: "boolean runs", type: "BOOLEAN", encoding: "RLE", data: many((i) => i > 200), nullable: false },
  { name: "int32", type: "INT32", data: many((i) => 7 * i - 1000), nullable: false },
  {
    name: "int32 deltas",
    type: "INT32",
    encoding: "DELTA_BINARY_PACKED",
    data: many((i) => (i + 1) * i * (i % 2 ? 1 : -1) - 7),
  },
  { name: "int64", type: "INT64", data: many((i) => BigInt(i) - 5n), read: many((i) => i - 5) },
  {
    name: "int64, large",
    type: "INT64",
    data: many((i) => (i === 9 ? 2n ** 60n : BigInt(-i))),
    read: many((i) => (i === 9 ? 2n ** 60n : i === 0 ? 0 : -i)),
  },
  {
    name: "int64 deltas",
    type: "INT64",
    encoding: "DELTA_BINARY_PACKED",
    data: many((i) => BigInt(i) ** 3n),
    read: many((i) => i * i * i),
  },
  { name: "float", type: "FLOAT", data: many((i) => i / 8) },
  { name: "float, split", type: "FLOAT", encoding: "BYTE_STREAM_SPLIT", data: many((i) => i / 8) },
  { name: "double", type: "DOUBLE", data: many((i) => i / 3), nullable: false },
  { name: "double, split", type: "DOUBLE", encoding: "BYTE_STREAM_SPLIT", data: many((i) => i / 3) },
  { name: "half", type: "FLOAT16", data: many((i) => i / 2) },
  { name: "text", type: "STRING", encoding: "PLAIN", data: many((i) => (i === 0 ? "" : `é${i}`)) },
  { name: "dictionary", type: "STRING", data: many((i) => `kind ${i % 7}`) },
  { name: "prefixes", type: "STRING", encoding: "DELTA_BYTE_ARRAY", data: many((i) => `house ${i}`) },
  {
    name: "lengths",
    type: "STRING",
    encoding: "DELTA_LENGTH_BYTE_ARRAY",
    data: many((i) => "x".repeat(i % 6)),
  },
  { name: "time", type: "TIMESTAMP", data: many((i) => new Date(86_400_000 * i - 1)) },
  { name: "id", type: "UUID", data: many((i) => `00000000-1111-2222-3333-000000000${100 + i}`) },
  { name: "same", type: "DOUBLE", data: many(() => 5) },
];
const expected = Object.fromEntries(
  written.map(({ name, data, read }) => [name, read ?? Array.from(data as unknown[])]),
);
const sources = written.map(({ read: _, ...source }) => source);

describe("each type", () => {
  it.each<[string, Options]>([
    ["snappy", {}],
    ["not packed, in small pages", { codec: "UNCOMPRESSED", pageSize: 100 }],
    [
      "gzip, in row groups",
      { codec: "GZIP", compressors: { GZIP: (bytes) => gzipSync(bytes) }, rowGroupSize: 70 },
    ],
    ["brotli", { codec: "BROTLI", compressors: { BROTLI: (bytes) => brotliCompressSync(bytes) } }],
  ])("is read as it was written, %s, from a file and from a stream", async (_, options) => {
    const bytes = write(sources, options);
    for (const streamed of [false, true]) {
      const { source, columns } = await wholeTable(await open(bytes, streamed));
      expect(source).toMatchObject({ format: "Parquet", place: "row", rows: N });
      expect(columns).toEqual(expected);
    }
  });

  it.each([0, 1, 2, 3])("has missing cells where there are some: every %i-th", async (every) => {
    const isMissing = (i: number) => every > 0 && i % every === 0;
    const bytes = write(
      sources.map((source) => ({
        ...source,
        nullable: true,
        data: Array.from(source.data as unknown[], (value, i) => (isMissing(i) ? null : value)),
      })),
      { rowGroupSize: 110 },
    );
    const read = await columns(bytes);
    for (const [name, cells] of Object.entries(expected)) {
      const all = read[name]!.map((cell) => (cell === null || Number.isNaN(cell) ? "missing" : cell));
      expect(all).toEqual(cells.map((cell, i) => (isMissing(i) ? "missing" : cell)));
    }
  });

  it("of decimal numbers is rounded once; days, times and unsigned numbers are what they say", async () => {
    const schema: NonNullable<Options["schema"]> = [
      { name: "root", num_children: 6 },
      {
        name: "price",
        type: "INT32",
        converted_type: "DECIMAL",
        scale: 2,
        precision: 9,
        repetition_type: "REQUIRED",
      },
      {
        name: "exact",
        type: "INT64",
        converted_type: "DECIMAL",
        scale: 1,
        precision: 18,
        repetition_type: "REQUIRED",
      },
      { name: "day", type: "INT32", converted_type: "DATE", repetition_type: "OPTIONAL" },
      { name: "micros", type: "INT64", converted_type: "TIMESTAMP_MICROS", repetition_type: "REQUIRED" },
      { name: "unsigned", type: "INT32", converted_type: "UINT_32", repetition_type: "REQUIRED" },
      { name: "kind", type: "BYTE_ARRAY", converted_type: "ENUM", repetition_type: "REQUIRED" },
    ];
    const bytes = write(
      [
        { name: "price", data: [0.03, -12.5] },
        { name: "exact", data: [0.3, 100.1] },
        { name: "day", data: [new Date("1969-12-31"), null] },
        { name: "micros", data: [new Date(1), new Date(-1)] },
        { name: "unsigned", data: [0, 4_000_000_000] },
        { name: "kind", data: [Buffer.from("a"), Buffer.from("b")] },
      ],
      { schema, statistics: false },
    );
    expect(await columns(bytes)).toEqual({
      price: [0.03, -12.5],
      exact: [0.3, 100.1],
      day: [new Date("1969-12-31"), null],
      micros: [new Date(1), new Date(-1)],
      unsigned: [0, 4_000_000_000],
      kind: ["a", "b"],
    });
  });
});

describe("columns", () => {
  it("that are asked for alone are read", async () => {
    const source = await open(write(sources));
    const { columns } = await wholeTable(source, { columns: [2, 13] });
    expect(columns).toEqual({ int32: expected.int32, dictionary: expected.dictionary });
  });

  it("that a table cannot have are left out, and said", async () => {
    const bytes = write(
      [
        { name: "blob", data: [Uint8Array.of(1), Uint8Array.of(2)] },
        { name: "list", data: [[1, 2], [3]] },
        { name: "a", data: [1, 2] },
        { name: "pair", data: [{ x: 1 }, { x: 2 }] },
      ],
      {
        schema: [
          { name: "root", num_children: 4 },
          { name: "blob", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
          { name: "list", converted_type: "LIST", num_children: 1, repetition_type: "OPTIONAL" },
          { name: "list", num_children: 1, repetition_type: "REPEATED" },
          { name: "element", type: "INT32", repetition_type: "OPTIONAL" },
          { name: "a", type: "INT32", repetition_type: "OPTIONAL" },
          { name: "pair", num_children: 1, repetition_type: "OPTIONAL" },
          { name: "x", type: "INT32", repetition_type: "OPTIONAL" },
        ],
      },
    );
    const { source, columns } = await wholeTable(await open(bytes));
    expect(columns).toEqual({ a: [1, 2] });
    expect(source.facts.slice(2)).toEqual([
      'column "blob" is left out: it holds binary values',
      'column "list" is left out: it holds lists',
      'column "pair" is left out: it holds structures',
    ]);
    const only = write([{ name: "blob", type: "BYTE_ARRAY", data: [Uint8Array.of(1)] }]);
    await expect(open(only)).rejects.toThrow(
      new DatasetError(
        'a.parquet has no column of numbers, texts, booleans or dates (column "blob" is left out: it holds binary values). ' +
          "Write what is wanted of it as columns of those.",
      ),
    );
  });

  it("of no rows, and of one, are read", async () => {
    expect(await columns(write([{ name: "a", type: "DOUBLE", data: [] }]))).toEqual({ a: [] });
    expect(
      await columns(
        write([
          { name: "__proto__", type: "STRING", data: ["x"] },
          { name: "", type: "DOUBLE", data: [1] },
        ]),
      ),
    );
    const source = await open(write([{ name: "__proto__", type: "STRING", data: ["x"] }]));
    expect(source.columns).toEqual(["__proto__"]);
  });
});

it("many rows come in parts; the signal ends them, and progress ends at 1", async () => {
  const bytes = write([{ name: "a", type: "INT32", data: Int32Array.from({ length: 20_000 }, (_, i) => i) }]);
  const source = await open(bytes);
  const shares: number[] = [];
  const { chunks, columns } = await wholeTable(source, { onProgress: (share) => shares.push(share) });
  expect(chunks).toBeGreaterThan(2);
  expect(shares.at(-1)).toBe(1);
  expect(columns.a).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  const aborted = source.read({ signal: AbortSignal.abort(new Error("no more")) });
  await expect(aborted[Symbol.asyncIterator]().next()).rejects.toThrow("no more");
});

/** The file with these bytes in place of others of the same length in its metadata. */
function replaced(bytes: Uint8Array, from: readonly number[], to: readonly number[]): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = copy.lastIndexOf(Buffer.from(from));
  if (at < 0 || from.length !== to.length) throw new Error("the file has no such bytes");
  copy.set(to, at);
  return new Uint8Array(copy);
}

describe("refused", () => {
  const one = write([{ name: "a", type: "INT32", data: [1, 2, 3], nullable: false }], {
    codec: "UNCOMPRESSED",
    statistics: false,
  });
  const refusal = async (bytes: Uint8Array) => {
    const error = await columns(bytes).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DatasetError);
    return (error as Error).message;
  };

  it("is what is cut at any byte, without a crash", async () => {
    for (let length = 4; length < one.length; length++) {
      expect(await refusal(one.subarray(0, length))).toMatch(/^a\.parquet cannot be read as Parquet: /);
    }
    expect(await refusal(one.subarray(0, one.length - 3))).toBe(
      "a.parquet cannot be read as Parquet: it does not end with PAR1: it is cut short, or not written to its end. Replace it by a good copy, or write it again.",
    );
  });

  it("are metadata that are longer than the file", async () => {
    const copy = Buffer.from(one);
    copy.writeUInt32LE(0xfffffff0, copy.length - 8);
    expect(await refusal(copy)).toContain("its metadata have 4294967280 bytes, expected at most ");
  });

  it("are a billion rows that a few bytes cannot hold", async () => {
    // Numbers of 64 bits in the metadata are zigzag: 3 is 6, and 2^30 is 0x80 0x80 0x80 0x80 0x08. Rows are field 3 of the file.
    const billion = [0x80, 0x80, 0x80, 0x80, 0x08];
    const whole = Buffer.from(one);
    const length = whole.readUInt32LE(whole.length - 8);
    let metadata = whole.subarray(whole.length - 8 - length, whole.length - 8);
    for (
      let at = metadata.indexOf(Buffer.of(0x16, 6));
      at >= 0;
      at = metadata.indexOf(Buffer.of(0x16, 6), at + 5)
    ) {
      metadata = Buffer.concat([
        metadata.subarray(0, at + 1),
        Buffer.from(billion),
        metadata.subarray(at + 2),
      ]);
    }
    const end = Buffer.alloc(8);
    end.writeUInt32LE(metadata.length);
    end.write("PAR1", 4, "latin1");
    const file = Buffer.concat([whole.subarray(0, whole.length - 8 - length), metadata, end]);
    expect(await refusal(file)).toMatch(
      /^a\.parquet, row group 0, column "a" cannot be read as Parquet: it has 1073741824 rows in \d+ bytes, which can hold \d+ at most\./,
    );
  });

  it("are rows of the file that its row groups do not have", async () => {
    const whole = replaced(one, [0x16, 6, 0x19], [0x16, 8, 0x19]);
    expect(await refusal(whole)).toContain("it has 4 rows, and 3 in its row groups, expected as many");
  });

  it("is a page of more values, or of another size, than it may have", async () => {
    // The header of the first page begins behind PAR1: its kind, its sizes, and so on; 12 bytes of three numbers are zigzag 24.
    const begin = Buffer.from(one.subarray(0, 40));
    expect(begin.subarray(4, 9).toString("hex")).toMatch(/^15..15..15$/);
    const larger = one.slice();
    larger[7] = 0x7e;
    expect(await refusal(larger)).toContain('row group 0, column "a"');
  });
});

describe("thrift", () => {
  it.each([
    ["a list longer than what is left", [0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f], "does not end"],
    ["a text longer than what is left", [0x18, 0xff, 0xff, 0xff, 0xff, 0x0f], "does not end"],
    ["a number without an end", [0x16, ...new Array(50).fill(0x80)], "a number has more than 10 bytes"],
    ["structures within each other", new Array(100).fill(0x1c), "nested more than 32 deep"],
    ["a type that there is not", [0x1d, 0], "an element of type 13"],
    ["nothing", [], "does not end"],
  ])("%s is refused", (_, bytes, message) => {
    expect(() => skipThrift(Uint8Array.from(bytes), 0)).toThrow(message);
  });

  it("a structure is passed over to its end", () => {
    // Field 1: the number 2; field 2: the list (1, 2); field 3: the text "a"; the end; one byte more.
    expect(skipThrift(Uint8Array.of(0x15, 4, 0x19, 0x25, 2, 4, 0x18, 1, 0x61, 0, 99), 0)).toBe(10);
  });
});

describe("runs and packed groups", () => {
  const read = (bytes: number[], width: number, count: number) => {
    const out = new Uint32Array(count);
    readHybrid(Uint8Array.from(bytes), 0, bytes.length, width, out);
    return [...out];
  };

  it("are read as the format's description has them", () => {
    // Its own example: 0 to 7 in 3 bits each are 0x88 0xc6 0xfa, in one group of 8.
    expect(read([3, 0x88, 0xc6, 0xfa], 3, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(read([10, 7, 3, 0x88, 0xc6, 0xfa], 3, 9)).toEqual([7, 7, 7, 7, 7, 0, 1, 2, 3]);
    expect(read([4, 0x39, 0x30, 0, 0], 32, 2)).toEqual([12345, 12345]);
    expect(read([3], 0, 8)).toEqual(new Array(8).fill(0));
    expect(read([], 5, 0)).toEqual([]);
  });

  it("that claim more than there is are cut, and such as end are refused", () => {
    // A run of 2^31 − 1 numbers, of which four are wanted.
    expect(read([0xfe, 0xff, 0xff, 0xff, 0x0f, 1], 1, 4)).toEqual([1, 1, 1, 1]);
    for (const bytes of [[], [8], [3, 0x88], [0, 0, 0, 0], [0x80, 0x80]]) {
      expect(() => read(bytes, 3, 8)).toThrow("end before");
    }
    expect(() => read([4, 9], 3, 2)).toThrow("a number of 3 bits is 9");
    expect(() => read([3, 1], 33, 1)).toThrow("numbers of 33 bits");
  });
});

describe("pages packed with Zstandard and LZ4", () => {
  const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
  const block = (bytes: Uint8Array) => [
    1 | ((bytes.length << 3) & 255),
    (bytes.length >> 5) & 255,
    bytes.length >> 13,
    ...bytes,
  ];
  /** One block as it is. With the size: a segment of 4 bytes for it; without: a window of 1 kB times 2^10. */
  const withSize = (bytes: Uint8Array) => {
    const size = new Uint8Array(Uint32Array.of(bytes.length).buffer);
    return Uint8Array.of(...MAGIC, 0xa0, ...size, ...block(bytes));
  };
  const withoutSize = (bytes: Uint8Array) => Uint8Array.of(...MAGIC, 0, 0x50, ...block(bytes));
  const data = Int32Array.from({ length: 50 }, (_, i) => i * i * 1000);
  const zstd = (ZSTD: (bytes: Uint8Array) => Uint8Array) =>
    write([{ name: "a", type: "INT32", data, nullable: false, encoding: "PLAIN" }], {
      codec: "ZSTD",
      compressors: { ZSTD },
    });

  it("are read, whether their size stands in them or not", async () => {
    expect(await columns(zstd(withSize))).toEqual({ a: [...data] });
    expect(await columns(zstd(withoutSize))).toEqual({ a: [...data] });
    // A token of 15 and more literals, their number less 15 in bytes, and the literals.
    const literals = (bytes: Uint8Array) => {
      const rest = bytes.length - 15;
      return Uint8Array.of(0xf0, ...new Array(Math.floor(rest / 255)).fill(255), rest % 255, ...bytes);
    };
    const lz4 = write([{ name: "a", type: "INT32", data, nullable: false, encoding: "PLAIN" }], {
      codec: "LZ4_RAW",
      compressors: { LZ4_RAW: literals },
    });
    expect(await columns(lz4)).toEqual({ a: [...data] });
  });

  it.each<[string, (bytes: Uint8Array) => number[]]>([
    ["nothing", () => []],
    ["a window of 2 GB and no size", (bytes) => [...MAGIC, 0, 0xa8, ...block(bytes).slice(0, 9)]],
    // Blocks of 128 kB of zeros in 4 bytes each.
    [
      "more than it says",
      () => [...MAGIC, 0, 0x50, ...new Array(1000).fill([2, 0, 0x10, 0]).flat(), 3, 0, 0x10, 0],
    ],
    ["bytes behind its end", (bytes) => [...withoutSize(bytes), 1]],
    ["a dictionary", (bytes) => [...MAGIC, 1, 0x50, 7, ...block(bytes)]],
  ])("with %s are refused", async (_, pack) => {
    await expect(columns(zstd((bytes) => Uint8Array.from(pack(bytes))))).rejects.toThrow(DatasetError);
  });
});
