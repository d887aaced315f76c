/** The parser of csv-parse, which is loaded on first use. In the browser's build csvParser.browser.ts stands in for this file. */

import { loadPackage } from "../../files/packages.ts";

/** What makes a parser: a stream of Node's. */
export const csvParser = async (): Promise<typeof import("csv-parse").parse> =>
  (await loadPackage("csv-parse", () => import("csv-parse"))).parse;
