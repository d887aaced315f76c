/** The beginning of a text file, as much of it as is needed to tell what it holds, and then all of it. */
import { DatasetError } from "../../errors.ts";
import type { Signal } from "../../platform.ts";
import type { FormatInput, FormatOptions } from "../format.ts";
import { countBreaks } from "./breaks.ts";
import { type Encoding, encodingNamed, findEncoding, TextStream } from "./encoding.ts";
import { MOST_ROW } from "./records.ts";

/** The most blanks and ends of lines before a text: of a stream they are kept. */
const MOST_BLANKS = 2 ** 24;

/** How much of the beginning is wanted. */
export interface Wanted {
  /** Lines. */
  readonly lines: number;
  /** Characters, which are enough without them. */
  readonly most: number;
  /** Whether at least one line must be whole. */
  readonly wholeLine: boolean;
}

export interface TextFile {
  readonly input: FormatInput;
  /** The beginning, decoded. */
  readonly head: string;
  /** The line in which it begins: blank lines before it are left out. */
  readonly headLine: number;
  /** Whether that is all. */
  readonly whole: boolean;
  /** Of the beginning: "utf-8" if it is ASCII. */
  readonly encoding: Encoding;
  /**
   * All of the text in its order.
   * @throws DatasetError if a character is not of the encoding, or is NUL; FileError as the input
   */
  text(options: TextOptions): AsyncGenerator<string>;
  close(): Promise<void>;
}

export interface TextOptions {
  /** Told of what a text is before an error in it is raised, for the line: "houses.csv, line 12". */
  readonly place: () => string;
  readonly signal?: Signal | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
  /** Told of another encoding than the beginning's, when it is found out. */
  readonly onEncoding?: ((encoding: Encoding) => void) | undefined;
}

/**
 * Opens a text: reads its head, and on as far as long lines make it necessary.
 * @throws ConfigError if there is no such encoding; DatasetError if a line is too long, or it is no text
 */
export async function openText(
  input: FormatInput,
  options: FormatOptions,
  wanted: Wanted,
): Promise<TextFile> {
  const told = options.encoding === undefined ? undefined : encodingNamed(options.encoding);
  const found = findEncoding(input.head, told);
  const fresh = () => new TextStream(found, told !== undefined);
  // What is read beyond the head of a stream is kept: it cannot be read again.
  const ahead = new Ahead(input);
  const decoder = fresh();
  const start = await readStart(ahead, decoder, input.name, wanted);
  const head = start.text.slice(0, endOf(start.text, wanted));
  const whole = ahead.ended && head.length === start.text.length;
  await ahead.pause();
  const encoding = isAscii(head) && found.encoding === "utf-8" ? "utf-8" : decoder.encoding;
  return {
    ...{ input, head, headLine: start.line, whole, encoding },
    text: (textOptions) => decoded(input, ahead.all(), fresh(), textOptions),
    close: () => ahead.close(),
  };
}

/** As much of the beginning as is wanted, or more, without the blank lines before it, and the line where it begins. */
async function readStart(
  ahead: Ahead,
  decoder: TextStream,
  name: string,
  { lines, most, wholeLine }: Wanted,
): Promise<{ text: string; line: number }> {
  const refuse = async (what: string): Promise<never> => {
    await ahead.close();
    throw new DatasetError(`${name}${what}`);
  };
  let text = "";
  /** The lines that have ended, those of them before the text, and the blanks there. */
  let [ended, before, blanks] = [0, 0, 0];
  let endsCr = false;
  while (ended - before < lines && (text.length < most || (ended === before && wholeLine))) {
    const bytes = await ahead.next();
    const part = decoder.decode(bytes ?? new Uint8Array(0), bytes === undefined);
    const problem = problemOf(decoder, part);
    let good = part.slice(0, problem?.at);
    // CR and LF are one end, also where a chunk ends between them.
    if (endsCr && good.startsWith("\n")) ended--;
    if (good !== "") endsCr = good.endsWith("\r");
    if (text === "") {
      // A tab may separate cells, which are blank.
      const blank = /^[ \r\n]*/.exec(good)![0];
      ended += countBreaks(blank);
      before = ended;
      blanks += blank.length;
      good = good.slice(blank.length);
      if (blanks > MOST_BLANKS) {
        await refuse(` begins with more than ${MOST_BLANKS} blanks, expected a table. Give the right file.`);
      }
    }
    text += good;
    ended += countBreaks(good);
    if (problem !== undefined) await refuse(`, line ${ended + 1}: ${problem.what}`);
    if (wholeLine && ended === before && text.length > MOST_ROW) {
      await refuse(
        `, line ${ended + 1}: the line has more than ${MOST_ROW} characters, expected a row of a table. Check the file.`,
      );
    }
    if (bytes === undefined) break;
  }
  return { text, line: before + 1 };
}

