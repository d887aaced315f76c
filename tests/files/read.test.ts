import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileError } from "../../src/errors.ts";
import { fileError } from "../../src/files/errors.ts";
import { readBytes } from "../../src/files/read.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nnwasm-read-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("readBytes", () => {
  it("gives all bytes of a file", async () => {
    await writeFile(join(folder, "file"), new Uint8Array([0, 255, 10]));
    expect([...(await readBytes(join(folder, "file")))]).toEqual([0, 255, 10]);
  });

  it("names the path, the reason and the next step when it cannot", async () => {
    await expect(readBytes(join(folder, "none"))).rejects.toThrow(
      new FileError(`${folder}/none cannot be read: it does not exist (ENOENT). Check the path.`),
    );
    await expect(readBytes(folder)).rejects.toThrow(
      new FileError(`${folder} cannot be read: it is a folder (EISDIR). Give the name of a file.`),
    );
  });
});

describe("fileError", () => {
  it("keeps the system's error as the cause", () => {
    const cause = Object.assign(new Error("x"), { code: "EACCES" });
    const error = fileError("a/b", "read", cause) as FileError;
    expect(error.cause).toBe(cause);
    expect(error.exitCode).toBe(4);
    expect(error.message).toBe(
      "a/b cannot be read: permission denied (EACCES). Change its permissions, or choose another place.",
    );
  });

  it("does not dress up bugs, nor what is a FileError already", () => {
    for (const error of [new TypeError("bug"), new FileError("done"), "text"]) {
      expect(fileError("a", "read", error)).toBe(error);
    }
  });
});
