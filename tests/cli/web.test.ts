/** `nnwasm web` as a process: what it serves, to whom, on which port, and how it ends. tests/web has it in a browser. */
import { readdirSync } from "node:fs";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CliContext } from "../../src/cli/context.ts";
import { hasDesktop } from "../../src/cli/web/openBrowser.ts";
import { createSiteServer, isLocal } from "../../src/cli/web/siteServer.ts";
import { FileError } from "../../src/errors.ts";
import { events, PROGRAM, type Running } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { silentContext } from "../helpers/silentContext.ts";

const { at, runCli, startCli } = cliFolder({ cifar: false });
const assets = (ending: string) => {
  const files = readdirSync(join(PROGRAM, "../../dist/web/assets"));
  return `/assets/${files.find((file) => file.endsWith(ending))!}`;
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
}

const ask = (url: string, path: string, asked: Asked = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // By options, as a URL would take "..", out of the path.
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path, ...asked }, (response) => {
      let body = "";
      response.setEncoding("latin1").on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on("error", reject).end();
  });

/** Starts it, and waits for its address. */
async function startWeb(...args: string[]): Promise<{ url: string; running: Running }> {
  const running = startCli(["web", "--json", "--no-open", ...args]);
  await running.waitFor("stdout", "\n");
  return { url: events(running.output.stdout)[0]!.url as string, running };
}

const end = async ({ child, result }: Running) => {
  child.kill("SIGINT");
  return result;
};

