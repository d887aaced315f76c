/** Text from bytes: which encoding they are in, and their decoding, some at a time, to the same text in every runtime. */
import { ConfigError } from "../../errors.ts";

/** What may be told of a file's encoding. */
export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface FoundEncoding {
  readonly encoding: Encoding;
  /** How many bytes of a byte-order mark are before the text. */
  readonly mark: number;
}

/** The characters of Windows-1252 from 0x80 to 0x9f; the other ones are Latin-1's. Those that it lacks stay what they are. */
const HIGH =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

/** The name of an encoding as a user may write it: "UTF8", "cp1252", "Latin-1". @throws ConfigError if there is no such one */
export function encodingNamed(name: string): Encoding {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (plain === "utf8" || plain === "ascii" || plain === "usascii") return "utf-8";
  if (plain === "utf16" || plain === "utf16le") return "utf-16le";
  if (plain === "utf16be") return "utf-16be";
  if (/^(windows1252|cp1252|latin1|iso88591)$/.test(plain)) return "windows-1252";
  throw new ConfigError(`No encoding ${JSON.stringify(name)}. There are: ${ENCODINGS.join(", ")}.`);
}

/**
 * The encoding of a text that begins so: told by a byte-order mark, or by the zeros of UTF-16. Otherwise it is UTF-8 until a
 * {@link TextStream} meets what is none.
 * @param told what the user says
 */
export function findEncoding(head: Uint8Array, told?: Encoding): FoundEncoding {
  const marked = markOf(head);
  if (told !== undefined) return { encoding: told, mark: marked?.encoding === told ? marked.mark : 0 };
  if (marked !== undefined) return marked;
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i & 1]!++;
  // A quarter of the characters is ASCII, whose other byte is 0: separators, digits, ends of lines.
  const many = Math.max(1, head.length / 8);
  if (zeros[1]! >= many && zeros[0]! * 20 <= zeros[1]!) return { encoding: "utf-16le", mark: 0 };
  if (zeros[0]! >= many && zeros[1]! * 20 <= zeros[0]!) return { encoding: "utf-16be", mark: 0 };
  return { encoding: "utf-8", mark: 0 };
}

function markOf(head: Uint8Array): FoundEncoding | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", mark: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", mark: 2 };
  return undefined;
}

/** How many of the bytes are whole characters of UTF-8: the others, three at most, begin another one. */
function wholeUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Decodes a text some bytes at a time. */
export class TextStream {
  #encoding: Encoding;
  #mark: number;
  /** Bytes of a character of which the rest has not come. */
  #rest: Uint8Array = new Uint8Array(0);
  #ascii = true;
  readonly #told: boolean;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });

  /** @param told whether the user has said the encoding: it is kept to then */
  constructor({ encoding, mark }: FoundEncoding, told = false) {
    this.#encoding = encoding;
    this.#mark = mark;
    this.#told = told;
  }

  /** What it is decoded from: it turns from UTF-8 to Windows-1252 where the first byte that is not ASCII is no UTF-8. */
  get encoding(): Encoding {
    return this.#encoding;
  }

  /** Whether what follows is not of the encoding: nothing more is decoded then. */
  broken = false;

  /** The text of the next bytes, as far as they are of the encoding. */
  decode(bytes: Uint8Array, last = false): string {
    if (this.broken) return "";
    const skipped = Math.min(this.#mark, bytes.length);
    this.#mark -= skipped;
    const text = bytes.subarray(skipped);
    const all = this.#rest.length === 0 ? text : joinTwo(this.#rest, text);
    const whole = last ? all.length : this.#whole(all);
    this.#rest = all.slice(whole);
    const part = all.subarray(0, whole);
    if (this.#encoding === "utf-8") return this.#decodeUtf8(part);
    if (this.#encoding === "windows-1252") return decodeWindows1252(part);
    return this.#utf16.decode(this.#encoding === "utf-16le" ? part : swapped(part));
  }

  /** How many of the bytes can be decoded before the next ones come. */
  #whole(bytes: Uint8Array): number {
    if (this.#encoding === "utf-8") return wholeUtf8(bytes);
    if (this.#encoding === "windows-1252") return bytes.length;
    const even = bytes.length & ~1;
    // The first half of a pair waits for the second.
    const high = bytes[even - (this.#encoding === "utf-16le" ? 1 : 2)];
    return even > 0 && (high! & 0xfc) === 0xd8 ? even - 2 : even;
  }

  #decodeUtf8(bytes: Uint8Array): string {
    try {
      const text = this.#utf8.decode(bytes);
      if (this.#ascii && text.length < bytes.length) this.#ascii = false;
      return text;
    } catch {
      // ASCII, which came before, is the same in both.
      if (!this.#told && this.#ascii && !this.#beginsUtf8(bytes)) {
        this.#encoding = "windows-1252";
        return decodeWindows1252(bytes);
      }
      this.broken = true;
      const lenient = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      return lenient.slice(0, lenient.indexOf("\ufffd"));
    }
  }

  /** Whether the first bytes that are not ASCII are a character of UTF-8. */
  #beginsUtf8(bytes: Uint8Array): boolean {
    const at = bytes.findIndex((byte) => byte >= 0x80);
    const byte = bytes[at]!;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    try {
      this.#utf8.decode(bytes.subarray(at, at + length));
      return true;
    } catch {
      return false;
    }
  }
}

function decodeWindows1252(bytes: Uint8Array): string {
  const codes = Uint16Array.from(bytes);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code >= 0x80 && code < 0xa0) codes[i] = HIGH.charCodeAt(code - 0x80);
  }
  let text = "";
  for (let i = 0; i < codes.length; i += 8192) text += String.fromCharCode(...codes.subarray(i, i + 8192));
  return text;
}

/** The bytes with each pair the other way round. */
function swapped(bytes: Uint8Array): Uint8Array {
  const other = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) other[i] = bytes[i ^ 1] ?? 0xff;
  return other;
}

function joinTwo(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
