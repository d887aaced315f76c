/** The binaries of wide vectors, read when they are needed. In the browser's build wideBinaries.browser.ts stands in for this file. */
import type * as binaries from "../wasm/binaries.generated.ts";

export const wideBinaries = (): Promise<typeof binaries> => import("../wasm/wideBinaries.generated.ts");
