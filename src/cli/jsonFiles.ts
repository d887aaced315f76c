/** The JSON files of a command's folder: written whole or by whole lines, checked when they are read. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
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

/** Writes files by their paths from `folder`, one after another, each at once. */
export async function writeFiles(
  folder: string,
  files: readonly (readonly [path: string, content: string | Uint8Array])[],
): Promise<void> {
  for (const [path, content] of files) {
    const file = join(folder, path);
    await makeFolder(dirname(file));
    await writeFileAtomic(file, content);
  }
}

export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fileError(path, "created", error);
  }
}

export interface TakeOptions {
  /** Take it even if there is something in it. */
  readonly force: boolean;
  /** What the command writes, and takes away first; all else stays. "plots/*.svg": whatever plots there are. */
  readonly files: readonly string[];
  /** Whether the command could go on with what is there. */
  readonly resumable?: boolean;
}

/**
 * Takes a folder that the user named with --out.
 * @throws ConfigError if something is in it and not `force`
 */
export async function takeFolder(
  path: string,
  { force, files, resumable = false }: TakeOptions,
): Promise<void> {
  await makeFolder(path);
  if ((await listFolder(path)).length > 0 && !force) {
    const goOn = resumable ? `--resume ${path} to go on with what is in it, ` : "";
    const replace = resumable ? "or --force to replace it" : "or --force to replace the run in it";
    throw new ConfigError(`--out ${path}: the folder is not empty. Give another folder, ${goOn}${replace}.`);
  }
  for (const file of files.includes(PLOTS) ? [...files, ...(await plotsIn(path))] : files) {
    try {
      await rm(join(path, file), { force: true });
    } catch (error) {
      throw fileError(join(path, file), "replaced", error);
    }
  }
}

/** What a command names that does not know its plots before it draws them. */
export const PLOTS = "plots/*.svg";

async function plotsIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, "plots")).catch(() => []);
  return names.filter((name) => name.endsWith(".svg")).map((name) => join("plots", name));
}

export async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw fileError(path, "read", error);
  }
}
