/**
 * Files that are changed at random, with a seed: each is read to its end, or refused by one of our errors, in time and in
 * memory. fuzzedFormats.ts has the formats.
 */
import { DatasetError, FileError, MemoryError } from "../../src/errors.ts";
import { openInput, openTableSource } from "../../src/formats/open.ts";
import { Random } from "../../src/random.ts";
import type { TableSource } from "../../src/tables/table.ts";

/** A format whose files are changed. */
export interface FuzzedFormat {
  /** Small files that are whole, of every kind that the format has. */
  readonly files: (random: Random) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** What means something in such a file: it is put in, taken out and doubled. */
  readonly tokens: readonly (string | readonly number[])[];
  /** Makes a changed file more likely to get past a check sum or a length. Default: as it is. */
  readonly mend?: ((bytes: Uint8Array, random: Random) => Uint8Array) | undefined;
  /** What the file is called. Its end need not tell the format. */
  readonly name: string;
  /** What `format` is told. Default: it is found out. */
  readonly format?: string | undefined;
  /** Reads a file to its end. Default: it is opened as a table, and all its rows are read and checked. */
  readonly read?: ((bytes: Uint8Array, name: string) => Promise<unknown>) | undefined;
}

/** The processor's time and the memory that a file may take. */
const MOST_MILLISECONDS = 1000;
const MOST_MEMORY = 256 * 2 ** 20;

/** Numbers at which lengths, offsets and counts go wrong. */
const NUMBERS = [
  ...[
    0,
    1,
    2,
    3,
    7,
    8,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    65536,
    2 ** 24,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
  ],
  ...[2 ** 32, 2 ** 40, 2 ** 53 - 1, 2 ** 53, 1e15, 1e18],
];
const NUMBER_TEXTS = [
  ...[
    "-1",
    "-0",
    "00",
    "1e999",
    "1e-999",
    "-1e308",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "1,5",
    "1.5.5",
    ".",
    "-",
    "+",
  ],
  ...[
    "9".repeat(30),
    "9".repeat(400),
    "0".repeat(300),
    `1${"0".repeat(20)}`,
    "18446744073709551616",
    "4294967296",
  ],
];
const BYTES = [0, 1, 9, 10, 13, 32, 34, 39, 44, 58, 59, 92, 0x7f, 0x80, 0xbf, 0xc0, 0xe2, 0xf4, 0xfe, 0xff];

/** The file with one to six changes. */
export function mutated(
  bytes: Uint8Array,
  random: Random,
  { tokens }: Pick<FuzzedFormat, "tokens">,
): Uint8Array {
  const known = tokens.map((token) =>
    typeof token === "string" ? new TextEncoder().encode(token) : Uint8Array.from(token),
  );
  // A copy, and no Buffer, whose slice() is a view: the files are changed again and again.
  let file = Uint8Array.from(bytes);
  for (let n = 1 + random.below(random.below(2) === 0 ? 2 : 6); n > 0; n--) {
    file = changed(file, random, known).slice(0, MOST_BYTES);
  }
  return file;
}

/** A file that has grown further has shown what it can. */
const MOST_BYTES = 2 ** 18;

function changed(file: Uint8Array, random: Random, tokens: readonly Uint8Array[]): Uint8Array {
  const at = random.below(file.length + 1);
  const [start, end] = someRange(file, random);
  const token = tokens.length === 0 ? Uint8Array.of(0) : tokens[random.below(tokens.length)]!;
  switch (random.below(14)) {
    case 0:
      return withByte(file, at, (file[at] ?? 0) ^ (1 << random.below(8)));
    case 1:
      return withByte(
        file,
        at,
        random.below(2) === 0 ? BYTES[random.below(BYTES.length)]! : random.below(256),
      );
    case 2:
      return spliced(file, start, end);
    case 3:
      return spliced(file, at, at, randomBytes(random));
    case 4:
      return spliced(file, at, at, file.subarray(start, end));
    case 5:
      return spliced(file, at, at, repeated(file.subarray(start, end), random));
    case 6:
      return spliced(file, start, end, file.subarray(...someRange(file, random)));
    case 7:
      return file.subarray(0, at);
    case 8:
      return swappedRanges(file, random);
    case 9:
      return withNumberText(file, random);
    case 10:
    case 11:
      return withNumber(file, at, random);
    case 12:
      return spliced(file, at, at, random.below(4) === 0 ? repeated(token, random) : token);
    default:
      return withoutToken(file, random, token, tokens);
  }
}

