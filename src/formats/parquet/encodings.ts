/**
 * The encodings of Parquet's pages that hyparquet 1.33 reads without looking at their bounds. Every count is checked here. What its
 * readRleBitPackedHybrid does with bytes that a page may hold, whatever its header says:
 *
 *   fe ff ff ff 0f 01   in 1 bit: a run of 2^31 − 1 numbers, all of which are written behind the four that are wanted: Node is ended
 *                       ("Fatal JavaScript invalid size error"), which no caller can catch
 *   ff ff ff ff 0f      in 0 bits, which a dictionary's page of version 2 may have: the count is −8, and it loops for ever
 *
 * Levels and places in dictionaries are such numbers, so every column has them. A check before it would walk over the same runs, and
 * what is read here would be refused, or wrong: a run that claims more than is wanted, a last group that is cut short, numbers of 28
 * bits and more (it gives others). Its plain byte arrays are an object for each: 463 MiB for a page of 4,194,304 empty texts, which
 * are 32 MiB as places. Its plain numbers and booleans are views of what lies behind a page, and with their lengths checked there
 * are five lines fewer. Its differences are used, behind a check of their header.
 */
import type { DataReader } from "hyparquet/src/types.js";

/** What ends before it should. */
const ended = (what: string) => new Error(`${what} end before their page says`);

/** A number of 7 bits a byte, of up to 5 bytes. @returns the number, and where it ends */
function varint(bytes: Uint8Array, start: number): [value: number, at: number] {
  let value = 0;
  let at = start;
  for (let factor = 1; at < start + 5; factor *= 128) {
    if (at >= bytes.length) throw ended("numbers");
    const byte = bytes[at++]!;
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
  }
  throw new Error("a number has more than 5 bytes");
}

/**
 * Runs and bit-packed groups of numbers of `width` bits.
 * @param out filled
 * @throws an Error if they are fewer
 */
export function readHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  out: Uint8Array | Uint32Array,
): void {
  if (width > 32) throw new Error(`numbers of ${width} bits, expected at most 32`);
  const limited = end < bytes.length ? bytes.subarray(0, end) : bytes;
  const valueBytes = (width + 7) >> 3;
  let at = start;
  let filled = 0;
  while (filled < out.length) {
    const [header, next] = varint(limited, at);
    at = next;
    const length = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (at + valueBytes > limited.length) throw ended("numbers");
      let value = 0;
      for (let i = 0; i < valueBytes; i++) value += limited[at + i]! * 2 ** (8 * i);
      if (value >= 2 ** width) throw new Error(`a number of ${width} bits is ${value}`);
      at += valueBytes;
      const to = Math.min(out.length, filled + length);
      out.fill(value, filled, to);
      filled = to;
    } else {
      const count = Math.min(8 * length, out.length - filled);
      if (at + Math.ceil((count * width) / 8) > limited.length) throw ended("numbers");
      unpackBits(limited, at, width, out, filled, count);
      filled += count;
      at += length * width;
    }
  }
}

/** Numbers of `width` bits, one after another, the lowest bit first. */
function unpackBits(
  bytes: Uint8Array,
  at: number,
  width: number,
  out: Uint8Array | Uint32Array,
  first: number,
  count: number,
): void {
  if (width === 0) {
    out.fill(0, first, first + count);
    return;
  }
  for (let i = 0, bit = 8 * at; i < count; i++) {
    let value = 0;
    for (let have = 0; have < width; ) {
      const taken = Math.min(8 - (bit % 8), width - have);
      const part = (bytes[Math.floor(bit / 8)]! >> (bit % 8)) & ((1 << taken) - 1);
      value += part * 2 ** have;
      have += taken;
      bit += taken;
    }
    out[first + i] = value;
  }
}

/** What hyparquet's reader of differences is given: no more of blocks than they have. */
export function checkDeltaHeader(bytes: Uint8Array, start: number, count: number): void {
  const [block, second] = varint(bytes, start);
  const [miniblocks, third] = varint(bytes, second);
  const [values] = varint(bytes, third);
  const isBlock = block >= 8 && block <= 2 ** 20 && miniblocks >= 1 && block % miniblocks === 0;
  if (!isBlock || (block / miniblocks) % 8 !== 0) {
    throw new Error(`differences in blocks of ${block} numbers in ${miniblocks} parts`);
  }
  if (values < count) throw new Error(`${values} differences, expected ${count}`);
}

