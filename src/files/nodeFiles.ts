/**
 * Reading and writing whole files, and files of lines, for the parts of the library that take a path. In the browser's build
 * nodeFiles.browser.ts stands in for this file. What it needs of Node is loaded on first use.
 */

/** All bytes of a file. @throws FileError if it cannot be read */
export async function readFileBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { readBytes } = await import("./read.ts");
  return await readBytes(path);
}

/** Writes a file so that its old content is there, or all of the new. @throws FileError if it cannot be written */
export async function writeWholeFile(path: string, data: string | Uint8Array): Promise<void> {
  const { writeFileAtomic } = await import("./atomic.ts");
  await writeFileAtomic(path, data);
}

/**
 * {@link writeWholeFile}, which keeps the file that was there under another name: at every moment one of the two is whole.
 * @throws FileError if it cannot be written
 */
export async function writeKeepingPrevious(path: string, previous: string, data: Uint8Array): Promise<void> {
  const { writeFileAtomic } = await import("./atomic.ts");
  await writeFileAtomic(path, data, { previous });
}

/** Adds a line to a file, whole or not at all. @throws FileError if it cannot be written */
export async function appendLine(path: string, line: string): Promise<void> {
  const { LineWriter } = await import("./lines.ts");
  const lines = await LineWriter.open(path);
  try {
    await lines.append(line);
  } finally {
    await lines.close();
  }
}
