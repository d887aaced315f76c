/** What the columns of a Parquet file hold, by their physical and logical types, and how that becomes cells. */
import type { Encoding, SchemaElement } from "hyparquet/src/types.js";
import type { Cell } from "../../tables/table.ts";
import { float16 } from "../arrays/elements.ts";
import {
  type BytePlaces,
  type DeltaUnpack,
  deltaByteArrays,
  deltaLengthByteArrays,
  fixedByteArrays,
  plainByteArrays,
  readDeltas,
  readHybrid,
  unsplit,
} from "./encodings.ts";

/** The cells of a page. Numbers are typed arrays. */
export type Cells = Float64Array | Float32Array | Int32Array | Uint32Array | Cell[];

/** How the values of a column become cells. */
export interface ColumnType {
  readonly physical: NonNullable<SchemaElement["type"]>;
  /** Of byte arrays of a fixed length: that. */
  readonly width: number;
  /** Cells of values as they are decoded. */
  cells(values: Values): Cells;
}

/** Values as they lie in a page, by the physical type. */
export type Values = boolean[] | Int32Array | BigInt64Array | Float32Array | Float64Array | BytePlaces;

/** Why a column is none of a table: "it holds lists". */
export class LeftOut {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

const utf8 = new TextDecoder();
const text = ({ bytes, begins, ends }: BytePlaces, i: number) =>
  begins[i] === ends[i] ? "" : utf8.decode(bytes.subarray(begins[i], ends[i]));
const texts = (values: Values): string[] => {
  const places = values as BytePlaces;
  return Array.from(places.begins, (_, i) => text(places, i));
};

const MOST_MILLISECONDS = 8.64e15;

function dateOf(milliseconds: number): Date {
  if (Math.abs(milliseconds) <= MOST_MILLISECONDS) return new Date(milliseconds);
  throw new Error(
    `a moment is ${milliseconds} milliseconds from 1970, expected at most ${MOST_MILLISECONDS}`,
  );
}

/** Whole numbers of 64 bits: numbers where they can be, bigints beyond. */
function wide(values: Values, unsigned: boolean): Cells {
  const { buffer, byteOffset, length } = values as BigInt64Array;
  const halves = new Int32Array(buffer, byteOffset, 2 * length);
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const high = halves[2 * i + 1]!;
    if (high < -0x200000 || high >= 0x200000) return beyond(values as BigInt64Array, unsigned);
    numbers[i] = high * 2 ** 32 + (halves[2 * i]! >>> 0);
  }
  return numbers;
}

const beyond = (values: BigInt64Array, unsigned: boolean): Cell[] =>
  Array.from(values, (value) => {
    const whole = unsigned ? BigInt.asUintN(64, value) : value;
    const number = Number(whole);
    return Number.isSafeInteger(number) ? number : whole;
  });

/** The number of this many units of 10^−scale, rounded once. */
function decimal(units: bigint | number, scale: number): number {
  const number = Number(units);
  // Both are exact, and so is their quotient but for one rounding.
  if (Number.isSafeInteger(number) && scale <= 22) return number / Number(`1e${scale}`);
  return Number(`${units}e-${scale}`);
}

function bigEndian({ bytes, begins, ends }: BytePlaces, i: number): bigint {
  let value = 0n;
  for (let at = begins[i]!; at < ends[i]!; at++) value = (value << 8n) | BigInt(bytes[at]!);
  return BigInt.asIntN(8 * (ends[i]! - begins[i]!), value);
}

/** The most bytes of a decimal number: 10^38 has 16, and hyparquet's own tests no more than 32. */
const MOST_DECIMAL = 64;

function decimals(scale: number): (values: Values) => Cells {
  return (values) => {
    if (!("begins" in values))
      return Float64Array.from(values as Int32Array, (units) => decimal(units, scale));
    return Float64Array.from(values.begins, (begin, i) => {
      if (values.ends[i]! - begin > MOST_DECIMAL)
        throw new Error(`a decimal number of ${values.ends[i]! - begin} bytes`);
      return decimal(bigEndian(values, i), scale);
    });
  };
}

type Stamp = "MILLIS" | "MICROS" | "NANOS";
const PER_MILLISECOND = { MILLIS: 1n, MICROS: 1000n, NANOS: 1_000_000n } as const;

function timestamps(unit: Stamp): (values: Values) => Cells {
  const by = PER_MILLISECOND[unit];
  return (values) =>
    Array.from(values as BigInt64Array, (stamp) => dateOf(Number(stamp / by) - (stamp % by < 0n ? 1 : 0)));
}

