import { describe, expect, it } from "vitest";
import { DatasetError } from "../../src/errors.ts";
import { bytesOf, npy, npyWithHeader, zip } from "../helpers/arrayFiles.ts";
import { openBytes, wholeTable } from "../helpers/wholeTable.ts";

const X = npy({
  descr: "<f8",
  shape: [3, 2],
  content: bytesOf(6, 8, (view, at, i) => view.setFloat64(at, i / 4, true)),
});
const XF = npy({
  descr: "<f8",
  shape: [3, 2],
  fortran: true,
  content: bytesOf(6, 8, (view, at, i) => view.setFloat64(at, i / 4, true)),
});
const y = npy({ descr: "|S1", shape: [3], content: Buffer.from("aba") });
const column = npy({ descr: "|u1", shape: [3, 1], content: Uint8Array.of(7, 8, 9) });
const one = npy({ descr: "|u1", shape: [], content: Uint8Array.of(5) });
const COPY = "Replace it by a good copy.";

describe.each([
  ["stored", false, false],
  ["deflated", true, false],
  ["deflated, with sizes of 8 bytes", true, true],
])("an archive of arrays, %s", (_, deflated, large) => {
  it("is a table of their rows beside each other, from a file and from a stream", async () => {
    const members = [
      { name: "X.npy", content: X, deflated },
      { name: "classes.npy", content: one, deflated },
      { name: "y.npy", content: y, deflated },
      { name: "z.npy", content: column, deflated },
      { name: "notes.txt", content: Buffer.from("…"), deflated },
      { name: "F.npy", content: XF, deflated },
    ];
    for (const streamed of [false, true]) {
      const { source, columns } = await wholeTable(
        await openBytes("a.npz", zip(members, { large }), { streamed }),
      );
      expect(columns).toEqual({
        "X.0": [0, 0.5, 1],
        "X.1": [0.25, 0.75, 1.25],
        y: ["a", "b", "a"],
        z: [7, 8, 9],
        "F.0": [0, 0.25, 0.5],
        "F.1": [0.75, 1, 1.25],
      });
      expect(source).toMatchObject({ format: "NPZ", rows: 3, place: "row" });
      expect(source.facts).toEqual([
        "X: 3 × 2 of float64",
        "y: 3 of text of 1 bytes",
        "z: 3 × 1 of uint8",
        "F: 3 × 2 of float64",
        '"classes" is left out: it is a single value',
        '"notes.txt" is left out: it is no array',
      ]);
    }
  });

  it("gives the columns that are asked for, out of one array and of several", async () => {
    const file = zip(
      [
        { name: "X.npy", content: X, deflated },
        { name: "y.npy", content: y, deflated },
      ],
      { large },
    );
    for (const [columns, expected] of [
      [[1], { "X.1": [0.25, 0.75, 1.25] }],
      [[0, 2], { "X.0": [0, 0.5, 1], y: ["a", "b", "a"] }],
      [[2], { y: ["a", "b", "a"] }],
    ] as const) {
      expect((await wholeTable(await openBytes("a.npz", file), { columns })).columns).toEqual(expected);
    }
  });

  it("of many rows comes in parts of the same rows", async () => {
    const rows = 9000;
    const content = bytesOf(rows, 4, (view, at, i) => view.setUint32(at, i, true));
    const many = npy({ descr: "<u4", shape: [rows], content });
    const names = npy({
      descr: "|S4",
      shape: [rows],
      content: bytesOf(rows, 4, (view, at, i) => view.setUint32(at, 0x30303030 + (i % 10))),
    });
    const file = zip([
      { name: "a.npy", content: many, deflated },
      { name: "b.npy", content: names, deflated },
    ]);
    const { columns, chunks } = await wholeTable(await openBytes("a.npz", file));
    expect(chunks).toBeGreaterThan(1);
    expect(columns.a).toEqual(Array.from({ length: rows }, (_, i) => i));
    expect(columns.b).toEqual(Array.from({ length: rows }, (_, i) => `000${i % 10}`));
  });
});

