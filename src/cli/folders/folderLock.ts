/**
 * Lets one process at a time work in a folder.
 *
 * The file `lock` names the process that has the folder. Reading it and replacing it are two steps, and two processes that
 * both find the lock of one that is gone must not both replace it. So they pass a door first, one at a time. Each makes a
 * claim, a file with a name of its own, and only then looks for the claims of others. The later one of two processes sees
 * the claim of the earlier one, so never are both alone. The one that is alone reads `lock`, and renames its claim to it or
 * takes its claim away. If processes see each other, the first by name waits, and the others withdraw and come again.
 *
 * The name of a claim says which process made it, so a claim is complete as soon as it is there. No name is used twice,
 * so the claim of a process that is gone can be removed at any time. A process can be killed between any two steps.
 *
 * A process is gone if its machine has no process of its number and beginning, or only one that has ended and waits for
 * its parent (a zombie). That can be seen on the same machine, since its last start, in the same container. A process
 * elsewhere counts as gone if it has not renewed its lock for two minutes, by the clock of the file system.
 */
import { createHash, randomBytes, randomInt } from "node:crypto";
import { type BigIntStats, readFileSync, readlinkSync } from "node:fs";
import { type FileHandle, open, readdir, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ConfigError, FileError } from "../../errors.ts";
import { fileError } from "../../files/errors.ts";
import { readText } from "../../files/read.ts";

/** The lock's name in its folder. */
export const LOCK = "lock";
const CLAIM = /^\.nnwasm-lock-([0-9]+)-([0-9]+)-([0-9a-f]{8})-[0-9a-f]{12}$/;
export const isClaim = (name: string): boolean => CLAIM.test(name);

const RENEWAL_SECONDS = 10;
/** The lock of a process elsewhere counts for nothing if it has not been renewed for so long. */
const SILENCE_SECONDS = 120;
/** How long a process waits at the door. It takes milliseconds, unless another process is halted there. */
const PATIENCE_SECONDS = 20;
/** The most bytes that are read of a lock. No lock has so many. */
const MOST_BYTES = 10_000;

/** A process, as locks and claims name it. */
interface Owner {
  readonly pid: number;
  /** When it began, as the system counts; undefined where it does not say. */
  readonly start: string | undefined;
  /** The machine since its start, and the container; undefined in locks of earlier versions. */
  readonly place: string | undefined;
  readonly host: string;
}

/** The folder is gone, or another process has it. Nothing more can be written to it. */
export class LostFolder extends FileError {}

/** Locks that this process has. */
const held = new Set<FolderLock>();
/** Whether this process has a folder that it writes to. */
export const isSaving = (): boolean => held.size > 0;

/** The lock of a folder that this process has. */
export class FolderLock {
  readonly #folder: string;
  readonly #handle: FileHandle;
  readonly #stats: BigIntStats;
  readonly #renewal: NodeJS.Timeout;

  private constructor(folder: string, { handle, text, stats }: Claim) {
    this.#folder = folder;
    this.#handle = handle;
    this.#stats = stats;
    // Writing sets the time by the file system's clock. It goes to this file, even if another is named `lock` by then.
    this.#renewal = setInterval(() => void handle.write(text, 0).catch(() => {}), 1000 * RENEWAL_SECONDS);
    this.#renewal.unref();
    held.add(this);
  }

  /**
   * Takes the folder, which must be there.
   * @throws ConfigError if another process has it; FileError if the lock cannot be made
   */
  static async take(folder: string): Promise<FolderLock> {
    const file = join(folder, LOCK);
    try {
      const claim = await enter(folder);
      try {
        const owner = await ownerOf(file);
        if (owner !== undefined) {
          const silence = secondsBetween(await stat(file, { bigint: true }), claim.stats);
          if (!(await isGone(owner, silence))) throw inUse(folder, owner, silence);
        }
        await rename(claim.file, file);
      } catch (error) {
        await claim.remove();
        throw error;
      }
      return new FolderLock(folder, claim);
    } catch (error) {
      throw fileError(file, "created", error);
    }
  }

  /** @throws FileError unless the folder is there and this process still has it */
  async check(): Promise<void> {
    const problem = await this.#problem();
    if (problem !== undefined) throw problem;
  }

