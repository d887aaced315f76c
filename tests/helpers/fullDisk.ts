/** Trainings on a disk that refuses one call, or all from one on. */
import { expect } from "vitest";
import type { CliFolder } from "./cliFolder.ts";
import { FAULT, fullAt } from "./faults.ts";
import { remains } from "./trainKills.ts";

export interface FullDisk {
  readonly folder: CliFolder;
  /** `train` with its settings. */
  readonly args: readonly string[];
  readonly out: string;
  /** The folder of the same training on a good disk. */
  readonly whole: string;
  /** The number of the call, from 0. */
  readonly call: number;
  readonly code: string;
  /** Whether all calls after it are refused as well. */
  readonly on: boolean;
}

/**
 * Trains until a call is refused, goes on when the disk is good again, and compares what is left.
 * @returns whether there was such a call
 */
export async function trainOnFullDisk(training: FullDisk): Promise<boolean> {
  const { folder, args, out, whole, call, code, on } = training;
  const { at, runCli, runJson } = folder;
  const ended = await runCli([...args, "--out", out, "--quiet"], fullAt(call, code, on));
  if (!ended.stderr.includes(FAULT)) return false;
  const words = ended.stderr.replace(FAULT, "");
  // It is either of no account, or an error of one line.
  expect([call, ended.code, words]).toEqual([call, words === "" ? 0 : 4, expect.any(String)]);
  if (words !== "") expect(words).toMatch(/^FileError: .*\n$/);
  await runJson([...args, "--resume", out]);
  expect([call, remains(at(out))]).toEqual([call, remains(at(whole))]);
  return true;
}
