/** The operating system's refusals, in words: what could not be done to which file, why, and what to do. */
import { FileError } from "../errors.ts";
import type { Found } from "./store.ts";

/** Error code → why, and the next step. */
const CAUSES: Readonly<Record<string, readonly [reason: string, step: string]>> = {
  EACCES: ["permission denied", "Change its permissions, or choose another place."],
  EPERM: ["the operation is not permitted", "Change its permissions, or choose another place."],
  EROFS: ["the file system is read-only", "Choose another place."],
  ENOSPC: ["no space is left on the device", "Free some space, or choose another place."],
  EDQUOT: ["the disk quota is used up", "Free some space, or choose another place."],
  EFBIG: ["the file would be too large for the file system", "Choose another place."],
  EIO: ["the device reports an error", "Check the disk, or choose another place."],
  EISDIR: ["it is a folder", "Give the name of a file."],
  ENOTDIR: ["a part of the path is a file, not a folder", "Check the path."],
  EEXIST: ["a file of that name is in the way", "Remove it, or choose another place."],
  ENOENT: ["it does not exist", "Check the path."],
  ENAMETOOLONG: ["the name is too long", "Choose a shorter one."],
  ELOOP: ["its symbolic links go in a circle", "Check the path."],
  EMFILE: ["too many files are open", "Close some programs, or raise the limit (ulimit -n)."],
  ENFILE: ["too many files are open on this machine", "Close some programs."],
  ENOMEM: ["the system has no memory left", "Free some memory."],
  EAGAIN: ["it has nothing to read now", "Give the name of a file."],
  ETXTBSY: ["another program is using it", "End that program, or choose another place."],
  EBUSY: ["another program is using it", "End that program, or choose another place."],
  ERR_INVALID_ARG_VALUE: ["the name has a character that no name may have", "Give another one."],
};

/**
 * The FileError for an error of node:fs, with that as its `cause`. A FileError is returned as it is, and so is an error
 * that is not the operating system's: it is a bug.
 *
 * @param action what was tried: "read", "written", "created", "removed"
 */
export function fileError(path: string, action: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FileError || !("code" in error)) return error;
  const code = String(error.code);
  const [reason, step] = Object.hasOwn(CAUSES, code)
    ? CAUSES[code]!
    : [error.message, "Check the path, or choose another place."];
  return new FileError(`${path} cannot be ${action}: ${reason} (${code}). ${step}`, { cause: error });
}

/** What is done in a browser in place of naming a file. */
export const GIVE_FILES = 'Give it as a File, of an <input type="file"> or a drop.';

/**
 * The FileError for a file in a browser.
 * @param action what was tried: "read" or "written"
 * @param instead what is done there: "Fetch its bytes, and give them to loadModel()."
 */
export function noFiles(path: string, action: string, instead: string, cause?: unknown): FileError {
  return new FileError(
    `${path} cannot be ${action}: there are no files here, as in a browser. ${instead}`,
    cause === undefined ? undefined : { cause },
  );
}

interface FileKind {
  isFile(): boolean;
  isDirectory(): boolean;
}

/**
 * The stats of a regular file. A device or a pipe is refused: it may have no end, or nobody at the other end.
 * @throws FileError otherwise
 */
export function refuseSpecial<Stats extends FileKind>(path: string, action: string, stats: Stats): Stats {
  if (stats.isFile()) return stats;
  const what = stats.isDirectory() ? "a folder (EISDIR)" : "a device or a pipe";
  throw new FileError(`${path} cannot be ${action}: it is ${what}. Give the name of a file.`);
}

/** What was found at a path. @throws FileError if nothing was */
export function refuseMissing(path: string, found: Found | undefined): Found {
  if (found !== undefined) return found;
  throw new FileError(`${path} cannot be read: it does not exist (ENOENT). Check the path.`);
}

/**
 * What was found at the path of a file.
 * @throws FileError unless it is a file
 */
export function refuseKind(path: string, found: Found | undefined): Found & { readonly kind: "file" } {
  const there = refuseMissing(path, found);
  if (there.kind === "file") return there;
  const what = there.kind === "folder" ? "a folder (EISDIR)" : there.kind;
  throw new FileError(`${path} cannot be read: it is ${what}. Give the name of a file.`);
}
