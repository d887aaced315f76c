/**
 * Files that several machines read and write at once. A reader sees a file whole or not at all, and of those who create the same file
 * exactly one does: it is written under a temporary name in the same folder, then linked to its own. Links are atomic on network file
 * systems, too, where O_EXCL has not always been.
 *
 * A client of a network file system may remember for a minute which names a folder has, and which not. It forgets that when it
 * changes the folder itself and hears that others have changed it meanwhile; so {@link clock} also makes names fresh.
 */
import { randomBytes } from "node:crypto";
import { link, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "../../errors.ts";
import { fileError } from "../../files/errors.ts";
import { readText } from "../../files/read.ts";

const TEMPORARY = /^\.nnwasm-[0-9a-f]{16}\.tmp$/;
export const isTemporary = (name: string): boolean => TEMPORARY.test(name);

/** The code of the operating system's error, or of the one that a FileError is about; undefined for any other error. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof FileError) return codeOf(error.cause);
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** Runs a call of node:fs, its error becoming a FileError that names the file. */
async function named<T>(path: string, action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(path, action, error);
  }
}

/** What `work` gives; undefined if there is no such file. */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** All of a file; undefined if there is none. @throws FileError, also if it has more than `most` bytes */
export const readWhole = (path: string, most: number): Promise<string | undefined> =>
  ifThere(readText(path, { most }));

interface WriteOptions {
  /** Whether it is to outlive a power cut. Default: false. */
  readonly sync?: boolean;
}

/** Writes a file under another name, has it placed, and takes the other name away. */
async function place<T>(
  folder: string,
  text: string,
  { sync = false }: WriteOptions,
  placed: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = join(folder, `.nnwasm-${randomBytes(8).toString("hex")}.tmp`);
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(text);
      if (sync) await handle.sync();
    } finally {
      await handle.close();
    }
    return await placed(temporary);
  } finally {
    // The first error says more, and a temporary file that stays is swept away later.
    await unlink(temporary).catch(() => {});
  }
}

/**
 * Creates a file.
 * @returns whether it did; false if there is one
 * @throws FileError
 */
export function createWhole(
  folder: string,
  name: string,
  text: string,
  options: WriteOptions = {},
): Promise<boolean> {
  const path = join(folder, name);
  return named(path, "created", () =>
    place(folder, text, options, async (temporary) => {
      try {
        await link(temporary, path);
        return true;
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
        // A link whose confirmation got lost on the way is asked for again, and there it is.
        return (await stat(temporary)).nlink === 2;
      }
    }),
  );
}

/** Writes a file, in the place of the one that is there. @throws FileError */
export function replaceWhole(
  folder: string,
  name: string,
  text: string,
  options: WriteOptions = {},
): Promise<void> {
  const path = join(folder, name);
  return named(path, "written", () => place(folder, text, options, (temporary) => rename(temporary, path)));
}

/** Removes a file, if it is there. @throws FileError */
export async function removeFile(path: string): Promise<void> {
  await named(path, "removed", () => ifThere(unlink(path)));
}

/** The names in a folder. @throws FileError */
export const namesIn = (folder: string): Promise<string[]> => named(folder, "read", () => readdir(folder));

/**
 * The time by the file system's clock, in milliseconds: machines' own clocks may differ. The folder's names are fresh after it.
 * @throws FileError
 */
export function clock(folder: string): Promise<number> {
  return named(folder, "written", async () => {
    const temporary = join(folder, `.nnwasm-${randomBytes(8).toString("hex")}.tmp`);
    const handle = await open(temporary, "wx");
    try {
      return (await handle.stat()).mtimeMs;
    } finally {
      await handle.close();
      await unlink(temporary).catch(() => {});
    }
  });
}
