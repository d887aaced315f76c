/** The folder in which the tests of a file run the command line. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import {
  type CliResult,
  type Environment,
  type Event,
  makeCifar,
  newFolder,
  type Running,
  runCli,
  runJson,
  start,
  startCli,
} from "./cli.ts";

export interface CliFolder {
  /** A path in the folder; without arguments, the folder's own. */
  at(...path: string[]): string;
  /** The path of small data in CIFAR-10's format, in the folder. */
  cifar(): string;
  /** Runs `nnwasm …` in the folder to its end. */
  runCli(args: readonly string[], env?: Environment): Promise<CliResult>;
  /** Runs a command with --json that must succeed, and gives its events. */
  runJson(args: readonly string[], env?: Environment): Promise<Event[]>;
  /** Starts `nnwasm …` in the folder. */
  startCli(args: readonly string[], env?: Environment): Running;
  /** Starts another program in the folder. */
  start(file: string, args: readonly string[], env?: Environment): Running;
}

/** A folder that exists while the tests of the file run. @param options.cifar whether they need data */
export function cliFolder({ cifar }: { cifar: boolean }): CliFolder {
  let folder: string;
  beforeAll(() => {
    folder = newFolder();
    if (cifar) makeCifar(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    at: (...path) => join(folder, ...path),
    cifar: () => join(folder, "cifar"),
    runCli: (args, env) => runCli(args, folder, env),
    runJson: (args, env) => runJson(args, folder, env),
    startCli: (args, env) => startCli(args, folder, env),
    start: (file, args, env) => start(file, args, folder, env),
  };
}

/** The arguments of a command line in which no argument holds a space. */
export const words = (text: string): string[] => text.split(" ");
