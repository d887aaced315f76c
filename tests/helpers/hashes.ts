/** The table of hashes, and what a Node makes of it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { events, readJson, start } from "./cli.ts";

const tests = fileURLToPath(new URL("..", import.meta.url));

export interface HashRow {
  readonly name: string;
  readonly weightsSha256: string;
  /** Of the training's last epoch. */
  readonly trainLoss: number;
  /** Of other samples. */
  readonly loss: number;
}

/** The rows, without the settings that they follow from. */
export const expectedHashes: readonly HashRow[] = readJson(join(tests, "fixtures/hashes.json")).map(
  ({ settings: _, ...row }: HashRow & { settings: unknown }) => row,
);

/** The same rows, trained by a Node. */
export async function hashesOn(node: string): Promise<unknown> {
  const { code, stdout, stderr } = await start(node, [join(tests, "compat/hashes/train.mjs")], tests).result;
  if (code !== 0) throw new Error(`${node} ended with ${code}:\n${stderr}`);
  return events(stdout);
}
