/** What Node's zlib unpacks of Parquet's codecs. In the browser's build nativeCodecs.browser.ts stands in for this file. */
import { nodeModule } from "../../runtime.ts";

/** Unpacks a page. @throws an Error if it is damaged, or unpacks to another size */
export type Unpacker = (bytes: Uint8Array, size: number) => Uint8Array;

/** What Node's zlib has from 22.15 on. */
interface Zstandard {
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
}

/** What unpacks pages of this codec; undefined if the runtime has nothing that does. */
export async function nativeUnpacker(codec: string): Promise<Unpacker | undefined> {
  const zlib = await nodeModule("node:zlib", () => import("node:zlib"));
  const most = (size: number) => ({ maxOutputLength: Math.max(1, size) });
  if (codec === "GZIP") return (bytes, size) => zlib.unzipSync(bytes, most(size));
  if (codec === "BROTLI") return (bytes, size) => zlib.brotliDecompressSync(bytes, most(size));
  const { zstdDecompressSync } = zlib as Zstandard;
  if (codec === "ZSTD" && zstdDecompressSync !== undefined)
    return (bytes, size) => zstdDecompressSync(bytes, most(size));
  return undefined;
}
