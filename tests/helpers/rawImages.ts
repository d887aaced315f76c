/**
 * Writes PNG and JPEG of the kinds that pngjs and jpeg-js do not write: few bits, palettes and interlacing; grey,
 * subsampled and progressive. Plain and short, so that they are a second opinion on what is read.
 */
import { deflateSync } from "node:zlib";
import { crc32 } from "./arrayFiles.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A chunk of a PNG. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

export interface RawPng {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly colour: 0 | 2 | 3 | 4 | 6;
  readonly interlaced?: boolean;
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
  /** The samples of a pixel, as many as the colour type has. */
  readonly at: (x: number, y: number) => readonly number[];
  /** Other chunks before the data, and in place of them. */
  readonly before?: readonly Uint8Array[];
  readonly data?: Uint8Array;
}

/** The passes of Adam7, and the one of images without. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

const passesOf = (interlaced: boolean) => (interlaced ? PASSES : ([[0, 0, 1, 1]] as const));

/** The pixels of each row that is stored. */
export const rowsOf = (width: number, height: number, interlaced: boolean): number[] =>
  passesOf(interlaced).flatMap(([x0, y0, dx, dy]) => {
    const columns = Math.max(0, Math.ceil((width - x0) / dx));
    return columns === 0 ? [] : Array<number>(Math.max(0, Math.ceil((height - y0) / dy))).fill(columns);
  });

export function header({ width, height, depth, colour, interlaced = false }: Omit<RawPng, "at">): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  return chunk("IHDR", data);
}

export function rawPng(image: RawPng): Buffer {
  const { width, height, depth, interlaced = false, at, before = [] } = image;
  const rows: number[] = [];
  for (const [x0, y0, dx, dy] of passesOf(interlaced)) {
    if (x0 >= width) continue;
    for (let y = y0; y < height; y += dy) {
      rows.push(0);
      let bits = "";
      for (let x = x0; x < width; x += dx) {
        for (const sample of at(x, y)) bits += sample.toString(2).padStart(depth, "0");
      }
      for (let i = 0; i < bits.length; i += 8)
        rows.push(Number.parseInt(bits.slice(i, i + 8).padEnd(8, "0"), 2));
    }
  }
  return Buffer.concat([
    SIGNATURE,
    header(image),
    ...(image.palette ? [chunk("PLTE", Uint8Array.from(image.palette))] : []),
    ...(image.transparency ? [chunk("tRNS", Uint8Array.from(image.transparency))] : []),
    ...before,
    chunk("IDAT", image.data ?? deflateSync(Uint8Array.from(rows))),
    chunk("IEND", Uint8Array.of()),
  ]);
}

export interface BlockJpeg {
  /** Blocks of 8 × 8 pixels, or of 16 × 16 if it is subsampled. */
  readonly columns: number;
  readonly rows: number;
  /** The value of each block, a multiple of 8 from 8 to 248: (rows, columns) for each component. */
  readonly components: readonly (readonly (readonly number[])[])[];
  readonly progressive?: boolean;
  /** The first component has four blocks where the others have one. */
  readonly subsampled?: boolean;
  /** Segments for programs: [marker, data]. */
  readonly segments?: readonly (readonly [marker: number, data: readonly number[]])[];
  readonly ids?: readonly number[];
  /** The size in pixels, if it is less than all blocks. */
  readonly width?: number;
  readonly height?: number;
}

const segment = (marker: number, data: readonly number[]): number[] => [
  ...[0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255],
  ...data,
];

/** Huffman's codes for sizes 0 to 8 of a DC: all of four bits. For AC: end of block alone, of one bit. */
const TABLES = [
  segment(0xc4, [0x00, 0, 0, 0, 9, ...Array(12).fill(0), 0, 1, 2, 3, 4, 5, 6, 7, 8]),
  segment(0xc4, [0x10, 1, ...Array(15).fill(0), 0]),
];

/** A JPEG whose blocks are each of one value: only the DC coefficients are there, which are 8 · (value − 128) / 64. */
export function blockJpeg(image: BlockJpeg): Buffer {
  const { columns, rows, components, progressive = false, subsampled = false, segments = [] } = image;
  const side = subsampled ? 16 : 8;
  const { width = columns * side, height = rows * side } = image;
  const ids = image.ids ?? components.map((_, i) => i + 1);
  const factors = (i: number) => (subsampled && i === 0 ? 0x22 : 0x11);
  let bits = "";
  const before = components.map(() => 0);
  const block = (component: number, value: number) => {
    // The quantisation table is of 64: a DC of 1 is 8 steps of the value.
    const dc = (value - 128) / 8;
    const difference = dc - before[component]!;
    before[component] = dc;
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    bits += size.toString(2).padStart(4, "0");
    if (size > 0) {
      const coded = difference > 0 ? difference : difference + 2 ** size - 1;
      bits += coded.toString(2).padStart(size, "0");
    }
    if (!progressive) bits += "0";
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const [i, values] of components.entries()) {
        for (let k = 0; k < (factors(i) === 0x22 ? 4 : 1); k++) block(i, values[row]![column]!);
      }
    }
  }
  const coded: number[] = [];
  for (let i = 0; i < bits.length; i += 8) {
    const byte = Number.parseInt(bits.slice(i, i + 8).padEnd(8, "1"), 2);
    coded.push(byte, ...(byte === 0xff ? [0] : []));
  }
  const frame = [8, height >> 8, height & 255, width >> 8, width & 255, components.length];
  const scan = [
    ...[components.length, ...ids.flatMap((id) => [id, 0x00])],
    ...(progressive ? [0, 0, 0] : [0, 63, 0]),
  ];
  // Of a progressive one, a second scan for each component: no AC coefficients, by one code a block.
  const more = progressive
    ? components.flatMap((values, i) => {
        const blocks = values.flat().length * (factors(i) === 0x22 ? 4 : 1);
        return [
          ...segment(0xda, [1, ids[i]!, 0x00, 1, 63, 0]),
          ...Array(Math.floor(blocks / 8)).fill(0),
          ...(blocks % 8 === 0 ? [] : [2 ** (8 - (blocks % 8)) - 1]),
        ];
      })
    : [];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segments.flatMap(([marker, data]) => segment(marker, data)),
    ...segment(0xdb, [0, ...Array(64).fill(64)]),
    ...segment(progressive ? 0xc2 : 0xc0, [...frame, ...ids.flatMap((id, i) => [id, factors(i), 0])]),
    ...TABLES.flat(),
    ...segment(0xda, scan),
    ...coded,
    ...more,
    ...[0xff, 0xd9],
  ]);
}

/** Exif's segment that says how an image is to be turned. */
export const orientation = (value: number): readonly [marker: number, data: readonly number[]] => [
  0xe1,
  [
    ...Buffer.from("Exif\0\0MM\0*", "latin1"),
    ...[0, 0, 0, 8, 0, 1],
    ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0],
  ],
];
