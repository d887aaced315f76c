/** The parser of csv-parse, which is loaded on first use. In the browser's build csvParser.browser.ts stands in for this file. */

/** What makes a parser: a stream of Node's. */
export const csvParser = async (): Promise<typeof import("csv-parse").parse> =>
  (await import("csv-parse")).parse;
