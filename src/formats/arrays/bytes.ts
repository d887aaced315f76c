/** Where the bytes of an array lie: in a file, in a stream, or in a member of an archive. */
import { DatasetError } from "../../errors.ts";
import type { FormatInput } from "../format.ts";

export interface ByteSource {
  /** For errors: "a.npy", "a.npz: X.npy". */
  readonly name: string;
  /** How many bytes there are, unpacked; undefined where that is not known before they are read. */
  readonly size: number | undefined;
  /** All bytes in their order. */
  stream(): AsyncIterable<Uint8Array>;
  /** The bytes from `start` to `end`; undefined where they can be read in their order only. */
  readonly slice: ((start: number, end: number) => Promise<Uint8Array>) | undefined;
  /** All bytes. @throws DatasetError if they are more than `most` */
  bytes(most: number): Promise<Uint8Array>;
}

/** A format's input. */
export const inputBytes = (input: FormatInput): ByteSource => ({
  name: input.name,
  size: input.slice === undefined ? undefined : input.size,
  stream: () => input.stream(),
  slice: input.slice === undefined ? undefined : (start, end) => input.slice!(start, end),
  bytes: (most) => input.bytes({ most }),
});

/** Bytes in memory. */
export const memoryBytes = (name: string, bytes: Uint8Array): ByteSource => ({
  name,
  size: bytes.length,
  async *stream() {
    yield bytes;
  },
  slice: async (start, end) => bytes.subarray(start, end),
  bytes: async () => bytes,
});

/**
 * A stream in parts of these sizes; the array that is given is used again for the next part.
 * @param skip the bytes at the beginning that are left out
 * @param parts the size of each part, ≤ `most`
 * @throws `ended(bytes)` if it has fewer bytes than that; `more()` if it has others behind
 */
export async function* inParts(
  stream: AsyncIterable<Uint8Array>,
  skip: number,
  parts: Iterable<number>,
  most: number,
  fail: { ended(bytes: number): Error; more(): Error },
): AsyncGenerator<Uint8Array> {
  const sizes = parts[Symbol.iterator]();
  const buffer = new Uint8Array(most);
  let filled = 0;
  let left = skip;
  let total = 0;
  let next = sizes.next();
  for await (const piece of stream) {
    total += piece.length;
    let at = Math.min(left, piece.length);
    left -= at;
    while (at < piece.length) {
      if (next.done === true) throw fail.more();
      const taken = Math.min(next.value - filled, piece.length - at);
      buffer.set(piece.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < next.value) continue;
      yield buffer.subarray(0, filled);
      filled = 0;
      next = sizes.next();
    }
  }
  if (left > 0 || next.done !== true) throw fail.ended(total);
}

/** The first bytes of a source, up to `length`. */
export async function firstBytes(source: ByteSource, length: number): Promise<Uint8Array> {
  if (source.slice !== undefined) {
    const end = source.size === undefined ? length : Math.min(length, source.size);
    return await source.slice(0, end);
  }
  const first = async function* () {
    let have = 0;
    for await (const piece of source.stream()) {
      yield piece.subarray(0, length - have);
      have += piece.length;
      if (have >= length) return;
    }
  };
  return await joinedBytes(first());
}

/** All bytes of a stream as one array. */
export async function joinedBytes(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    pieces.push(new Uint8Array(piece));
    length += piece.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** What a thrown thing says, as the error of a file: ours gain the place, others are the library's or the system's. */
export function placed(place: string, advice: string, error: unknown): DatasetError {
  const message = error instanceof Error ? error.message : String(error);
  return new DatasetError(`${place}: ${message.replace(/\.$/, "")}. ${advice}`, { cause: error });
}