const spliced = (file: Uint8Array, start: number, end: number, piece: Uint8Array = Uint8Array.of()) =>
  Uint8Array.from([...file.subarray(0, start), ...piece, ...file.subarray(end)]);

/** A range that is short more often than not. */
function someRange(file: Uint8Array, random: Random): [start: number, end: number] {
  const start = random.below(file.length + 1);
  const most = random.below(3) === 0 ? file.length : 16;
  return [start, Math.min(file.length, start + random.below(most + 1))];
}

function withByte(file: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = file.slice();
  copy[at] = byte;
  return copy;
}

const randomBytes = (random: Random) =>
  Uint8Array.from({ length: 1 + random.below(12) }, () => random.below(256));

function repeated(piece: Uint8Array, random: Random): Uint8Array {
  const times = random.below(8) === 0 ? random.below(3000) : 2 + random.below(20);
  const most = Math.min(times, Math.floor(MOST_BYTES / Math.max(1, piece.length)));
  const bytes = new Uint8Array(piece.length * most);
  for (let i = 0; i < most; i++) bytes.set(piece, i * piece.length);
  return bytes;
}

function swappedRanges(file: Uint8Array, random: Random): Uint8Array {
  const [a, b, c, d] = Array.from({ length: 4 }, () => random.below(file.length + 1)).sort((x, y) => x - y);
  const part = (start?: number, end?: number) => file.subarray(start, end);
  return Uint8Array.from([...part(0, a), ...part(c, d), ...part(b, c), ...part(a, b), ...part(d)]);
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 48 && byte <= 57;

/** Another number in place of one in decimal digits. */
function withNumberText(file: Uint8Array, random: Random): Uint8Array {
  let start = random.below(file.length + 1);
  while (start < file.length && !isDigit(file[start])) start++;
  let end = start;
  while (isDigit(file[end])) end++;
  const text =
    random.below(2) === 0
      ? NUMBER_TEXTS[random.below(NUMBER_TEXTS.length)]!
      : String(NUMBERS[random.below(NUMBERS.length)]!);
  return spliced(file, start, end, new TextEncoder().encode(text));
}

/** A number in 2, 4 or 8 bytes, in either order, in place of what is there. */
function withNumber(file: Uint8Array, at: number, random: Random): Uint8Array {
  const size = [1, 2, 4, 8][random.below(4)]!;
  let value = BigInt(
    random.below(4) === 0 ? file.length + random.below(5) - 2 : NUMBERS[random.below(NUMBERS.length)]!,
  );
  if (random.below(4) === 0) value = -value;
  const bytes = Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
  if (random.below(2) === 0) bytes.reverse();
  return spliced(file, at, Math.min(file.length, at + size), bytes);
}

/** The file with a token taken out, or another one in its place. */
function withoutToken(
  file: Uint8Array,
  random: Random,
  token: Uint8Array,
  tokens: readonly Uint8Array[],
): Uint8Array {
  const text = Buffer.from(file.buffer, file.byteOffset, file.length);
  let at = text.indexOf(token, random.below(file.length + 1));
  if (at < 0) at = text.indexOf(token);
  if (at < 0 || token.length === 0) return spliced(file, file.length, file.length, token);
  const other = random.below(2) === 0 ? undefined : tokens[random.below(tokens.length)];
  return spliced(file, at, at + token.length, other);
}

/** How many files were read, and how many were refused by which error. */
export type FuzzReport = Record<string, number>;

/**
 * Changes files and reads them.
 * @throws an Error with the file in base64 if it ends in another error, takes too long, or too much memory
 */
export async function fuzz(
  format: FuzzedFormat,
  { files, seed }: { files: number; seed: number },
): Promise<FuzzReport> {
  const random = new Random(seed, "files");
  // Not Buffers, whose slice() is no copy: a change would stay.
  const whole = (await format.files(random)).map((file) => new Uint8Array(file));
  const report: FuzzReport = { read: 0 };
  const read = format.read ?? ((bytes, name) => readAsTable(bytes, name, format.format));
  // The first file takes what is loaded with it: no file's own time.
  for (const file of whole) await read(file, format.name);
  for (let i = 0; i < files; i++) {
    let file = mutated(whole[random.below(whole.length)]!, random, format);
    if (format.mend !== undefined && random.below(2) === 0) file = format.mend(file, random);
    const outcome = await outcomeOf(() => read(file, format.name), file, i);
    report[outcome] = (report[outcome] ?? 0) + 1;
  }
  return report;
}

async function outcomeOf(read: () => Promise<unknown>, file: Uint8Array, index: number): Promise<string> {
  const fail = (what: string, cause?: unknown) => {
    const bytes = Buffer.from(file).toString("base64");
    const shown = bytes.length > 20_000 ? `${bytes.slice(0, 20_000)}… (${file.length} bytes)` : bytes;
    return new Error(`File ${index} ${what}. In base64: ${shown}`, { cause });
  };
  const before = process.memoryUsage();
  // The processor's time: what else the machine does makes no difference.
  const start = process.cpuUsage();
  let outcome = "read";
  try {
    await read();
  } catch (error) {
    const ours = error instanceof DatasetError || error instanceof FileError || error instanceof MemoryError;
    if (!ours)
      throw fail(`ends in ${error instanceof Error ? (error.stack ?? error) : String(error)}`, error);
    outcome = error.name;
  }
  const { user, system } = process.cpuUsage(start);
  if ((user + system) / 1000 > MOST_MILLISECONDS) throw fail(`takes ${(user + system) / 1000} ms`);
  const after = process.memoryUsage();
  const grown = after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapUsed - before.heapUsed);
  if (grown > MOST_MEMORY) throw fail(`takes ${grown} bytes of memory`);
  return outcome;
}

