/**
 * Unpacking gzip's format, of one member or several, as a stream; by Node's zlib. In the browser's build gunzip.browser.ts stands
 * in for this file.
 */
import { nodeModule } from "../runtime.ts";

/** How much is unpacked at once. */
const CHUNK = 256 * 1024;

/**
 * The bytes that others unpack to. Breaking off lets those go.
 * @throws an Error with a `code` of zlib's, Z_…, if they are damaged: see damageOf()
 */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { createGunzip } = await nodeModule("node:zlib", () => import("node:zlib"));
  const { pipeline, Readable } = await nodeModule("node:stream", () => import("node:stream"));
  const unpacked = createGunzip({ chunkSize: CHUNK });
  // The iteration below throws what ends the pipeline.
  pipeline(Readable.from(chunks, { objectMode: false }), unpacked, () => {});
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
  } finally {
    unpacked.destroy();
  }
}
