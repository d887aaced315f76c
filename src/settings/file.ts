/**
 * Settings from a file. A flag beats an environment variable (NNWASM_SEED for --seed), which beats the file of
 * --config, which beats the default.
 */
import * as v from "valibot";
import { ConfigError, FileError } from "../errors.ts";
import { readText } from "../files/read.ts";
import { expectationOf } from "./expectation.ts";
import { settingHint, settingKey, settingNames } from "./names.ts";
import type { TrainSettings } from "./settings.ts";
import { settings } from "./table.ts";

/** A configuration file: any of the settings, with the types that they have in a run's config.json. */
export const FileSettings = v.strictObject(
  Object.fromEntries(settingNames.map((key) => [key, v.optional(settings[key].type.schema)])),
) as unknown as v.GenericSchema<unknown, Partial<TrainSettings>>;

const MAXIMUM_FILE_BYTES = 1_000_000;

/** The same object with every setting under its first name. @throws ConfigError if one is there twice */
function withFirstNames(value: object, path: string): object {
  const names = new Map<string, string>();
  for (const name of Object.keys(value)) {
    const key = settingKey(name);
    const other = names.get(key);
    if (other !== undefined) {
      throw new ConfigError(`--config ${path}: ${other} and ${name} are the same setting. Keep one of them.`);
    }
    names.set(key, name);
  }
  return Object.fromEntries(Object.entries(value).map(([name, its]) => [settingKey(name), its]));
}

/**
 * Reads a configuration file, such as a run's config.json.
 * @throws FileError if it cannot be read; ConfigError, with the key and what is expected, if it is not one
 */
export async function readSettingsFile(path: string): Promise<Partial<TrainSettings>> {
  const text = await readText(path, {
    most: MAXIMUM_FILE_BYTES,
    tooLarge: (bytes) =>
      new ConfigError(`--config ${path} has ${bytes} bytes, expected a short JSON object of settings.`),
  }).catch((cause: Error) => {
    if (!(cause instanceof FileError)) throw cause;
    const missing = (cause.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
    throw new FileError(
      missing ? `--config ${path} cannot be read (ENOENT). Is the path right?` : `--config ${cause.message}`,
      { cause },
    );
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`--config ${path} is not JSON: ${(cause as Error).message}. Correct it there.`, {
      cause,
    });
  }
  // To valibot an array is an object too.
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const given = isObject ? withFirstNames(value as object, path) : Array.isArray(value) ? undefined : value;
  const result = v.safeParse(FileSettings, given);
  if (!result.success) {
    const [issue] = result.issues;
    const received = Array.isArray(value) ? "an array" : issue.received;
    const key = v.getDotPath(issue);
    const known = settingNames.join(", ");
    throw new ConfigError(
      key === null
        ? `--config ${path}: expected an object of settings, not ${received}. There are: ${known}.`
        : issue.expected === "never"
          ? `--config ${path}: no setting "${key}".${settingHint(key)} There are: ${known}.`
          : `--config ${path}: ${key} is ${issue.received}, expected ${expectationOf(issue)}.`,
    );
  }
  return result.output;
}
