/**
 * The folder that a command works in: this process's alone until it is closed, and every file in it whole or not there.
 * What a killed process has left of temporary files is tidied up by the next one.
 */
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigError } from "../../errors.ts";
import { isTemporary, writeFileAtomic } from "../../files/atomic.ts";
import { fileError } from "../../files/errors.ts";
import { isFolder, makeFolder } from "../../files/folders.ts";
import { FolderLock, isClaim, LOCK } from "./folderLock.ts";

export interface NewFolder {
  /** The folder, if the user named one; default: the next free `root`/`name`-001. */
  readonly out?: string | undefined;
  /** Where folders go that the user did not name. */
  readonly root?: string;
  /** What they are called before their number: the command. */
  readonly name: string;
  /** Take `out` even if there is something in it. */
  readonly force?: boolean | undefined;
  /** What the command writes, and takes away first; all else stays. The first of them makes a folder one of its own. */
  readonly files: readonly string[];
  /** The file with which the command could go on, if it is there. */
  readonly resumable?: string;
}

/** What a command names that does not know its plots before it draws them. */
export const PLOTS = "plots/*.svg";

export class WorkFolder {
  /** The folder, as it was given: "runs/train-001". */
  readonly path: string;
  readonly #lock: FolderLock;
  #closed = false;

  private constructor(path: string, lock: FolderLock) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Makes the folder, and those above it, or takes one that is there. Two commands that start at once get two folders.
   *
   * @throws ConfigError if `out` is in use, or something is in it and not `force`
   * @throws FileError if it cannot be made
   */
  static async create(options: NewFolder): Promise<WorkFolder> {
    const { out, root = "runs", name, files } = options;
    if (out?.trim() === "") throw new ConfigError(`--out "${out}": expected the name of a folder. Give one.`);
    const path = out ?? (await makeNumberedFolder(root, name));
    const made = out === undefined || (await makeFolder(path));
    try {
      if (!made) await requireFree(path, options);
      const folder = new WorkFolder(path, await FolderLock.take(path));
      try {
        // Another process may have been there in between, until now.
        await requireFree(path, options);
        await folder.#tidy();
        await folder.#remove(files);
        return folder;
      } catch (error) {
        await folder.close().catch(() => {});
        throw error;
      }
    } catch (error) {
      if (made) await rmdir(path).catch(() => {});
      throw error;
    }
  }

  /** Takes a folder with what is in it. @throws ConfigError if it is in use; FileError if it is not there */
  static async open(path: string): Promise<WorkFolder> {
    const folder = new WorkFolder(path, await FolderLock.take(path));
    await folder.#tidy();
    return folder;
  }

  /** @throws FileError unless the folder is there, and this process's */
  async check(): Promise<void> {
    await this.#lock.check();
  }

  /** Writes files by their paths from the folder, one after another, each at once. */
  async writeFiles(files: readonly (readonly [path: string, content: string | Uint8Array])[]): Promise<void> {
    for (const [path, content] of files) {
      await this.check();
      const file = join(this.path, path);
      if (dirname(path) !== ".") await makeInside(dirname(file));
      await writeFileAtomic(file, content);
    }
    await this.check();
  }

  async writeJson(file: string, value: object): Promise<void> {
    await this.writeFiles([[file, `${JSON.stringify(value, null, 2)}\n`]]);
  }

  /** Lets others have the folder; twice is once. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#lock.release();
  }

  /** Gives the folder up as if it had never been taken: without the files that were begun, nor itself if it is empty. */
  async abandon(files: readonly string[]): Promise<void> {
    if (
      await this.check().then(
        () => true,
        () => false,
      )
    )
      await this.#remove(files).catch(() => {});
    await this.close();
    await rmdir(this.path).catch(() => {});
  }

  async #tidy(): Promise<void> {
    for (const folder of [this.path, join(this.path, "plots")]) {
      for (const name of await readdir(folder).catch(() => [])) {
        if (isTemporary(name)) await rm(join(folder, name), { force: true }).catch(() => {});
      }
    }
  }

  async #remove(files: readonly string[]): Promise<void> {
    for (const file of files.includes(PLOTS) ? [...files, ...(await plotsIn(this.path))] : files) {
      try {
        await rm(join(this.path, file), { force: true });
      } catch (error) {
        throw fileError(join(this.path, file), "replaced", error);
      }
    }
  }
}

/** What this process and others of nnwasm's leave behind when they are killed before they have written anything. */
export const isLeftover = (name: string): boolean => name === LOCK || isClaim(name) || isTemporary(name);

/** Whether there is a folder that nobody has written anything to. */
export async function isUnused(path: string): Promise<boolean> {
  return (await isFolder(path)) && (await readdir(path).catch(() => [""])).every(isLeftover);
}

/** @throws ConfigError if something is in the folder that is to be kept */
async function requireFree(path: string, { force = false, resumable }: NewFolder): Promise<void> {
  const names = await listFolder(path);
  if (force || names.every(isLeftover)) return;
  const goOn = names.some((name) => name === resumable)
    ? `--resume ${path} to go on with what is in it, `
    : "";
  const replace =
    resumable !== undefined ? "or --force to replace it" : "or --force to replace the run in it";
  throw new ConfigError(`--out ${path}: the folder is not empty. Give another folder, ${goOn}${replace}.`);
}

/** `root`/`name`-001, or one more than the highest number there: names in the order of time. */
async function makeNumberedFolder(root: string, name: string): Promise<string> {
  await makeFolder(root);
  let number = 1 + Math.max(0, ...(await listFolder(root)).map((entry) => numberOf(entry, name)));
  for (;;) {
    const path = join(root, `${name}-${String(number).padStart(3, "0")}`);
    try {
      await mkdir(path); // fails if another run was quicker
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError(path, "created", error);
      number++;
    }
  }
}

/** 12 for "train-012" and the name "train"; 0 for what is not such a name. */
function numberOf(entry: string, name: string): number {
  const digits = entry.startsWith(`${name}-`) ? entry.slice(name.length + 1) : "";
  return /^[0-9]{3,9}$/.test(digits) ? Number(digits) : 0;
}

/** Makes a folder in one that must be there: one that was deleted does not come back. */
async function makeInside(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(await isFolder(path))) throw fileError(path, "created", error);
  }
}

async function plotsIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, "plots")).catch(() => []);
  return names.filter((name) => name.endsWith(".svg")).map((name) => join("plots", name));
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw fileError(path, "read", error);
  }
}

/** Does the work and closes the folder, whatever comes. An error of the work says more than one of closing. */
export async function closing<T>(folder: { close(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await folder.close().catch(() => {});
    throw error;
  }
  await folder.close();
  return result;
}
