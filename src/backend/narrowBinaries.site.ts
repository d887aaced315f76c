/**
 * In the site's build: the narrow binaries are files of their own. A page fetches the one that it uses, and the browser compiles it
 * while it comes.
 */
import { FileError } from "../errors.ts";
import type * as script from "./narrowBinaries.ts";

const PLAIN = new URL("../../build/wasm/nnwasm.wasm", import.meta.url);
const THREADS = new URL("../../build/wasm/nnwasm-threads.wasm", import.meta.url);

/** @throws FileError if the server does not give it */
async function fetchBinary(url: URL): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new FileError(
      `${url} cannot be fetched: ${(cause as Error).message}. See whether the site's server runs, and load the page again.`,
      { cause },
    );
  });
  if (response.ok) return response;
  throw new FileError(
    `${url} cannot be fetched: the server answers ${response.status}. Load the page again: the site may have changed.`,
  );
}

export const narrowModule: typeof script.narrowModule = async (shared, compile) => {
  const url = shared ? THREADS : PLAIN;
  const response = await fetchBinary(url);
  try {
    return await WebAssembly.compileStreaming(response);
  } catch {
    // The server may name another type than application/wasm. If it is not that, compile() says what it is.
    return compile(new Uint8Array(await (await fetchBinary(url)).arrayBuffer()));
  }
};
