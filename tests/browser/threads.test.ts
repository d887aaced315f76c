/**
 * The library in Chromium, on pages with and without what threads need. Skipped where there is no Chromium.
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium, nowhere, withChromium } from "./chromium.ts";
import type { Results } from "./page.ts";
import { bundle, serve } from "./serve.ts";
import { type Trained, train } from "./training.ts";

describe.skipIf(chromium === undefined)(`the library in Chromium${nowhere}`, () => {
  let server: Server;
  let onResults: (results: Results) => void;
  let node: Trained;
  beforeAll(async () => {
    server = await serve<Results>(await bundle("page.ts"), (results) => onResults(results));
    node = await train(1);
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  function visit(folder: string): Promise<Results> {
    const results = new Promise<Results>((resolve) => {
      onResults = resolve;
    });
    const { port } = server.address() as AddressInfo;
    return withChromium(`http://127.0.0.1:${port}/${folder}/`, results);
  }

  it("trains in threads to Node's bits, on the main thread and in a worker, where memory can be shared", async () => {
    const { page, worker, crossOriginIsolated } = await visit("isolated");
    expect(crossOriginIsolated).toBe(true);
    expect(node.losses.at(-1)).toBeLessThan(0.1 * node.losses[0]!);
    for (const outcomes of [page, worker]) {
      expect(outcomes).toEqual({
        1: node,
        2: { ...node, reports: [{ threads: 2 }] },
        // None where there are so many cores that they are still being tried, several where it takes long.
        auto: { ...node, reports: expect.any(Array) },
      });
      expect((outcomes.auto as Trained).reports.filter(({ notice }) => notice !== undefined)).toEqual([]);
    }
  });

  it("trains in one thread to the same bits, and says why, where memory cannot be shared", async () => {
    const { page, worker, crossOriginIsolated } = await visit("plain");
    expect(crossOriginIsolated).toBe(false);
    const notice =
      "One thread: this page has no SharedArrayBuffer. Serve it by HTTPS or from localhost, " +
      "with the headers COOP same-origin and COEP require-corp.";
    const alone = { ...node, reports: [{ threads: 1, notice }] };
    for (const outcomes of [page, worker]) expect(outcomes).toEqual({ 1: node, 2: alone, auto: alone });
  });

  it("names the Content-Security-Policy that keeps workers from starting, and trains without them", async () => {
    const { page, worker } = await visit("strict");
    const reason = 'Worker 1 of 1 did not start: the Content-Security-Policy must allow "worker-src blob:".';
    const notice = expect.stringMatching(/^One thread\. Worker \d+ of \d+ did not start: the Content-/);
    for (const outcomes of [page, worker]) {
      expect(outcomes).toEqual({
        1: node,
        2: { error: `TeamError: ${reason} Use one thread.` },
        auto: {
          ...node,
          reports: [{ threads: 1, ...(availableParallelism() > 1 && { notice }) }],
        },
      });
    }
  });
});
