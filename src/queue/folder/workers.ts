/** The workers of a queue in a folder, by the files in which they tell that they live. */
import { open } from "node:fs/promises";
import { fileError } from "../../files/errors.ts";
import type { Layout } from "./layout.ts";
import { clock, ifThere, namesIn, removeFile } from "./sharedFiles.ts";

const TOKEN = /^[0-9a-f]{16}$/;
/** One that has been silent for so many times its lease will not come back. */
const GONE = 20;

/** How many workers have given a sign within their leases. Files of those that are gone are removed. @throws FileError */
export async function countWorkers(layout: Layout): Promise<number> {
  const folder = layout.folder("workers");
  const time = await clock(folder);
  let count = 0;
  for (const name of await namesIn(folder)) {
    if (!TOKEN.test(name)) continue;
    const path = layout.worker(name);
    const worker = await ifThere(look(path)).catch((error) => {
      throw fileError(path, "read", error);
    });
    if (worker === undefined) continue;
    const silence = (time - worker.renewed) / 1000;
    if (silence <= worker.seconds) count++;
    else if (silence > GONE * worker.seconds) await removeFile(path);
  }
  return count;
}

/** A worker's last sign (ms, by the file system's clock), and its lease. */
async function look(path: string): Promise<{ readonly renewed: number; readonly seconds: number }> {
  const handle = await open(path, "r");
  try {
    const { mtimeMs } = await handle.stat();
    const bytes = Buffer.alloc(20);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const seconds = Number.parseFloat(bytes.toString("latin1", 0, bytesRead));
    return { renewed: mtimeMs, seconds: seconds >= 1 && seconds <= 86_400 ? seconds : 30 };
  } finally {
    await handle.close();
  }
}