  async #problem(): Promise<unknown> {
    const folder = this.#folder;
    const file = join(folder, LOCK);
    let stats: BigIntStats;
    try {
      stats = await stat(file, { bigint: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") return fileError(file, "read", error);
      const is = await stat(folder).catch(() => undefined);
      const what =
        is === undefined
          ? "has been deleted or moved"
          : is.isDirectory()
            ? "has been emptied or replaced, with its lock"
            : "is no folder any more";
      return new LostFolder(
        `${folder} ${what} while nnwasm worked in it. What was not written yet is not saved. Leave the folder alone until the command has ended.`,
        { cause: error },
      );
    }
    if (stats.ino === this.#stats.ino && stats.dev === this.#stats.dev) return undefined;
    const owner = await ownerOf(file).catch(() => undefined);
    return new LostFolder(
      `${folder} is ${owner?.pid ? `process ${owner.pid}'s` : "another's"} now: it took the folder while this one was silent, or its lock was removed. ` +
        "Nothing more is written to it.",
    );
  }

  /** Lets others have the folder. @throws FileError if the lock cannot be removed */
  async release(): Promise<void> {
    clearInterval(this.#renewal);
    held.delete(this);
    const file = join(this.#folder, LOCK);
    try {
      const mine = (await this.#problem()) === undefined;
      // The file is closed first, because a network file system only renames a file that is removed while it is open.
      await this.#handle.close();
      if (mine) await rm(file, { force: true });
    } catch (error) {
      throw fileError(file, "removed", error);
    }
  }
}

/** A claim of this process. */
interface Claim {
  readonly name: string;
  readonly file: string;
  readonly handle: FileHandle;
  readonly text: string;
  readonly stats: BigIntStats;
  remove(): Promise<void>;
}

/** Makes claims until one is alone in the folder. */
async function enter(folder: string): Promise<Claim> {
  const begin = performance.now();
  for (;;) {
    const claim = await makeClaim(folder);
    let others: Other[];
    try {
      for (;;) {
        others = await otherClaims(folder, claim);
        if (others.length === 0) return claim;
        if (others.some(({ name }) => name < claim.name)) break;
        if (performance.now() - begin > 1000 * PATIENCE_SECONDS) break;
        await pause(2);
      }
    } catch (error) {
      await claim.remove();
      throw error;
    }
    await claim.remove();
    if (performance.now() - begin > 1000 * PATIENCE_SECONDS) {
      throw inUse(folder, others[0]!.owner, others[0]!.silence);
    }
    await pause(randomInt(2, 12));
  }
}

async function makeClaim(folder: string): Promise<Claim> {
  const { pid, start = "0", place, host } = await thisProcess();
  const nonce = randomBytes(6).toString("hex");
  const name = `.nnwasm-lock-${pid}-${start}-${place}-${nonce}`;
  const file = join(folder, name);
  const text = `${pid} ${start} ${place} ${host}\n`;
  const handle = await open(file, "wx");
  const remove = async () => {
    // The error that leads here says more than an error of these calls.
    await handle.close().catch(() => {});
    await unlink(file).catch(() => {});
  };
  try {
    await handle.write(text, 0);
    return { name, file, handle, text, stats: await handle.stat({ bigint: true }), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Other {
  readonly name: string;
  readonly owner: Owner;
  readonly silence: number;
}

/** The claims of other processes. Those of processes that are gone are removed. */
async function otherClaims(folder: string, own: Claim): Promise<Other[]> {
  const others: Other[] = [];
  for (const name of await readdir(folder)) {
    const match = CLAIM.exec(name);
    if (match === null || name === own.name) continue;
    const [, pid, start, place] = match;
    const owner = { pid: Number(pid), start: start === "0" ? undefined : start, place, host: "?" };
    const stats = await stat(join(folder, name), { bigint: true }).catch(() => undefined);
    if (stats === undefined) continue; // withdrawn, or a lock by now
    const silence = secondsBetween(stats, own.stats);
    if (await isGone(owner, silence)) await unlink(join(folder, name)).catch(() => {});
    else others.push({ name, owner, silence });
  }
  return others;
}

const secondsBetween = (before: BigIntStats, after: BigIntStats) =>
  Number(after.mtimeMs - before.mtimeMs) / 1000;

/** The owner of a lock; undefined if there is no lock. */
async function ownerOf(file: string): Promise<Owner | undefined> {
  let text: string;
  try {
    text = await readText(file, { most: MOST_BYTES });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw error;
  }
  const [pid, start, place, ...host] = text.trim().split(" ");
  return {
    // A crash may have left a lock of an earlier version without a number.
    pid: /^[0-9]{1,10}$/.test(pid!) ? Number(pid) : 0,
    start: start === "0" ? undefined : start,
    place,
    host: host.join(" "),
  };
}

function inUse(folder: string, owner: Owner, silence: number): ConfigError {
  const { pid, place, host } = owner;
  const file = join(folder, LOCK);
  if (place === undefined || place === placeOfThis()) {
    return new ConfigError(
      `${folder} is in use by process ${pid}. Wait for it, or end it; if it is none of nnwasm's, remove ${file}.`,
    );
  }
  return new ConfigError(
    `${folder} is in use by process ${pid} of ${host}, another machine or container, or this one before its last start; ` +
      `its last sign is ${Math.max(0, Math.round(silence))} s old. Wait for it, or end it; ${SILENCE_SECONDS} s after its last sign the folder is free.`,
  );
}

async function isGone(owner: Owner, silence: number): Promise<boolean> {
  const { pid, start, place } = owner;
  if (place !== undefined && place !== placeOfThis()) return silence > SILENCE_SECONDS;
  if (!isRunning(pid)) return true;
  if (place === undefined && pid === process.pid) return true; // of an earlier version, in another container's life
  const facts = await factsOf(pid);
  if (facts === undefined) return false;
  return facts.ended || (start !== undefined && facts.start !== start);
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process began, and whether it has ended and only waits for its parent; undefined where the system does not say. */
async function factsOf(pid: number): Promise<{ start: string; ended: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name, in parentheses, may hold anything; the fields after it are the third and those that follow.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0]!, fields[19]];
  return start === undefined ? undefined : { start, ended: state === "Z" || state === "X" };
}

async function thisProcess(): Promise<Owner & { readonly place: string }> {
  const start = (await factsOf(process.pid))?.start;
  return { pid: process.pid, start, place: placeOfThis(), host: hostname() };
}

let place: string | undefined;

/** The place within which a process number means one process: this machine since its start, in this container. */
function placeOfThis(): string {
  if (place === undefined) {
    let name: string;
    try {
      name = readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid");
    } catch {
      name = hostname(); // not Linux
    }
    place = createHash("sha256").update(name).digest("hex").slice(0, 8);
  }
  return place;
}
