/**
 * The safetensors format (https://github.com/huggingface/safetensors, version 0.x): bytes to tensors and
 * back. A file holds numbers and their names, nothing that could be executed. What the numbers mean is left
 * to the caller, and files to `src/files/`.
 *
 *   8 bytes   h, the header's length in bytes, little-endian
 *   h bytes   JSON, {"__metadata__": {…strings…}, "dense1.weight": {"dtype": "F32", "shape": [3072, 50],
 *             "data_offsets": [0, 614400]}, …}, closed by any number of spaces
 *   the rest  the tensors' numbers, row-major, little-endian, without holes or overlaps
 */
import { typedArrayName } from "../data/values.ts";
import { ConfigError, FileError, ShapeError } from "../errors.ts";
import { shown } from "../options.ts";
import type { Bytes } from "../platform.ts";
import { decodeUtf8, encodeUtf8 } from "../runtime.ts";

/** A tensor outside of linear memory: plain numbers, row-major. */
export interface NamedTensor {
  readonly name: string;
  /** Non-negative integers, whose product is the length of `data`; [] for a single number. */
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** The content of a file, in the order of its header. */
export interface SafetensorsContent {
  readonly tensors: Map<string, NamedTensor>;
  readonly metadata: Map<string, string>;
}

/** The format's own limit on h: above it a reader refuses the file. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA_KEY = "__metadata__";
const BYTES_PER_ELEMENT: ReadonlyMap<string, 4 | 8> = new Map([
  ["F32", 4],
  ["F64", 8],
]);

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A UTF-16 surrogate without its other half, which no UTF-8 text can hold. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Writes the tensors in the given order. The header is padded so that the data begins at a multiple of 8
 * bytes.
 *
 * @param tensors Float32Array becomes F32, Float64Array F64; NaN and infinities are kept
 * @param metadata free text for people and programs, kept under "__metadata__"; default none
 * @throws ShapeError if a shape does not go with its data
 * @throws ConfigError if two tensors have one name, or a text cannot be written
 */
export function encodeSafetensors(
  tensors: Iterable<NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Bytes {
  const list = [...tensors];
  const entries: string[] = [];
  if (Object.keys(metadata).length > 0) {
    for (const text of Object.entries(metadata).flat()) checkText("the metadata holds", text);
    entries.push(`${JSON.stringify(METADATA_KEY)}:${JSON.stringify(metadata)}`);
  }
  const seen = new Set<string>();
  let dataBytes = 0;
  for (const { name, shape, data } of list) {
    if (seen.has(name)) {
      throw new ConfigError(`encodeSafetensors: two tensors are named "${name}". Give each its own name.`);
    }
    if (name === METADATA_KEY) {
      throw new ConfigError(
        `encodeSafetensors: a tensor is named "${METADATA_KEY}", ` +
          "which the format keeps for itself. Rename it.",
      );
    }
    checkText("a tensor is named", name);
    seen.add(name);
    const type = typedArrayName(data);
    if (type !== "Float32Array" && type !== "Float64Array") {
      throw new ShapeError(
        `encodeSafetensors: the data of tensor "${name}" is ${type === undefined ? shown(data) : `a ${type}`}, ` +
          "expected a Float32Array or a Float64Array.",
      );
    }
    if (elementCount(shape) !== data.length) {
      throw new ShapeError(
        `encodeSafetensors: tensor "${name}" has ${data.length} numbers, its shape is (${shape.join(", ")}).`,
      );
    }
    const end = dataBytes + data.byteLength;
    entries.push(
      `${JSON.stringify(name)}:{"dtype":"${type === "Float64Array" ? "F64" : "F32"}",` +
        `"shape":[${shape.join(",")}],"data_offsets":[${dataBytes},${end}]}`,
    );
    dataBytes = end;
  }
  const json = encodeUtf8(`{${entries.join(",")}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new ConfigError(
      `encodeSafetensors: the header would have ${headerBytes} bytes, a file may have ${MAX_HEADER_BYTES}. ` +
        "Store fewer tensors, or shorter names and metadata.",
    );
  }
  const bytes = new Uint8Array(8 + headerBytes + dataBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headerBytes, true); // below 2^32: the upper half stays 0
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + headerBytes);
  let position = 8 + headerBytes;
  for (const { data } of list) {
    if (LITTLE_ENDIAN) bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    else if (typedArrayName(data) === "Float64Array") {
      for (let i = 0; i < data.length; i++) view.setFloat64(position + 8 * i, data[i]!, true);
    } else {
      for (let i = 0; i < data.length; i++) view.setFloat32(position + 4 * i, data[i]!, true);
    }
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a whole file. Every rule of the format is checked before a number is read, and no more is allocated than
 * the file holds. The tensors are copies: `bytes` may be reused.
 *
 * @param name the name of the file for errors
 * @throws FileError if the bytes are no safetensors file, or hold other types than F32 and F64
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsContent {
  const header = readHeader(bytes, name);
  const dataBytes = bytes.length - header.end;
  const metadata = new Map<string, string>();
  const layouts: Layout[] = [];
  for (const [key, entry] of header.root) {
    if (key === METADATA_KEY) readMetadata(entry, metadata, name);
    else layouts.push(readLayout(key, entry, dataBytes, name));
  }
  checkCoverage(layouts, dataBytes, name);

  const view = new DataView(bytes.buffer, bytes.byteOffset + header.end, dataBytes);
  const tensors = new Map<string, NamedTensor>();
  for (const { tensor, size, shape, begin, count } of layouts) {
    // It is copied, as the tensor may start at any byte; an element at a time if the machine is big-endian.
    const data = size === 8 ? new Float64Array(count) : new Float32Array(count);
    if (LITTLE_ENDIAN)
      new Uint8Array(data.buffer).set(bytes.subarray(header.end + begin, header.end + begin + count * size));
    else if (size === 8) for (let i = 0; i < count; i++) data[i] = view.getFloat64(begin + 8 * i, true);
    else for (let i = 0; i < count; i++) data[i] = view.getFloat32(begin + 4 * i, true);
    tensors.set(tensor, { name: tensor, shape, data });
  }
  return { tensors, metadata };
}

/** The place of a tensor's numbers, in bytes from the end of the header. */
interface Layout {
  readonly tensor: string;
  readonly size: 4 | 8;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
  readonly count: number;
}

/**
 * The product of the dimensions; NaN unless they and every partial product are integers from 0 to 2^53 − 1.
 */
function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (dimension < 0 || !Number.isSafeInteger(dimension) || !Number.isSafeInteger(count)) return NaN;
  }
  return count;
}

function checkText(place: string, text: string): void {
  if (!LONE_SURROGATE.test(text)) return;
  throw new ConfigError(
    `encodeSafetensors: ${place} ${JSON.stringify(text)}, which is not valid Unicode. Use another text.`,
  );
}

function damaged(name: string, what: string): FileError {
  return new FileError(`${name}: ${what} Fetch or save the file again.`);
}

function readHeader(bytes: Uint8Array, name: string): { root: ReadonlyMap<string, Json>; end: number } {
  if (bytes.length < 8) {
    throw damaged(name, `the file has ${bytes.length} bytes, a safetensors file has at least 10.`);
  }
  const lengths = new DataView(bytes.buffer, bytes.byteOffset, 8);
  // The length is exact below 2^53. Above, it is far beyond the limit.
  const length = lengths.getUint32(4, true) * 4294967296 + lengths.getUint32(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw damaged(
      name,
      `the header's length is ${length} bytes, at most ${MAX_HEADER_BYTES} are allowed: ` +
        "this is no safetensors file.",
    );
  }
  const end = 8 + length;
  if (end > bytes.length) {
    throw damaged(
      name,
      `the header's length is ${length} bytes, ${bytes.length - 8} are left in the file: it is cut short.`,
    );
  }
  const text = bytes.subarray(8, end);
  if (text[0] !== 0x7b) {
    const found =
      text.length === 0 ? "is empty" : `begins with byte 0x${text[0]!.toString(16).padStart(2, "0")}`;
    throw damaged(name, `the header ${found}, expected "{".`);
  }
  let json: string;
  try {
    json = decodeUtf8(text);
  } catch {
    throw damaged(name, "the header is not valid UTF-8.");
  }
  return { root: new HeaderParser(json, name).parse(), end };
}

function readMetadata(entry: Json, into: Map<string, string>, name: string): void {
  if (!(entry instanceof Map))
    throw damaged(name, `"${METADATA_KEY}" is ${kind(entry)}, expected an object.`);
  for (const [key, value] of entry) {
    if (typeof value !== "string") {
      throw damaged(name, `"${METADATA_KEY}" has ${kind(value)} under ${quote(key)}, expected a string.`);
    }
    into.set(key, value);
  }
}

function readLayout(tensor: string, entry: Json, dataBytes: number, name: string): Layout {
  const place = `tensor ${quote(tensor)}`;
  if (!(entry instanceof Map)) throw damaged(name, `${place} is ${kind(entry)}, expected an object.`);
  for (const key of entry.keys()) {
    if (key !== "dtype" && key !== "shape" && key !== "data_offsets") {
      throw damaged(name, `${place} has the key ${quote(key)}, expected dtype, shape and data_offsets.`);
    }
  }
  const dtype = entry.get("dtype");
  if (typeof dtype !== "string") throw damaged(name, `${place} has no dtype, expected F32 or F64.`);
  const size = BYTES_PER_ELEMENT.get(dtype);
  if (size === undefined) {
    throw new FileError(
      `${name}: ${place} has dtype ${quote(dtype)}, expected F32 or F64. ` +
        "Convert it to F32 and save the file again.",
    );
  }
  const shape = entry.get("shape");
  if (!isIntegers(shape)) {
    throw damaged(
      name,
      `${place} has the shape ${show(shape)}, expected a list of integers from 0 to 2^53 − 1.`,
    );
  }
  const offsets = entry.get("data_offsets");
  if (!isIntegers(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]! || offsets[1]! > dataBytes) {
    throw damaged(
      name,
      `${place} has the data_offsets ${show(offsets)}, ` +
        `expected [begin, end] with 0 ≤ begin ≤ end ≤ ${dataBytes}.`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const count = elementCount(shape);
  // A count that is no exact integer (NaN, or beyond 2^53 as bytes) differs from any distance of two offsets.
  if (count * size !== end - begin) {
    throw damaged(
      name,
      `${place} has ${end - begin} bytes, expected ${size} for each element of its shape ${show(shape)}.`,
    );
  }
  return { tensor, size, shape, begin, end, count };
}

/** Every byte after the header belongs to exactly one tensor. */
function checkCoverage(layouts: readonly Layout[], dataBytes: number, name: string): void {
  let covered = 0;
  for (const { tensor, begin, end } of [...layouts].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const fault = begin < covered ? "overlaps the tensor before it" : "leaves a hole before it";
      throw damaged(
        name,
        `tensor ${quote(tensor)} begins at byte ${begin}, expected ${covered}: it ${fault}.`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw damaged(name, `the tensors end at byte ${covered} of the data, which has ${dataBytes}.`);
  }
}

/** The JSON values that a header can hold: no booleans, no null, and only integers ≥ 0. */
type Json = string | number | Json[] | Map<string, Json>;

function isIntegers(value: Json | undefined): value is number[] {
  return Array.isArray(value) && value.every((element) => Number.isSafeInteger(element));
}

function kind(value: Json): string {
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "a list";
  return typeof value === "string" ? "a string" : "a number";
}

/** A name from a file, for a message: quoted, control characters escaped, and never longer than a line. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function show(value: Json | undefined): string {
  if (value === undefined) return "(missing)";
  if (!Array.isArray(value)) return `(${kind(value)})`;
  const shown = value.slice(0, 8).map((element) => (typeof element === "number" ? element : kind(element)));
  return `[${shown.join(", ")}${value.length > 8 ? ", …" : ""}]`;
}

/**
 * Parses JSON as a header may use it. `JSON.parse` silently keeps the last of two equal keys, so that two readers may see
 * two models in one file. It loses the order of keys such as "1". It gives objects a "__proto__", which is a trap when they
 * are copied. And it reads 1.0 as an integer.
 */
class HeaderParser {
  readonly #text: string;
  readonly #name: string;
  #position = 0;

  constructor(text: string, name: string) {
    this.#text = text;
    this.#name = name;
  }

  parse(): Map<string, Json> {
    const root = this.#object(1);
    this.#skipSpace();
    if (this.#position < this.#text.length) throw this.#unexpected("the end of the header");
    return root;
  }

  /** @param depth the header is 1, a tensor's entry 2, its shape 3; nothing is deeper */
  #value(depth: number): Json {
    this.#skipSpace();
    const c = this.#text[this.#position];
    if (c === '"') return this.#string();
    if (c !== undefined && c >= "0" && c <= "9") return this.#integer();
    if (c === "{" && depth < 3) return this.#object(depth + 1);
    if (c === "[" && depth < 3) return this.#array(depth + 1);
    throw this.#unexpected(
      depth < 3 ? "a string, an integer, a list or an object" : "a string or an integer",
    );
  }

  #object(depth: number): Map<string, Json> {
    const object = new Map<string, Json>();
    this.#position++; // {
    if (this.#take("}")) return object;
    do {
      this.#skipSpace();
      if (this.#text[this.#position] !== '"') throw this.#unexpected("a key");
      const key = this.#string();
      if (object.has(key)) throw damaged(this.#name, `the header has the key ${quote(key)} twice.`);
      if (!this.#take(":")) throw this.#unexpected('":"');
      object.set(key, this.#value(depth));
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#unexpected('"," or "}"');
    return object;
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    this.#position++; // [
    if (this.#take("]")) return array;
    do array.push(this.#value(depth));
    while (this.#take(","));
    if (!this.#take("]")) throw this.#unexpected('"," or "]"');
    return array;
  }

  #string(): string {
    const begin = this.#position;
    let end = begin;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw damaged(this.#name, `the header's string at character ${begin} has no end.`);
    } while (this.#isEscaped(end));
    this.#position = end + 1;
    let value: unknown;
    try {
      value = JSON.parse(this.#text.slice(begin, end + 1));
    } catch {
      value = undefined; // a bare control character, or an unknown escape
    }
    if (typeof value !== "string" || LONE_SURROGATE.test(value)) {
      throw damaged(this.#name, `the header's string at character ${begin} is not valid JSON.`);
    }
    return value;
  }

  /** Whether the quote at `position` has an odd number of backslashes before it. */
  #isEscaped(position: number): boolean {
    let first = position;
    while (this.#text[first - 1] === "\\") first--;
    return (position - first) % 2 === 1;
  }

  #integer(): number {
    const begin = this.#position;
    while (/[-+.0-9A-Za-z]/.test(this.#text[this.#position] ?? "")) this.#position++;
    const digits = this.#text.slice(begin, this.#position);
    const value = Number(digits);
    if (!/^(0|[1-9][0-9]*)$/.test(digits) || !Number.isSafeInteger(value)) {
      throw damaged(
        this.#name,
        `the header's number at character ${begin} is ${quote(digits)}, ` +
          "expected an integer from 0 to 2^53 − 1.",
      );
    }
    return value;
  }

  #take(mark: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] !== mark) return false;
    this.#position++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const c = this.#text[this.#position];
      if (c !== " " && c !== "\n" && c !== "\r" && c !== "\t") return;
      this.#position++;
    }
  }

  #unexpected(expected: string): FileError {
    const c = this.#text[this.#position];
    const found = c === undefined ? "ends" : `has ${quote(c)}`;
    return damaged(this.#name, `the header ${found} at character ${this.#position}, expected ${expected}.`);
  }
}
