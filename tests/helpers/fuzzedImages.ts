/** PNG and JPEG whose bytes are changed at random: small whole files of each kind, read as features. */
import { inspectImage } from "../../src/images/decode.ts";
import { imagePreprocessing } from "../../src/images/preprocessing.ts";
import { writeImage } from "../../src/images/read.ts";
import { jpg, png } from "./imageFiles.ts";
import type { FuzzedFormat } from "./mutations.ts";
import { blockJpeg, crc32, orientation, rawPng } from "./rawImages.ts";

const preprocessing = imagePreprocessing(4, 3, 3);

async function read(bytes: Uint8Array, name: string): Promise<void> {
  await writeImage(name, bytes, preprocessing, new Uint8Array(36), 0);
  const { width, height } = inspectImage(bytes);
  if (!(width >= 1 && height >= 1)) throw new Error(`It has ${width} × ${height} pixels.`);
}

/** Makes the sums of all chunks right that are there whole. */
function withSums(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes);
  for (let at = 8; at + 12 <= file.length; ) {
    const end = at + 12 + file.readUInt32BE(at);
    if (end > file.length) break;
    file.writeUInt32BE(crc32(file.subarray(at + 4, end - 4)), end - 4);
    at = end;
  }
  return file;
}

const painter = (x: number, y: number) => [(x * 37) % 256, (y * 53) % 256, (x * y) % 256, 255 - x];

export const fuzzedPng: FuzzedFormat = {
  files: () => [
    png(9, 7, painter),
    png(20, 20, painter, { colorType: 2 }),
    png(5, 5, painter, { colorType: 4, bitDepth: 16 }),
    rawPng({ width: 9, height: 6, depth: 1, colour: 0, at: (x, y) => [(x + y) % 2] }),
    rawPng({
      ...{ width: 11, height: 13, depth: 4, colour: 3, interlaced: true },
      ...{ palette: [1, 2, 3, 4, 5, 6, 7, 8, 9], transparency: [9, 200], at: (x, y) => [(x + y) % 3] },
    }),
    rawPng({ width: 6, height: 6, depth: 16, colour: 2, interlaced: true, at: (x, y) => [x, y, x * y] }),
  ],
  tokens: ["IHDR", "IDAT", "IEND", "PLTE", "tRNS", "gAMA", "zTXt", [0, 0, 0, 0], [0, 0, 0, 13], [0x78, 0x9c]],
  mend: withSums,
  name: "a.png",
  read,
};

const rows = [
  [8, 248, 128],
  [64, 16, 200],
];

export const fuzzedJpeg: FuzzedFormat = {
  files: () => [
    jpg(20, 15, painter),
    jpg(8, 8, painter, 40),
    blockJpeg({ columns: 3, rows: 2, components: [rows], segments: [orientation(6)] }),
    blockJpeg({ columns: 3, rows: 2, components: [rows, rows, rows], progressive: true }),
    blockJpeg({ columns: 3, rows: 2, components: [rows, rows, rows], subsampled: true, progressive: true }),
  ],
  tokens: [
    ...["JFIF\0", "Exif\0\0", "Adobe"],
    ...[0xc0, 0xc1, 0xc2, 0xc4, 0xc9, 0xd0, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xe0, 0xee, 0xff, 0].map(
      (marker) => [0xff, marker],
    ),
    ...[[0xff, 0xdd, 0, 4, 0, 1], [0xff, 0xdd, 0, 4, 0xff, 0xff], [0x11, 0], [0x22, 0], [0x44, 0]],
    [0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0, 0],
    [0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0x10, 0],
  ],
  name: "a.jpg",
  read,
};
