/** A file that grows by whole lines: metrics.jsonl, the log of a search. */
import { constants, type FileHandle, open, stat } from "node:fs/promises";
import { FileError } from "../errors.ts";
import { fileError, refuseSpecial } from "./errors.ts";

const NEWLINE = 0x0a;
/** The flags of "a+", and O_NONBLOCK: opening a pipe does not wait. Windows has no O_NONBLOCK. */
const APPENDING = constants.O_APPEND | constants.O_CREAT | constants.O_RDWR | (constants.O_NONBLOCK ?? 0);

/** How much of a file is read at once. */
const BLOCK_BYTES = 1 << 14;

/** Bytes of a file's whole lines. The last newline is looked for from the end: a log may be long, and is opened for each line. */
async function wholeLines(handle: FileHandle, size: number): Promise<number> {
  const block = new Uint8Array(Math.min(size, BLOCK_BYTES));
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - block.length);
    const { bytesRead } = await handle.read(block, 0, end - begin, begin);
    const last = block.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (last >= 0) return begin + last + 1;
    end = begin;
  }
  return 0;
}

/** Appends lines, each flushed to the disk before `append` resolves. */
export class LineWriter {
  readonly #path: string;
  readonly #handle: FileHandle;
  /** Bytes of whole lines. */
  #size: number;
  /** The last append that was asked for: each waits for the one before, so that lines do not mix. */
  #last: Promise<void> = Promise.resolve();
  #closed = false;

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
        const stats = await handle.stat();
        refuseSpecial(path, "opened", stats);
        const size = await wholeLines(handle, stats.size);
        if (size < stats.size) await handle.truncate(size);
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
   * @param line without its newline. Several with newlines between them are written together, or none of them
   * @throws FileError if it cannot be written, the file then holds the lines before it; or if it has been taken away
   */
  append(line: string): Promise<void> {
    const turn = this.#last.then(() => this.#write(line));
    this.#last = turn.catch(() => {}); // the caller gets the error from `turn`
    return turn;
  }

  async #write(line: string): Promise<void> {
    await this.#checkName();
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

  /** Refuses to write to a deleted file: writing would succeed, and the file be gone when it is closed. */
  async #checkName(): Promise<void> {
    const path = this.#path;
    try {
      const own = await this.#handle.stat({ bigint: true });
      const named = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      if (named?.ino === own.ino && named.dev === own.dev) return;
    } catch (error) {
      throw fileError(path, "written", error);
    }
    throw new FileError(
      `${path} has been deleted, moved or replaced while nnwasm wrote to it, and its lines with it. ` +
        "Leave the file alone until the command has ended.",
    );
  }

  /**
   * Waits for the appends under way, then closes the file. A second call does nothing.
   * @throws FileError, also if the file has been taken away
   */
  async close(): Promise<void> {
    await this.#last;
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#checkName();
    } finally {
      await this.#closeHandle();
    }
  }

  async #closeHandle(): Promise<void> {
    try {
      await this.#handle.close();
    } catch (error) {
      throw fileError(this.#path, "closed", error);
    }
  }
}
