/** Fetching a data set that is published as several files, each at several addresses. */
import { constants } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { DatasetError } from "../errors.ts";
import { fileError } from "../files/errors.ts";
import { makeFolder } from "../files/folders.ts";
import { discard, download } from "./download.ts";
import type { FetchOptions, FetchResult, PublishedFile, PublishedFiles } from "./kind.ts";
import { checkFiles, moveInto, problemOf } from "./published.ts";

/**
 * Puts the files into `folder`, unless they are there. Until all have arrived with the published content they are in
 * `<folder>.part`: whole ones by their names, the one under way as `<name>.part`. An interrupted fetch goes on from there.
 * Only one process at a time may fetch into a folder: two disturb each other.
 * @throws DatasetError if no address gives a file as it is published
 * @throws FileError if something cannot be written
 * @throws the signal's reason if it is aborted
 */
export async function fetchFiles(
  { folder, url, onUnpack: _, onProgress, ...options }: FetchOptions,
  { mirrors, files, magic }: PublishedFiles,
): Promise<FetchResult> {
  const { signal } = options;
  if ((await checkFiles(folder, files, signal)).every(({ ok }) => ok)) return { folder, fetched: false };
  const staging = `${folder}.part`;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  try {
    await makeFolder(staging, "written");
    for (const file of files) {
      await fetchFile(staging, file, url === undefined ? mirrors : [url], {
        ...options,
        magic,
        onProgress: (done) => onProgress?.(before + done, total),
      });
      before += file.bytes;
      onProgress?.(before, total);
    }
    await moveInto(
      staging,
      folder,
      files.map(({ name }) => name),
    );
    return { folder, fetched: true };
  } catch (error) {
    signal?.throwIfAborted();
    throw fileError(folder, "written", error);
  }
}

type FileOptions = Omit<FetchOptions, "folder" | "url" | "onUnpack"> & { readonly magic: readonly number[] };

/** Fetches a file, unless it is there, from the first address that gives it. */
async function fetchFile(
  staging: string,
  file: PublishedFile,
  mirrors: readonly string[],
  options: FileOptions,
): Promise<void> {
  const path = `${staging}/${file.name}`;
  const { signal, onRetry } = options;
  if ((await problemOf(path, file, signal)) === undefined) return;
  for (const [index, mirror] of mirrors.entries()) {
    try {
      await fetchFrom(`${mirror.replace(/\/+$/, "")}/${file.name}`, path, file, options);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof DatasetError) || index === mirrors.length - 1) throw error;
      onRetry?.(`${error.message} The next address`, 0);
    }
  }
}

async function fetchFrom(
  url: string,
  path: string,
  file: PublishedFile,
  options: FileOptions,
): Promise<void> {
  const part = `${path}.part`;
  await removeIfLarger(part, file.bytes);
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT);
  try {
    await download({ ...options, url, file: part, handle, bytes: file.bytes });
    await handle.sync();
  } finally {
    await handle.close();
  }
  const problem = await problemOf(part, file, options.signal);
  if (problem !== undefined) {
    await discard(part);
    throw new DatasetError(
      `${url} is not the published file: it ${problem}. It is removed; run the same again to fetch it anew, or try ` +
        "another address (--url).",
    );
  }
  await rename(part, path);
  await discard(part);
}

/** What an earlier version of a file has left cannot be gone on with. */
async function removeIfLarger(path: string, bytes: number): Promise<void> {
  const size = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > bytes) await rm(path, { force: true });
}
