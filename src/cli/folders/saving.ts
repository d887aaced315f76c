/** What a command saves at its end, of which some may not fit on the disk. */
import { FileError } from "../../errors.ts";
import { LostFolder } from "./folderLock.ts";

/** Writes one thing after another, the dearest first, and goes on where one of them cannot be written. */
export class Saving {
  readonly #path: string;
  readonly #order: readonly string[];
  readonly #saved: Set<string>;
  readonly #unsaved = new Map<string, FileError>();

  /**
   * @param order the names, as they are told
   * @param there what has been written before
   */
  constructor(path: string, order: readonly string[], there: readonly string[]) {
    this.#path = path;
    this.#order = order;
    this.#saved = new Set(there);
  }

  /** Writes a thing, or keeps why it cannot be written. @throws FileError if the folder is lost */
  async write(name: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#saved.add(name);
      this.#unsaved.delete(name);
    } catch (error) {
      if (!(error instanceof FileError) || error instanceof LostFolder) throw error;
      // One that was written before is there still.
      if (!this.#saved.has(name)) this.#unsaved.set(name, error);
    }
  }

  /** For a summary: what is missing, and why. */
  get facts(): { readonly unsaved?: Readonly<Record<string, string>> } {
    if (this.#unsaved.size === 0) return {};
    return {
      unsaved: Object.fromEntries([...this.#unsaved].map(([name, { message }]) => [name, message])),
    };
  }

  /** "saved in runs/train-001: model.safetensors, …". */
  get inWords(): string {
    return `saved in ${this.#path}: ${this.#names()}`;
  }

  #names(): string {
    return this.#order.filter((name) => this.#saved.has(name)).join(", ");
  }

  /** @throws FileError if something could not be written; it says what is there */
  finish(): void {
    const [first] = this.#unsaved.values();
    if (first === undefined) return;
    const others = [...this.#unsaved.keys()].slice(1);
    throw new FileError(
      first.message +
        (others.length === 0 ? "" : ` Nor ${others.join(", ")}.`) +
        ` What is in ${this.#path}: ${this.#names()}.`,
      { cause: first },
    );
  }
}
