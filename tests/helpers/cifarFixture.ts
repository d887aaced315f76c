/** Small data sets in CIFAR-10's format. */
import { mkdir, writeFile } from "node:fs/promises";

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
