/**
 * Decodes PNG (W3C, third edition) to red, green, blue and alpha of 8 bits, without anything of Node's: fflate unpacks the data,
 * which {@link inspectPng} has checked. Samples of other depths become floor(v · 255 / most + ½); a transparent colour becomes
 * (0, 0, 0, 0). Colours are taken as they are stored: gamma and profiles are not applied.
 */
import type { Unzlib } from "fflate";
import { loadPackage } from "../files/packages.ts";
import { refuse } from "./inspected.ts";
import { type InspectedPng, inspectPng } from "./pngHeader.ts";
import type { Pixels } from "./resize.ts";

/** How much is given to be unpacked at once, at least. */
const PIECE = 1024;
/** How many times its own bytes data unpack to, at most. */
const MOST_RATIO = 1032;

/** @throws Refused if it is damaged, or too large */
export async function decodePng(bytes: Uint8Array): Promise<Pixels> {
  const image = inspectPng(bytes);
  const { width, height, passes, unknown } = image;
  if (unknown !== undefined)
    throw refuse(`is damaged: nothing is known of its chunk ${unknown}, which must be`);
  const { Unzlib } = await loadPackage("fflate", () => import("fflate"));
  const rows = inflated(Unzlib, image);
  const data = new Uint8Array(4 * width * height);
  const write = writerOf(image, data);
  let at = 0;
  for (const pass of passes) {
    const rowBytes = Math.ceil((pass.columns * image.bits) / 8);
    let above: Uint8Array | undefined;
    for (let row = 0; row < pass.rows; row++) {
      const filter = rows[at]!;
      const current = rows.subarray(at + 1, at + 1 + rowBytes);
      unfilter(filter, current, above, Math.max(1, image.bits >> 3));
      write(current, pass.columns, 4 * ((pass.y + row * pass.dy) * width + pass.x), 4 * pass.dx);
      above = current;
      at += 1 + rowBytes;
    }
  }
  return { width, height, data };
}

/** The rows with their filters, exactly as many bytes as the header says. @throws Refused otherwise */
function inflated(Unpacker: typeof Unzlib, { unpacked, data }: InspectedPng): Uint8Array {
  const rows = new Uint8Array(unpacked);
  let filled = 0;
  const unpacker = new Unpacker((piece) => {
    if (filled + piece.length > unpacked) throw refuse("is damaged: it has more pixels than its header says");
    rows.set(piece, filled);
    filled += piece.length;
  });
  const push = (piece: Uint8Array, last: boolean) => {
    try {
      unpacker.push(piece, last);
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message: string };
      // fflate's codes are numbers.
      if (typeof code !== "number") throw error;
      const what = message === "invalid zlib data" ? "incorrect header check" : message;
      throw refuse(`is damaged: ${message === "unexpected EOF" ? "unexpected end of file" : what}`);
    }
  };
  // A piece of data that are made to take memory unpacks to no more than the image, or a megabyte.
  const piece = Math.max(PIECE, Math.floor(unpacked / MOST_RATIO));
  for (const part of data) {
    for (let at = 0; at < part.length; at += piece) push(part.subarray(at, at + piece), false);
  }
  push(new Uint8Array(0), true);
  if (filled !== unpacked) throw refuse(`is damaged: it has ${filled} bytes of pixels, expected ${unpacked}`);
  return rows;
}

/** Turns a row with its filter into samples, in place. @param step the bytes of a pixel, at least 1 */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array | undefined, step: number): void {
  const { length } = row;
  if (filter === 0) return;
  if (filter === 1) {
    for (let i = step; i < length; i++) row[i] = row[i]! + row[i - step]!;
  } else if (filter === 2) {
    if (above !== undefined) for (let i = 0; i < length; i++) row[i] = row[i]! + above[i]!;
  } else if (filter === 3) {
    for (let i = 0; i < length; i++) {
      const left = i < step ? 0 : row[i - step]!;
      row[i] = row[i]! + ((left + (above?.[i] ?? 0)) >> 1);
    }
  } else if (filter === 4) {
    for (let i = 0; i < length; i++) {
      const left = i < step ? 0 : row[i - step]!;
      const corner = i < step ? 0 : (above?.[i - step] ?? 0);
      row[i] = row[i]! + paeth(left, above?.[i] ?? 0, corner);
    }
  } else {
    throw refuse(`is damaged: a row has the filter ${filter}, expected 0 to 4`);
  }
}

