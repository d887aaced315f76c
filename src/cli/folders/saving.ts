/** Saves what a command leaves at its end, even if some of it does not fit on the disk. */
import { FileError } from "../../errors.ts";
import { LostFolder } from "./folderLock.ts";

/** Writes one thing after another, the most wanted first, and goes on if one of them cannot be written. */
export class Saving {
  readonly #path: string;
  readonly #order: readonly string[];
  readonly #saved: Set<string>;
  readonly #unsaved = new Map<string, FileError>();

  /**
   * @param order the names in the order in which the user is told of them
   * @param there the names of what has been written before
   */
  constructor(path: string, order: readonly string[], there: readonly string[]) {
    this.#path = path;
    this.#order = order;
    this.#saved = new Set(there);
  }

  /**
   * Writes a thing, or remembers why it cannot be written: until it can be, if it is written once more.
   * @throws FileError if the folder is lost
   */
  async write(name: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#saved.add(name);
      this.#unsaved.delete(name);
    } catch (error) {
      if (!(error instanceof FileError) || error instanceof LostFolder) throw error;
      const before = this.#saved.has(name) ? " What was written there before is still there." : "";
      this.#unsaved.set(
        name,
        before === "" ? error : new FileError(error.message + before, { cause: error }),
      );
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

  /** @throws FileError if something could not be written; the error says what was */
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
