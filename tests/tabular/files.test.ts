/** Tables as Files: what `train()` makes of them is what it makes of the same file by its path. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DatasetError, FileError } from "../../src/errors.ts";
import { train } from "../../src/tabular/train.ts";
import { fileOf } from "../helpers/givenFiles.ts";

const CSV = new URL("../fixtures/tables/passengers.train.csv", import.meta.url).pathname;
let folder: string;

/** The columns of a table that other formats hold as well. */
const rows = Array.from({ length: 60 }, (_, i) => ({
  rooms: i % 7,
  size: i * 1.5 + ((i * 31) % 11),
  city: ["Bern", "Rome", "Ürümqi"][i % 3]!,
  price: 10 * (i % 7) + i * 3 + ((i * 17) % 5),
}));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nnwasm-given-"));
  const lines = ["rooms;size;city;price", ...rows.map((row) => Object.values(row).join(";"))];
  writeFileSync(join(folder, "semicolons.txt"), lines.join("\r\n"));
  writeFileSync(join(folder, "tabs.tsv"), lines.join("\n").replaceAll(";", "\t"));
  writeFileSync(join(folder, "packed.csv.gz"), gzipSync(lines.join("\n")));
  writeFileSync(join(folder, "wide.csv"), Buffer.from(`\ufeff${lines.join("\n")}`, "utf16le"));
  writeFileSync(join(folder, "lines.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  const columnData = (["rooms", "size", "city", "price"] as const).map((name) => ({
    name,
    data: rows.map((row) => row[name]),
    type: name === "city" ? ("STRING" as const) : ("DOUBLE" as const),
  }));
  writeFileSync(
    join(folder, "table.parquet"),
    Buffer.from(parquetWriteBuffer({ columnData, codec: "SNAPPY" })),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function hashOf(data: string | Blob | { path: string; file: Blob }, target: string) {
  const told: unknown[] = [];
  const model = await train({
    ...{ data, target, epochs: 2, preset: "table-fast", seed: 3 },
    onUnderstood: ({ understanding, warnings, rows: counts, table }) =>
      void told.push(understanding, warnings, counts, table.facts),
  });
  try {
    return { sha: await model.weightsSha256(), told };
  } finally {
    await model.close();
  }
}

describe("train({ data: file })", () => {
  it("has the bits of the path, with names, dates, blanks and missing cells; as a File, and as a Blob with a path", async () => {
    const byPath = await hashOf(CSV, "outcome");
    expect(await hashOf(fileOf(CSV), "outcome")).toEqual(byPath);
    const blob = new Blob([readFileSync(CSV)]);
    expect(await hashOf({ path: "folder/passengers.csv", file: blob }, "outcome")).toEqual(byPath);
  });

  it.each(["semicolons.txt", "tabs.tsv", "packed.csv.gz", "wide.csv", "lines.jsonl", "table.parquet"])(
    "has the bits of the path: %s",
    async (name) => {
      const path = join(folder, name);
      expect(await hashOf(fileOf(path), "price")).toEqual(await hashOf(path, "price"));
    },
  );

  it("tells the format of a Blob without a name by its bytes", async () => {
    const blob = new Blob([readFileSync(join(folder, "table.parquet"))]);
    expect((await hashOf(blob, "price")).sha).toBe(
      (await hashOf(join(folder, "table.parquet"), "price")).sha,
    );
  });

  it.each([
    ["is empty", "a.csv", Buffer.alloc(0), "a.csv is empty, expected a table. Give the right file."],
    [
      "is cut short",
      "a.csv.gz",
      gzipSync("a,b\n".repeat(5000)).subarray(0, 40),
      "a.csv.gz cannot be unpacked: it is cut short. Fetch or make it again.",
    ],
    [
      "is a workbook",
      "a.xlsx",
      Buffer.from("PK\x03\x04"),
      "a.xlsx is an Excel workbook, expected a table that can be read: CSV, TSV, JSON lines, Parquet, NPY, NPZ, IDX. Save or export it as CSV.",
    ],
    [
      "has a row too short",
      "a.csv",
      Buffer.from("a,b,c\n1,2,3\n4,5\n6,7,8\n"),
      /^a\.csv, line 3: the row has 2 cells, expected 3/,
    ],
  ])("refuses a file that %s, as it does by its path", async (_, name, bytes, message) => {
    const error = await hashOf(new File([bytes], name), "b").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toMatch(message);
  });

  it("says what to do about a folder, or a file that has been moved", async () => {
    const moved = {
      ...{ name: "photos", size: 4096, arrayBuffer: () => Promise.reject(new Error("gone")) },
      slice: () => ({
        arrayBuffer: () => Promise.reject(Object.assign(new Error("gone"), { name: "NotReadableError" })),
      }),
    } as unknown as Blob;
    await expect(hashOf(moved, "b")).rejects.toThrow(
      new FileError(
        "photos cannot be read: it is a folder, or has been moved or changed since it was chosen (NotReadableError). Choose it again.",
      ),
    );
  });
});