/** The time of a day, in seconds. */
function times(unit: Stamp): (values: Values) => Cells {
  const perSecond = 1000 * Number(PER_MILLISECOND[unit]);
  return (values) => Float64Array.from(values as Int32Array, (time) => Number(time) / perSecond);
}

/** Days since 4713 BC and nanoseconds of the day, 12 bytes: how Spark and Impala wrote moments. */
function julian(values: Values): Cells {
  const { bytes, begins } = values as BytePlaces;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(begins, (at) => {
    const nanoseconds = view.getBigInt64(at, true);
    return dateOf((view.getInt32(at + 8, true) - 2_440_588) * 86_400_000 + Number(nanoseconds / 1_000_000n));
  });
}

const uuid = (values: Values): Cells => {
  const { bytes, begins, ends } = values as BytePlaces;
  return Array.from(begins, (begin, i) => {
    const hex = Array.from(bytes.subarray(begin, ends[i]), (byte) => byte.toString(16).padStart(2, "0")).join(
      "",
    );
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  });
};

/** The type of a column, or why it is left out. */
export function columnType(element: SchemaElement): ColumnType | LeftOut {
  const cells = cellsOf(element);
  if (cells instanceof LeftOut) return cells;
  return {
    physical: element.type!,
    width: element.type === "INT96" ? 12 : (element.type_length ?? 0),
    cells,
  };
}

function cellsOf(element: SchemaElement): ((values: Values) => Cells) | LeftOut {
  const { type, converted_type: converted, logical_type: logical, type_length: width } = element;
  const kind = logical?.type;
  const isBytes = type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY";
  if (kind === "DECIMAL" || converted === "DECIMAL") {
    const scale = (kind === "DECIMAL" ? logical.scale : element.scale) ?? 0;
    const isScale = Number.isInteger(scale) && scale >= 0 && scale <= 400;
    const isKnown = isBytes || type === "INT32" || type === "INT64";
    return isScale && isKnown
      ? decimals(scale)
      : new LeftOut(`it holds decimal numbers of scale ${scale}, ${type}`);
  }
  switch (type) {
    case "BOOLEAN":
      return (values) => values as boolean[];
    case "FLOAT":
    case "DOUBLE":
      return (values) => values as Float32Array;
    case "INT96":
      return julian;
    case "INT32":
      if (kind === "DATE" || converted === "DATE") {
        return (values) => Array.from(values as Int32Array, (days) => dateOf(days * 86_400_000));
      }
      if (kind === "TIME" || converted === "TIME_MILLIS") return times("MILLIS");
      if ((kind === "INTEGER" && !logical.isSigned) || converted?.startsWith("UINT")) {
        return (values) => Uint32Array.from(values as Int32Array, (value) => value >>> 0);
      }
      return (values) => values as Int32Array;
    case "INT64":
      if (kind === "TIMESTAMP") return timestamps(logical.unit);
      if (converted === "TIMESTAMP_MILLIS") return timestamps("MILLIS");
      if (converted === "TIMESTAMP_MICROS") return timestamps("MICROS");
      if (kind === "TIME") return times(logical.unit);
      if (converted === "TIME_MICROS") return times("MICROS");
      return (values) => wide(values, (kind === "INTEGER" && !logical.isSigned) || converted === "UINT_64");
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      return byteCells(element, width ?? 0);
    default:
      return new LeftOut("it holds values of a type that is not known");
  }
}

function byteCells(element: SchemaElement, width: number): ((values: Values) => Cells) | LeftOut {
  const { type, converted_type: converted, logical_type: logical } = element;
  const kind = logical?.type;
  if (type === "FIXED_LEN_BYTE_ARRAY" && kind === "UUID" && width === 16) return uuid;
  if (type === "FIXED_LEN_BYTE_ARRAY" && kind === "FLOAT16" && width === 2) {
    return (values) => {
      const { bytes, begins } = values as BytePlaces;
      return Float32Array.from(begins, (at) => float16(bytes[at]! | (bytes[at + 1]! << 8)));
    };
  }
  const isText =
    ["STRING", "ENUM", "JSON"].includes(kind ?? "") || ["UTF8", "ENUM", "JSON"].includes(converted ?? "");
  if (isText) return texts;
  const what = kind ?? converted;
  return new LeftOut(what === undefined ? "it holds binary values" : `it holds values of type ${what}`);
}

/** What of hyparquet's reading of pages is used. */
export interface Decoders {
  readonly deltas: DeltaUnpack;
}

