/**
 * The bytes of a file of the system, of a pipe or of a device. In the browser's build systemSource.browser.ts stands in for this
 * file. What it needs of Node is loaded on first use.
 */
import type { Socket } from "node:net";
import { FileError } from "../errors.ts";
import { fileError } from "../files/errors.ts";
import { fileSystem } from "../files/fileSystem.ts";
import type { Signal } from "../platform.ts";
import { nodeModule } from "../runtime.ts";
import type { ByteSource } from "./source.ts";

/** How much of a file is read at once. */
const CHUNK = 256 * 1024;

/**
 * A file as a source. Pipes and devices are read once only.
 * @param signal ends the waiting for a pipe
 * @throws FileError if it is not there, or a folder
 */
export async function systemSource(path: string, signal?: Signal): Promise<ByteSource> {
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
