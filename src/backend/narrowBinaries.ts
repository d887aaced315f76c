/** The narrow binaries, which are part of the script. In the site's build narrowBinaries.site.ts stands in for this file. */
import { fromBase64 } from "../runtime.ts";
import { plain, threads } from "../wasm/binaries.generated.ts";

/** Compiles the bytes of a binary, or says why it does not compile. */
export type Compile = (binary: Uint8Array<ArrayBuffer>) => Promise<WebAssembly.Module>;

/**
 * The compiled binary of narrow vectors.
 * @param shared whether its memory is shared: the binary for threads
 */
export const narrowModule = (shared: boolean, compile: Compile): Promise<WebAssembly.Module> =>
  compile(fromBase64(shared ? threads : plain));
