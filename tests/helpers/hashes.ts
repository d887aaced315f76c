/** The table of hashes, with a way to compute it on another Node. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { events, start } from "./cli.ts";

const tests = fileURLToPath(new URL("..", import.meta.url));

export interface HashRow {
  readonly name: string;
  readonly weightsSha256: string;
  /** The loss of the training's last epoch. */
  readonly trainLoss: number;
  /** The loss on other samples. */
  readonly loss: number;
}

/** What a row is trained with: tests/compat/hashes/training.mjs says how. */
export interface HashSettings {
  readonly samples: Readonly<Record<string, unknown>>;
  readonly layers?: readonly unknown[];
  readonly loss?: unknown;
  readonly optimizer?: unknown;
}

/** The rows as they stand in the file. */
export const hashTable: readonly (HashRow & {
  readonly settings: HashSettings;
  /** Whether it is trained in 2, 3 and 8 threads and by the engine js as well, to the same bits. */
  readonly everywhere?: boolean;
})[] = JSON.parse(readFileSync(join(tests, "fixtures/hashes.json"), "utf8"));

/** The rows, without the settings from which they follow. */
export const expectedHashes: readonly HashRow[] = hashTable.map(
  ({ settings: _settings, everywhere: _everywhere, ...row }) => row,
);

/** The same rows, trained by a Node; and any that differ in other threads, or with the engine js. */
export async function hashesOn(node: string, ...flags: string[]): Promise<unknown> {
  const args = [join(tests, "compat/hashes/train.mjs"), ...flags];
  const { code, stdout, stderr } = await start(node, args, tests).result;
  if (code !== 0) throw new Error(`${node} ended with ${code}:\n${stderr}`);
  return events(stdout);
}
