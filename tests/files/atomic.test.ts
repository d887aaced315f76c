import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FileError } from "../../src/errors.ts";
import { AtomicFile, writeFileAtomic } from "../../src/files/atomic.ts";

/**
 * The calls of node:fs/promises and of file handles: which were made, what was in the watched file at each of
 * them, and which shall fail.
 */
const faults = vi.hoisted(() => ({
  calls: [] as string[],
  at: -1,
  code: "",
  watched: "",
  seen: [] as string[],
}));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  function step(name: string): void {
    faults.calls.push(name);
    if (faults.watched !== "") faults.seen.push(readFileSync(faults.watched, "utf8"));
    if (faults.calls.length - 1 === faults.at) {
      throw Object.assign(new Error(`${faults.code}: injected`), { code: faults.code });
    }
  }
  return {
    ...fs,
    rename: async (from: string, to: string) => {
      step("rename");
      await fs.rename(from, to);
    },
    open: async (path: string, flags: string) => {
      step("open");
      const handle = await fs.open(path, flags);
      const { writeFile, sync, close } = handle;
      handle.writeFile = async (data) => {
        await writeFile.call(handle, String(data).slice(0, 3)); // what a full disk still takes
        step("write");
        await writeFile.call(handle, String(data).slice(3));
      };
      handle.sync = async () => {
        step("sync");
        await sync.call(handle);
      };
      handle.close = async () => {
        await close.call(handle);
        step("close");
      };
      return handle;
    },
  };
});

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "nnwasm-atomic-")));
  Object.assign(faults, { calls: [], at: -1, code: "", watched: "", seen: [] });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function outcome(path: string, data: string | Uint8Array = "new content"): Promise<string> {
  try {
    await writeFileAtomic(path, data);
    return "written";
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return (error as Error).message;
  }
}

describe("writeFileAtomic", () => {
  it("writes a new file, text or bytes, and leaves nothing else", async () => {
    await writeFileAtomic(join(folder, "text"), "añb");
    expect(await readFile(join(folder, "text"), "utf8")).toBe("añb");
    await writeFileAtomic(join(folder, "empty"), new Uint8Array(0));
    expect((await readFile(join(folder, "empty"))).length).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(["empty", "text"]);
  });

  it("writes, flushes the file, renames it, and then flushes the folder", async () => {
    await writeFileAtomic(join(folder, "file"), "content");
    expect(faults.calls).toEqual(["open", "write", "sync", "close", "rename", "open", "sync", "close"]);
  });

  it("keeps the old file and cleans up, whichever call fails before the rename is done", async () => {
    const path = join(folder, "file");
    await writeFile(path, "old content");
    for (let at = 0; at < 5; at++) {
      Object.assign(faults, { calls: [], at, code: "ENOSPC" });
      expect(await outcome(path)).toBe(
        `${path} cannot be written: no space is left on the device (ENOSPC). ` +
          "Free some space, or choose another place.",
      );
      expect(faults.calls.length).toBeGreaterThan(at);
      expect(await readFile(path, "utf8")).toBe("old content");
      expect(await readdir(folder)).toEqual(["file"]);
    }
  });

  it("holds the whole new file, and says so, when only the flush of the folder fails", async () => {
    const path = join(folder, "file");
    for (const at of [5, 6, 7]) {
      await writeFile(path, "old content");
      Object.assign(faults, { calls: [], at, code: "EIO" });
      expect(await outcome(path)).toBe(
        `${path} cannot be written: the device reports an error (EIO). ` +
          `Check the disk, or choose another place.`,
      );
      expect(await readFile(path, "utf8")).toBe("new content");
    }
  });

  it("does without the flush of a folder where the system has none", async () => {
    const path = join(folder, "file");
    for (const code of ["EPERM", "EISDIR", "EINVAL"]) {
      Object.assign(faults, { calls: [], at: 6, code });
      expect(await outcome(path)).toBe("written");
    }
  });

  it("names the path, the reason and the next step", async () => {
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "plain"), "");
    const long = join(folder, "n".repeat(300));
    const cases: [string, string][] = [
      [join(folder, "sub"), "it is a folder (EISDIR). Give the name of a file."],
      [join(folder, "none/file"), "it does not exist (ENOENT). Check the path."],
      [join(folder, "plain/file"), "a part of the path is a file, not a folder (ENOTDIR). Check the path."],
      [long, "the name is too long (ENAMETOOLONG). Choose a shorter one."],
    ];
    for (const [path, reason] of cases) {
      expect(await outcome(path)).toBe(`${path} cannot be written: ${reason}`);
    }
    Object.assign(faults, { calls: [], at: 0, code: "ESTALE" });
    expect(await outcome(join(folder, "file"))).toBe(
      `${join(folder, "file")} cannot be written: ESTALE: injected (ESTALE). ` +
        `Check the path, or choose another place.`,
    );
  });

  it("takes a name as long as the file system allows", async () => {
    expect(await outcome(join(folder, "n".repeat(255)))).toBe("written");
  });

  it("writes through a symbolic link, and never puts a file in the place of a device or a pipe", async () => {
    await writeFile(join(folder, "target"), "old");
    await symlink("target", join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new");
    expect(await readFile(join(folder, "target"), "utf8")).toBe("new");
    expect(await realpath(join(folder, "link"))).toBe(join(folder, "target"));

    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(await outcome(pipe)).toBe(
      `${pipe} cannot be written: it is a device or a pipe. Give the name of a file.`,
    );
  });

  it("shows the old file or the new one between any two calls: a crash leaves one of them", async () => {
    const path = join(folder, "file");
    await writeFile(path, "old content");
    faults.watched = path;
    await writeFileAtomic(path, "new content");
    const [old, now] = ["old content", "new content"];
    // open, write, sync, close, rename; open, sync and close of the folder
    expect(faults.seen).toEqual([old, old, old, old, old, now, now, now]);
  });
});

describe("AtomicFile", () => {
  it("has its name when all pieces are there, and the old content until then", async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "nnwasm-pieces-")));
    const path = join(folder, "answers.csv");
    await writeFile(path, "old");
    const file = await AtomicFile.open(path);
    await file.append("a\n");
    await file.append("ä\n");
    expect(await readFile(path, "utf8")).toBe("old");
    await file.commit();
    expect(await readFile(path, "utf8")).toBe("a\nä\n");
    const other = await AtomicFile.open(path);
    await other.append("half");
    await other.abandon();
    expect(await readFile(path, "utf8")).toBe("a\nä\n");
    expect(await readdir(folder)).toEqual(["answers.csv"]);
    await rm(folder, { recursive: true });
  });

  it("says where it cannot be written", async () => {
    const path = join(tmpdir(), "nnwasm-no-such-folder", "a.csv");
    await expect(AtomicFile.open(path)).rejects.toThrow(FileError);
    await expect(AtomicFile.open(path)).rejects.toThrow(`${path} cannot be written`);
  });
});
