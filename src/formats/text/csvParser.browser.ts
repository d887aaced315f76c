/** In the browser's build: csv-parse with what it needs of Node within it. */
import { loadPackage } from "../../files/packages.ts";
import type * as node from "./csvParser.ts";

export const csvParser: typeof node.csvParser = async () =>
  (await loadPackage("csv-parse", () => import("csv-parse/browser/esm"))).parse as unknown as Awaited<
    ReturnType<typeof node.csvParser>
  >;
