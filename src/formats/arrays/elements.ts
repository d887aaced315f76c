/** What the elements of an array in a file are, and how they become cells: numbers, booleans, dates and texts of a fixed size. */
import { DatasetError } from "../../errors.ts";
import type { Cell } from "../../tables/table.ts";

/** The type of an array's elements. */
export interface ElementType {
  /** "float32", "int64, big endian". */
  readonly name: string;
  /** Bytes of an element, ≥ 1. */
  readonly bytes: number;
  /**
   * Elements as cells.
   * @param offset where the first one begins
   * @param stride the bytes from the beginning of one to that of the next
   */
  read(view: DataView, offset: number, count: number, stride: number): ArrayLike<Cell>;
}

type NumberGetter = (view: DataView, at: number) => number;
type NumberArray = new (length: number) => { [index: number]: number; readonly length: number };

function numberType(name: string, bytes: number, Numbers: NumberArray, get: NumberGetter): ElementType {
  return {
    name,
    bytes,
    read(view, offset, count, stride) {
      const cells = new Numbers(count);
      for (let i = 0, at = offset; i < count; i++, at += stride) cells[i] = get(view, at);
      return cells;
    },
  };
}

/** Numbers where they can be written as such, all of them; otherwise those that cannot stay bigints. */
function wideType(name: string, get: (view: DataView, at: number) => bigint): ElementType {
  return {
    name,
    bytes: 8,
    read: (view, offset, count, stride) => safeNumbers(count, (i) => get(view, offset + i * stride)),
  };
}

/** Whole numbers of 64 bits as cells: numbers up to ±(2^53 − 1), and bigints beyond. */
export function safeNumbers(count: number, get: (i: number) => bigint): Float64Array | (number | bigint)[] {
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    numbers[i] = Number(get(i));
    if (Number.isSafeInteger(numbers[i])) continue;
    const cells: (number | bigint)[] = Array.from(numbers.subarray(0, i));
    for (let k = i; k < count; k++) {
      const value = get(k);
      const number = Number(value);
      cells.push(Number.isSafeInteger(number) ? number : value);
    }
    return cells;
  }
  return numbers;
}

/** A number of 16 bits (IEEE 754 binary16): 1 sign, 5 exponent, 10 fraction. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  const scale = exponent >= 15 ? 1 << (exponent - 15) : 1 / (1 << (15 - exponent));
  return sign * scale * (1 + fraction / 1024);
}

/** Numbers and booleans by NumPy's codes, "f4", "u1", "b1", in this order of bytes. */
export function numberElements(code: string, little: boolean): ElementType | undefined {
  const order = little || /1$/.test(code) ? "" : ", big endian";
  switch (code) {
    case "b1":
      return booleans;
    case "u1":
      return numberType("uint8", 1, Uint8Array, (view, at) => view.getUint8(at));
    case "i1":
      return numberType("int8", 1, Int8Array, (view, at) => view.getInt8(at));
    case "u2":
      return numberType(`uint16${order}`, 2, Uint16Array, (view, at) => view.getUint16(at, little));
    case "i2":
      return numberType(`int16${order}`, 2, Int16Array, (view, at) => view.getInt16(at, little));
    case "u4":
      return numberType(`uint32${order}`, 4, Uint32Array, (view, at) => view.getUint32(at, little));
    case "i4":
      return numberType(`int32${order}`, 4, Int32Array, (view, at) => view.getInt32(at, little));
    case "u8":
      return wideType(`uint64${order}`, (view, at) => view.getBigUint64(at, little));
    case "i8":
      return wideType(`int64${order}`, (view, at) => view.getBigInt64(at, little));
    case "f2":
      return numberType(`float16${order}`, 2, Float32Array, (view, at) =>
        float16(view.getUint16(at, little)),
      );
    case "f4":
      return numberType(`float32${order}`, 4, Float32Array, (view, at) => view.getFloat32(at, little));
    case "f8":
      return numberType(`float64${order}`, 8, Float64Array, (view, at) => view.getFloat64(at, little));
    default:
      return undefined;
  }
}