/** Of the neighbours to the left, above, and above the left one: that which is nearest to left + above − corner. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Writes the pixels of a row from `at` on, each `step` bytes behind the one before. */
type Writer = (row: Uint8Array, columns: number, at: number, step: number) => void;

function writerOf({ colour, depth, palette, transparency }: InspectedPng, data: Uint8Array): Writer {
  const most = 2 ** depth - 1;
  const scaled = (value: number) => (depth === 8 ? value : Math.floor((value * 255) / most + 0.5));
  const sample = sampleReader(depth);
  if (colour === 3) return paletteWriter(sample, palette!, transparency, data);
  const samples = { 0: 1, 2: 3, 4: 2, 6: 4 }[colour as 0 | 2 | 4 | 6];
  const isGrey = samples < 3;
  const hasAlpha = samples % 2 === 0;
  const clear = transparentColour(colour, transparency);
  return (row, columns, begin, step) => {
    for (let x = 0, at = begin; x < columns; x++, at += step) {
      const first = samples * x;
      const red = sample(row, first);
      const green = isGrey ? red : sample(row, first + 1);
      const blue = isGrey ? red : sample(row, first + 2);
      if (clear !== undefined && red === clear[0] && green === clear[1] && blue === clear[2]) continue;
      data[at] = scaled(red);
      data[at + 1] = scaled(green);
      data[at + 2] = scaled(blue);
      data[at + 3] = hasAlpha ? scaled(sample(row, first + samples - 1)) : 255;
    }
  };
}

/** Reads a sample of a row by its number. */
function sampleReader(depth: number): (row: Uint8Array, i: number) => number {
  if (depth === 8) return (row, i) => row[i]!;
  if (depth === 16) return (row, i) => 256 * row[2 * i]! + row[2 * i + 1]!;
  const inByte = 8 / depth;
  const mask = 2 ** depth - 1;
  return (row, i) => (row[Math.floor(i / inByte)]! >> (8 - depth * (1 + (i % inByte)))) & mask;
}

function paletteWriter(
  sample: (row: Uint8Array, i: number) => number,
  palette: Uint8Array,
  transparency: Uint8Array | undefined,
  data: Uint8Array,
): Writer {
  const colours = palette.length / 3;
  if (transparency !== undefined && transparency.length > colours) {
    throw refuse(`is damaged: ${transparency.length} colours are transparent, expected ${colours} at most`);
  }
  return (row, columns, begin, step) => {
    for (let x = 0, at = begin; x < columns; x++, at += step) {
      const colour = sample(row, x);
      if (colour >= colours)
        throw refuse(`is damaged: a pixel has the colour ${colour} of a palette of ${colours}`);
      data[at] = palette[3 * colour]!;
      data[at + 1] = palette[3 * colour + 1]!;
      data[at + 2] = palette[3 * colour + 2]!;
      data[at + 3] = transparency?.[colour] ?? 255;
    }
  };
}

/** The colour that is transparent, in the image's own depth. */
function transparentColour(
  colour: number,
  transparency: Uint8Array | undefined,
): readonly [red: number, green: number, blue: number] | undefined {
  if (transparency === undefined || colour > 2) return undefined;
  const bytes = colour === 0 ? 2 : 6;
  if (transparency.length < bytes) {
    throw refuse(`is damaged: its transparent colour has ${transparency.length} bytes, expected ${bytes}`);
  }
  const at = (i: number) => 256 * transparency[2 * i]! + transparency[2 * i + 1]!;
  return colour === 0 ? [at(0), at(0), at(0)] : [at(0), at(1), at(2)];
}
