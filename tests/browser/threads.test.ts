/**
 * The library in Chromium, on pages with and without what threads need. Skipped where there is no Chromium.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium, ISOLATED, nowhere, withChromium } from "./chromium.ts";
import type { Results } from "./page.ts";
import { type Trained, train } from "./training.ts";

/** The headers of all that is below a folder of the server. */
const folders: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  isolated: ISOLATED,
  plain: {},
  strict: { ...ISOLATED, "content-security-policy": "default-src 'self' 'wasm-unsafe-eval'" },
};

/** The script of page.ts with the library, in one file. */
async function bundle(): Promise<string> {
  const result = await build({
    root: import.meta.dirname,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      rolldownOptions: { input: join(import.meta.dirname, "page.ts"), output: { codeSplitting: false } },
    },
  });
  return (result as Rolldown.RolldownOutput).output[0].code;
}

/** Serves the page in each of the folders, and hands what it posts to `onResults`. */
async function serve(script: string, onResults: (results: Results) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const [, folder, file] = request.url!.split("/");
    const headers = folders[folder!];
    if (headers === undefined) {
      response.writeHead(404).end();
    } else if (file === "") {
      response.writeHead(200, { ...headers, "content-type": "text/html" });
      response.end('<!doctype html><script type="module" src="page.js"></script>');
    } else if (file === "page.js") {
      response.writeHead(200, { ...headers, "content-type": "text/javascript" }).end(script);
    } else {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        response.end();
        onResults(JSON.parse(Buffer.concat(chunks).toString()));
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe.skipIf(chromium === undefined)(`the library in Chromium${nowhere}`, () => {
  let server: Server;
  let onResults: (results: Results) => void;
  let node: Trained;
  beforeAll(async () => {
    server = await serve(await bundle(), (results) => onResults(results));
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