const booleans: ElementType = {
  name: "bool",
  bytes: 1,
  read: (view, offset, count, stride) =>
    Array.from({ length: count }, (_, i) => view.getUint8(offset + i * stride) !== 0),
};

/** Texts of `length` code points, four bytes each; NULs at the end are no part of them. */
export function unicodeElements(length: number, little: boolean): ElementType {
  const text = (view: DataView, at: number) => {
    let size = length;
    while (size > 0 && view.getUint32(at + 4 * (size - 1), little) === 0) size--;
    let result = "";
    for (let i = 0; i < size; i++) {
      const point = view.getUint32(at + 4 * i, little);
      if (point > 0x10ffff)
        throw new DatasetError(`a text has the character ${point}, expected at most ${0x10ffff}`);
      result += String.fromCodePoint(point);
    }
    return result;
  };
  return textType(`text of ${length} characters`, 4 * length, text);
}

/** Texts of `length` bytes in UTF-8, or in Latin-1 where they are none; NULs at the end are no part of them. */
export function byteTextElements(length: number): ElementType {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return textType(`text of ${length} bytes`, length, (view, at) => {
    let size = length;
    while (size > 0 && view.getUint8(at + size - 1) === 0) size--;
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
    try {
      return utf8.decode(bytes);
    } catch {
      return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    }
  });
}

const textType = (
  name: string,
  bytes: number,
  text: (view: DataView, at: number) => string,
): ElementType => ({
  name,
  bytes,
  read: (view, offset, count, stride) =>
    Array.from({ length: count }, (_, i) => text(view, offset + i * stride)),
});

const MILLISECONDS: Readonly<Record<string, readonly [times: bigint, by: bigint]>> = {
  W: [604_800_000n, 1n],
  D: [86_400_000n, 1n],
  h: [3_600_000n, 1n],
  m: [60_000n, 1n],
  s: [1000n, 1n],
  ms: [1n, 1n],
  us: [1n, 1000n],
  ns: [1n, 1_000_000n],
};
const NOT_A_TIME = -0x8000_0000_0000_0000n;
const MOST_MILLISECONDS = 8_640_000_000_000_000n;

/**
 * Moments as dates: whole numbers of 64 bits, times `multiple` of the unit, since 1970. NumPy's "not a time" is a missing cell.
 * @param unit "Y", "M", "W", "D", "h", "m", "s", "ms", "us" or "ns"
 * @returns undefined if there is no such unit
 */
export function dateElements(unit: string, multiple: number, little: boolean): ElementType | undefined {
  const isCalendar = unit === "Y" || unit === "M";
  if (!isCalendar && !Object.hasOwn(MILLISECONDS, unit)) return undefined;
  const factor = BigInt(multiple);
  const date = (stored: bigint): Date | undefined => {
    if (stored === NOT_A_TIME) return undefined;
    const value = stored * factor;
    if (isCalendar) {
      const months = unit === "Y" ? value * 12n : value;
      // Date.UTC takes years below 100 for those of the twentieth century; setUTCFullYear does not.
      const date = new Date(0);
      date.setUTCFullYear(1970, Number(BigInt.asIntN(53, months)));
      return inRange(date, stored);
    }
    const [times, by] = MILLISECONDS[unit]!;
    const scaled = value * times;
    const milliseconds = scaled / by - (scaled % by < 0n ? 1n : 0n);
    const isFar = milliseconds > MOST_MILLISECONDS || milliseconds < -MOST_MILLISECONDS;
    return inRange(new Date(isFar ? Number.NaN : Number(milliseconds)), stored);
  };
  const inRange = (result: Date, stored: bigint) => {
    if (!Number.isNaN(result.getTime())) return result;
    throw new DatasetError(
      `a moment is ${stored} (in ${multiple === 1 ? "" : `${multiple} `}${unit} since 1970), which is no date within 270,000 years`,
    );
  };
  return {
    name: `datetime64[${multiple === 1 ? "" : multiple}${unit}]`,
    bytes: 8,
    read: (view, offset, count, stride) =>
      Array.from({ length: count }, (_, i) => date(view.getBigInt64(offset + i * stride, little))),
  };
}
