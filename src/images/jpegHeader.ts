/**
 * Checks a JPEG before it is decoded: its segments, its size, how many scans it has, and whether it goes to its end. The
 * decoder believes in all of that: it would decode zeros behind the end of a file, and scans without number.
 *
 *   SOI | segments: 0xff, marker, length (2, of itself and the data), data | after each SOS, entropy-coded data | EOI
 */
import { type Inspected, refuse, refuseSize, refuseThin } from "./inspected.ts";

/** More than any program writes; each takes time for all pixels. */
const MOST_SCANS = 100;

export interface InspectedJpeg extends Inspected {
  /** How it is to be turned, 1 to 8, as Exif says; 1: not. */
  readonly orientation: number;
  /** Bytes up to the end of EOI: others may follow, which are none of the image. */
  readonly length: number;
  /** Bytes that decoding it takes, about. */
  readonly memory: number;
  /** Whether its three components are red, green and blue, and not luminance and colour differences. */
  readonly rgb: boolean;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly { readonly id: number; readonly h: number; readonly v: number }[];
}

const M = { SOF0: 0xc0, SOF2: 0xc2, DHT: 0xc4, RST0: 0xd0, RST7: 0xd7, SOI: 0xd8, EOI: 0xd9 } as const;
const [SOS, DQT, DNL, DRI, APP0, APP1, APP14] = [0xda, 0xdb, 0xdc, 0xdd, 0xe0, 0xe1, 0xee];

/** What segments for programs say. */
interface Notes {
  orientation: number;
  jfif: boolean;
  /** The transformation of colours in Adobe's marker, 0: none. */
  adobe: number | undefined;
}

/** Frames of other kinds: lossless, hierarchical, arithmetic coding. */
const isOtherFrame = (marker: number) =>
  marker > M.SOF2 && marker <= 0xcf && marker !== M.DHT && marker !== 0xc8 && marker !== 0xcc;

/** @throws Refused if it is damaged, of a kind that is not read, or too large */
export function inspectJpeg(bytes: Uint8Array): InspectedJpeg {
  let frame: Frame | undefined;
  const notes: Notes = { orientation: 1, jfif: false, adobe: undefined };
  let scans = 0;
  let coded = 0;
  for (let at = 2; ; ) {
    const marker = markerAt(bytes, at);
    at = marker.end;
    if (marker.code === M.EOI) return inspected(at, frame, { scans, coded, notes });
    const { data, end } = segmentAt(bytes, at);
    at = end;
    if (marker.code >= M.SOF0 && marker.code <= M.SOF2) {
      if (frame !== undefined) throw refuse("has two frames");
      frame = frameOf(data, marker.code === M.SOF2);
    } else if (isOtherFrame(marker.code)) {
      throw refuse(
        "is a JPEG of a rare kind (lossless, hierarchical or with arithmetic coding)",
        "Save it as baseline or progressive JPEG, or as PNG.",
      );
    } else if (marker.code === SOS) {
      if (frame === undefined) throw refuse("has a scan before its frame");
      checkScan(data, frame);
      if (++scans > MOST_SCANS) throw refuse(`has more than ${MOST_SCANS} scans`);
      const next = endOfScan(bytes, at);
      coded += next - at;
      at = next;
    } else {
      checkOther(marker.code, data, notes);
    }
  }
}

function inspected(
  length: number,
  frame: Frame | undefined,
  { scans, coded, notes }: { scans: number; coded: number; notes: Notes },
): InspectedJpeg {
  if (frame === undefined || scans === 0) throw refuse("has no image in it");
  const { width, height, components } = frame;
  const [mostH, mostV] = [
    Math.max(...components.map(({ h }) => h)),
    Math.max(...components.map(({ v }) => v)),
  ];
  const units = Math.ceil(width / 8 / mostH) * Math.ceil(height / 8 / mostV);
  const padded = components.reduce((sum, { h, v }) => sum + units * h * v, 0);
  const along = (pixels: number, factor: number, most: number) =>
    Math.ceil((Math.ceil(pixels / 8) * factor) / most);
  const blocks = components.reduce(
    (sum, { h, v }) => sum + along(width, h, mostH) * along(height, v, mostV),
    0,
  );
  // Of a block, a baseline's scan has two codes at least and a progressive one's first scan one, of a bit or more.
  const least = (blocks * (frame.progressive ? 1 : 2)) / 8;
  if (coded < Math.floor(least)) {
    throw refuse(
      `has ${coded} bytes of data, which cannot hold the ${width} × ${height} pixels that it says it has`,
    );
  }
  refuseThin(width, height, coded);
  // As the decoder counts it: coefficients in 32 bits, samples, and pixels of three bytes and of four.
  const memory = padded * (256 + 64) + width * height * (components.length + 4);
  return {
    format: "JPEG",
    ...{ width, height, orientation: notes.orientation, memory, length },
    pixels: width * height,
    grey: components.length === 1,
    rgb: isRgb(components, notes),
  };
}

/** As libjpeg has it: JFIF is never RGB, Adobe's marker says it, and else the components' names may. */
function isRgb(components: Frame["components"], { jfif, adobe }: Notes): boolean {
  if (components.length !== 3 || jfif) return false;
  if (adobe !== undefined) return adobe === 0;
  return components.map(({ id }) => String.fromCharCode(id)).join("") === "RGB";
}

