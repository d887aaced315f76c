/**
 * Writing a file so that nobody ever finds half of it: neither another process, nor the user after a crash, a
 * full disk or a power cut. Either the old content is there, or all of the new.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError, refuseSpecial } from "./errors.ts";

/** Whether a file is one that {@link writeFileAtomic} makes on its way: a killed process leaves it behind. */
export const isTemporary = (name: string): boolean => /^\.nnwasm-[0-9a-f]{12}\.tmp$/.test(name);

/**
 * Writes `data` to a temporary file (".nnwasm-….tmp" in the same folder: a rename does not cross file
 * systems), flushes it to the disk, and renames it to `path`; then flushes the folder, which holds the name.
 * When this fails, the temporary file is removed and `path` is as it was. A symbolic link is followed, not
 * replaced.
 *
 * @param path its folder must exist
 * @param options.previous a file in the same folder that gets the old content. Default: it is dropped
 * @throws FileError if it cannot be written
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  { previous }: { readonly previous?: string } = {},
): Promise<void> {
  try {
    const target = await regularFile(path);
    const temporary = temporaryBeside(target);
    try {
      const handle = await open(temporary, "wx");
      try {
        await handle.writeFile(data);
        await handle.sync();
      } finally {
        await handle.close();
      }
      if (previous !== undefined) await keep(target, previous);
      await rename(temporary, target).catch(async (error: unknown) => {
        if (previous !== undefined) await rename(previous, target).catch(() => {});
        throw error;
      });
    } catch (error) {
      // The first error says more than a second one would.
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
    await syncFolder(dirname(target));
  } catch (error) {
    throw fileError(path, "written", error);
  }
}

/** A name in the same folder, which is short, whatever the target's: that may be as long as the file system allows. */
const temporaryBeside = (target: string): string =>
  join(dirname(target), `.nnwasm-${randomBytes(6).toString("hex")}.tmp`);

/** A file that is written piece by piece, and has its name when all is there: {@link writeFileAtomic} for what is long. */
export class AtomicFile {
  readonly #path: string;
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;

  private constructor(path: string, target: string, temporary: string, handle: FileHandle) {
    this.#path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** @param path its folder must exist @throws FileError if it cannot be written */
  static async open(path: string): Promise<AtomicFile> {
    try {
      const target = await regularFile(path);
      const temporary = temporaryBeside(target);
      return new AtomicFile(path, target, temporary, await open(temporary, "wx"));
    } catch (error) {
      throw fileError(path, "written", error);
    }
  }

  /** Writes after what was written. @throws FileError; the file is to be abandoned then */
  async append(data: string): Promise<void> {
    await this.#do(() => this.#handle.appendFile(data));
  }

  /** Gives the file its name. @throws FileError; what had that name before has it still */
  async commit(): Promise<void> {
    await this.#do(async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#temporary, this.#target);
      await syncFolder(dirname(this.#target));
    });
  }

  /** Removes what was written. What had the name before has it still. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#temporary, { force: true }).catch(() => {});
  }

  async #do(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw fileError(this.#path, "written", error);
    }
  }
}

/** Gives a file another name, if there is one. Between this and the next rename only that name is there. */
async function keep(target: string, previous: string): Promise<void> {
  await rename(target, previous).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/**
 * Where `path` leads: to a regular file, or to nothing yet. Anything else is refused, since a rename would replace even
 * /dev/null.
 */
export async function regularFile(path: string): Promise<string> {
  let target: string;
  try {
    target = await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return path;
    throw error;
  }
  refuseSpecial(path, "written", await stat(target));
  return target;
}

/**
 * The errors of systems that cannot open or flush a folder: Windows, some network file systems.
 */
const NO_FOLDER_SYNC = new Set(["EACCES", "EBADF", "EINVAL", "EISDIR", "ENOSYS", "ENOTSUP", "EPERM"]);

/** Flushes a folder, which holds the names of its files, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
