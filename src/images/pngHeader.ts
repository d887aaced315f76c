/**
 * Checks a PNG before it is decoded: its chunks and their CRC, its size, and how much it can unpack to. What its header promises
 * is allocated only if its data can hold that.
 *
 *   signature | chunks: length (4), type (4), data, CRC-32 of type and data (4); first IHDR, last IEND
 */
import { Crc32 } from "../files/crc32.ts";
import { type Inspected, MOST_PIXEL_BYTES, refuse, refuseSize, refuseThin } from "./inspected.ts";

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;

/** Samples of a pixel, and the depths that there are, by colour type. */
const COLOUR_TYPES: Readonly<Record<number, readonly [samples: number, depths: readonly number[]]>> = {
  0: [1, [1, 2, 4, 8, 16]],
  2: [3, [8, 16]],
  3: [1, [1, 2, 4, 8]],
  4: [2, [8, 16]],
  6: [4, [8, 16]],
};

/** Bytes of the shortest and the longest that deflate makes 1 byte of: its window's longest match, in two bits. */
const MOST_INFLATED = 1032;

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** Where the next one begins. */
  readonly end: number;
}

function chunkAt(bytes: Uint8Array, at: number): Chunk {
  if (at + 12 > bytes.length) throw refuse(`ends after ${bytes.length} bytes, before its chunk IEND`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(at);
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  const end = at + 12 + length;
  if (!/^[a-z]{4}$/i.test(type)) throw refuse(`has no chunk at byte ${at}, where one should begin`);
  if (end > bytes.length) {
    throw refuse(`ends after ${bytes.length} bytes, within its chunk ${type}, which ends at ${end}`);
  }
  const sum = new Crc32();
  sum.add(bytes.subarray(at + 4, end - 4));
  if (sum.value !== view.getUint32(end - 4)) {
    throw refuse(`has a damaged chunk ${type} at byte ${at}: its CRC is wrong`);
  }
  return { type, data: bytes.subarray(at + 8, end - 4), end };
}

/** Some of the pixels, row by row: those of the columns x, x + dx, … in the rows y, y + dy, …. */
export interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly columns: number;
  readonly rows: number;
}

/** The passes of Adam7, in which interlaced images are stored. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes with pixels in them. */
function passesOf(width: number, height: number, interlaced: boolean): Pass[] {
  if (!interlaced) return [{ x: 0, y: 0, dx: 1, dy: 1, columns: width, rows: height }];
  return ADAM7.map(([x, y, dx, dy]) => ({
    ...{ x, y, dx, dy },
    columns: Math.max(0, Math.ceil((width - x) / dx)),
    rows: Math.max(0, Math.ceil((height - y) / dy)),
  })).filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** The bytes of the rows with their filters. */
const unpackedBytes = (passes: readonly Pass[], bits: number): number =>
  passes.reduce((sum, { columns, rows }) => sum + rows * (1 + Math.ceil((columns * bits) / 8)), 0);

export interface InspectedPng extends Inspected {
  /** 0: grey, 2: colours, 3: a palette, 4: grey and alpha, 6: colours and alpha. */
  readonly colour: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** Bits of a pixel. */
  readonly bits: number;
  readonly passes: readonly Pass[];
  /** The colours of a palette, three bytes each. */
  readonly palette: Uint8Array | undefined;
  /** The chunk tRNS. */
  readonly transparency: Uint8Array | undefined;
  /** A chunk without which the image is not understood, and which is not known. */
  readonly unknown: string | undefined;
  /** Bytes that its data unpack to. */
  readonly unpacked: number;
  /** Its compressed data. */
  readonly data: readonly Uint8Array[];
  /** Bytes up to the end of IEND: others may follow, which are none of the image. */
  readonly length: number;
}

/** @throws Refused if it is damaged, or too large */
export function inspectPng(bytes: Uint8Array): InspectedPng {
  const first = chunkAt(bytes, PNG_SIGNATURE.length);
  if (first.type !== "IHDR" || first.data.length !== 13) throw refuse("does not begin with a chunk IHDR");
  const header = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const width = header.getUint32(0);
  const height = header.getUint32(4);
  const [depth, colour, compression, filter, interlace] = first.data.subarray(8) as unknown as number[];
  const [samples, depths] = COLOUR_TYPES[colour!] ?? [0, []];
  if (!depths.includes(depth!)) {
    throw refuse(`says that its colour type is ${colour} of ${depth} bits, which there is not`);
  }
  if (compression !== 0 || filter !== 0 || interlace! > 1) {
    throw refuse("says that it is packed in a way that there is not");
  }
  refuseSize(width, height);
  const bits = samples * depth!;
  const passes = passesOf(width, height, interlace === 1);
  const unpacked = unpackedBytes(passes, bits);
  if (unpacked > MOST_PIXEL_BYTES) {
    throw refuse(
      `unpacks to ${unpacked} bytes (${width} × ${height} pixels of ${bits} bits), expected ${MOST_PIXEL_BYTES} at most`,
      "Make it smaller.",
    );
  }
  const { data, palette, transparency, unknown, length } = restOf(bytes, first.end);
  const packed = data.reduce((sum, { length }) => sum + length, 0);
  if (packed * MOST_INFLATED < unpacked) {
    throw refuse(
      `has ${packed} bytes of data, which cannot hold the ${width} × ${height} pixels that its header says`,
    );
  }
  refuseThin(width, height, packed);
  if (colour === 3 && palette === undefined) throw refuse("has colours of a palette, but no chunk PLTE");
  const grey = colour === 3 ? isGreyPalette(palette!) : colour === 0 || colour === 4;
  return {
    format: "PNG",
    ...{ width, height, grey, unpacked, data, length },
    ...{ colour: colour!, depth: depth!, bits, passes, palette, transparency, unknown },
    pixels: width * height,
  };
}

/** The chunks behind the header. */
function restOf(bytes: Uint8Array, start: number) {
  const data: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let unknown: string | undefined;
  let last = "IHDR";
  for (let at = start; ; ) {
    const chunk = chunkAt(bytes, at);
    if (chunk.type === "IEND") return { data, palette, transparency, unknown, length: chunk.end };
    if (chunk.type === "IDAT") {
      if (data.length > 0 && last !== "IDAT") throw refuse("has other chunks within its data");
      data.push(chunk.data);
    } else if (chunk.type === "PLTE") {
      const { length } = chunk.data;
      const usable = length >= 3 && length <= 768 && length % 3 === 0;
      if (palette !== undefined || data.length > 0 || !usable) throw refuse("has a damaged palette");
      palette = chunk.data;
    } else if (chunk.type === "IHDR") {
      throw refuse("has two headers");
    } else if (chunk.type === "tRNS") {
      transparency = chunk.data;
    } else if (/^[A-Z]/.test(chunk.type)) {
      unknown ??= chunk.type;
    }
    last = chunk.type;
    at = chunk.end;
  }
}

const isGreyPalette = (palette: Uint8Array): boolean => {
  for (let i = 0; i < palette.length; i += 3) {
    if (palette[i] !== palette[i + 1] || palette[i] !== palette[i + 2]) return false;
  }
  return true;
};
