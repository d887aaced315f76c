/** Parses and checks what the commands share that train in several workers. */
import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "commander";
import { ConfigError } from "../errors.ts";

/** A parser for commander: a number of workers; "auto" is one for each core. */
export function workerCount(text: string): number {
  if (text === "auto") return availableParallelism();
  const count = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 256) {
    throw new InvalidArgumentError("Expected an integer from 1 to 256, or auto.");
  }
  return count;
}

interface DataFacts {
  readonly name: string;
  readonly training: number;
  readonly test: number;
}

/** @throws ConfigError if the data are not those with which the folder was begun */
export function checkSameData(path: string, before: DataFacts, now: DataFacts): void {
  const words = ({ name, training, test }: DataFacts) =>
    `${name} (${training} training, ${test} test samples)`;
  if (words(before) === words(now)) return;
  throw new ConfigError(
    `--resume ${path}: it was begun on ${words(before)}, the data here are ${words(now)}. ` +
      "Put the data back where they were, or begin anew.",
  );
}
