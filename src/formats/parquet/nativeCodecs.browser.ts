/** In the browser's build: gzip by fflate; the other codecs have packages of their own. */
import { GzipReader } from "../../files/gzipReader.ts";
import type * as node from "./nativeCodecs.ts";

export const nativeUnpacker: typeof node.nativeUnpacker = async (codec) => {
  if (codec !== "GZIP") return undefined;
  const newReader = await GzipReader.loaded();
  return (bytes, size) => {
    const page = new Uint8Array(size);
    const reader = newReader();
    let filled = 0;
    const add = (pieces: Iterable<Uint8Array>) => {
      for (const piece of pieces) {
        if (filled + piece.length > size)
          throw new Error(`a page unpacks to more than ${size} bytes, expected as many by its header`);
        page.set(piece, filled);
        filled += piece.length;
      }
    };
    add(reader.push(bytes));
    add(reader.end());
    return page.subarray(0, filled);
  };
};
