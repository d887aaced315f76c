/** Loading the packages that read files, each on first use. */
import { FileError } from "../errors.ts";

/**
 * What a package has.
 * @param load imports it: spelled out, so that bundlers see the name
 * @throws FileError if it is not there, as in a page that loads modules without a bundler
 */
export async function loadPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new FileError(
      `The package ${name}, which reads such files, cannot be loaded. In a page, bundle nnwasm or take nnwasm.browser.js; ` +
        "in Node, install its packages again.",
      { cause },
    );
  }
}
