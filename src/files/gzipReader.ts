/**
 * Unpacks gzip's format by fflate, some at a time, with what fflate leaves out: the check sum and the length at the end of each
 * member (RFC 1952). Errors are those of Node's zlib: an Error with a `code`, Z_….
 *
 *   member: header | deflated data | CRC-32 of what they unpack to (4, little-endian) | its length modulo 2^32 (4) | the next member
 */
import type { Gunzip } from "fflate";
import { Crc32 } from "./crc32.ts";
import { isGzip } from "./gzip.ts";
import { loadPackage } from "./packages.ts";

/** How much is given to be unpacked at once: it unpacks to 4 MB at most. */
const PIECE = 4096;
const TRAILER = 8;
/** Bytes of the shortest member. */
const SHORTEST = 18;

const problem = (code: "Z_BUF_ERROR" | "Z_DATA_ERROR", message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code });

export class GzipReader {
  readonly #unpacker: Gunzip;
  #ready: Uint8Array[] = [];
  #sum = new Crc32();
  /** Modulo 2^32. */
  #length = 0;
  /** How many bytes have been given. */
  #given = 0;
  /** The last pieces, of a piece and a trailer at least: a member ends in them when that is told. */
  #recent: Uint8Array[] = [];
  /** Whether zeros follow the last member: zlib leaves out what begins so. */
  #ended = false;

  private constructor(Unpacker: typeof Gunzip) {
    this.#unpacker = new Unpacker((bytes) => {
      if (bytes.length === 0) return;
      this.#sum.add(bytes);
      this.#length = (this.#length + bytes.length) >>> 0;
      this.#ready.push(bytes);
    });
    this.#unpacker.onmember = (start) => this.#endMember(start);
  }

  static async open(): Promise<GzipReader> {
    return (await GzipReader.loaded())();
  }

  /** Loads fflate. @returns what makes a reader at once */
  static async loaded(): Promise<() => GzipReader> {
    const { Gunzip } = await loadPackage("fflate", () => import("fflate"));
    return () => new GzipReader(Gunzip);
  }

  /** What the next bytes unpack to. @throws an Error with a code if they are damaged */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length && !this.#ended; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      this.#keep(piece);
      this.#checkHeader();
      this.#unpack(piece, false);
      yield* this.#ready.splice(0);
    }
  }

  /** What is left when all bytes have been given. @throws an Error with a code if they are damaged, or cut short */
  *end(): Generator<Uint8Array> {
    if (this.#ended) return;
    if (this.#given < 3) throw problem("Z_BUF_ERROR", "unexpected end of file");
    this.#unpack(new Uint8Array(0), true);
    yield* this.#ready.splice(0);
    if (!this.#ended) this.#checkLast();
  }

  #keep(piece: Uint8Array): void {
    this.#given += piece.length;
    this.#recent.push(piece);
    let bytes = this.#recent.reduce((sum, { length }) => sum + length, 0);
    while (bytes - this.#recent[0]!.length >= PIECE + TRAILER) bytes -= this.#recent.shift()!.length;
  }

  #checkHeader(): void {
    if (this.#given < 3 || this.#given > PIECE) return;
    if (!isGzip(this.#tail())) throw problem("Z_DATA_ERROR", "incorrect header check");
  }

  #unpack(piece: Uint8Array, last: boolean): void {
    try {
      this.#unpacker.push(piece, last);
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message: string };
      // Raised here, or no error of fflate's, whose codes are numbers.
      if (typeof code !== "number") throw error;
      if (message === "unexpected EOF") throw problem("Z_BUF_ERROR", "unexpected end of file", error);
      // The first header has been checked.
      if (message !== "invalid gzip data") throw problem("Z_DATA_ERROR", message, error);
      this.#ended = true;
      this.#checkLast();
    }
  }

  #tail(): Uint8Array {
    const tail = new Uint8Array(this.#recent.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.#recent) {
      tail.set(piece, at);
      at += piece.length;
    }
    return tail;
  }

  /** What must stand behind what was unpacked of the member. */
  #trailer(): Uint8Array {
    const trailer = new Uint8Array(TRAILER);
    const view = new DataView(trailer.buffer);
    view.setUint32(0, this.#sum.value, true);
    view.setUint32(4, this.#length, true);
    return trailer;
  }

  /** @param start where the next member begins, among all bytes */
  #endMember(start: number): void {
    const tail = this.#tail();
    const end = tail.length - (this.#given - start);
    if (!equal(tail.subarray(end - TRAILER, end), this.#trailer()))
      throw problem("Z_DATA_ERROR", "incorrect data check");
    this.#sum = new Crc32();
    this.#length = 0;
  }

  /** The last member's trailer: something else may follow it, of which fflate does not say where it begins. */
  #checkLast(): void {
    const tail = this.#tail();
    const expected = this.#trailer();
    let found = false;
    for (let end = tail.length; end >= TRAILER; end--) {
      if (!equal(tail.subarray(end - TRAILER, end), expected)) continue;
      if (end === tail.length || tail[end] === 0) return;
      found = true;
    }
    if (found) throw problem("Z_DATA_ERROR", "incorrect header check");
    if (this.#given < SHORTEST) throw problem("Z_BUF_ERROR", "unexpected end of file");
    for (let length = TRAILER - 1; length > 0; length--) {
      if (equal(tail.subarray(-length), expected.subarray(0, length)))
        throw problem("Z_BUF_ERROR", "unexpected end of file");
    }
    throw problem("Z_DATA_ERROR", "incorrect data check");
  }
}

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
