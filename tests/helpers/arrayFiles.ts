/** Makes NPY files and ZIP archives byte by byte, good or bad. */
import { deflateRawSync } from "node:zlib";

export interface NpyParts {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly fortran?: boolean;
  readonly content: Uint8Array;
  /** Default: 1. */
  readonly version?: number;
}

/** A header of this text, padded as NumPy does. */
export function npyWithHeader(text: string, content: Uint8Array = new Uint8Array(0), version = 1): Buffer {
  const before = version === 1 ? 10 : 12;
  const length = 64 * Math.ceil((before + text.length + 1) / 64) - before;
  const head = Buffer.alloc(before);
  head.write("\x93NUMPY", "latin1");
  head[6] = version;
  if (version === 1) head.writeUInt16LE(length, 8);
  else head.writeUInt32LE(length, 8);
  return Buffer.concat([head, Buffer.from(`${text.padEnd(length - 1)}\n`, "utf8"), content]);
}

export function npy({ descr, shape, fortran = false, content, version = 1 }: NpyParts): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = fortran ? "True" : "False";
  return npyWithHeader(
    `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${sizes}), }`,
    content,
    version,
  );
}

/** The bytes of numbers, `put` one by one. */
export function bytesOf(
  count: number,
  size: number,
  put: (view: DataView, at: number, i: number) => void,
): Uint8Array {
  const bytes = new Uint8Array(count * size);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) put(view, i * size, i);
  return bytes;
}

/** The check sum of a ZIP member, and of a chunk of a PNG, bit by bit. */
export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return (rest ^ 0xffffffff) >>> 0;
}

export interface Member {
  readonly name: string;
  readonly content: Uint8Array;
  readonly deflated?: boolean;
  /** Other numbers in the directory than those that are right. */
  readonly claims?: {
    readonly size?: number;
    readonly crc?: number;
    readonly flags?: number;
    readonly method?: number;
  };
}

/** A ZIP archive. @param large with the sizes of all members in 8 bytes, as NumPy writes them */
export function zip(members: readonly Member[], { large = false } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, deflated = false, claims = {} } of members) {
    const packed = deflated ? deflateRawSync(content) : Buffer.from(content);
    const { size = content.length, crc = crc32(content), flags = 0, method = deflated ? 8 : 0 } = claims;
    const fixed = Buffer.alloc(26);
    for (const [value, offset] of [
      [45, 0],
      [flags, 2],
      [method, 4],
      [name.length, 22],
    ] as const)
      fixed.writeUInt16LE(value, offset);
    fixed.writeUInt32LE(crc, 10);
    fixed.writeUInt32LE(large ? 0xffffffff : packed.length, 14);
    fixed.writeUInt32LE(large ? 0xffffffff : size, 18);
    const extra = Buffer.alloc(large ? 20 : 0);
    if (large) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(16, 2);
      extra.writeBigUInt64LE(BigInt(size), 4);
      extra.writeBigUInt64LE(BigInt(packed.length), 12);
    }
    fixed.writeUInt16LE(extra.length, 24);
    const title = Buffer.from(name, "latin1");
    parts.push(Buffer.from("PK\x03\x04", "latin1"), fixed, title, extra, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fixed, rest, title, extra);
    at += 30 + title.length + extra.length + packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, entries, end]);
}