/** How much of the text is wanted: what is found out must not depend on how much more has been read. */
function endOf(text: string, { lines, most, wholeLine }: Wanted): number {
  let ended = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isEnd = code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10);
    if (isEnd && ++ended === lines) return at + 1;
    if (at + 1 >= most && (ended > 0 || !wholeLine)) return at + 1;
  }
  return text.length;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

/** The bytes of an input, of which the first are read ahead. */
class Ahead {
  ended = false;
  readonly #input: FormatInput;
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** Of what can be read once only. */
  #kept: Uint8Array[] | undefined;

  constructor(input: FormatInput) {
    this.#input = input;
    this.#chunks = input.stream()[Symbol.asyncIterator]();
    if (!input.rereadable) this.#kept = [];
  }

  async next(): Promise<Uint8Array | undefined> {
    const next = await this.#chunks.next();
    if (next.done) {
      this.ended = true;
      return undefined;
    }
    this.#kept?.push(next.value);
    return next.value;
  }

  /** Lets the file go, if it can be read again. */
  async pause(): Promise<void> {
    if (this.#kept === undefined) await this.close();
  }

  async close(): Promise<void> {
    await this.#chunks.return?.(undefined);
  }

  async *all(): AsyncGenerator<Uint8Array> {
    const kept = this.#kept;
    if (this.#input.rereadable) {
      yield* this.#input.stream();
      return;
    }
    this.#kept = undefined;
    // A second reading is refused by the input.
    if (kept === undefined) yield* this.#input.stream();
    try {
      for (let chunk = kept?.shift(); chunk !== undefined; chunk = kept?.shift()) yield chunk;
      for (let next = await this.#chunks.next(); !next.done; next = await this.#chunks.next())
        yield next.value;
    } finally {
      await this.close();
    }
  }
}

/** How much is decoded at once. */
const PIECE = 2 ** 17;

async function* decoded(
  input: FormatInput,
  chunks: AsyncIterable<Uint8Array>,
  decoder: TextStream,
  { place, signal, onProgress, onEncoding }: TextOptions,
): AsyncGenerator<string> {
  const { size } = input;
  const { encoding } = decoder;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += PIECE) {
      signal?.throwIfAborted();
      yield* checked(decoder, decoder.decode(chunk.subarray(start, start + PIECE)), place);
    }
    if (size !== undefined) onProgress?.(Math.min(1, input.bytesRead / size));
  }
  yield* checked(decoder, decoder.decode(new Uint8Array(0), true), place);
  if (decoder.encoding !== encoding) onEncoding?.(decoder.encoding);
}

/** The text, up to what is no text. It is given before the error is raised: place() then tells where that is. */
function* checked(decoder: TextStream, text: string, place: () => string): Generator<string> {
  const problem = problemOf(decoder, text);
  const good = problem === undefined ? text : text.slice(0, problem.at);
  if (good.length > 0) yield good;
  if (problem !== undefined) throw new DatasetError(`${place()}: ${problem.what}`);
}

function problemOf(decoder: TextStream, text: string): { at: number; what: string } | undefined {
  const at = text.indexOf("\0");
  if (at >= 0) return { at, what: "a character is NUL, expected text. Give a text file, or its encoding." };
  if (!decoder.broken) return undefined;
  const what = "a character is not valid UTF-8. Save the file as UTF-8, or tell its encoding: windows-1252.";
  return { at: text.length, what };
}
