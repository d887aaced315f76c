/** The pages of a column in a row group, one after another: no more than one, and its dictionary, are in memory. */
import type { CompressionCodec, PageHeader } from "hyparquet/src/types.js";
import type { Unpacker } from "./codecs.ts";
import { readHybrid } from "./encodings.ts";
import { skipThrift, ThriftEnd } from "./thrift.ts";
import { type Cells, type ColumnType, type Decoders, decodeValues, lookUp, withMissing } from "./values.ts";

/** Where a column lies in the file, which has been checked to be in it. */
export interface ColumnPlace {
  readonly name: string;
  readonly type: ColumnType;
  readonly optional: boolean;
  readonly codec: CompressionCodec;
  readonly start: number;
  readonly end: number;
  /** The rows of the row group. */
  readonly rows: number;
}

/** What pages are read with. */
export interface PageTools extends Decoders {
  slice(start: number, end: number): Promise<Uint8Array>;
  /** hyparquet's reader of a page's header. */
  header(reader: { view: DataView; offset: number }): PageHeader;
  unpacker(codec: CompressionCodec): Promise<Unpacker>;
  /** How many bytes are read ahead. */
  readonly window: number;
}

/** The most values of a page: writers make pages of 20,000 rows, or 1 MB. */
export const MOST_PAGE_VALUES = 2 ** 22;
/** The most bytes of a page, packed or not. */
const MOST_PAGE_BYTES = 2 ** 27;
const MOST_HEADER = 2 ** 20;

/** Reads the cells of a column in their order. */
export class ColumnReader {
  readonly #place: ColumnPlace;
  readonly #tools: PageTools;
  #at: number;
  /** Bytes that are in memory, and where they begin in the file. */
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;
  #dictionary: Cells | undefined;
  #page: Cells = [];
  #used = 0;
  #left: number;

  constructor(place: ColumnPlace, tools: PageTools) {
    this.#place = place;
    this.#tools = tools;
    this.#at = place.start;
    this.#left = place.rows;
  }

  /** How many cells of its page are still to be taken. */
  get pending(): number {
    return this.#page.length - this.#used;
  }

  /**
   * The next cells.
   * @throws an Error if there are fewer
   */
  async take(count: number): Promise<Cells> {
    const parts: Cells[] = [];
    for (let have = 0; have < count; ) {
      if (this.pending === 0) await this.#nextPage();
      const taken = Math.min(count - have, this.pending);
      const isWhole = this.#used === 0 && taken === this.#page.length;
      parts.push(isWhole ? this.#page : this.#page.slice(this.#used, this.#used + taken));
      this.#used += taken;
      have += taken;
    }
    return parts.length === 1 ? parts[0]! : joined(parts, count);
  }

  async #nextPage(): Promise<void> {
    const { place, at } = { place: this.#place, at: this.#at };
    this.#page = [];
    this.#used = 0;
    for (;;) {
      if (this.#at >= place.end) throw new Error(`its pages end, and ${this.#left} rows are still to come`);
      const header = await this.#header();
      const size = header.compressed_page_size;
      const unpacked = header.uncompressed_page_size;
      const isSize = (bytes: number) => Number.isInteger(bytes) && bytes >= 0 && bytes <= MOST_PAGE_BYTES;
      if (!isSize(size) || !isSize(unpacked)) {
        throw new Error(
          `its page at byte ${at} has ${size} bytes and unpacks to ${unpacked}, expected at most ${MOST_PAGE_BYTES}`,
        );
      }
      const bytes = await this.#bytes(size);
      if (header.type === "DICTIONARY_PAGE") {
        await this.#readDictionary(header, bytes);
      } else if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
        const page = await (header.type === "DATA_PAGE"
          ? this.#readPage(header, bytes)
          : this.#readPage2(header, bytes));
        if (page.length === 0) continue;
        this.#left -= page.length;
        this.#page = page;
        return;
      } else if (header.type !== "INDEX_PAGE") {
        throw new Error(`it has a page of a type that is not known`);
      }
    }
  }

  async #header(): Promise<PageHeader> {
    for (let size = 1024; ; size *= 4) {
      const end = Math.min(this.#at + size, this.#place.end);
      await this.#see(end - this.#at);
      const start = this.#at - this.#windowStart;
      try {
        const to = skipThrift(this.#window, start);
        const bytes = this.#window.subarray(start, to);
        const header = this.#tools.header({
          view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
          offset: 0,
        });
        this.#at += to - start;
        return header;
      } catch (error) {
        const isWhole = end === this.#place.end || size > MOST_HEADER;
        if (!(error instanceof ThriftEnd) || isWhole) throw error;
      }
    }
  }

  /** The next bytes. */
  async #bytes(count: number): Promise<Uint8Array> {
    if (this.#at + count > this.#place.end) {
      throw new Error(`a page of ${count} bytes at byte ${this.#at} goes beyond its column`);
    }
    await this.#see(count);
    const start = this.#at - this.#windowStart;
    this.#at += count;
    return this.#window.subarray(start, start + count);
  }

