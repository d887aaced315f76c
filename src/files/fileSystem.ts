/**
 * Node's files, for the parts of the library that read some.
 */
import { nodeModule } from "../runtime.ts";
import { GIVE_FILES, noFiles } from "./errors.ts";

/**
 * node:fs/promises, on first use.
 * @param path what is to be read, for the error
 * @throws FileError where there is no such module
 */
export async function fileSystem(path: string): Promise<typeof import("node:fs/promises")> {
  try {
    return await nodeModule("node:fs/promises", () => import("node:fs/promises"));
  } catch (cause) {
    throw noFiles(path, "read", GIVE_FILES, cause);
  }
}
