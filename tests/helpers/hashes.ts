/** The table of hashes, with a way to compute it on another Node. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { events, readJson, start } from "./cli.ts";

const tests = fileURLToPath(new URL("..", import.meta.url));

export interface HashRow {
  readonly name: string;
  readonly weightsSha256: string;
  /** The loss of the training's last epoch. */
  readonly trainLoss: number;
  /** The loss on other samples. */
  readonly loss: number;
}

/** The rows, without the settings from which they follow. */
export const expectedHashes: readonly HashRow[] = readJson(join(tests, "fixtures/hashes.json")).map(
  ({ settings: _, ...row }: HashRow & { settings: unknown }) => row,
);

/** The same rows, trained by a Node. */
export async function hashesOn(node: string): Promise<unknown> {
  const { code, stdout, stderr } = await start(node, [join(tests, "compat/hashes/train.mjs")], tests).result;
  if (code !== 0) throw new Error(`${node} ended with ${code}:\n${stderr}`);
  return events(stdout);
}
