/** In the browser's build: pages cannot widen vectors, and nothing sets the width. */
import * as narrow from "../wasm/binaries.generated.ts";
import type * as node from "./wideBinaries.ts";

export const wideBinaries: typeof node.wideBinaries = async () => narrow;
