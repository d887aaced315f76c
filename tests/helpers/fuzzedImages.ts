/** PNG and JPEG whose bytes are changed at random: small whole files of each kind, read as features. */
import { deflateSync } from "node:zlib";
import { inspectImage } from "../../src/images/decode.ts";
import { imagePreprocessing } from "../../src/images/preprocessing.ts";
import { writeImage } from "../../src/images/read.ts";
import { Random } from "../../src/random.ts";
import { crc32 } from "./arrayFiles.ts";
import { jpg, png } from "./imageFiles.ts";
import type { FuzzedFormat } from "./mutations.ts";
import { blockJpeg, orientation, rawPng, rowsOf } from "./rawImages.ts";

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

/** A PNG with these bytes as its rows, its palette and its transparency, whose header, lengths and sums are right. */
function withRows(bytes: Uint8Array, random: Random): Uint8Array {
  const [colour, depths, samples] = (
    [
      [0, [1, 2, 4, 8, 16], 1],
      [2, [8, 16], 3],
      [3, [1, 2, 4, 8], 1],
      [4, [8, 16], 2],
      [6, [8, 16], 4],
    ] as const
  )[random.below(5)]!;
  const depth = depths[random.below(depths.length)]!;
  const [width, height, interlaced] = [1 + random.below(20), 1 + random.below(20), random.below(2) === 0];
  let at = 0;
  const next = () => bytes[at++ % Math.max(1, bytes.length)] ?? 0;
  const some = (most: number) => Array.from({ length: 1 + random.below(most) }, next);
  const rows: number[] = [];
  for (const columns of rowsOf(width, height, interlaced)) {
    rows.push(next() % 5);
    for (let i = 0; i < Math.ceil((columns * samples * depth) / 8); i++) rows.push(next());
  }
  if (random.below(8) === 0) rows.length -= Math.min(rows.length, random.below(9));
  const palette = some(256).flatMap((value) => [value, next(), next()]);
  return rawPng({
    ...{ width, height, depth, colour, interlaced, at: () => [], data: deflateSync(Uint8Array.from(rows)) },
    ...((colour === 3 || random.below(9) === 0) && { palette }),
    ...(random.below(3) === 0 && { transparency: some(9) }),
  });
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
  mend: (bytes, random) => (random.below(2) === 0 ? withSums(bytes) : withRows(bytes, random)),
  name: "a.png",
  read,
};

/** The file up to its last end marker, or with one. */
function withEnd(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes);
  const end = Buffer.of(0xff, 0xd9);
  return file.includes(end) ? file : Buffer.concat([file, end]);
}

/** Most of such a file is coded data. */
const noisy = new Random(1, "noise");
const noise = () => [noisy.below(256), noisy.below(256), noisy.below(256)];

const rows = [
  [8, 248, 128],
  [64, 16, 200],
];

export const fuzzedJpeg: FuzzedFormat = {
  files: () => [
    jpg(20, 15, painter),
    jpg(8, 8, painter, 40),
    ...[jpg(72, 56, noise, 90), jpg(48, 48, noise, 30), jpg(200, 40, painter, 80)],
    blockJpeg({
      columns: 40,
      rows: 30,
      components: Array(3).fill(Array(30).fill(Array(40).fill(64))),
      progressive: true,
    }),
    blockJpeg({ columns: 3, rows: 2, components: [rows], segments: [orientation(6)] }),
    blockJpeg({ columns: 3, rows: 2, components: [rows, rows, rows], progressive: true }),
    blockJpeg({ columns: 3, rows: 2, components: [rows, rows, rows], subsampled: true, progressive: true }),
  ],
  tokens: [
    ...["JFIF\0", "Exif\0\0", "Adobe"],
    ...[
      0xc0, 0xc1, 0xc2, 0xc4, 0xc9, 0xd0, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xe0, 0xee, 0xff, 0,
    ].map((marker) => [0xff, marker]),
    ...[
      [0xff, 0xdd, 0, 4, 0, 1],
      [0xff, 0xdd, 0, 4, 0xff, 0xff],
      [0x11, 0],
      [0x22, 0],
      [0x44, 0],
    ],
    [0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0, 0],
    [0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0x10, 0],
  ],
  mend: withEnd,
  name: "a.jpg",
  read,
};
