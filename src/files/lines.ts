/** A file that grows by whole lines: metrics.jsonl, the log of a search. */
import { constants, type FileHandle, open } from "node:fs/promises";
import { fileError, refuseSpecial } from "./errors.ts";

const NEWLINE = 0x0a;
/** As "a+", but that a pipe is not waited for. Windows has none. */
const APPENDING = constants.O_APPEND | constants.O_CREAT | constants.O_RDWR | (constants.O_NONBLOCK ?? 0);

/** Appends lines, each flushed to the disk before `append` resolves. */
export class LineWriter {
  readonly #path: string;
  readonly #handle: FileHandle;
  /** Bytes of whole lines. */
  #size: number;
  /** The append before: lines are written one after the other, however they are asked for. */
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, handle: FileHandle, size: number) {
    this.#path = path;
    this.#handle = handle;
    this.#size = size;
  }

  /**
   * Opens `path`, or creates it, to append to it. A last line without its newline, which a crash in the
   * middle of a write has left, is cut off.
   *
   * @throws FileError if it cannot be opened
   */
  static async open(path: string): Promise<LineWriter> {
    try {
      const handle = await open(path, APPENDING);
      try {
        refuseSpecial(path, "opened", await handle.stat());
        const content = await handle.readFile();
        const size = content.lastIndexOf(NEWLINE) + 1;
        if (size < content.length) await handle.truncate(size);
        return new LineWriter(path, handle, size);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw fileError(path, "opened", error);
    }
  }

  /**
   * @param line without its newline, and without any other
   * @throws FileError if it cannot be written; the file then holds the lines before it
   */
  append(line: string): Promise<void> {
    const turn = this.#last.then(() => this.#write(line));
    this.#last = turn.catch(() => {}); // whoever awaits `turn` has the error
    return turn;
  }

  async #write(line: string): Promise<void> {
    const bytes = new TextEncoder().encode(`${line}\n`);
    try {
      await this.#handle.writeFile(bytes);
      await this.#handle.sync();
      this.#size += bytes.length;
    } catch (error) {
      await this.#handle.truncate(this.#size).catch(() => {}); // open() would cut it off as well
      throw fileError(this.#path, "written", error);
    }
  }

  /** Waits for the appends under way, then closes the file; twice is once. @throws FileError */
  async close(): Promise<void> {
    await this.#last;
    try {
      await this.#handle.close();
    } catch (error) {
      throw fileError(this.#path, "closed", error);
    }
  }
}
