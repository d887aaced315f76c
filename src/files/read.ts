/**
 * Reading whole files that a user has named. Devices and pipes are refused, as they may have no end, and so are files
 * above a limit.
 */
import { constants, open, stat } from "node:fs/promises";
import { FileError } from "../errors.ts";
import { fileError, refuseSpecial } from "./errors.ts";

export interface ReadOptions {
  /** A file of more bytes is refused. */
  readonly most?: number;
  /** Makes the error for a larger file, from its bytes or as many as are known. */
  readonly tooLarge?: (bytes: number) => Error;
}

const MOST_BYTES = 2 ** 31 - 1;

/**
 * All bytes of a file.
 * @throws FileError if it cannot be read, is no regular file, or is too large
 */
export async function readBytes(
  path: string,
  { most = MOST_BYTES, tooLarge = (bytes) => tooLargeError(path, bytes, most) }: ReadOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = refuseSpecial(path, "read", await stat(path));
    if (size > most) throw tooLarge(size);
    const handle = await open(path, NO_WAITING);
    try {
      // A file of /proc has more bytes than it says, and one that is being written grows.
      let bytes = new Uint8Array(size + 1);
      for (let filled = 0; ; ) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, null);
        if (bytesRead === 0) return bytes.subarray(0, filled);
        filled += bytesRead;
        if (filled > most) throw tooLarge(filled);
        if (filled < bytes.length) continue;
        const larger = new Uint8Array(2 * filled);
        larger.set(bytes);
        bytes = larger;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(path, "read", error);
  }
}

/** The text of a file in UTF-8, without a byte-order mark. @throws FileError as {@link readBytes} */
export async function readText(path: string, options?: ReadOptions): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, options));
}

/** Opening a pipe would wait for a writer, and the end of the process for the opening. Windows has no such flag. */
const NO_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const tooLargeError = (path: string, bytes: number, most: number) =>
  new FileError(
    `${path} cannot be read: it has ${bytes} bytes or more, expected ${most} at most. Give the right file, or a smaller one.`,
  );
