/** The files of published data sets: checking them against the published content, and putting them in their place. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import type { FileCheck, PublishedFile } from "./kind.ts";

/**
 * Compares files in a folder with the published ones.
 * @returns what was found, file by file. Of a file that is there unpacked only, that is compared
 */
export async function checkFiles(
  folder: string,
  files: readonly PublishedFile[],
  signal: AbortSignal | undefined,
): Promise<FileCheck[]> {
  const checks: FileCheck[] = [];
  for (const published of files) {
    signal?.throwIfAborted();
    const { unpacked } = published;
    const isUnpacked =
      unpacked !== undefined &&
      !(await isThere(`${folder}/${published.name}`)) &&
      (await isThere(`${folder}/${unpacked.name}`));
    const file = isUnpacked ? unpacked : published;
    const problem = await problemOf(`${folder}/${file.name}`, file, signal);
    checks.push({ name: file.name, ok: problem === undefined, finding: problem ?? "sha256 matches" });
  }
  return checks;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** What is wrong with a file; undefined if it has the published content. */
export async function problemOf(
  path: string,
  { bytes, sha256 }: PublishedFile,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return "is not a file";
    if (stats.size !== bytes) return `has ${stats.size} bytes, expected ${bytes}`;
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted();
      hash.update(chunk);
    }
    const actual = hash.digest("hex");
    return actual === sha256 ? undefined : `has sha256 ${actual}, expected ${sha256}`;
  } catch (error) {
    signal?.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? "is missing" : `cannot be read (${code})`;
  }
}

/**
 * Gives a folder that is complete its name, so that nobody finds some of the files without the others. If there is a folder
 * of that name, the files take their places in it.
 */
export async function moveInto(staging: string, target: string, names: Iterable<string>): Promise<void> {
  try {
    await rename(staging, target);
  } catch (error) {
    // A damaged data set is there, perhaps with files of the user's. (Windows says EPERM.)
    if (!["ENOTEMPTY", "EEXIST", "EPERM"].includes(`${(error as NodeJS.ErrnoException).code}`)) throw error;
    for (const name of names) await rename(`${staging}/${name}`, `${target}/${name}`);
    await rm(staging, { recursive: true, force: true });
  }
}
