/** Where tables come from, and how their format is found. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, DatasetError, FileError } from "../../src/errors.ts";
import type { FormatInput } from "../../src/formats/format.ts";
import { openInput, openTableSource } from "../../src/formats/open.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nnwasm-formats-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const TEXT = "a,b\n1,2\n3,4\n";
const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = async (input: FormatInput) => new TextDecoder().decode(await input.bytes());

async function rowsOf(input: FormatInput): Promise<number> {
  const source = await openTableSource(input);
  let rows = 0;
  for await (const chunk of source.read()) rows += chunk.rows;
  await source.close();
  return rows;
}

async function* inPieces(content: Uint8Array, size: number, closed?: () => void) {
  try {
    for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
  } finally {
    closed?.();
  }
}

describe("an input", () => {
  it("is a file, which can be read again and in parts", async () => {
    const input = await openInput(await write("a.csv", TEXT));
    expect(input).toMatchObject({ size: 12, rereadable: true });
    expect(new TextDecoder().decode(input.head)).toBe(TEXT);
    expect([await textOf(input), await textOf(input)]).toEqual([TEXT, TEXT]);
    expect(new TextDecoder().decode(await input.slice!(4, 7))).toBe("1,2");
    expect((await input.slice!(8, 100)).length).toBe(4);
    expect(input.bytesRead).toBe(12);
  });

  it("is gzipped, whatever its name: of one member, of two, and by a byte at a time", async () => {
    const two = Buffer.concat([gzipSync(bytes("a,b\n1,2\n")), gzipSync(bytes("3,4\n"))]);
    for (const content of [gzipSync(bytes(TEXT)), two]) {
      const input = await openInput(await write("b.csv", content));
      expect(input.slice).toBeUndefined();
      expect(input.size).toBe(content.length);
      expect(await textOf(input)).toBe(TEXT);
      expect(await rowsOf(input)).toBe(2);
      expect(await textOf(await openInput({ name: "b", bytes: content }))).toBe(TEXT);
      expect(await textOf(await openInput("-", { stdin: inPieces(content, 1) }))).toBe(TEXT);
    }
    // A name that says so, without being so.
    expect(await rowsOf(await openInput(await write("c.csv.gz", TEXT)))).toBe(2);
  });

  it("is the standard input, which can be read once", async () => {
    const input = await openInput("-", { stdin: inPieces(bytes(TEXT), 5) });
    expect(input).toMatchObject({
      name: "the standard input",
      size: undefined,
      rereadable: false,
      slice: undefined,
    });
    expect(await textOf(input)).toBe(TEXT);
    await expect(input.bytes()).rejects.toThrow(
      new FileError(
        "the standard input can be read once only, as it is a stream, and it has been. Give a file instead.",
      ),
    );
  });

  it("that is a stream is let go when it is closed, broken off, or refused", async () => {
    let closed = 0;
    const stdin = (text: string) => inPieces(bytes(text), 4, () => closed++);
    const long = TEXT + "5,6\n".repeat(50_000);
    const input = await openInput("-", { stdin: stdin(long) });
    await input.close();
    await input.close();
    expect(closed).toBe(1);
    const source = await openTableSource(await openInput("-", { stdin: stdin(long) }));
    for await (const _ of source.read()) break;
    expect(closed).toBe(2);
    await expect(
      openTableSource(await openInput("-", { stdin: stdin(long) }), { format: "npy" }),
    ).rejects.toThrow();
    expect(closed).toBe(3);
    await (await openTableSource(await openInput("-", { stdin: stdin(long) }))).close();
    expect(closed).toBe(4);
  });

  it.skipIf(process.platform === "win32")("is a named pipe, which waits for its writer", async () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    const writer = spawn("sh", ["-c", 'sleep 0.1; printf "a,b\\n1,2\\n" > "$0"', path]);
    const input = await openInput(path);
    expect(input).toMatchObject({ size: undefined, rereadable: false });
    expect(await rowsOf(input)).toBe(1);
    writer.kill();
  });

  it.skipIf(process.platform === "win32")("is a device", async () => {
    await expect(rowsOf(await openInput("/dev/null"))).rejects.toThrow(
      "/dev/null is empty, expected a table.",
    );
  });

  it("is no folder, and no file that is not there", async () => {
    await expect(openInput(folder)).rejects.toThrow(
      new FileError(`${folder} cannot be read: it is a folder (EISDIR). Give the name of a file.`),
    );
    const path = join(folder, "none.csv");
    await expect(openInput(path)).rejects.toThrow(
      new FileError(`${path} cannot be read: it does not exist (ENOENT). Check the path.`),
    );
    await expect(openInput("-")).rejects.toThrow(
      new FileError("the standard input cannot be read: there is none here. Give the name of a file."),
    );
  });

  it("that is damaged in its packing is refused", async () => {
    const packed = gzipSync(bytes(TEXT));
    await expect(openInput({ name: "a.gz", bytes: packed.subarray(0, 20) })).rejects.toThrow(
      new DatasetError("a.gz cannot be unpacked: it is cut short. Fetch or make it again."),
    );
    packed[12]! ^= 0xff;
    await expect(openInput({ name: "a.gz", bytes: packed })).rejects.toThrow(
      /^a\.gz cannot be unpacked: it is damaged/,
    );
  });

  it("gives no more bytes than are wanted", async () => {
    const input = await openInput({ name: "a", bytes: bytes(TEXT) });
    await expect(input.bytes({ most: 11 })).rejects.toThrow(
      new DatasetError("a has 12 bytes or more, expected 11 at most. Give the right file, or a smaller one."),
    );
    expect((await input.bytes({ most: 12 })).length).toBe(12);
  });
});

describe("the format", () => {
  const formatOf = async (name: string, content: string | Uint8Array, format?: string) => {
    const input = await openInput({ name, bytes: typeof content === "string" ? bytes(content) : content });
    return (await openTableSource(input, { format })).format;
  };

  it("is told, or stands in the name, or in the first character", async () => {
    expect(await formatOf("a.csv", "a\tb\n1\t2\n", "tsv")).toBe("TSV");
    expect(await formatOf("A.TSV.GZ", "a\tb\n1\t2\n")).toBe("TSV");
    expect(await formatOf("folder.csv/a", '{"a": 1}')).toBe("JSON lines");
    expect(await formatOf("a.csv", '{"a";1\n2;3\n')).toBe("CSV");
    expect(await formatOf("-", "a,b\n1,2\n")).toBe("CSV");
    await expect(formatOf("a.csv", TEXT, "parkett")).rejects.toThrow(ConfigError);
  });

  it.each([
    ["a.xlsx", "PK\x03\x04", "an Excel workbook"],
    ["a", "PK\x03\x04", "a ZIP archive"],
    ["a", "SQLite format 3", "an SQLite database"],
    ["a.pkl", "x", "a pickle, which may run programs"],
    ["a", "BZh9", "packed with bzip2"],
  ])("of %s, %j, is known and not read", async (name, content, what) => {
    await expect(formatOf(name, content)).rejects.toThrow(
      `${name} is ${what}, expected a table that can be read: CSV`,
    );
  });
});
