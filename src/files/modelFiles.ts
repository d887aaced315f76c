/**
 * Models' files by their paths. In the browser's build modelFiles.browser.ts stands in for this file. What needs Node is
 * loaded when it is needed.
 */
import { noFiles } from "./errors.ts";

/** The model in a run's folder. */
export const MODEL_FILE = "model.safetensors";

export const FETCH_INSTEAD = "Give loadModel() its File, or its bytes.";
export const DOWNLOAD_INSTEAD =
  "Take Model.toBytes(), and offer it as a download: new Blob([bytes]), URL.createObjectURL().";

/**
 * The bytes of a model's file, or of the one in a run's folder.
 * @returns the bytes, and the path of their file
 * @throws FileError if it cannot be read
 */
export async function readModelFile(path: string): Promise<{ bytes: Uint8Array; file: string }> {
  const load = () => Promise.all([import("./read.ts"), import("node:fs/promises"), import("node:path")]);
  const [{ readBytes }, { stat }, { join }] = await load().catch((cause: unknown) => {
    throw noFiles(path, "read", FETCH_INSTEAD, cause);
  });
  // What the path lacks is told by the reading.
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  const file = isFolder ? join(path, MODEL_FILE) : path;
  return { bytes: await readBytes(file), file };
}

/**
 * Writes a model's file so that nobody ever finds half of it: its old content is there, or all of the new.
 * @throws FileError if it cannot be written; the file is then as it was
 */
export async function writeModelFile(path: string, bytes: Uint8Array): Promise<void> {
  const { writeFileAtomic } = await import("./atomic.ts").catch((cause: unknown) => {
    throw noFiles(path, "written", DOWNLOAD_INSTEAD, cause);
  });
  await writeFileAtomic(path, bytes);
}
