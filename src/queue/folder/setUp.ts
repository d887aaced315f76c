/** Before a folder is used: its parts are made, it is tried out, and what was left behind long ago is swept away. */
import { randomBytes } from "node:crypto";
import { link, mkdir, open, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../../errors.ts";
import { fileError } from "../../files/errors.ts";
import { FOLDERS, idOf, type Layout } from "./layout.ts";
import { clock, codeOf, ifThere, isTemporary, namesIn, removeFile } from "./sharedFiles.ts";

/** Makes a folder in a folder that is there. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    // A file of that name shows as soon as something is put there.
    if (codeOf(error) !== "EEXIST") throw fileError(path, "created", error);
  }
}

/** Makes the parts of a queue. @throws FileError; ENOENT if there is no folder for it */
export async function makeParts(layout: Layout): Promise<void> {
  await makeFolder(layout.root);
  for (const name of FOLDERS) await makeFolder(layout.folder(name));
}

/** Makes the folder that the user named, too, unless the one that it is in is missing. @throws FileError */
export async function makeQueue(layout: Layout): Promise<void> {
  await makeFolder(layout.parent);
  await makeParts(layout);
}

/** What does not pass by itself. */
const LASTING = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL", "EXDEV"]);

/** Passes what may pass by itself. @throws ConfigError for anything else */
export function refuseLasting(shown: string, error: unknown): void {
  if (!LASTING.has(codeOf(error) ?? "")) return;
  throw new ConfigError(
    `${shown} cannot be a queue here: ${(error as Error).message} Everyone who works at it needs to read and write there.`,
    { cause: error },
  );
}

/** Whether files can be made in the parts of a queue, and linked. @throws ConfigError if not; FileError */
export async function tryOut(shown: string, layout: Layout): Promise<void> {
  for (const name of FOLDERS) await clock(layout.folder(name));
  const folder = layout.folder("leases");
  const [one, other] = [0, 1].map(() => join(folder, `.nnwasm-${randomBytes(8).toString("hex")}.tmp`));
  try {
    await (await open(one!, "wx")).close();
    await link(one!, other!).catch((error) => {
      if (!NO_LINKS.has(codeOf(error) ?? "")) throw error;
      throw new ConfigError(
        `${shown} cannot be a queue: its file system has no hard links (${codeOf(error)}), by which machines agree who has a job. ` +
          "Take a folder on NFS, Lustre or a local disk.",
        { cause: error },
      );
    });
  } catch (error) {
    throw fileError(one!, "created", error);
  } finally {
    await unlink(one!).catch(() => {});
    await unlink(other!).catch(() => {});
  }
}

const DAY = 24 * 3600 * 1000;
/** Answers that nobody has come for. */
const KEPT = 7 * DAY;

/** Removes temporary files of processes that are gone, and answers of searches that never came back. @throws FileError */
export async function sweep(layout: Layout): Promise<void> {
  for (const name of FOLDERS) {
    const folder = layout.folder(name);
    const time = await clock(folder);
    for (const file of await namesIn(folder)) {
      const path = join(folder, file);
      const id = name === "answers" ? idOf(file) : undefined;
      if (id === undefined && !isTemporary(file)) continue;
      const stats = await ifThere(stat(path));
      if (stats === undefined || time - stats.mtimeMs < (id === undefined ? DAY : KEPT)) continue;
      if (id !== undefined) {
        for (const other of [layout.job(id), layout.progress(id)]) await removeFile(other);
      }
      await removeFile(path);
    }
  }
}
