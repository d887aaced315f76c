/**
 * Fetching CIFAR-10 as it is published, and checking the files against the published content.
 *
 * Only the six known members of the archive are read, by name, into memory. Each must have its known size and SHA-256.
 * No path from the archive is ever used to write.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { parseTar } from "nanotar";
import { DatasetError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { fileError } from "../files/errors.ts";
import { makeFolder } from "../files/folders.ts";
import { locateCifar10 } from "./cifar10.ts";
import { CIFAR10_ARCHIVE } from "./cifar10Kind.ts";
import { discard, download } from "./download.ts";
import type { FetchOptions, FetchResult, FileCheck, PublishedArchive, PublishedFile } from "./kind.ts";
import { checkFiles, moveInto } from "./published.ts";

/**
 * Puts CIFAR-10 into `folder`, unless it is there. The archive is kept as
 * `<folder>/cifar-10-binary.tar.gz.part` until it is complete and unpacked; an interrupted download goes on
 * from there. Only one process at a time may fetch into a folder: two disturb each other.
 * @param archive the published one, or a small one, for tests
 * @throws DatasetError if the server cannot give the archive, or gives another one
 * @throws FileError if something cannot be written
 * @throws the signal's reason if it is aborted
 */
export async function fetchCifar10(
  { folder, url, onUnpack, ...options }: FetchOptions,
  archive: PublishedArchive = CIFAR10_ARCHIVE,
): Promise<FetchResult> {
  const { signal } = options;
  const target = `${folder}/${archive.folder}`;
  const checks = await checkFiles(target, archive.files, signal);
  if (checks.every(({ ok }) => ok)) return { folder: target, fetched: false };

  const part = `${folder}/cifar-10-binary.tar.gz.part`;
  try {
    await makeFolder(folder, "written");
    const handle = await open(part, constants.O_RDWR | constants.O_CREAT);
    let contents: Map<string, Uint8Array>;
    try {
      await download({
        ...options,
        url: url ?? archive.url,
        file: part,
        handle,
        bytes: archive.bytes,
        magic: [0x1f, 0x8b],
      });
      onUnpack?.();
      contents = await unpack(handle, archive, signal);
    } finally {
      await handle.close();
    }
    await publish(contents, target, signal);
    await discard(part);
    return { folder: target, fetched: true };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WrongArchive) {
      await discard(part);
      throw new DatasetError(
        `The archive from ${url ?? archive.url} is not the published one: ${error.message}. ` +
          `It is removed; run the same again to fetch it anew, or try another address (--url).`,
        { cause: error.cause },
      );
    }
    throw fileError(folder, "written", error);
  }
}

/**
 * Writes the files next to `target` first, so that nobody finds some of them without the others: the folder
 * gets its name when it is complete.
 */
async function publish(
  contents: ReadonlyMap<string, Uint8Array>,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const staging = `${target}.tmp`;
  // What a run that was killed has left.
  await rm(staging, { recursive: true, force: true });
  try {
    await mkdir(staging);
    for (const [name, content] of contents) {
      signal?.throwIfAborted();
      await writeFileAtomic(`${staging}/${name}`, content);
    }
    await moveInto(staging, target, contents.keys());
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * Compares the six files of a CIFAR-10 with the published ones.
 * @param folder holds them, or a folder `cifar-10-batches-bin` that does
 * @returns what was found, file by file
 */
export async function verifyCifar10(
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
  files: readonly PublishedFile[] = CIFAR10_ARCHIVE.files,
): Promise<FileCheck[]> {
  return checkFiles((await locateCifar10([folder])) ?? folder, files, signal);
}

/** The archive is not the published one: its bytes are of no use. */
class WrongArchive extends Error {}

/** The published files in the archive, checked. */
async function unpack(
  handle: FileHandle,
  { files, folder, unpackedLimit }: PublishedArchive,
  signal: AbortSignal | undefined,
): Promise<Map<string, Uint8Array>> {
  const tar = await gunzip(handle, unpackedLimit, signal);
  const contents = new Map<string, Uint8Array>();
  for (const { name, type, data } of membersOf(tar, (path) =>
    files.some((file) => path === `${folder}/${file.name}`),
  )) {
    const file = name.slice(folder.length + 1);
    if (type !== "file") throw new WrongArchive(`its member ${name} is not a file but of type ${type}`);
    if (contents.has(file)) throw new WrongArchive(`its member ${name} is there twice`);
    contents.set(file, data ?? new Uint8Array());
  }
  for (const { name, bytes, sha256 } of files) {
    const content = contents.get(name);
    if (content === undefined) throw new WrongArchive(`its member ${folder}/${name} is missing`);
    if (content.length !== bytes) {
      throw new WrongArchive(`its member ${folder}/${name} has ${content.length} bytes, expected ${bytes}`);
    }
    const actual = createHash("sha256").update(content).digest("hex");
    if (actual !== sha256) {
      throw new WrongArchive(`its member ${folder}/${name} has sha256 ${actual}, expected ${sha256}`);
    }
  }
  return contents;
}

/**
 * Unpacks into memory, `limit` bytes at most.
 * @returns a buffer of `limit` bytes, zeros after the content: a tar ends with zeros anyhow, and pages that
 *   are not written to take no memory
 */
async function gunzip(
  handle: FileHandle,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(limit);
  const bytes = new Uint8Array(buffer);
  let length = 0;
  const source = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 });
  const unzipped = source.pipe(createGunzip({ chunkSize: 1 << 18 }));
  source.on("error", (error) => unzipped.destroy(error));
  try {
    for await (const chunk of unzipped) {
      signal?.throwIfAborted();
      if (length + chunk.length > limit) throw new WrongArchive(`it unpacks to more than ${limit} bytes`);
      bytes.set(chunk, length);
      length += chunk.length;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // zlib's errors: Z_DATA_ERROR, Z_BUF_ERROR, …
    if (/^Z_/.test(`${code}`)) throw new WrongArchive(`it is damaged (${message})`, { cause: error });
    throw error;
  } finally {
    source.destroy();
  }
  return buffer;
}

/**
 * The members with a wanted path. nanotar trusts the sizes in the headers, so they are checked on the way.
 */
function membersOf(tar: ArrayBuffer, wanted: (path: string) => boolean) {
  try {
    return parseTar(tar, {
      filter: ({ name, size }) => {
        // A negative size would send nanotar back, again and again.
        if (!(size >= 0 && size <= tar.byteLength)) throw new RangeError("a member has no valid size");
        return wanted(name);
      },
    });
  } catch (error) {
    throw new WrongArchive(`it is no tar archive (${(error as Error).message})`, { cause: error });
  }
}
