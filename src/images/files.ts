/**
 * Finding images in folders. A file is taken for an image by the end of its name; others, and what begins with a dot, are left
 * out and counted. Symbolic links are followed, as data sets are often made of them; a folder that contains itself is refused.
 */
import { DatasetError } from "../errors.ts";
import { refuseMissing } from "../files/errors.ts";
import { type FileStore, pathIn } from "../files/store.ts";

const IMAGE = /\.(png|jpg|jpeg)$/i;
/** Folders within folders. */
const DEEPEST = 32;

/** What begins with a dot is hidden: .DS_Store, and macOS's companions ._1.png. The other name is of its archives. */
const isHidden = (name: string) => name.startsWith(".") || name === "__MACOSX";

/** What a folder holds. Names are sorted by code units. */
export interface Listing {
  /** Files that are images by their names. */
  readonly images: readonly string[];
  readonly folders: readonly string[];
  /** Other files, and what is hidden. */
  readonly others: readonly string[];
}

/** @throws FileError if it cannot be read */
export async function listFolder(files: FileStore, path: string): Promise<Listing> {
  const images: string[] = [];
  const folders: string[] = [];
  const others: string[] = [];
  for (const { name, kind } of await files.list(path)) {
    const isLink = kind === "a link" && !isHidden(name);
    const what = isLink ? refuseMissing(pathIn(path, name), await files.look(pathIn(path, name))).kind : kind;
    if (isHidden(name)) others.push(name);
    else if (what === "folder") folders.push(name);
    else if (what === "file" && IMAGE.test(name)) images.push(name);
    else others.push(name);
  }
  return { images: images.sort(), folders: folders.sort(), others: others.sort() };
}

/** Images in a folder and in the folders in it. */
export interface FoundImages {
  /** By their paths from the folder, with "/" between, sorted by code units. */
  readonly names: readonly string[];
  /** How many files were left out, by the ends of their names: "webp", "" for none. */
  readonly others: ReadonlyMap<string, number>;
}

/** @throws FileError if it cannot be read; DatasetError if a folder contains itself */
export async function findImages(files: FileStore, folder: string): Promise<FoundImages> {
  const names: string[] = [];
  const others = new Map<string, number>();
  const walk = async (prefix: string, above: readonly string[]): Promise<void> => {
    const path = prefix === "" ? folder : pathIn(folder, prefix.slice(0, -1));
    const real = await files.real(path);
    if (above.includes(real) || above.length > DEEPEST) {
      throw new DatasetError(`${path} is a link to a folder that it is in. Remove it.`);
    }
    const listing = await listFolder(files, path);
    for (const name of listing.images) names.push(prefix + name);
    for (const name of listing.others) countOther(others, name);
    for (const name of listing.folders) await walk(`${prefix}${name}/`, [...above, real]);
  };
  await walk("", []);
  return { names: names.sort(), others };
}

/** Counts a file that is left out by the end of its name. */
export function countOther(others: Map<string, number>, name: string): void {
  const end = /[^.]\.([^.]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? "";
  others.set(end, (others.get(end) ?? 0) + 1);
}

/** "3 .webp, 1 other": files that were left out, as a text. */
export const othersInWords = (others: ReadonlyMap<string, number>): string =>
  [...others]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([end, count]) => (end === "" ? `${count} other` : `${count} .${end}`))
    .join(", ");
