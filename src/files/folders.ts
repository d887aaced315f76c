/** Making folders. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { FileError } from "../errors.ts";
import { fileError } from "./errors.ts";

/**
 * Makes a folder and those above it; one that is there is no error. (Node's `recursive` never ends where a folder that
 * is there takes none, as /proc does.)
 *
 * @param action what is wanted of it, for the error
 * @returns whether it was not there before
 * @throws FileError if it cannot be made
 */
export async function makeFolder(path: string, action = "created"): Promise<boolean> {
  try {
    return await make(path);
  } catch (error) {
    throw fileError(path, action, error);
  }
}

/** Does the work of {@link makeFolder}; raises the system's errors. */
async function make(path: string): Promise<boolean> {
  const first = await tryMkdir(path);
  if (first === undefined || codeOf(first) !== "ENOENT") return await madeOrThere(path, first);
  const parent = dirname(path);
  if (parent === path) throw first;
  await make(parent);
  const second = await tryMkdir(path);
  if (second === undefined || codeOf(second) !== "ENOENT") return await madeOrThere(path, second);
  throw new FileError(`${path} cannot be created: ${noRoom(path, parent)}`, { cause: second });
}

async function tryMkdir(path: string): Promise<unknown> {
  try {
    await mkdir(path);
    return undefined;
  } catch (error) {
    return error;
  }
}

async function madeOrThere(path: string, error: unknown): Promise<boolean> {
  if (error === undefined) return true;
  // A folder that is there may say EEXIST, EISDIR (/), EPERM (a drive of Windows) or EROFS.
  if (await isFolder(path)) return false;
  throw error;
}

export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** Why a folder cannot be made in one that exists. */
function noRoom(path: string, parent: string): string {
  try {
    if (!isAbsolute(path)) resolve(path); // asks for the current folder
  } catch {
    return "the current folder has been deleted (ENOENT). Change to one that is there.";
  }
  return `${parent} takes no folders (ENOENT). Choose another place.`;
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
