/**
 * Trainings that go on after the tab was closed: checkpoints, and the files that they need, in the private files of the origin
 * (OPFS). A slot holds one training. Where a browser has no such files, nothing is kept, and nothing fails.
 *
 *   nnwasm/SLOT/session.json    what was trained
 *   nnwasm/SLOT/checkpoint      where it stands
 *   nnwasm/SLOT/files/0, …      the user's files
 *   nnwasm/SLOT/files.json      their paths, sizes and times, when all of them are there
 */
import type { NamedFile } from "../../runs/data/dropped.ts";
import type { Given, Interrupted } from "./api.ts";

/** The most bytes of the user's files that are kept: all of CIFAR-10 fits. */
const MOST_KEPT = 400_000_000;

export interface Session {
  readonly version: string;
  readonly given: Given;
  readonly data: string;
  readonly epochs: number;
  readonly epoch: number;
  readonly at: number;
  /** The paths of the user's files, in their order; undefined: there are none, or they were too large to be kept. */
  readonly files?: readonly string[] | undefined;
  readonly needsFiles: boolean;
}

async function folder(slot: string, create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle("nnwasm", { create });
    return await all.getDirectoryHandle(slot, { create });
  } catch {
    return undefined;
  }
}

/** The new content is there, or the old one: it is written to a file beside it, which takes its place when it is closed. */
async function write(folder: FileSystemDirectoryHandle, name: string, data: Blob | Uint8Array | string) {
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  try {
    await stream.write(data as FileSystemWriteChunkType);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => {});
    throw error;
  }
}

async function read(folder: FileSystemDirectoryHandle, name: string): Promise<File | undefined> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch {
    return undefined;
  }
}

/** What tells a file from others, without reading it. */
const signatureOf = ({ path, file }: NamedFile) => [
  path,
  file.size,
  (file as { readonly lastModified?: number }).lastModified ?? 0,
];

export class OriginSlot {
  readonly #slot: string;

  constructor(slot: string) {
    this.#slot = slot;
  }

  /** Keeps the user's files, unless they are many. @returns their paths, or undefined if they are not kept */
  async keepFiles(files: readonly NamedFile[]): Promise<readonly string[] | undefined> {
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    if (bytes > MOST_KEPT) return undefined;
    const own = await folder(this.#slot, true);
    if (own === undefined) return undefined;
    const names = JSON.stringify(files.map(signatureOf));
    try {
      // A training that is repeated has its files there already.
      const before = await read(own, "files.json");
      if ((await before?.text()) === names) return files.map(({ path }) => path);
      await own.removeEntry("files.json").catch(() => {});
      await own.removeEntry("files", { recursive: true }).catch(() => {});
      const kept = await own.getDirectoryHandle("files", { create: true });
      for (const [i, { file }] of files.entries()) await write(kept, `${i}`, file as Blob);
      await write(own, "files.json", names);
      return files.map(({ path }) => path);
    } catch {
      // The quota, for one. The training goes on, and says that it cannot be resumed without its files.
      return undefined;
    }
  }

  async files(session: Session): Promise<readonly NamedFile[] | undefined> {
    const own = session.files && (await folder(this.#slot, false));
    if (own === undefined) return undefined;
    try {
      const kept = await own.getDirectoryHandle("files");
      return await Promise.all(
        session.files!.map(async (path, i) => {
          const file = await (await kept.getFileHandle(`${i}`)).getFile();
          // The name decides what a file is taken for.
          return {
            path,
            file: new File([file], path.split("/").at(-1)!, { lastModified: file.lastModified }),
          };
        }),
      );
    } catch {
      return undefined;
    }
  }

  /** @throws an Error if it cannot be kept */
  async save(session: Session, checkpoint: Uint8Array): Promise<boolean> {
    const own = await folder(this.#slot, true);
    if (own === undefined) return false;
    await write(own, "checkpoint", checkpoint);
    await write(own, "session.json", JSON.stringify(session));
    return true;
  }

  async session(): Promise<Session | undefined> {
    const own = await folder(this.#slot, false);
    const file = own && (await read(own, "session.json"));
    if (file === undefined) return undefined;
    try {
      const session = JSON.parse(await file.text()) as Session;
      return typeof session.given === "object" && typeof session.epoch === "number" ? session : undefined;
    } catch {
      return undefined;
    }
  }

  async checkpoint(): Promise<Uint8Array | undefined> {
    const own = await folder(this.#slot, false);
    const file = own && (await read(own, "checkpoint"));
    return file && new Uint8Array(await file.arrayBuffer());
  }

  async forget(): Promise<void> {
    try {
      const root = await navigator.storage.getDirectory();
      const all = await root.getDirectoryHandle("nnwasm");
      await all.removeEntry(this.#slot, { recursive: true });
    } catch {
      // There was nothing.
    }
  }
}

export const interruptedOf = (slot: string, session: Session): Interrupted => ({
  slot,
  ...{ given: session.given, epoch: session.epoch, epochs: session.epochs, at: session.at },
  data: session.data,
  hasFiles: !session.needsFiles || session.files !== undefined,
});