/** Unpacks differences. @see checkDeltaHeader */
export type DeltaUnpack = (reader: DataReader, count: number, out: Int32Array | BigInt64Array) => void;

const readerOf = (bytes: Uint8Array, offset: number): DataReader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset,
});

/** Whole numbers as differences. @returns where they end */
export function readDeltas(
  bytes: Uint8Array,
  at: number,
  out: Int32Array | BigInt64Array,
  unpack: DeltaUnpack,
): number {
  if (out.length === 0) return at;
  checkDeltaHeader(bytes, at, out.length);
  const reader = readerOf(bytes, at);
  unpack(reader, out.length, out);
  return reader.offset;
}

/** The places of byte arrays in their page: their beginnings and ends. */
export interface BytePlaces {
  readonly bytes: Uint8Array;
  readonly begins: Uint32Array;
  readonly ends: Uint32Array;
}

/** Byte arrays with their lengths before them, 4 bytes each. */
export function plainByteArrays(bytes: Uint8Array, start: number, count: number): BytePlaces {
  if (4 * count > bytes.length - start) throw ended("texts");
  const begins = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw ended("texts");
    begins[i] = at + 4;
    at += 4 + view.getUint32(at, true);
    if (at > bytes.length) throw ended("texts");
    ends[i] = at;
  }
  return { bytes, begins, ends };
}

/** Byte arrays of `width` bytes each. */
export function fixedByteArrays(bytes: Uint8Array, start: number, count: number, width: number): BytePlaces {
  if (!(width >= 1) || width > 2 ** 16)
    throw new Error(`byte arrays of ${width} bytes, expected 1 to ${2 ** 16}`);
  if (count * width > bytes.length - start) throw ended("byte arrays");
  return {
    bytes,
    begins: Uint32Array.from({ length: count }, (_, i) => start + i * width),
    ends: Uint32Array.from({ length: count }, (_, i) => start + (i + 1) * width),
  };
}

/** Byte arrays with all lengths before them, as differences. */
export function deltaLengthByteArrays(
  bytes: Uint8Array,
  start: number,
  count: number,
  unpack: DeltaUnpack,
): BytePlaces {
  const lengths = new Int32Array(count);
  let at = readDeltas(bytes, start, lengths, unpack);
  const begins = new Uint32Array(count);
  const ends = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    begins[i] = at;
    at += lengths[i]!;
    if (lengths[i]! < 0 || at > bytes.length) throw ended("texts");
    ends[i] = at;
  }
  return { bytes, begins, ends };
}

/** The most bytes that a page of texts, each of which begins as the one before, has in full. */
const MOST_BYTES = 2 ** 26;

/** Byte arrays that begin as the one before does: how many bytes of it, and the rest. */
export function deltaByteArrays(
  bytes: Uint8Array,
  start: number,
  count: number,
  unpack: DeltaUnpack,
): BytePlaces {
  const prefixes = new Int32Array(count);
  const second = readDeltas(bytes, start, prefixes, unpack);
  const rests = deltaLengthByteArrays(bytes, second, count, unpack);
  const begins = new Uint32Array(count);
  const ends = new Uint32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const before = i === 0 ? 0 : ends[i - 1]! - begins[i - 1]!;
    if (prefixes[i]! < 0 || prefixes[i]! > before) throw new Error("a text begins as one that is shorter");
    begins[i] = total;
    total += prefixes[i]! + rests.ends[i]! - rests.begins[i]!;
    if (total > MOST_BYTES) throw new Error(`a page of texts has more than ${MOST_BYTES} bytes`);
    ends[i] = total;
  }
  const all = new Uint8Array(total);
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i]!;
    if (prefix > 0) all.copyWithin(begins[i]!, begins[i - 1]!, begins[i - 1]! + prefix);
    all.set(bytes.subarray(rests.begins[i]!, rests.ends[i]!), begins[i]! + prefix);
  }
  return { bytes: all, begins, ends };
}

/** Byte planes: the first bytes of all numbers, then the second ones, …: put together again. */
export function unsplit(bytes: Uint8Array, start: number, count: number, width: number): Uint8Array {
  if (count * width > bytes.length - start) throw ended("numbers");
  const joined = new Uint8Array(count * width);
  for (let plane = 0; plane < width; plane++) {
    for (let i = 0; i < count; i++) joined[i * width + plane] = bytes[start + plane * count + i]!;
  }
  return joined;
}
