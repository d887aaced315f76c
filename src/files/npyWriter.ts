/**
 * Writes numbers as an NPY file, row by row: how many rows there will be need not be known before. As with writeFileAtomic, nobody
 * ever finds half of it: it is a temporary file in the same folder until it is finished.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { regularFile, syncFolder } from "./atomic.ts";
import { fileError } from "./errors.ts";

/** The header has this many bytes, whatever the number of rows: it is written again at the end. */
const HEADER = 128;
/** How many bytes are collected before they are written. */
const BUFFER = 2 ** 18;

/** The header of a float64 array (rows, columns), little endian, in C's order. */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const header = new Uint8Array(HEADER).fill(0x20);
  const length = HEADER - 10;
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8]);
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  header.set(new TextEncoder().encode(text), 10);
  header[HEADER - 1] = 0x0a;
  return header;
}

/** An NPY file of float64 numbers (rows, columns) that is being written. It is there once `finish` has resolved. */
export class NpyWriter {
  readonly path: string;
  readonly columns: number;
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #buffer = new DataView(new ArrayBuffer(BUFFER));
  #filled = 0;
  #at = HEADER;
  #rows = 0;
  #isOpen = true;

  /**
   * Begins a file.
   * @param path its folder must exist; what is there stays until `finish`
   * @param columns numbers of a row, ≥ 1
   * @throws FileError if it cannot be written
   */
  static async open(path: string, columns: number): Promise<NpyWriter> {
    try {
      const target = await regularFile(path);
      const temporary = join(dirname(target), `.nnwasm-${randomBytes(6).toString("hex")}.tmp`);
      return new NpyWriter(path, columns, target, temporary, await open(temporary, "wx"));
    } catch (error) {
      throw fileError(path, "written", error);
    }
  }

  private constructor(path: string, columns: number, target: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.columns = columns;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** How many rows have been written. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Writes rows.
   * @param values (rows, columns), row-major
   * @throws FileError if they cannot be written: the file is given up then
   */
  async write(values: ArrayLike<number>): Promise<void> {
    const rows = values.length / this.columns;
    if (!Number.isInteger(rows)) {
      throw new RangeError(`NpyWriter.write: ${values.length} numbers are no rows of ${this.columns}.`);
    }
    for (let i = 0; i < values.length; i++) {
      if (this.#filled === BUFFER) await this.#flush();
      this.#buffer.setFloat64(this.#filled, values[i]!, true);
      this.#filled += 8;
    }
    this.#rows += rows;
  }

  /**
   * Ends the file, and puts it in its place.
   * @throws FileError if that cannot be done: the file is given up then
   */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#orGiveUp(async () => {
      await this.#put(npyHeader(this.#rows, this.columns), 0);
      await this.#handle.sync();
      await this.#handle.close();
      this.#isOpen = false;
      await rename(this.#temporary, this.#target);
      await syncFolder(dirname(this.#target));
    });
  }

  /** Gives the file up: what was there stays. After `finish`, or a second time, it does nothing. */
  async abandon(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close().catch(() => {});
    await rm(this.#temporary, { force: true }).catch(() => {});
  }

  async #flush(): Promise<void> {
    const bytes = new Uint8Array(this.#buffer.buffer, 0, this.#filled);
    await this.#orGiveUp(() => this.#put(bytes, this.#at));
    this.#at += this.#filled;
    this.#filled = 0;
  }

  async #put(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
  }

  async #orGiveUp(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      await this.abandon();
      await rm(this.#temporary, { force: true }).catch(() => {});
      throw fileError(this.path, "written", error);
    }
  }
}