describe("nnwasm web", () => {
  let url: string;
  let running: Running;
  beforeAll(async () => {
    ({ url, running } = await startWeb("--port", "0"));
  });
  afterAll(() => end(running));

  it("says in one line where it listens: on this machine alone", () => {
    expect(running.output.stdout).toBe(`{"event":"listening","url":"${url}"}\n`);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/$/);
  });

  it("serves the page, isolated and under a strict policy, and asks for it anew each time", async () => {
    const { status, headers, body } = await ask(url, "/");
    expect(status).toBe(200);
    expect(body).toContain("<title>");
    expect(headers).toMatchObject({
      "content-type": "text/html;charset=utf-8",
      "cache-control": "no-cache",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy":
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
        "connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
        "frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    const again = await ask(url, "/", { headers: { "if-none-match": headers.etag! } });
    expect([again.status, again.body]).toEqual([304, ""]);
  });

  it.each([
    [".js", "text/javascript"],
    [".css", "text/css"],
    [".wasm", "application/wasm"],
  ])("serves assets for ever, by their types: %s", async (ending, type) => {
    const { status, headers } = await ask(url, assets(ending));
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": type,
      "cache-control": "public,max-age=31536000,immutable",
      "cross-origin-embedder-policy": "require-corp",
    });
  });

  it.each([
    ["/serviceWorker.js", "text/javascript"],
    ["/icon.svg", "image/svg+xml"],
    ["/manifest.webmanifest", "application/manifest+json"],
  ])("asks for what keeps its name anew each time: %s", async (path, type) => {
    const { status, headers } = await ask(url, path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "content-type": type, "cache-control": "no-cache" });
  });

  it.each(["/nothing.js", "/../package.json", "/%2e%2e/index.js", "/..%2findex.js", "/assets/%00", "/%"])(
    "has nothing else: %s",
    async (path) => {
      const { status, headers, body } = await ask(url, path);
      expect([status, body]).toEqual([404, "nnwasm web has no such file.\n"]);
      expect(headers["cache-control"]).toBeUndefined();
    },
  );

  it("answers to names of this machine alone, so that no foreign page can have its own lead here", async () => {
    const { port } = new URL(url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect((await ask(url, "/", { headers: { host } })).status).toBe(200);
    }
    const { status, body } = await ask(url, "/", { headers: { host: `evil.example:${port}` } });
    expect([status, body]).toEqual([403, "nnwasm web answers to localhost, 127.0.0.1 and [::1] alone.\n"]);
  });

  it("takes no other methods, and gives whole files to whoever asks for a part", async () => {
    const { status, headers } = await ask(url, "/", { method: "POST" });
    expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
    expect(await ask(url, "/", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
    expect((await ask(url, "/", { headers: { range: "bytes=9-2" } })).status).toBe(200);
  });

  it("refuses a port that was asked for and is taken, and takes the next one if none was", async () => {
    const { port } = new URL(url);
    const { code, stdout, stderr } = await runCli(["web", "--port", port, "--no-open"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      `ConfigError: --port ${port}: another program has it. Give another one (0: any), or leave --port out: then the next free one from 8017 on is taken.\n`,
    );
    const others = await Promise.all([startWeb(), startWeb()]);
    const urls = others.map((other) => other.url);
    expect(new Set(urls).size).toBe(2);
    for (const other of urls) expect((await ask(other, "/")).status).toBe(200);
    await Promise.all(others.map((other) => end(other.running)));
  });
});

describe("nnwasm web at its end", () => {
  it("ends by Ctrl-C with 130, though a connection is kept open, and says so", async () => {
    const { url, running } = await startWeb("--port", "0");
    const agent = new Agent({ keepAlive: true });
    await ask(url, "/", { agent });
    const { code, stdout, stderr } = await end(running);
    agent.destroy();
    const message = "The playground is not served any more. What it keeps in the browser stays there.";
    expect([code, stderr]).toEqual([130, `\n${message}\n`]);
    expect(events(stdout)[1]).toEqual({ event: "error", name: "Interrupted", message, exitCode: 130 });
    await expect(ask(url, "/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("tells people where it is and how it ends", async () => {
    const running = startCli(["web", "--port", "0"]);
    await running.waitFor("stdout", "Ctrl-C");
    await end(running);
    expect(running.output.stdout).toMatch(
      /^The playground is at http:\/\/127\.0\.0\.1:\d+\/\nIt is served to this machine alone\. Ctrl-C ends it\.\n$/,
    );
  });
});

describe("what nnwasm web refuses", () => {
  it.each([
    [["--port", "65536"], "--port"],
    [["--port", "http"], "--port"],
    [["--prot", "1"], "(Did you mean --port?)"],
    [["--no-browser"], "(Did you mean --no-open?)"],
    [["runs"], "too many arguments for 'web'"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await runCli(["web", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("a folder without the site", () => {
    expect(() => createSiteServer(at())).toThrow(
      new FileError(
        `${at()} does not hold the site. Install nnwasm anew; in a clone of its repository, run: npm run build:web`,
      ),
    );
  });

  it.each([
    ["localhost", true],
    ["LOCALHOST:8017", true],
    ["127.0.0.1:1", true],
    ["[::1]:65535", true],
    [undefined, false],
    ["", false],
    ["localhost.evil.example", false],
    ["localhost:8017.evil.example", false],
    ["evil.example#localhost", false],
    ["127.0.0.1.nip.io:8017", false],
    ["192.168.0.2:8017", false],
    ["0.0.0.0:8017", false],
  ])("other hosts: %s is local: %s", (host, local) => expect(isLocal(host)).toBe(local));
});

describe("the browser is opened", () => {
  const context = (isTTY: boolean, env: CliContext["env"]): CliContext => ({
    ...silentContext(),
    stdout: Object.assign(new PassThrough(), { isTTY }),
    env,
  });
  it.each([
    ["linux", true, { DISPLAY: ":0" }, true],
    ["linux", true, { WAYLAND_DISPLAY: "wayland-0" }, true],
    ["linux", true, {}, false],
    ["linux", false, { DISPLAY: ":0" }, false],
    ["darwin", true, {}, true],
    ["darwin", true, { SSH_CONNECTION: "1 2 3 4" }, false],
    ["win32", true, {}, true],
  ] as const)("on %s, at a terminal: %s, with %j: %s", (platform, isTTY, env, opened) =>
    expect(hasDesktop(context(isTTY, env), platform)).toBe(opened),
  );
});
