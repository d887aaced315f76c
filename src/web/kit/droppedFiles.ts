/** What was dropped on a page as files with their paths. */

/** A file with its path in what was chosen or dropped: "photos/train/cat/1.png", or its name alone. */
export interface NamedFile {
  readonly path: string;
  readonly file: File;
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** One batch of a folder's entries: browsers give at most a hundred at a time, and none at the end. */
const batchOf = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));

async function collect(entry: FileSystemEntry, found: NamedFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await fileOf(entry as FileSystemFileEntry);
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const batch = await batchOf(reader);
    if (batch.length === 0) return;
    for (const inner of batch) await collect(inner, found);
  }
}

/**
 * All files that were dropped, those in folders included, in the order of their paths.
 * It must be called in the event itself: what was dropped is gone afterwards.
 */
export async function droppedFiles(data: DataTransfer): Promise<NamedFile[]> {
  const items = [...data.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = items.map((item) => item.getAsFile());
  const found: NamedFile[] = [];
  for (const [i, entry] of entries.entries()) {
    const file = plain[i];
    if (entry !== null) await collect(entry, found);
    else if (file) found.push({ path: file.name, file });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Whether a drag carries files, and not text or a link. */
export const carriesFiles = (data: DataTransfer | null): boolean => data?.types.includes("Files") ?? false;
