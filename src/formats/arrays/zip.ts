/**
 * The members of a ZIP archive, by its directory, which stands at its end. Their names are names and never paths. What a member
 * unpacks to comes some at a time, and no more of it than the directory says.
 */
import { DatasetError } from "../../errors.ts";
import { Crc32 } from "../../files/crc32.ts";
import { loadPackage } from "../../files/packages.ts";
import { type ByteSource, joinedBytes } from "./bytes.ts";

/** Bytes that can be read in any order. */
export interface RandomAccess {
  /** The archive, for errors. */
  readonly name: string;
  readonly size: number;
  slice(start: number, end: number): Promise<Uint8Array>;
}

export interface ZipMember {
  readonly name: string;
  /** Its bytes, unpacked. */
  readonly bytes: ByteSource;
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its own header begins. */
  readonly header: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LOCAL_BYTES = 30;
const MOST_COMMENT = 65_535;
const MOST_DIRECTORY = 2 ** 24;
const MOST_MEMBERS = 10_000;
/** How many times its own bytes deflated data unpack to, at most. */
const MOST_RATIO = 1032;
/** How much is read at once. */
const AT_ONCE = 2 ** 18;
/** How much is given to be unpacked at once: it unpacks to 4 MB at most. */
const PIECE = 4096;

const ADVICE = "Replace it by a good copy";

/**
 * Reads the directory of an archive.
 * @throws DatasetError if it has none, or members that are encrypted, lie over each other, or cannot unpack to what they say
 */
export async function zipMembers(archive: RandomAccess): Promise<ZipMember[]> {
  const { name } = archive;
  const problem = (text: string, step = ADVICE) => new DatasetError(`${name} ${text}. ${step}.`);
  const { start, length, count } = await directoryOf(archive, problem);
  if (count > MOST_MEMBERS) throw problem(`has ${count} members, expected at most ${MOST_MEMBERS}`);
  if (length > MOST_DIRECTORY || start + length > archive.size) {
    throw problem(
      `has a directory at bytes ${start} to ${start + length} of ${archive.size}, expected at most ${MOST_DIRECTORY}`,
    );
  }
  const entries = entriesOf(await archive.slice(start, start + length), count, problem);
  const members: ZipMember[] = [];
  const places: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  for (const entry of entries) {
    const member = `member ${JSON.stringify(entry.name)}`;
    const begin = await dataOf(archive, entry, start, (text) => problem(`has a ${member} that ${text}`));
    places.push({ name: member, from: entry.header, to: begin + entry.packed });
    members.push({ name: entry.name, bytes: memberBytes(archive, entry, begin) });
  }
  places.sort((a, b) => a.from - b.from);
  for (const [i, place] of places.entries()) {
    const next = places[i + 1];
    if (next !== undefined && next.from < place.to)
      throw problem(`has its ${next.name} within its ${place.name}`);
  }
  return members;
}

type Problem = (text: string, step?: string) => DatasetError;

/** Where the directory lies, and how many members it has. */
async function directoryOf(
  { size, slice }: RandomAccess,
  problem: Problem,
): Promise<{ start: number; length: number; count: number }> {
  const from = Math.max(0, size - END_BYTES - MOST_COMMENT);
  const tail = await slice(from, size);
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + END_BYTES + view.getUint16(at + 20, true) !== tail.length)
      continue;
    const found = {
      count: view.getUint16(at + 10, true),
      length: view.getUint32(at + 12, true),
      start: view.getUint32(at + 16, true),
    };
    const isLarge = found.count === 0xffff || found.length === 0xffffffff || found.start === 0xffffffff;
    if (!isLarge || at < 20 || view.getUint32(at - 20, true) !== LOCATOR64) return found;
    const end = number64(view, at - 12);
    if (end + 56 > size) break;
    const large = viewOf(await slice(end, end + 56));
    if (large.byteLength < 56 || large.getUint32(0, true) !== END64) break;
    return { count: number64(large, 32), length: number64(large, 40), start: number64(large, 48) };
  }
  throw problem("has no directory at its end: it is no ZIP archive, or cut short");
}

function entriesOf(bytes: Uint8Array, count: number, problem: Problem): Entry[] {
  const view = viewOf(bytes);
  const text = new TextDecoder();
  const entries: Entry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY)
      throw problem("has a damaged directory");
    const [names, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const end = at + 46 + names + extra + comment;
    if (end > bytes.length) throw problem("has a damaged directory");
    const wide = [24, 20, 42].map((offset) => view.getUint32(at + offset, true));
    const [size, packed, header] = extended(wide, view, at + 46 + names, at + 46 + names + extra, problem);
    entries.push({
      name: text.decode(bytes.subarray(at + 46, at + 46 + names)),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: packed!,
      size: size!,
      header: header!,
    });
    at = end;
  }
  return entries;
}

