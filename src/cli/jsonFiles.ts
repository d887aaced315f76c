/** The JSON files of a command's folder: written whole or by whole lines, checked when they are read. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { ConfigError, FileError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { fileError } from "../files/errors.ts";

/** @throws FileError, with the path and the reason, as all here do */
export async function readJson(file: string): Promise<unknown> {
  return parse(await readText(file), file);
}

/** The values of a file of lines, each with its place for errors; what follows the last newline does not count. */
export async function readJsonLines(file: string): Promise<{ value: unknown; where: string }[]> {
  const lines = (await readText(file)).split("\n").slice(0, -1);
  return lines.map((line, i) => {
    const where = `${file}, line ${i + 1}`;
    return { value: parse(line, where), where };
  });
}

export async function writeJson(file: string, value: object): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * The value, if it is what the schema says.
 * @param advice the sentence that ends the error
 */
export function check<T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  where: string,
  advice: string,
): v.InferOutput<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const what = v.getDotPath(issue) ?? "it";
  throw new FileError(
    issue.expected === "never"
      ? `${where}: there is no ${what}. ${advice}`
      : `${where}: ${what} is ${issue.received}, expected ${issue.expected ?? issue.message}. ${advice}`,
  );
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw fileError(file, "read", error);
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FileError(`${where} is not JSON: ${(cause as Error).message}. Was it changed by hand?`, {
      cause,
    });
  }
}

export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fileError(path, "created", error);
  }
}

/**
 * Takes a folder that the user named: an empty one, or with `force` one that has been used before.
 * @param files what the command writes, and takes away first
 * @throws ConfigError if something is in it and not `force`
 */
export async function takeFolder(path: string, force: boolean, files: readonly string[]): Promise<void> {
  await makeFolder(path);
  const entries = await readdir(path).catch((error) => {
    throw fileError(path, "read", error);
  });
  if (entries.length > 0 && !force) {
    throw new ConfigError(
      `--out ${path}: the folder is not empty. Give another folder, --resume ${path} to go on with what is in it, ` +
        "or --force to replace it.",
    );
  }
  for (const file of files) {
    await rm(join(path, file), { recursive: true, force: true }).catch((error) => {
      throw fileError(join(path, file), "replaced", error);
    });
  }
}
