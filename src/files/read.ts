/** Reading whole files. */
import { readFile } from "node:fs/promises";
import { fileError } from "./errors.ts";

/**
 * All bytes of a file.
 * @throws FileError if it cannot be read
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(path, "read", error);
  }
}
