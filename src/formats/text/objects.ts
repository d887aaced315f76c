/** The objects of a JSON file, one after another: of JSON lines, of an array, or written over several lines. */
import { DatasetError } from "../../errors.ts";
import { shown } from "../../options.ts";
import { MOST_ROW } from "./records.ts";

const LF = 10;
const CR = 13;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPENS_ARRAY = 91;
const CLOSES_ARRAY = 93;
const OPENS = 123;
const CLOSES = 125;

/** Where the splitter is. */
const BETWEEN = 0;
const OBJECT = 1;
const TEXT = 2;
const ESCAPE = 3;

/** How far back a key is searched for, for an error. */
const SEARCHED = 1000;

export class ObjectSplitter {
  /** The line that is being read, from 1. */
  line = 1;
  /** Whether the file is one array. Undefined until its first character has been read. */
  array: boolean | undefined;
  readonly #name: string;
  readonly #onObject: (text: string, line: number) => void;
  #text = "";
  #at = 0;
  /** Of the object: what came before the text, its length, and where the rest begins in the text. */
  #parts: string[] = [];
  #length = 0;
  #start = 0;
  #state = BETWEEN;
  #startLine = 1;
  #afterCr = false;
  #closed = false;
  /** In an array: whether an object may come, and whether a comma may. */
  #objectMay = true;
  #commaMay = false;

  /** @param onObject gets each object's text and the line where it begins */
  constructor(name: string, onObject: (text: string, line: number) => void) {
    this.#name = name;
    this.#onObject = onObject;
  }

  /** Reads on. @throws DatasetError, with the line, at what is no object of plain values */
  push(chunk: string, last = false): void {
    this.#text = chunk;
    this.#at = 0;
    while (this.#at < this.#text.length) {
      if (this.#state === BETWEEN) this.#between();
      else this.#inside();
    }
    if (this.#state !== BETWEEN) {
      if (last) this.#refuse("the file ends within an object. Fetch or make it again.", this.#startLine);
      this.#keep(this.#start, chunk.length);
      this.#start = 0;
    }
    if (last && this.array && !this.#closed) {
      this.#refuse("the file ends before its array does. Fetch or make it again.");
    }
  }

  /** Keeps a part of an object. Parts are joined once: a long object would be copied with each. */
  #keep(start: number, end: number): void {
    this.#parts.push(this.#text.slice(start, end));
    this.#length += end - start;
    if (this.#length <= MOST_ROW) return;
    this.#refuse(`an object has more than ${MOST_ROW} characters. Check the file.`, this.#startLine);
  }

  /** Counts a line's end. CR and LF after each other are one. */
  #newLine(code: number): void {
    if (code !== LF || !this.#afterCr) this.line++;
    this.#afterCr = code === CR;
  }

  /** Up to the beginning of an object. */
  #between(): void {
    const text = this.#text;
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === LF || code === CR) {
        this.#newLine(code);
        continue;
      }
      this.#afterCr = false;
      if (code === 32 || code === 9) continue;
      if (code === OPENS && this.#objectMay) {
        this.array ??= false;
        this.#start = this.#at++;
        this.#startLine = this.line;
        this.#state = OBJECT;
        return;
      }
      this.#mark(code);
    }
  }

  /** What may stand between objects. */
  #mark(code: number): void {
    if (code === OPENS_ARRAY && this.array === undefined) {
      this.array = true;
    } else if (code === COMMA && this.array && this.#commaMay) {
      this.#commaMay = false;
      this.#objectMay = true;
    } else if (
      code === CLOSES_ARRAY &&
      this.array &&
      !this.#closed &&
      (this.#commaMay || this.#objects === 0)
    ) {
      this.#closed = true;
      this.#objectMay = this.#commaMay = false;
    } else {
      const given = shown(this.#text.charAt(this.#at));
      const expected = this.#closed
        ? "nothing after the array"
        : 'an object for each row: {"a": 1, "b": "x"}';
      this.#refuse(`${given}, expected ${expected}. Check the file.`);
    }
  }

  #objects = 0;

  /** Up to the end of an object. */
  #inside(): void {
    const text = this.#text;
    let state = this.#state;
    let at = this.#at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LF || code === CR) {
        this.#at = at;
        if (state !== OBJECT)
          this.#refuse(`a text${this.#of()} is not closed at the line's end. Close it with ".`);
        this.#newLine(code);
        continue;
      }
      this.#afterCr = false;
      if (state === ESCAPE) state = TEXT;
      else if (state === TEXT) {
        if (code === QUOTE) state = OBJECT;
        else if (code === BACKSLASH) state = ESCAPE;
      } else if (code === QUOTE) state = TEXT;
      else if (code === CLOSES) {
        this.#state = BETWEEN;
        this.#keep(this.#start, at + 1);
        const object = this.#parts.join("");
        this.#parts = [];
        this.#length = 0;
        this.#at = at + 1;
        this.#objects++;
        this.#objectMay = !this.array;
        this.#commaMay = true;
        this.#onObject(object, this.#startLine);
        return;
      } else if (code === OPENS || code === OPENS_ARRAY) {
        this.#at = at;
        this.#refuse(
          `${code === OPENS ? "an object" : "an array"}${this.#of()} is within an object, expected a text, a number, true, ` +
            "false or null. Give what it holds a key each.",
        );
      }
    }
    this.#state = state;
    this.#at = at;
  }

  /** " of the key "a"", the last one before what is read. */
  #of(): string {
    let before = this.#text.slice(this.#start, this.#at);
    for (let part = this.#parts.length - 1; part >= 0 && before.length < SEARCHED; part--) {
      before = this.#parts[part] + before;
    }
    before = before.slice(-SEARCHED);
    const keys = [...before.matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)];
    return keys.length === 0 ? "" : ` of the key ${shown(keys.at(-1)![1])}`;
  }

  #refuse(what: string, line = this.line): never {
    throw new DatasetError(`${this.#name}, line ${line}: ${what}`);
  }
}
