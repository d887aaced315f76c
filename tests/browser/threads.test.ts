/**
 * The library in Chromium, on pages with and without what threads need. Skipped where there is no Chromium: it is looked
 * for in the environment's CHROMIUM and in PATH.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Results } from "./page.ts";
import { type Trained, train } from "./training.ts";

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  return process.env.CHROMIUM || found;
}

const chromium = findChromium();

const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
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

const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"],
];

/** Opens an address in a Chromium of its own, which ends with the promise. */
async function withChromium<T>(address: string, results: Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), "nnwasm-chromium-"));
  const args = [...FLAGS, `--user-data-dir=${profile}`, address];
  // A group of its own, so that its many processes end together.
  const browser = spawn(chromium!, args, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => browser.once("close", () => resolve()));
  let said = "";
  browser.stderr.setEncoding("utf8").on("data", (text) => {
    said = (said + text).slice(-4000);
  });
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    const fail = (what: string) => reject(new Error(`${chromium} ${what}. It said:\n${said}`));
    browser.once("error", (error) => fail(`does not start: ${error.message}`));
    browser.once("exit", (code) => fail(`has ended with ${code}`));
    timer = setTimeout(() => fail("has not brought the results within 150 s"), 150_000);
  });
  try {
    return await Promise.race([results, failed]);
  } finally {
    clearTimeout(timer);
    if (browser.pid !== undefined) {
      if (browser.exitCode === null) process.kill(-browser.pid, "SIGKILL");
      await ended;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

const nowhere = chromium === undefined ? " (skipped: there is none; set CHROMIUM to its path)" : "";

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
