/** The files of the system, by Node. In the browser's build systemFiles.browser.ts stands in for this file. */
import type { FileHandle } from "node:fs/promises";
import { fileError } from "./errors.ts";
import { fileSystem } from "./fileSystem.ts";
import type { FileStore, Found, OpenFile } from "./store.ts";

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
}

const kindOf = (what: Kind): Found["kind"] =>
  what.isFile() ? "file" : what.isDirectory() ? "folder" : "a device or a pipe";

export const systemFiles: FileStore = {
  async look(path) {
    const { stat } = await fileSystem(path);
    try {
      const stats = await stat(path);
      const kind = kindOf(stats);
      return kind === "file" ? { kind, size: stats.size } : { kind };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw fileError(path, "read", error);
    }
  },

  async list(folder) {
    const { readdir } = await fileSystem(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      throw fileError(folder, "read", error);
    });
    return entries.map((entry) => ({
      name: entry.name,
      kind: entry.isSymbolicLink() ? "a link" : kindOf(entry),
    }));
  },

  async real(folder) {
    const { realpath } = await fileSystem(folder);
    return await realpath(folder).catch((error: unknown) => {
      throw fileError(folder, "read", error);
    });
  },

  async open(path) {
    const { open } = await fileSystem(path);
    try {
      return new SystemFile(path, await open(path));
    } catch (error) {
      throw fileError(path, "read", error);
    }
  },

  async bytes(path, limits) {
    const { readBytes } = await import("./read.ts");
    return await readBytes(path, limits);
  },
};

class SystemFile implements OpenFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array> {
    const length = Math.max(0, end - start);
    const bytes = (into ?? new Uint8Array(length)).subarray(0, length);
    try {
      for (let filled = 0; filled < length; ) {
        const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, start + filled);
        if (bytesRead === 0) return bytes.subarray(0, filled);
        filled += bytesRead;
      }
      return bytes;
    } catch (error) {
      throw fileError(this.#path, "read", error);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
