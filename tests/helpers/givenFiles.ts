/** Files as a page has them, made of files on the disk, and a store of them. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { NamedFile } from "../../src/files/given.ts";

/** A File with the bytes of a file. */
export const fileOf = (path: string, name = basename(path)): File => new File([readFileSync(path)], name);

/** The files in a folder with their paths from the one around it, as a drop gives them: "pets/cat/1.png". */
export function droppedFolder(folder: string): NamedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(folder.length - basename(folder).length), file: fileOf(path) }));
}

/** The files in a folder as an `<input type="file" webkitdirectory>` gives them. */
export const chosenFolder = (folder: string): File[] =>
  droppedFolder(folder).map(({ path, file }) =>
    Object.defineProperty(file as File, "webkitRelativePath", { value: path }),
  );