/** Opens a table, and reads and checks all its rows. @returns how many there are */
export async function readAsTable(bytes: Uint8Array, name: string, format?: string): Promise<number> {
  const source = await openTableSource(await openInput({ name, bytes }), { format });
  try {
    return await readChecked(source);
  } finally {
    await source.close();
  }
}

/** Reads all rows of a table. @throws an Error if it breaks a promise of src/tables/table.ts */
export async function readChecked(source: TableSource): Promise<number> {
  const claim = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`The table breaks a promise: ${what}`);
  };
  const { columns } = source;
  claim(
    new Set(columns).size === columns.length && !columns.includes(""),
    "each column has a name of its own",
  );
  let rows = 0;
  let line = 0;
  for await (const chunk of source.read()) {
    claim(chunk.first === rows && chunk.rows >= 1, "chunks follow each other");
    claim(chunk.columns.length === columns.length, "a chunk has all columns");
    claim(chunk.lines === undefined || chunk.lines.length >= chunk.rows, "each row has a line");
    for (let i = 0; i < chunk.rows && chunk.lines !== undefined; i++) {
      claim(chunk.lines[i]! >= line, "lines ascend");
      line = chunk.lines[i]!;
    }
    for (const cells of chunk.columns) {
      claim(cells.length >= chunk.rows, "each row has all cells");
      for (let i = 0; i < chunk.rows; i++) {
        const cell = cells[i];
        const kind = typeof cell;
        claim(
          cell === null ||
            kind === "undefined" ||
            /^(string|number|bigint|boolean)$/.test(kind) ||
            cell instanceof Date,
          "a cell is a text, a number, a boolean, a date or nothing",
        );
      }
    }
    rows += chunk.rows;
  }
  claim(source.rows === undefined || source.rows === rows, "there are as many rows as it says");
  return rows;
}
