/**
 * Decoding PNG and JPEG. jpeg-js believes what a header says: images are inspected before, and what it raises is given as a reason.
 * A file's kind is what it holds, whatever its name.
 */

import { loadPackage } from "../files/packages.ts";
import { type Inspected, refuse } from "./inspected.ts";
import { inspectJpeg } from "./jpegHeader.ts";
import { decodePng } from "./png.ts";
import { inspectPng, PNG_SIGNATURE } from "./pngHeader.ts";
import type { Pixels } from "./resize.ts";

/** What other files begin with, or have from byte 4 or 8 on. */
const OTHERS: readonly (readonly [name: string, text: string, at: number])[] = [
  ["a GIF", "GIF8", 0],
  ["a WebP image", "WEBP", 8],
  ["a BMP image", "BM", 0],
  ["a TIFF image", "II*\0", 0],
  ["a TIFF image", "MM\0*", 0],
  ["a HEIC or AVIF image", "ftyp", 4],
  ["a JPEG 2000 image", "jP  ", 4],
  ["an SVG or HTML text", "<", 0],
];

const hasText = (bytes: Uint8Array, text: string, at: number): boolean =>
  [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0));

const isPng = (bytes: Uint8Array) => PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
const isJpeg = (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === 0xd8;

/**
 * What an image is, without decoding it. Widths and heights are as it is seen, turned as Exif says.
 * @throws Refused if it is no PNG or JPEG, damaged, or too large
 */
export function inspectImage(bytes: Uint8Array): Inspected {
  if (isPng(bytes)) return inspectPng(bytes);
  if (!isJpeg(bytes)) throw noImage(bytes);
  const { width, height, orientation, ...rest } = inspectJpeg(bytes);
  return orientation > 4 ? { ...rest, width: height, height: width } : { ...rest, width, height };
}

/**
 * The pixels of an image.
 * @throws Refused as {@link inspectImage}, or if its data are damaged
 */
export async function decodeImage(bytes: Uint8Array): Promise<Pixels> {
  if (isPng(bytes)) return await decodePng(bytes);
  if (isJpeg(bytes)) return await decodeJpeg(bytes);
  throw noImage(bytes);
}

function noImage(bytes: Uint8Array) {
  if (bytes.length === 0) return refuse("is empty");
  const other = OTHERS.find(([, text, at]) => hasText(bytes, text, at));
  if (other === undefined) return refuse("is no image: it begins neither as a PNG nor as a JPEG does");
  return refuse(`is ${other[0]}, expected a PNG or a JPEG`, "Save it as one of them, or remove it.");
}

/** @throws Refused with what it raises */
function orRefuse<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw refuse(`is damaged: ${(error as Error).message}`);
  }
}

/** Megabytes that a decoder of JPEG may use, beyond what its image needs. */
const SPARE_MEGABYTES = 64;

async function decodeJpeg(bytes: Uint8Array): Promise<Pixels> {
  const { orientation, length, memory, rgb } = inspectJpeg(bytes);
  const { decode } = (await loadPackage("jpeg-js", () => import("jpeg-js"))).default;
  const pixels = orRefuse(() =>
    decode(bytes.subarray(0, length), {
      useTArray: true,
      ...(rgb ? { colorTransform: false } : {}),
      maxMemoryUsageInMB: SPARE_MEGABYTES + Math.ceil(memory / 2 ** 20),
    }),
  );
  return turned(pixels, orientation);
}

/** An image as it is seen, out of one that is stored otherwise. @param orientation Exif's, 1 to 8 */
function turned({ width, height, data }: Pixels, orientation: number): Pixels {
  if (orientation === 1) return { width, height, data };
  const swapped = orientation > 4;
  const mirroredX = [2, 3, 7, 8].includes(orientation);
  const mirroredY = [3, 4, 6, 7].includes(orientation);
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = new Uint32Array(width * height);
  const [newWidth, newHeight] = swapped ? [height, width] : [width, height];
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      // The stored pixel that is seen at (x, y).
      const [u, v] = swapped ? [y, x] : [x, y];
      const column = mirroredX ? width - 1 - u : u;
      const row = mirroredY ? height - 1 - v : v;
      to[y * newWidth + x] = from[row * width + column]!;
    }
  }
  return { width: newWidth, height: newHeight, data: new Uint8Array(to.buffer) };
}
