/** The table of hashes in Chromium, in as many threads as its rows have. Skipped where there is no Chromium. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { expectedHashes } from "../helpers/hashes.ts";
import { chromium, nowhere, withChromium } from "./chromium.ts";
import { bundle, serve } from "./serve.ts";

describe.skipIf(chromium === undefined)(`the table of hashes in Chromium${nowhere}`, () => {
  let server: Server | undefined;
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it("has Node's bits, row by row", async () => {
    let onResults: (rows: unknown[]) => void;
    const rows = new Promise<unknown[]>((resolve) => {
      onResults = resolve;
    });
    server = await serve<unknown[]>(await bundle("hashesPage.ts"), (results) => onResults(results));
    const { port } = server.address() as AddressInfo;
    expect(await withChromium(`http://127.0.0.1:${port}/isolated/`, rows)).toEqual(expectedHashes);
  });
});