  /** Brings `count` bytes from here on into memory, and some more. */
  async #see(count: number): Promise<void> {
    const isThere =
      this.#at >= this.#windowStart && this.#at + count <= this.#windowStart + this.#window.length;
    if (isThere) return;
    const end = Math.min(this.#place.end, this.#at + Math.max(count, this.#tools.window));
    this.#window = await this.#tools.slice(this.#at, end);
    this.#windowStart = this.#at;
    if (this.#window.length < count) throw new Error(`the file ends before byte ${this.#at + count}`);
  }

  /** @throws an Error if a page cannot have so many values */
  #count(values: unknown, most: number): number {
    if (
      Number.isInteger(values) &&
      (values as number) >= 0 &&
      (values as number) <= Math.min(most, MOST_PAGE_VALUES)
    ) {
      return values as number;
    }
    throw new Error(
      (values as number) > most
        ? `a page has ${values} values, expected at most ${most}, as its row group has no more`
        : `a page has ${values} values, expected at most ${MOST_PAGE_VALUES}. Write it with smaller pages`,
    );
  }

  async #readDictionary(header: PageHeader, packed: Uint8Array): Promise<void> {
    const { type, codec } = this.#place;
    const count = this.#count(header.dictionary_page_header?.num_values, MOST_PAGE_VALUES);
    const unpack = await this.#tools.unpacker(codec);
    const bytes = unpack(packed, header.uncompressed_page_size);
    this.#dictionary = type.cells(decodeValues(type, "PLAIN", bytes, 0, count, this.#tools));
  }

  /** Of the first kind: levels and values are packed together. */
  async #readPage(header: PageHeader, packed: Uint8Array): Promise<Cells> {
    const page = header.data_page_header;
    if (page === undefined) throw new Error("a page has no header of its kind");
    const count = this.#count(page.num_values, this.#left);
    const unpack = await this.#tools.unpacker(this.#place.codec);
    const bytes = unpack(packed, header.uncompressed_page_size);
    if (!this.#place.optional) return this.#cells(page.encoding, bytes, 0, count);
    if (page.definition_level_encoding !== "RLE") {
      throw new Error(`its levels are encoded as ${page.definition_level_encoding}, which is not read`);
    }
    if (bytes.length < 4) throw new Error("a page ends before its levels");
    const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    if (length > bytes.length - 4) throw new Error("a page ends within its levels");
    return this.#withLevels(page.encoding, bytes, 4, 4 + length, bytes, 4 + length, count);
  }

  /** Of the second kind: levels stand before what is packed. */
  async #readPage2(header: PageHeader, packed: Uint8Array): Promise<Cells> {
    const page = header.data_page_header_v2;
    if (page === undefined) throw new Error("a page has no header of its kind");
    const count = this.#count(page.num_values, this.#left);
    const levels = page.definition_levels_byte_length;
    const before = page.repetition_levels_byte_length;
    const isLength = (bytes: number) => Number.isInteger(bytes) && bytes >= 0;
    const values = levels + before;
    if (
      !isLength(levels) ||
      !isLength(before) ||
      values > packed.length ||
      values > header.uncompressed_page_size
    ) {
      throw new Error(`a page of ${packed.length} bytes has levels of ${before} and ${levels}`);
    }
    const rest = packed.subarray(values);
    const size = header.uncompressed_page_size - values;
    const isPacked = page.is_compressed !== false && size > 0;
    const unpack = await this.#tools.unpacker(isPacked ? this.#place.codec : "UNCOMPRESSED");
    const bytes = size === 0 ? new Uint8Array(0) : unpack(rest, size);
    if (!this.#place.optional) return this.#cells(page.encoding, bytes, 0, count);
    return this.#withLevels(page.encoding, packed, before, values, bytes, 0, count);
  }

  /** Cells, of which some are missing: a level of 1 stands for each that is there. */
  #withLevels(
    encoding: Parameters<typeof decodeValues>[1],
    levels: Uint8Array,
    start: number,
    end: number,
    bytes: Uint8Array,
    at: number,
    count: number,
  ): Cells {
    const there = new Uint8Array(count);
    readHybrid(levels, start, end, 1, there);
    let values = 0;
    for (const level of there) values += level;
    const cells = this.#cells(encoding, bytes, at, values);
    return values === count ? cells : withMissing(cells, there);
  }

  #cells(encoding: Parameters<typeof decodeValues>[1], bytes: Uint8Array, at: number, count: number): Cells {
    const { type } = this.#place;
    if (encoding !== "PLAIN_DICTIONARY" && encoding !== "RLE_DICTIONARY") {
      return type.cells(decodeValues(type, encoding, bytes, at, count, this.#tools));
    }
    if (count === 0) return [];
    if (this.#dictionary === undefined)
      throw new Error("a page has a dictionary, and there is none before it");
    if (at >= bytes.length) throw new Error("a page ends before its values");
    const places = new Uint32Array(count);
    readHybrid(bytes, at + 1, bytes.length, bytes[at]!, places);
    return lookUp(this.#dictionary, places);
  }
}

/** Parts as one array, of the same class if all are. */
function joined(parts: readonly Cells[], count: number): Cells {
  const first = parts[0]!;
  const isTyped = parts.every((part) => !Array.isArray(part));
  if (!isTyped) return parts.flatMap((part) => Array.from(part as Cells & ArrayLike<number>));
  const same = parts.every((part) => part.constructor === first.constructor);
  const Numbers = same ? (first.constructor as Float64ArrayConstructor) : Float64Array;
  const all = new Numbers(count);
  let at = 0;
  for (const part of parts) {
    all.set(part as Float64Array, at);
    at += part.length;
  }
  return all;
}
