/**
 * Where the bytes of a format come from: a file, a pipe or a device, the standard input, or memory. What is gzipped is unpacked
 * as it is read. In the browser's build inputs.browser.ts stands in for this file. What it needs of Node is loaded on first use.
 */
import type { Socket } from "node:net";
import { DatasetError, FileError } from "../errors.ts";
import { fileError } from "../files/errors.ts";
import { fileSystem } from "../files/fileSystem.ts";
import type { Signal } from "../platform.ts";
import { nodeModule } from "../runtime.ts";
import type { FormatInput } from "./format.ts";
import { type ByteSource, inputOf, type MemoryFile, memorySource, type Unpack } from "./source.ts";

export interface InputOptions {
  /** What "-" stands for: the standard input. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Ends the waiting for a pipe. */
  readonly signal?: Signal | undefined;
}

/** What "-" is called in what people read. */
export const STANDARD_INPUT = "the standard input";

/** What a file is called in what people read. */
export const inputName = (from: string): string => (from === "-" ? STANDARD_INPUT : from);

/** How much of a file is read at once. */
const CHUNK = 256 * 1024;

/**
 * Opens a file for a format, and reads its head. Pipes, devices and "-", the standard input, are read once only.
 * @param from a path, "-", or a file in memory
 * @throws FileError if it cannot be read, or is a folder; DatasetError if it is gzipped and damaged
 */
export async function openInput(
  from: string | MemoryFile,
  { stdin, signal }: InputOptions = {},
): Promise<FormatInput> {
  if (typeof from !== "string") return await inputOf(memorySource(from), gunzip);
  if (from !== "-") return await inputOf(await sourceOfPath(from, signal), gunzip);
  if (stdin === undefined) {
    throw new FileError(`${STANDARD_INPUT} cannot be read: there is none here. Give the name of a file.`);
  }
  const source = { name: STANDARD_INPUT, size: undefined, rereadable: false, chunks: () => stdin };
  return await inputOf(source, gunzip);
}

async function sourceOfPath(path: string, signal?: Signal): Promise<ByteSource> {
  const { stat } = await fileSystem(path);
  const stats = await stat(path).catch((error: unknown) => {
    throw fileError(path, "read", error);
  });
  if (stats.isDirectory()) {
    throw new FileError(`${path} cannot be read: it is a folder (EISDIR). Give the name of a file.`);
  }
  if (stats.isFile()) {
    return {
      name: path,
      // What /proc holds has no size.
      size: stats.size === 0 ? undefined : stats.size,
      rereadable: true,
      chunks: () => fileChunks(path),
      slice: (start, end) => fileSlice(path, start, end),
    };
  }
  const isPipe = stats.isFIFO() || stats.isSocket();
  const chunks = () => (isPipe ? pipeChunks(path, signal) : fileChunks(path));
  return { name: path, size: undefined, rereadable: false, chunks };
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const { open } = await fileSystem(path);
  try {
    const handle = await open(path, "r");
    try {
      for (;;) {
        // A buffer of its own: whoever gets the chunk may keep it.
        const bytes = new Uint8Array(CHUNK);
        const { bytesRead } = await handle.read(bytes, 0, CHUNK, null);
        if (bytesRead === 0) return;
        yield bytes.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(path, "read", error);
  }
}

async function fileSlice(path: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const { open } = await fileSystem(path);
  try {
    const handle = await open(path, "r");
    try {
      const bytes = new Uint8Array(Math.max(0, end - start));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(path, "read", error);
  }
}

/** A named pipe, or the one that a shell makes for <(…). It is polled: a thread that waits for it could not be stopped. */
async function* pipeChunks(path: string, signal?: Signal): AsyncGenerator<Uint8Array> {
  const { open, constants } = await nodeModule("node:fs", () => import("node:fs"));
  const net = await nodeModule("node:net", () => import("node:net"));
  let socket: Socket | undefined;
  const stop = () => void socket?.destroy(signal?.reason as Error);
  signal?.addEventListener("abort", stop);
  try {
    const fd = await new Promise<number>((resolve, reject) =>
      open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0), (error, opened) =>
        error === null ? resolve(opened) : reject(error),
      ),
    );
    socket = new net.Socket({ fd, readable: true, writable: false });
    signal?.throwIfAborted();
    yield* socket as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw signal?.aborted ? signal.reason : fileError(path, "read", error);
  } finally {
    signal?.removeEventListener("abort", stop);
    socket?.destroy();
  }
}

/** Unpacks gzip's format, of one member or several. */
const gunzip: Unpack = async function* (name, chunks) {
  const { createGunzip } = await nodeModule("node:zlib", () => import("node:zlib"));
  const { pipeline, Readable } = await nodeModule("node:stream", () => import("node:stream"));
  const unpacked = createGunzip({ chunkSize: CHUNK });
  // The iteration below throws what ends the pipeline.
  pipeline(Readable.from(chunks, { objectMode: false }), unpacked, () => {});
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("Z_")) throw error;
    const what = code === "Z_BUF_ERROR" ? "it is cut short" : `it is damaged (${message})`;
    throw new DatasetError(`${name} cannot be unpacked: ${what}. Fetch or make it again.`, { cause: error });
  } finally {
    unpacked.destroy();
  }
};
