/** What is known of an image before it is decoded, and why one is refused. */

/** The most pixels of an image: those of a camera's large photo. Decoding one takes some seconds and a gigabyte of memory. */
export const MOST_PIXELS = 50_000_000;
/** The longest side. */
export const LONGEST_SIDE = 65_535;
/** The most bytes that a PNG's rows take. */
export const MOST_PIXEL_BYTES = 200_000_000;
/** The most bytes of an image's file. */
export const MOST_FILE_BYTES = 200_000_000;

/** Up to so many pixels an image may be packed as tightly as its format can. */
const MOST_THIN_PIXELS = 10_000_000;
/** The most pixels in a byte of larger ones: a photo has 2 to 20. */
const MOST_PIXELS_IN_BYTE = 50;

/**
 * A small file that unpacks to a very large image is made to take memory and time.
 * @param bytes of its packed data
 * @throws Refused if it is such a file
 */
export function refuseThin(width: number, height: number, bytes: number): void {
  const pixels = width * height;
  if (pixels <= MOST_THIN_PIXELS || pixels <= bytes * MOST_PIXELS_IN_BYTE) return;
  throw refuse(
    `has ${width} × ${height} pixels in ${bytes} bytes, expected ${MOST_THIN_PIXELS / 1e6} million at most of so few`,
    "Make it smaller, or remove it.",
  );
}

export interface Inspected {
  readonly format: "PNG" | "JPEG";
  /** As it is stored: a JPEG may say that it is to be turned. */
  readonly width: number;
  readonly height: number;
  readonly pixels: number;
  /** Whether all its pixels are grey by its kind; a colour image of grey pixels is not known to be. */
  readonly grey: boolean;
}

/** Why an image is refused. What file it is, is added where that is known. */
export class Refused extends Error {
  /** What is to be done about it. */
  readonly step: string;

  /** @param reason goes on behind the file's name: "has no header" */
  constructor(reason: string, step: string) {
    super(reason);
    this.step = step;
  }
}

export const refuse = (reason: string, step = "Replace it by a good copy, or remove it."): Refused =>
  new Refused(reason, step);

/** @throws Refused unless an image of this size can be decoded */
export function refuseSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw refuse(`says that it has ${width} × ${height} pixels`);
  if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > MOST_PIXELS) {
    throw refuse(
      `says that it has ${width} × ${height} pixels, expected ${MOST_PIXELS / 1e6} million at most`,
      "Make it smaller, or remove it.",
    );
  }
}
