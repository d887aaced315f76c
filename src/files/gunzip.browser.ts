/** In the browser's build: gzip's format by fflate, with the checks that zlib makes. */
import type * as node from "./gunzip.ts";
import { GzipReader } from "./gzipReader.ts";

export const gunzip: typeof node.gunzip = async function* (chunks) {
  const reader = await GzipReader.open();
  for await (const chunk of chunks) yield* reader.push(chunk);
  yield* reader.end();
};
