/** Reads and checks the JSON files of a command's folder. */
import * as v from "valibot";
import { FileError } from "../../errors.ts";
import { readText } from "../../files/read.ts";
import { expectationOf } from "../../settings/expectation.ts";

const MOST_JSON_BYTES = 10_000_000;
const MOST_LOG_BYTES = 500_000_000;

/** @throws FileError with the path and the reason, as all functions here do */
export async function readJson(file: string): Promise<unknown> {
  return parse(await readText(file, { most: MOST_JSON_BYTES }), file);
}

/** The values of a file of lines, each with its place for errors. Text after the last newline does not count. */
export async function readJsonLines(file: string): Promise<{ value: unknown; where: string }[]> {
  const lines = (await readText(file, { most: MOST_LOG_BYTES })).split("\n").slice(0, -1);
  return lines.map((line, i) => {
    const where = `${file}, line ${i + 1}`;
    return { value: parse(line, where), where };
  });
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
      : `${where}: ${what} is ${issue.received}, expected ${expectationOf(issue)}. ${advice}`,
  );
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
