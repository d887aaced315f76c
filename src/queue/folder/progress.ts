/** What a worker tells of a job's progress: a file, written at most twice a second. What cannot be written is dropped. */

import { now } from "../../runtime.ts";
import type { Layout } from "./layout.ts";
import { replaceWhole } from "./sharedFiles.ts";

const INTERVAL = 500;
/** The most bytes of a message. */
export const MOST_PROGRESS = 65_536;

export class ProgressFile {
  readonly #folder: string;
  readonly #name: string;
  /** What has not been written yet. */
  #latest: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #written = Number.NEGATIVE_INFINITY;
  #isOver = false;

  constructor(layout: Layout, id: string) {
    this.#folder = layout.folder("progress");
    this.#name = `${id}.json`;
  }

  write(text: string): void {
    if (Buffer.byteLength(text) > MOST_PROGRESS) return;
    this.#latest = text;
    this.#schedule();
  }

  /** Writes no more. */
  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  #schedule(): void {
    if (this.#isOver || this.#timer !== undefined || this.#writing !== undefined) return;
    if (this.#latest === undefined) return;
    this.#timer = setTimeout(() => this.#write(), Math.max(0, this.#written + INTERVAL - now()));
    this.#timer.unref();
  }

  #write(): void {
    this.#timer = undefined;
    const text = this.#latest!;
    this.#latest = undefined;
    this.#written = now();
    this.#writing = replaceWhole(this.#folder, this.#name, text)
      .catch(() => {})
      .then(() => {
        this.#writing = undefined;
        this.#schedule();
      });
  }
}