/** Numbers that do not fit into 4 bytes stand in the field 1 of the entry's others, in this order. */
function extended(numbers: number[], view: DataView, start: number, end: number, problem: Problem): number[] {
  if (!numbers.includes(0xffffffff)) return numbers;
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return numbers.map((number) => {
      if (number !== 0xffffffff) return number;
      if (next + 8 > end) throw problem("has a damaged directory");
      next += 8;
      return number64(view, next - 8);
    });
  }
  return numbers;
}

/** Where the data of a member begin. */
async function dataOf(
  archive: RandomAccess,
  { flags, method, packed, size, header }: Entry,
  directory: number,
  problem: (text: string) => DatasetError,
): Promise<number> {
  if (flags & 1) throw problem("is encrypted");
  if (method !== 0 && method !== 8)
    throw problem(`is packed by method ${method}, expected 0 (stored) or 8 (deflated)`);
  if (header + LOCAL_BYTES > directory) throw problem(`begins at byte ${header}, behind the directory`);
  const local = viewOf(await archive.slice(header, header + LOCAL_BYTES));
  if (local.byteLength < LOCAL_BYTES || local.getUint32(0, true) !== LOCAL) throw problem("has no header");
  const begin = header + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  if (begin + packed > directory) throw problem(`has ${packed} bytes, more than there are`);
  const most = method === 0 ? packed : packed * MOST_RATIO;
  if (size > most || (method === 0 && size !== packed)) {
    throw problem(`is said to unpack to ${size} bytes, which its ${packed} bytes cannot`);
  }
  return begin;
}

function memberBytes(archive: RandomAccess, entry: Entry, begin: number): ByteSource {
  const { size, method, packed } = entry;
  const name = `${archive.name}: ${entry.name}`;
  const stream = () =>
    checked(
      method === 0 ? stored(archive, begin, packed) : inflated(archive, name, begin, packed),
      name,
      entry,
    );
  return {
    name,
    size,
    stream,
    slice:
      method === 0 ? (start, end) => archive.slice(begin + start, begin + Math.min(end, packed)) : undefined,
    async bytes(most) {
      if (size > most)
        throw new DatasetError(`${name} has ${size} bytes, expected at most ${most}. Save it in C's order.`);
      return await joinedBytes(stream());
    },
  };
}

async function* stored(archive: RandomAccess, begin: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += AT_ONCE) {
    const piece = await archive.slice(begin + at, begin + Math.min(length, at + AT_ONCE));
    if (piece.length === 0) return;
    yield piece;
  }
}

async function* inflated(
  archive: RandomAccess,
  name: string,
  begin: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  const { Inflate } = await loadPackage("fflate", () => import("fflate"));
  let pieces: Uint8Array[] = [];
  const inflate = new Inflate((piece) => pieces.push(piece));
  let given = 0;
  for await (const part of stored(archive, begin, length)) {
    for (let at = 0; at < part.length; at += PIECE) {
      const piece = part.subarray(at, at + PIECE);
      given += piece.length;
      try {
        inflate.push(piece, given === length);
      } catch (error) {
        throw new DatasetError(`${name} cannot be unpacked: ${(error as Error).message}. ${ADVICE}.`, {
          cause: error,
        });
      }
      yield* pieces;
      pieces = [];
    }
  }
}

/** The pieces, if they are as many bytes as the directory says, with its check sum. */
async function* checked(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  { size, crc }: Entry,
): AsyncGenerator<Uint8Array> {
  const sum = new Crc32();
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > size)
      throw new DatasetError(`${name} unpacks to more than ${size} bytes, expected as many. ${ADVICE}.`);
    sum.add(piece);
    yield piece;
  }
  if (bytes !== size)
    throw new DatasetError(`${name} unpacks to ${bytes} bytes, expected ${size}. ${ADVICE}.`);
  if (sum.value !== crc)
    throw new DatasetError(`${name} is damaged: its check sum is not that of the archive. ${ADVICE}.`);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A number of 8 bytes; beyond 2^53 any that is as large will do. */
const number64 = (view: DataView, at: number) => Number(view.getBigUint64(at, true));
