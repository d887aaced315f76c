import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { folder as engine } from "../../../src/queue/folder/folder.ts";
import { contractOf } from "../contract.ts";

const folder = mkdtempSync(join(tmpdir(), "nnwasm-queue-"));
afterAll(() => rmSync(folder, { recursive: true }));

contractOf("A folder", engine, () => `folder:${folder}`, undefined);