/** The marker at a place, behind fill bytes. */
function markerAt(bytes: Uint8Array, start: number): { readonly code: number; readonly end: number } {
  let at = start;
  if (at < bytes.length && bytes[at] !== 0xff)
    throw refuse(`has no marker at byte ${at}, where one should be`);
  while (bytes[at] === 0xff) at++;
  if (at >= bytes.length) throw refuse(`ends after ${bytes.length} bytes, before its end marker`);
  const code = bytes[at]!;
  if (code < M.SOF0 || (code >= M.RST0 && code <= M.SOI)) {
    throw refuse(`has an unknown marker 0xff${code.toString(16).padStart(2, "0")} at byte ${at - 1}`);
  }
  return { code, end: at + 1 };
}

function segmentAt(bytes: Uint8Array, at: number): { readonly data: Uint8Array; readonly end: number } {
  const length = at + 2 <= bytes.length ? bytes[at]! * 256 + bytes[at + 1]! : 2;
  const end = at + length;
  if (length < 2) throw refuse(`has a segment of ${length} bytes at byte ${at}, expected 2 at least`);
  if (end > bytes.length || at + 2 > bytes.length)
    throw refuse(`ends after ${bytes.length} bytes, within a segment`);
  return { data: bytes.subarray(at + 2, end), end };
}

function frameOf(data: Uint8Array, progressive: boolean): Frame {
  const count = data[5] ?? 0;
  if (data.length !== 6 + 3 * count) throw refuse("has a damaged frame header");
  if (data[0] !== 8)
    throw refuse(`has ${data[0]} bits a sample, expected 8`, "Save it with 8 bits, or as PNG.");
  if (count !== 1 && count !== 3 && count !== 4)
    throw refuse(`has ${count} colour components, expected 1, 3 or 4`);
  const [height, width] = [data[1]! * 256 + data[2]!, data[3]! * 256 + data[4]!];
  refuseSize(width, height);
  const components = Array.from({ length: count }, (_, i) => ({
    id: data[6 + 3 * i]!,
    h: data[7 + 3 * i]! >> 4,
    v: data[7 + 3 * i]! & 15,
  }));
  const usable = components.every(({ h, v }) => h >= 1 && h <= 4 && v >= 1 && v <= 4);
  if (!usable || new Set(components.map(({ id }) => id)).size !== count) {
    throw refuse("has a damaged frame header");
  }
  return { width, height, progressive, components };
}

/** @throws Refused unless a scan is of the frame's components */
function checkScan(data: Uint8Array, { components, progressive }: Frame): void {
  const count = data[0] ?? 0;
  const ids = Array.from({ length: count }, (_, i) => data[1 + 2 * i]!);
  const known = ids.every((id) => components.some((component) => component.id === id));
  if (count < 1 || count > 4 || data.length !== 4 + 2 * count || !known || new Set(ids).size !== count) {
    throw refuse("has a damaged scan header");
  }
  const [start, end] = [data[1 + 2 * count]!, data[2 + 2 * count]!];
  if (progressive && (start > end || end > 63 || (start > 0 && count > 1))) {
    throw refuse("has a damaged scan header");
  }
}

/** Where the entropy-coded data end: at a marker that is none of a restart. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (
    let at = bytes.indexOf(0xff, start);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    const next = bytes[at + 1]!;
    if (next !== 0 && next !== 0xff && !(next >= M.RST0 && next <= M.RST7)) return at;
  }
  throw refuse(`ends after ${bytes.length} bytes, before its end marker`);
}

/** Checks that tables have the lengths that they say, and notes what programs say. */
function checkOther(marker: number, data: Uint8Array, notes: Notes): void {
  if (marker === M.DHT) {
    let at = 0;
    while (at < data.length) {
      const codes = data.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
      at += 17 + codes;
      if (codes > 256) break;
    }
    if (at !== data.length) throw refuse("has a damaged Huffman table");
  } else if (marker === DQT) {
    let at = 0;
    while (at < data.length) at += data[at]! >> 4 === 0 ? 65 : 129;
    if (at !== data.length) throw refuse("has a damaged quantisation table");
  } else if ((marker === DRI || marker === DNL) && data.length !== 2) {
    throw refuse("has a damaged segment");
  } else if (marker === APP0 && startsWith(data, "JFIF\0")) {
    notes.jfif = true;
  } else if (marker === APP1) {
    notes.orientation = orientationOf(data) ?? notes.orientation;
  } else if (marker === APP14 && startsWith(data, "Adobe") && data.length >= 12) {
    notes.adobe = data[11]!;
  }
}

const startsWith = (data: Uint8Array, text: string): boolean =>
  String.fromCharCode(...data.subarray(0, text.length)) === text;

/** The orientation in Exif's data: a TIFF header, then a directory of entries of 12 bytes. Damaged: none is said. */
function orientationOf(data: Uint8Array): number | undefined {
  if (!startsWith(data, "Exif\0\0") || data.length < 14) return undefined;
  const tiff = new DataView(data.buffer, data.byteOffset + 6, data.length - 6);
  const order = tiff.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const little = order === 0x4949;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return undefined;
  const entries = tiff.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.byteLength) return undefined;
    if (tiff.getUint16(entry, little) !== 0x0112) continue;
    const value = tiff.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
