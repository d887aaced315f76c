/** Unpacking the pages of Parquet, to exactly as many bytes as their headers say. */
import type { CompressionCodec, Compressors } from "hyparquet/src/types.js";
import { loadPackage } from "../../files/packages.ts";
import { nativeUnpacker, type Unpacker } from "./nativeCodecs.ts";

export type { Unpacker };

/**
 * What unpacks pages of this codec.
 * @throws an Error if there is nothing that does
 */
export async function unpackerOf(codec: CompressionCodec): Promise<Unpacker> {
  const unpack = await choose(codec);
  return (bytes, size) => {
    const page = unpack(bytes, size);
    // Node's buffers have another slice().
    if (page.length === size) return new Uint8Array(page.buffer, page.byteOffset, page.length);
    throw new Error(`a page unpacks to ${page.length} bytes, expected ${size} by its header`);
  };
}

async function choose(codec: CompressionCodec): Promise<Unpacker> {
  // A copy: what is read out of a page must not keep the window that it was read into.
  if (codec === "UNCOMPRESSED") return (bytes) => new Uint8Array(bytes);
  const native = await nativeUnpacker(codec);
  if (native !== undefined) return native;
  const { compressors } = (await loadPackage(
    "hyparquet-compressors",
    () => import("hyparquet-compressors"),
  )) as {
    compressors: Compressors;
  };
  const found = Object.hasOwn(compressors, codec) ? compressors[codec] : undefined;
  if (found === undefined)
    throw new Error(`it is packed with ${codec ?? "a codec that is not known"}, which is not read`);
  return codec === "ZSTD" ? (bytes, size) => found(withSize(bytes, size), size) : found;
}

const MOST_BLOCK = 2 ** 17;

/**
 * A frame of Zstandard whose header says what it unpacks to: the package allocates a window otherwise, of up to 2 GB, and as much as
 * the blocks ask for.
 * @throws an Error if it is no frame, or there are several
 */
function withSize(bytes: Uint8Array, size: number): Uint8Array {
  const damaged = (what: string) => new Error(`a page packed with Zstandard ${what}`);
  if (bytes.length < 6 || bytes[0] !== 0x28 || bytes[1] !== 0xb5 || bytes[2] !== 0x2f || bytes[3] !== 0xfd) {
    throw damaged("does not begin as one");
  }
  const flags = bytes[4]!;
  const isSingle = (flags >> 5) & 1;
  const hasChecksum = (flags >> 2) & 1;
  const dictionary = [0, 1, 2, 4][flags & 3]!;
  const content = flags >> 6 === 0 ? isSingle : 1 << (flags >> 6);
  if (flags & 8 || dictionary !== 0) throw damaged("needs a dictionary, or is of a later version");
  const begin = 5 + (isSingle ? 0 : 1) + content;
  let at = begin;
  let least = 0;
  for (let isLast = false; !isLast; ) {
    if (at + 3 > bytes.length) throw damaged("is cut short");
    const head = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    isLast = (head & 1) === 1;
    const type = (head >> 1) & 3;
    const length = head >> 3;
    if (type === 3 || length > MOST_BLOCK) throw damaged("has a block that is none");
    if (type < 2) least += length;
    if (least > size) throw damaged(`unpacks to more than ${size} bytes`);
    at += 3 + (type === 1 ? 1 : length);
    if (at > bytes.length) throw damaged("is cut short");
  }
  if (at + 4 * hasChecksum !== bytes.length) throw damaged("has bytes behind its end");
  // One segment, with a size of 8 bytes.
  const framed = new Uint8Array(13 + at - begin);
  framed.set([0x28, 0xb5, 0x2f, 0xfd, 0xe0]);
  new DataView(framed.buffer).setUint32(5, size, true);
  framed.set(bytes.subarray(begin, at), 13);
  return framed;
}
