/**
 * The folder that a command works in. Only this process has it until it is closed, and every file in it appears whole or
 * not at all. The next process tidies up the temporary files that a killed one has left.
 */
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigError } from "../../errors.ts";
import { isTemporary, writeFileAtomic } from "../../files/atomic.ts";
import { fileError } from "../../files/errors.ts";
import { isFolder, makeFolder } from "../../files/folders.ts";
import type { LineWriter } from "../../files/lines.ts";
import { FolderLock, isClaim, LOCK } from "./folderLock.ts";

export interface NewFolder {
  /** The folder that the user named. Default: the next free `root`/`name`-001. */
  readonly out?: string | undefined;
  /** The folder for folders that the user did not name. */
  readonly root?: string;
  /** Their name before the number, which is the command. */
  readonly name: string;
  /** Take `out` even if there is something in it. */
  readonly force?: boolean | undefined;
  /** The files that the command writes. Old ones are removed first; other files stay. */
  readonly files: readonly string[];
  /** The file with which the command can go on, if it is there. */
  readonly resumable?: string;
}

/** The name for all plots, for a command that does not know them before it draws them. */
export const PLOTS = "plots/*.svg";
/** The name for the trained members of an ensemble. */
export const MEMBERS = "checkpoints/member-*.safetensors";

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
        // Another process may have written to the folder in between.
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

  /** @throws FileError unless the folder is there and this process still has it */
  async check(): Promise<void> {
    await this.#lock.check();
  }

  /**
   * Adds a line to a file of the folder.
   * @throws FileError. Where the whole folder is gone it says that, and not that one file is
   */
  async append(lines: LineWriter, line: string): Promise<void> {
    await this.check();
    try {
      await lines.append(line);
    } catch (error) {
      await this.check();
      throw error;
    }
  }

  /**
   * Writes files by their paths from the folder, one after another, each at once.
   * @param options.previous the path that gets a file's old content. Default: it is dropped
   */
  async writeFiles(
    files: readonly (readonly [path: string, content: string | Uint8Array])[],
    { previous }: { readonly previous?: string } = {},
  ): Promise<void> {
    for (const [path, content] of files) {
      await this.check();
      const file = join(this.path, path);
      if (dirname(path) !== ".") await makeInside(dirname(file));
      await writeFileAtomic(
        file,
        content,
        previous === undefined ? {} : { previous: join(this.path, previous) },
      );
    }
    await this.check();
  }

  async writeJson(file: string, value: object): Promise<void> {
    await this.writeFiles([[file, `${JSON.stringify(value, null, 2)}\n`]]);
  }

  /** Removes files, by their paths from the folder, that may be there. @throws FileError if one cannot be removed */
  async remove(files: readonly string[]): Promise<void> {
    await this.check();
    await this.#remove(files);
  }

  /** Lets others have the folder. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#lock.release();
  }

  /** Gives the folder up as if it had never been taken: removes the files that were begun, and the folder if it is empty. */
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
    for (const folder of [this.path, join(this.path, "plots"), join(this.path, "checkpoints")]) {
      for (const name of await readdir(folder).catch(() => [])) {
        if (isTemporary(name)) await rm(join(folder, name), { force: true }).catch(() => {});
      }
    }
  }

  async #remove(files: readonly string[]): Promise<void> {
    for (const file of await expanded(this.path, files)) {
      try {
        await rm(join(this.path, file), { force: true });
      } catch (error) {
        throw fileError(join(this.path, file), "removed", error);
      }
    }
  }
}

/** Whether a file is one that a process of nnwasm leaves if it is killed before it has written anything. */
export const isLeftover = (name: string): boolean => name === LOCK || isClaim(name) || isTemporary(name);

/** Whether there is a folder and nothing has been written to it. */
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

/** Makes `root`/`name`-001, or one more than the highest number there. So the names are in the order of time. */
async function makeNumberedFolder(root: string, name: string): Promise<string> {
  await makeFolder(root);
  let number = 1 + Math.max(0, ...(await listFolder(root)).map((entry) => numberOf(entry, name)));
  for (;;) {
    const path = join(root, `${name}-${String(number).padStart(3, "0")}`);
    try {
      await mkdir(path); // fails if another run was faster
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError(path, "created", error);
      number++;
    }
  }
}

/** The number of a folder: 12 for "train-012" and the name "train"; 0 for any other entry. */
function numberOf(entry: string, name: string): number {
  const digits = entry.startsWith(`${name}-`) ? entry.slice(name.length + 1) : "";
  return /^[0-9]{3,9}$/.test(digits) ? Number(digits) : 0;
}

/** Makes a folder in one that must be there. If that one was deleted, it stays so. */
async function makeInside(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(await isFolder(path))) throw fileError(path, "created", error);
  }
}

/** The files with those in place of a name with a star that are there. */
async function expanded(folder: string, files: readonly string[]): Promise<string[]> {
  const found = files.map(async (file) => {
    const [before, after] = file.split("*");
    if (after === undefined) return [file];
    const inside = dirname(file);
    const names = await readdir(join(folder, inside)).catch(() => []);
    const paths = names.map((name) => `${inside}/${name}`);
    return paths.filter((path) => path.startsWith(before!) && path.endsWith(after));
  });
  return (await Promise.all(found)).flat();
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw fileError(path, "read", error);
  }
}

/** Does the work, then closes the folder in any case. An error of the work says more than one of closing. */
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
