/** Loads what engines need and nnwasm does not install by itself: peers that are optional. */
import { ConfigError } from "../../errors.ts";

/** @param install what npm is to install: "bullmq ioredis". @throws ConfigError if the package is missing */
export async function load<T>(scheme: string, install: string, importIt: () => Promise<T>): Promise<T> {
  try {
    return await importIt();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    throw new ConfigError(
      `A queue at ${scheme}// takes packages that are not installed: ${install} (${message.split("\n")[0]}). ` +
        `Install them beside nnwasm: npm install ${install}`,
    );
  }
}