/**
 * The values of a page.
 * @param at where they begin
 * @throws an Error if they are fewer than `count`, or encoded in a way that is not read
 */
export function decodeValues(
  { physical, width }: ColumnType,
  encoding: Encoding,
  bytes: Uint8Array,
  at: number,
  count: number,
  { deltas }: Decoders,
): Values {
  const isNumber = physical in WIDTHS;
  switch (encoding) {
    case "PLAIN":
      if (physical === "BOOLEAN") return plainBooleans(bytes, at, count);
      if (isNumber) return numbersOf(physical, bytes, at, count);
      return physical === "BYTE_ARRAY"
        ? plainByteArrays(bytes, at, count)
        : fixedByteArrays(bytes, at, count, width);
    case "RLE":
      if (physical === "BOOLEAN") return runBooleans(bytes, at, count);
      break;
    case "BYTE_STREAM_SPLIT": {
      if (physical === "BOOLEAN" || physical === "BYTE_ARRAY") break;
      const size = WIDTHS[physical] ?? width;
      const joined = unsplit(bytes, at, count, size);
      return isNumber ? numbersOf(physical, joined, 0, count) : fixedByteArrays(joined, 0, count, width);
    }
    case "DELTA_BINARY_PACKED": {
      if (physical !== "INT32" && physical !== "INT64") break;
      const values = physical === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      readDeltas(bytes, at, values, deltas);
      return values;
    }
    case "DELTA_LENGTH_BYTE_ARRAY":
      if (physical === "BYTE_ARRAY") return deltaLengthByteArrays(bytes, at, count, deltas);
      break;
    case "DELTA_BYTE_ARRAY":
      if (physical === "BYTE_ARRAY" || physical === "FIXED_LEN_BYTE_ARRAY") {
        return exact(
          deltaByteArrays(bytes, at, count, deltas),
          physical === "BYTE_ARRAY" ? undefined : width,
        );
      }
      break;
    default:
  }
  throw new Error(`values of ${physical} are encoded as ${encoding}, which is not read`);
}

/** Byte arrays, if they have this many bytes. */
function exact(places: BytePlaces, width: number | undefined): BytePlaces {
  const isRight = width === undefined || places.begins.every((begin, i) => places.ends[i]! - begin === width);
  if (!isRight) throw new Error(`byte arrays have other lengths than ${width}`);
  return places;
}

const WIDTHS: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 };

function numbersOf(physical: string, bytes: Uint8Array, at: number, count: number): Values {
  const length = count * WIDTHS[physical]!;
  if (length > bytes.length - at) throw new Error("numbers end before their page says");
  const { buffer } = bytes.slice(at, at + length);
  if (physical === "INT32") return new Int32Array(buffer);
  if (physical === "INT64") return new BigInt64Array(buffer);
  return physical === "FLOAT" ? new Float32Array(buffer) : new Float64Array(buffer);
}

function plainBooleans(bytes: Uint8Array, at: number, count: number): boolean[] {
  if (count > 8 * (bytes.length - at)) throw new Error("booleans end before their page says");
  return Array.from({ length: count }, (_, i) => ((bytes[at + (i >> 3)]! >> (i & 7)) & 1) === 1);
}

function runBooleans(bytes: Uint8Array, at: number, count: number): boolean[] {
  const bits = new Uint8Array(count);
  // Their length in bytes stands before them.
  readHybrid(bytes, at + 4, bytes.length, 1, bits);
  return Array.from(bits, (bit) => bit === 1);
}

/** Cells by their places in a dictionary. @throws an Error if there is no such place */
export function lookUp(dictionary: Cells, places: Uint32Array): Cells {
  const { length } = dictionary;
  for (const place of places) {
    if (place >= length) throw new Error(`a value is number ${place} of a dictionary of ${length}`);
  }
  if (Array.isArray(dictionary)) return Array.from(places, (place) => dictionary[place]);
  const cells = new (dictionary.constructor as Float64ArrayConstructor)(places.length);
  for (let i = 0; i < places.length; i++) cells[i] = dictionary[places[i]!]!;
  return cells;
}

/** Cells with missing ones between: NaN among numbers, null among others. @param there 1 for a cell, 0 for a missing one */
export function withMissing(cells: Cells, there: Uint8Array): Cells {
  let next = 0;
  if (Array.isArray(cells)) return Array.from(there, (is) => (is === 1 ? cells[next++] : null));
  const all = new Float64Array(there.length);
  for (let i = 0; i < all.length; i++) all[i] = there[i] === 1 ? cells[next++]! : Number.NaN;
  return all;
}
