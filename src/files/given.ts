/** Files that a program has been given as such, as pages are by an `<input type="file">`, or by a drop. */
import { ConfigError, DatasetError, FileError } from "../errors.ts";
import type { Bytes, FileBlob } from "../platform.ts";
import { type FileStore, type FolderEntry, NO_FOLDER, type OpenFile, pathIn } from "./store.ts";

/** A file with the path by which it is known, such as a folder that was dropped has them: "pets/cat/1.png". */
export interface NamedFile {
  /** Its folders and its name, with "/" between. */
  readonly path: string;
  readonly file: FileBlob;
}

/** A file: a File, or a Blob with a path. */
export type GivenFile = FileBlob | NamedFile;

/** Several files: an array, the FileList of an `<input type="file" multiple>` (or `webkitdirectory`), or any iterable. */
export type GivenFiles = Iterable<GivenFile> | ArrayLike<GivenFile>;

/** What a file is called that has no name. */
const NAMELESS = "the file";

/** Whether something is a File or a Blob, of whatever runtime. */
export const isBlob = (value: unknown): value is FileBlob =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as FileBlob).arrayBuffer === "function" &&
  typeof (value as FileBlob).slice === "function" &&
  typeof (value as FileBlob).size === "number";

/** Whether something is a file in one of the forms that are taken. */
export const isGivenFile = (value: unknown): value is GivenFile =>
  isBlob(value) || isBlob((value as Partial<NamedFile> | null | undefined)?.file);

/**
 * A file with its path: that in the folder that was chosen, or its name.
 * @param nameless what it is called if it has neither. Default: "the file"
 */
export function namedFile(given: GivenFile, nameless = NAMELESS): NamedFile {
  const { file, path } = isBlob(given) ? { file: given, path: undefined } : given;
  const { name, webkitRelativePath } = file as {
    readonly name?: unknown;
    readonly webkitRelativePath?: unknown;
  };
  const found = [path, webkitRelativePath, name].find((text) => typeof text === "string" && text !== "");
  return { path: found === undefined ? nameless : plainPath(found as string), file };
}

/** A path without "./" and "/" before it, and with "/" between its parts. */
const plainPath = (path: string): string => path.replaceAll("\\", "/").replace(/^(\.?\/+)+/, "") || NAMELESS;

/** Files with their paths, in their order. @throws ConfigError unless they are some */
export function namedFiles(where: string, given: GivenFiles): NamedFile[] {
  const isMany =
    typeof given === "object" && given !== null && (Symbol.iterator in given || "length" in given);
  const all = isMany ? Array.from(given as ArrayLike<GivenFile>) : [];
  const wrong = all.find((one) => !isGivenFile(one));
  if (!isMany || wrong !== undefined) {
    throw new ConfigError(
      `${where}: the files are ${isMany ? `of type ${typeof wrong}` : `of type ${typeof given}`}, expected Files, or { path, file }, in an array or a FileList.`,
    );
  }
  return all.map((one) => namedFile(one));
}

/**
 * The bytes of a file from `start` to before `end`, or as many of them as there are.
 * @throws FileError if it cannot be read, as it has been moved or changed, or is a folder
 */
export async function readBlob({ path, file }: NamedFile, start = 0, end = file.size): Promise<Bytes> {
  try {
    return new Uint8Array(await file.slice(start, Math.max(start, end)).arrayBuffer());
  } catch (error) {
    const { name, message } = error as Error;
    throw new FileError(
      `${path} cannot be read: it is a folder, or has been moved or changed since it was chosen (${name || message}). Choose it again.`,
      { cause: error },
    );
  }
}

/** Given files by their paths, with the folder that all are in. */
export interface GivenStore extends FileStore {
  /** The folder that all files are in: "pets", or "." if there is none. */
  readonly root: string;
  /** Its folders, each before those in it. */
  readonly folders: readonly string[];
}

/** @throws DatasetError if two have the same path */
export function givenFiles(files: readonly NamedFile[]): GivenStore {
  const byPath = new Map<string, NamedFile>();
  const folders = new Map<string, Map<string, FolderEntry>>([[NO_FOLDER, new Map()]]);
  for (const one of files) {
    if (byPath.has(one.path)) {
      throw new DatasetError(
        `Two of the files are called ${one.path}. Give each with its folder: { path: "folder/${one.path}", file }.`,
      );
    }
    byPath.set(one.path, one);
    const parts = one.path.split("/");
    let folder = NO_FOLDER;
    for (const [i, name] of parts.entries()) {
      const kind = i === parts.length - 1 ? "file" : "folder";
      folders.get(folder)!.set(name, { name, kind });
      folder = pathIn(folder, name);
      if (kind === "folder" && !folders.has(folder)) folders.set(folder, new Map());
    }
  }
  const open = (path: string): NamedFile => {
    const found = byPath.get(plain(path));
    if (found !== undefined) return found;
    throw new FileError(`${path} cannot be read: it is not among the files that were given. Give it, too.`);
  };
  const top = [...folders.get(NO_FOLDER)!.values()];
  return {
    root: top.length === 1 && top[0]!.kind === "folder" ? top[0]!.name : NO_FOLDER,
    folders: [...folders.keys()],
    async look(path) {
      const found = byPath.get(plain(path));
      if (found !== undefined) return { kind: "file", size: found.file.size };
      return folders.has(plain(path)) ? { kind: "folder" } : undefined;
    },
    async list(folder) {
      const entries = folders.get(plain(folder));
      if (entries !== undefined) return [...entries.values()];
      throw new FileError(
        `${folder} cannot be read: it is not among the folders that were given. Give it, too.`,
      );
    },
    real: async (folder) => plain(folder),
    open: async (path) => new OpenBlob(open(path)),
    async bytes(path, { most, tooLarge }) {
      const found = open(path);
      if (found.file.size > most) throw tooLarge(found.file.size);
      return await readBlob(found);
    },
  };
}

const plain = (path: string): string => path.replace(/^\.\/(?=.)/, "");

class OpenBlob implements OpenFile {
  readonly #file: NamedFile;

  constructor(file: NamedFile) {
    this.#file = file;
  }

  read(start: number, end: number): Promise<Uint8Array> {
    return readBlob(this.#file, start, end);
  }

  async close(): Promise<void> {}
}
