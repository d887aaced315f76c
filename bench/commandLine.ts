/** The common parts of the benchmarks' command lines. Tables go to stdout, all else to stderr. */
import { accessSync, constants } from "node:fs";
import { dirname, resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";

export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Says what is wrong and ends the program with exit code 2. */
export function fail(script: string, message: string): never {
  progress(`${script}: ${message}`);
  process.exit(2);
}

/** The options' values, without other arguments. */
export function parseOptions<T extends NonNullable<ParseArgsConfig["options"]>>(script: string, options: T) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(script, `${(error as Error).message} See npm run ${script} -- --help.`);
  }
}

/** Ends the program at once if a path cannot be written, not after minutes of measuring. */
export function checkWritable(script: string, option: string, file: string): void {
  try {
    accessSync(dirname(resolve(file)), constants.W_OK);
  } catch {
    fail(
      script,
      `${file} cannot be written: its folder is not there or is read-only. Give another path to ${option}.`,
    );
  }
}
