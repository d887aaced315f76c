/** Makes small data sets in CIFAR-10's format, in files or in archives, good or bad. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { PublishedArchive } from "../../src/data/kind.ts";

export const RECORD_BYTES = 3073;
export const FILES = [
  "data_batch_1.bin",
  "data_batch_2.bin",
  "data_batch_3.bin",
  "data_batch_4.bin",
  "data_batch_5.bin",
  "test_batch.bin",
] as const;

/** The label of a record of a file (0 to 4: training, 5: test). */
export const labelOf = (file: number, record: number): number => (file * 3 + record * 7) % 10;

/** A pixel byte; neighbouring records, pixels and files differ. */
export const pixelOf = (file: number, record: number, pixel: number): number =>
  (Math.imul(file * 10_007 + record * 101 + pixel + 1, 0x9e3779b1) >>> 24) & 0xff;

/** The bytes of one of the six files. */
export function fileContent(file: number, records: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(records * RECORD_BYTES);
  for (let record = 0; record < records; record++) {
    const start = record * RECORD_BYTES;
    bytes[start] = labelOf(file, record);
    for (let pixel = 0; pixel < 3072; pixel++) bytes[start + 1 + pixel] = pixelOf(file, record, pixel);
  }
  return bytes;
}

/** Writes the six files into `folder`, which is made. */
export async function writeCifar(folder: string, records: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [index, name] of FILES.entries()) {
    await writeFile(`${folder}/${name}`, fileContent(index, records));
  }
}

export interface TarEntry {
  readonly name: string;
  readonly data?: Uint8Array;
  /** The type flag: "0" a file, "2" a symbolic link, "5" a folder. */
  readonly type?: string;
  readonly link?: string;
  /** The size in the header, if it is not the true one. */
  readonly size?: string;
}

/** A ustar archive. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, data = new Uint8Array(), type = "0", link = "", size }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write("0000644\0", 100);
    header.write("0000000\0", 108);
    header.write("0000000\0", 116);
    header.write(size ?? `${data.length.toString(8).padStart(11, "0")}\0`, 124, 12, "latin1");
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const FOLDER = "cifar-10-batches-bin";

/** The entries of the published archive, in its order, but with few records in a file. */
export function publishedEntries(records: number): TarEntry[] {
  const text = new TextEncoder();
  return [
    { name: `${FOLDER}/`, type: "5" },
    ...FILES.slice(0, 5).map((name, index) => ({
      name: `${FOLDER}/${name}`,
      data: fileContent(index, records),
    })),
    { name: `${FOLDER}/batches.meta.txt`, data: text.encode("airplane\nautomobile\n") },
    { name: `${FOLDER}/readme.html`, data: text.encode("<html></html>") },
    { name: `${FOLDER}/test_batch.bin`, data: fileContent(5, records) },
  ];
}

/** A gzipped archive, with the description of the one that is expected. */
export interface ArchiveFixture {
  readonly gzip: Buffer;
  readonly archive: PublishedArchive;
}

/**
 * @param records the number of records in each file
 * @param entries the entries of the archive, if they are not the published ones
 * @param gzip the archive's bytes, if they are not the entries gzipped
 */
export function cifarArchive(
  records: number,
  entries: readonly TarEntry[] = publishedEntries(records),
  gzip: Buffer = gzipSync(tar(entries)),
): ArchiveFixture {
  return {
    gzip,
    archive: {
      url: "http://127.0.0.1:9/not-asked",
      bytes: gzip.length,
      unpackedLimit: 1 << 20,
      folder: FOLDER,
      files: FILES.map((name, index) => {
        const content = fileContent(index, records);
        return { name, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
      }),
    },
  };
}
