/** Files by their paths, wherever they lie: on the disk ({@link systemFiles}), or among those that a page was given. */
import type { Bytes } from "../platform.ts";

/** What is at a path. */
export type Found =
  | { readonly kind: "file"; readonly size: number }
  | { readonly kind: "folder" }
  | { readonly kind: "a device or a pipe" };

/** What is in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: Found["kind"] | "a link";
}

export interface FileStore {
  /** What is at a path, links followed; undefined if nothing is. @throws FileError if the system does not say */
  look(path: string): Promise<Found | undefined>;
  /** What is in a folder, in any order. @throws FileError if it cannot be read */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** What a folder is called without links: equal paths are the same folder. @throws FileError if there is none */
  real(folder: string): Promise<string>;
  /** @throws FileError if it cannot be read */
  open(path: string): Promise<OpenFile>;
  /** All bytes of a file. @throws FileError if it cannot be read, or is none; `tooLarge(its bytes)` if they are more than `most` */
  bytes(path: string, limits: ReadLimits): Promise<Bytes>;
}

export interface ReadLimits {
  readonly most: number;
  readonly tooLarge: (bytes: number) => Error;
}

/** A file that can be read in any order. */
export interface OpenFile {
  /**
   * The bytes from `start` to before `end`, or as many of them as there are.
   * @param into is filled and given back, in part, where that saves an allocation
   * @throws FileError if it cannot be read
   */
  read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The folder of files that have none. */
export const NO_FOLDER = ".";

/** The path of what is in a folder. */
export const pathIn = (folder: string, name: string): string =>
  folder === NO_FOLDER ? name : `${folder}/${name}`;
