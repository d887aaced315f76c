import { mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FileError } from "../../src/errors.ts";
import { LineWriter } from "../../src/files/lines.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nnwasm-lines-"));
  path = join(folder, "lines");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("LineWriter", () => {
  it("adds lines, which are in the file as soon as append() resolves", async () => {
    const lines = await LineWriter.open(path);
    await lines.append("one");
    expect(await readFile(path, "utf8")).toBe("one\n");
    await lines.append("zwöi");
    expect(await readFile(path, "utf8")).toBe("one\nzwöi\n");
    await lines.close();
    await lines.close();
  });

  it("writes lines in the order of the calls, awaited or not, and closes after the last", async () => {
    const lines = await LineWriter.open(path);
    const numbers = Array.from({ length: 50 }, (_, i) => String(i).repeat(1 + ((i * 7919) % 1000)));
    const appended = Promise.all(numbers.map((number) => lines.append(number)));
    await lines.close();
    await appended;
    expect(await readFile(path, "utf8")).toBe(numbers.map((number) => `${number}\n`).join(""));
  });

  it("goes on where the file ends, and cuts off the half line of a crash", async () => {
    for (const [before, after] of [
      ["", "new\n"],
      ["a\nb\n", "a\nb\nnew\n"],
      ["a\nb", "a\nnew\n"],
      ["half", "new\n"],
      ['ä\n{"epoch":1,"lo', "ä\nnew\n"],
    ]) {
      await writeFile(path, before!);
      const lines = await LineWriter.open(path);
      await lines.append("new");
      await lines.close();
      expect(await readFile(path, "utf8")).toBe(after);
    }
  });

  it("finds the end of the last line wherever it is, and reads no more of a long file than that takes", async () => {
    const handle = await open(path, "w");
    const fileHandle = Object.getPrototypeOf(handle);
    await handle.close();
    const block = 1 << 14;
    for (const [line, half] of [
      [3 * block, 0],
      [3 * block, 5],
      [3 * block, block - 1],
      [3 * block, block],
      [3 * block + 7, 2 * block + 3],
      [1, block],
      [0, 2 * block + 1],
    ] as const) {
      const whole = line === 0 ? "" : `${"a".repeat(line - 1)}\n`;
      await writeFile(path, whole + "b".repeat(half));
      const [read, all] = [vi.spyOn(fileHandle, "read"), vi.spyOn(fileHandle, "readFile")];
      const lines = await LineWriter.open(path);
      expect(read.mock.calls.length).toBeLessThanOrEqual(1 + Math.ceil(half / block));
      expect(all).not.toHaveBeenCalled();
      vi.restoreAllMocks();
      await lines.append("new");
      await lines.close();
      expect(await readFile(path, "utf8")).toBe(`${whole}new\n`);
    }
  });

  it.each([
    ["deleted", () => rm(path)],
    ["moved", () => rename(path, `${path}.moved`)],
    ["replaced", () => rm(path).then(() => writeFile(path, "another\n"))],
  ])("says that the file has been %s, at the next line and at the end", async (_, takeAway) => {
    const lines = await LineWriter.open(path);
    await lines.append("one");
    await takeAway();
    const error = new FileError(
      `${path} has been deleted, moved or replaced while nnwasm wrote to it, and its lines with it. ` +
        "Leave the file alone until the command has ended.",
    );
    await expect(lines.append("two")).rejects.toEqual(error);
    await expect(lines.close()).rejects.toEqual(error);
    await lines.close();
  });

  it("takes back what it wrote of a line when the disk is full, and can go on later", async () => {
    const lines = await LineWriter.open(path);
    await lines.append("one");
    const probe = await open(path, "r");
    const fileHandle = Object.getPrototypeOf(probe);
    await probe.close();
    const sync = vi.spyOn(fileHandle, "sync");
    sync.mockRejectedValueOnce(Object.assign(new Error("injected"), { code: "ENOSPC" }));
    const failed = lines.append("two");
    const next = lines.append("three");
    await expect(failed).rejects.toThrow(
      new FileError(
        `${path} cannot be written: no space is left on the device (ENOSPC). ` +
          "Free some space, or choose another place.",
      ),
    );
    await next;
    sync.mockRestore();
    await lines.close();
    expect(await readFile(path, "utf8")).toBe("one\nthree\n");
  });

  it("refuses what it cannot open", async () => {
    await expect(LineWriter.open(folder)).rejects.toThrow(
      new FileError(`${folder} cannot be opened: it is a folder (EISDIR). Give the name of a file.`),
    );
    await expect(LineWriter.open(join(folder, "none/lines"))).rejects.toThrow(
      new FileError(`${folder}/none/lines cannot be opened: it does not exist (ENOENT). Check the path.`),
    );
  });
});