it("names that come twice are told apart, and a path is only a name", async () => {
  const file = zip([
    { name: "../../etc/passwd.npy", content: y },
    { name: "__proto__.npy", content: y },
    { name: ".npy", content: y },
    { name: "__proto__.npy", content: y },
  ]);
  const source = await openBytes("a.npz", file);
  expect(source.columns).toEqual(["../../etc/passwd", "__proto__", "column3", "__proto__ 2"]);
});

describe("refused", () => {
  const arrays = (members: Parameters<typeof zip>[0]) => openBytes("a.npz", zip(members));

  it("are arrays of different numbers of rows, with all of them", async () => {
    const two = npy({ descr: "|u1", shape: [2], content: Uint8Array.of(1, 2) });
    await expect(
      arrays([
        { name: "x_train.npy", content: X },
        { name: "x_test.npy", content: two },
      ]),
    ).rejects.toThrow(
      new DatasetError(
        "a.npz holds arrays of different numbers of rows: x_train has 3, x_test has 2. " +
          "Save those that belong together in a file of their own: numpy.savez(FILE, X=…, y=…).",
      ),
    );
  });

  it("is an archive without arrays, and a pickle in it with its name", async () => {
    await expect(arrays([{ name: "a.txt", content: X }])).rejects.toThrow(
      "a.npz holds 0 arrays, expected 1 to 1000.",
    );
    await expect(arrays([{ name: "s.npy", content: one }])).rejects.toThrow("a.npz holds 0 arrays");
    const pickle = npyWithHeader("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }");
    await expect(arrays([{ name: "o.npy", content: pickle }])).rejects.toThrow(
      "a.npz: o.npy holds pickled objects",
    );
  });

  it.each([
    ["encrypted", { flags: 1 }, 'a.npz has a member "X.npy" that is encrypted.'],
    [
      "packed otherwise",
      { method: 12 },
      'a.npz has a member "X.npy" that is packed by method 12, expected 0 (stored) or 8 (deflated).',
    ],
    [
      "said to be larger than deflate can make it",
      { size: 2 ** 31 },
      "is said to unpack to 2147483648 bytes, which its",
    ],
  ])("is a member that is %s, when it is opened", async (_, claims, message) => {
    await expect(arrays([{ name: "X.npy", content: X, deflated: true, claims }])).rejects.toThrow(message);
  });

  it("is a bomb: an array of 2^40 numbers in a member of a kilobyte", async () => {
    const content = npyWithHeader(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1048576, 1048576), }",
      new Uint8Array(1e6),
    );
    const file = zip([{ name: "X.npy", content, deflated: true }]);
    expect(file.length).toBeLessThan(2000);
    await expect(openBytes("a.npz", file)).rejects.toThrow(
      "a.npz: X.npy has 1048576 columns of 1 bytes by its header",
    );
  });

  it("is a member that unpacks to more, or less, or other bytes than the archive says", async () => {
    const read = async (claims: { size?: number; crc?: number }, deflated: boolean) =>
      await wholeTable(await arrays([{ name: "X.npy", content: X, deflated, claims }]));
    await expect(read({ crc: 1 }, true)).rejects.toThrow(
      new DatasetError(`a.npz: X.npy is damaged: its check sum is not that of the archive. ${COPY}`),
    );
    await expect(read({ crc: 1 }, false)).rejects.toThrow(DatasetError);
    await expect(read({ size: X.length - 8 }, true)).rejects.toThrow(DatasetError);
    await expect(read({ size: X.length + 8 }, true)).rejects.toThrow(DatasetError);
  });

  it("is an archive that is cut at any byte, or whose members lie over each other", async () => {
    const file = zip([
      { name: "X.npy", content: X, deflated: true },
      { name: "y.npy", content: y },
    ]);
    for (let length = 0; length < file.length; length += 3) {
      await expect(openBytes("a.npz", file.subarray(0, length))).rejects.toThrow(DatasetError);
    }
    const second = file.lastIndexOf("PK\x01\x02", undefined, "latin1");
    const overlapping = Buffer.from(file);
    overlapping.writeUInt32LE(0, second + 42);
    await expect(openBytes("a.npz", overlapping)).rejects.toThrow(DatasetError);
  });
});
