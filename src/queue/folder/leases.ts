/**
 * Leases: which worker has which job. The lease of a job is a file ID.N, where N says how often the job was lost before. A worker creates
 * ID.0, and renews it by writing to it. When it has not been renewed for its time, by the file system's clock, another worker
 * creates ID.1: of several exactly one does, and taking over and counting are one step, so that a process can be killed at any
 * moment. The worker whose lease was taken finds ID.1 when it renews ID.0. Only the worker of the highest number has the job.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileError } from "../../files/errors.ts";
import { now } from "../../runtime.ts";
import { type Layout, leaseOf } from "./layout.ts";
import { clock, codeOf, createWhole, ifThere, namesIn, removeFile } from "./sharedFiles.ts";

/** A lease's text: who has it, and for how many seconds. */
const TEXT = /^([0-9a-f]{32}) ([0-9]{1,6}(?:\.[0-9]{1,6})?)\n$/;
const MOST_BYTES = 200;

export class Leases {
  readonly #layout: Layout;
  readonly #seconds: number;
  /** When a lease was renewed last, as this process has seen it, and since when it has seen that (ms). */
  readonly #seen = new Map<string, { readonly renewed: number; readonly since: number }>();

  /** @param seconds how long a lease lasts that is not renewed */
  constructor(layout: Layout, seconds: number) {
    this.#layout = layout;
    this.#seconds = seconds;
  }

  /** The jobs that have leases, each with the highest number of one. @throws FileError */
  async list(): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const name of await namesIn(this.#layout.folder("leases"))) {
      const lease = leaseOf(name);
      if (lease === undefined) continue;
      found.set(lease.id, Math.max(found.get(lease.id) ?? 0, lease.losses));
    }
    for (const name of this.#seen.keys()) {
      if (!found.has(leaseOf(name)!.id)) this.#seen.delete(name);
    }
    return found;
  }

  /** The file system's time, for {@link isStale}. @throws FileError */
  clock = (): Promise<number> => clock(this.#layout.folder("leases"));

  /**
   * Whether a lease has run out.
   * @param time of {@link clock}, taken before
   * @throws FileError
   */
  async isStale(id: string, losses: number, time: number): Promise<boolean> {
    const path = this.#layout.lease(id, losses);
    const looked = now();
    const found = await ifThere(lookAt(path)).catch((error) => {
      throw fileError(path, "read", error);
    });
    if (found === undefined) return false;
    const name = basename(path);
    let seen = this.#seen.get(name);
    if (seen?.renewed !== found.renewed) {
      seen = { renewed: found.renewed, since: looked };
      this.#seen.set(name, seen);
    }
    // A file system's clock can be set back. What this process has watched for the time has run out, too.
    const silence = Math.max(time - found.renewed, looked - seen.since);
    return silence > 1000 * (found.seconds ?? this.#seconds);
  }

  /**
   * Takes a job that nobody has.
   * @param losses how often it was lost before
   * @returns undefined if another one was faster
   * @throws FileError
   */
  async take(id: string, losses: number): Promise<Lease | undefined> {
    const token = randomBytes(16).toString("hex");
    const text = `${token} ${this.#seconds}\n`;
    const path = this.#layout.lease(id, losses);
    if (!(await createWhole(this.#layout.folder("leases"), basename(path), text))) return undefined;
    const lease = new Lease({ layout: this.#layout, id, losses, token });
    // Lower numbers may have been given back meanwhile, and this one be free again.
    if (await lease.isTaken()) {
      await lease.release();
      return undefined;
    }
    return lease;
  }

  /** Removes all leases of jobs that nobody is to have any more. @throws FileError */
  async clear(ids: ReadonlySet<string>): Promise<void> {
    for (const name of await namesIn(this.#layout.folder("leases"))) {
      const lease = leaseOf(name);
      if (lease !== undefined && ids.has(lease.id)) {
        await removeFile(this.#layout.lease(lease.id, lease.losses));
      }
    }
  }
}

/** When a lease was renewed last (ms, by the file system's clock), by whom, and for how long. */
async function lookAt(path: string) {
  let handle: FileHandle;
  try {
    // Opening asks the server, where stat may answer from what was known. A pipe would wait for a writer.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ESTALE") throw error;
    // What cannot be opened is no lease of ours, but it is in its place.
    const { mtimeMs } = await stat(path);
    return { renewed: mtimeMs };
  }
  try {
    const stats = await handle.stat();
    const text = stats.isFile() ? await textOf(handle) : "";
    const [, token, seconds] = TEXT.exec(text) ?? [];
    return { renewed: stats.mtimeMs, token, seconds: seconds === undefined ? undefined : Number(seconds) };
  } finally {
    await handle.close();
  }
}

async function textOf(handle: FileHandle): Promise<string> {
  const bytes = Buffer.alloc(MOST_BYTES);
  const { bytesRead } = await handle.read(bytes, 0, MOST_BYTES, 0);
  return bytes.toString("latin1", 0, bytesRead);
}

interface LeaseFacts {
  readonly layout: Layout;
  readonly id: string;
  readonly losses: number;
  readonly token: string;
}

/** A lease that this process has, or had. */
export class Lease {
  readonly id: string;
  readonly losses: number;
  readonly #layout: Layout;
  readonly #path: string;
  readonly #token: string;

  constructor({ layout, id, losses, token }: LeaseFacts) {
    this.id = id;
    this.losses = losses;
    this.#layout = layout;
    this.#path = layout.lease(id, losses);
    this.#token = token;
  }

  /**
   * Renews it.
   * @returns false if it is lost: another worker has the job, or it is done with
   * @throws FileError if the system refuses it now
   */
  async renew(): Promise<boolean> {
    let handle: FileHandle;
    try {
      handle = await open(this.#path, "r+");
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw fileError(this.#path, "read", error);
      // A folder that is gone as a whole may come back, with the lease.
      await namesIn(this.#layout.folder("leases"));
      return false;
    }
    try {
      const text = await textOf(handle);
      if (TEXT.exec(text)?.[1] !== this.#token) return false;
      // The file system sets the time, by its own clock.
      await handle.write(text, 0);
    } catch (error) {
      throw fileError(this.#path, "written", error);
    } finally {
      await handle.close();
    }
    return !(await this.isTaken());
  }

  /** Whether another worker has taken the job over. @throws FileError */
  async isTaken(): Promise<boolean> {
    const path = this.#layout.lease(this.id, this.losses + 1);
    try {
      return (await ifThere(stat(path))) !== undefined;
    } catch (error) {
      throw fileError(path, "read", error);
    }
  }

  /** Gives it back. What was counted before stays. @throws FileError */
  async release(): Promise<void> {
    const found = await ifThere(lookAt(this.#path)).catch((error) => {
      throw fileError(this.#path, "read", error);
    });
    if (found?.token === this.#token) await removeFile(this.#path);
  }
}
