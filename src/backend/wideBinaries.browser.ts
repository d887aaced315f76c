/** In the browser's build: pages cannot widen vectors, and nothing sets the width. */
import { ConfigError } from "../errors.ts";
import type * as node from "./wideBinaries.ts";

export const wideBinaries: typeof node.wideBinaries = async () => {
  throw new ConfigError("A page has no wide vectors. Leave the width as it is.");
};
