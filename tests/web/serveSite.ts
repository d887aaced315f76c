/** A static host of the site, for tests: its headers, and its end in the middle of a visit, are theirs to choose. */
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { ISOLATED } from "../browser/chromium.ts";

/** The site that `npm run build` has made. */
export const SITE = join(import.meta.dirname, "../../dist/web");

/** What a careful host lets the page do: nothing but what it needs. */
export const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
  "connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";

const HEADERS = {
  /** No headers, as GitHub Pages. */
  plain: {},
  /** Those by which pages share memory. */
  isolated: ISOLATED,
  /** A strict policy, and isolated. */
  strict: { ...ISOLATED, "content-security-policy": STRICT },
};
export type HeaderSet = keyof typeof HEADERS;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

export interface SiteOptions {
  /** Default: isolated. */
  readonly headers?: HeaderSet | Readonly<Record<string, string>>;
  /** The files. Default: the site in dist/. */
  readonly folder?: string;
  /** Types that are told in place of the right ones, by the ending: { ".wasm": "text/plain" }. */
  readonly types?: Readonly<Record<string, string>>;
  /** The folder of the address, with slashes around it. Default: "/". */
  readonly base?: string;
}

export interface ServedSite {
  /** The address of the page: "http://127.0.0.1:PORT/". */
  readonly url: string;
  /** The paths that have been asked for, in order. */
  readonly asked: readonly string[];
  /** Ends it; connections are cut. It may be called twice. */
  close(): Promise<void>;
}

/** The file of an address of the site, or undefined if there is none. */
function fileOf(folder: string, base: string, url: string): string | undefined {
  const { pathname } = new URL(url, "http://host");
  if (!pathname.startsWith(base)) return undefined;
  const path = join(folder, decodeURIComponent(pathname.slice(base.length)));
  const file = pathname.endsWith("/") ? join(path, "index.html") : path;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

/** Serves the site on a free port of this machine. */
export async function serveSite(options: SiteOptions = {}): Promise<ServedSite> {
  const { headers = "isolated", folder = SITE, base = "/", types = {} } = options;
  const given = typeof headers === "string" ? HEADERS[headers] : headers;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const file = fileOf(folder, base, request.url!);
    if (file === undefined) {
      response.writeHead(404, { ...given, "content-type": "text/plain" }).end("Not found");
      return;
    }
    const type = types[extname(file)] ?? TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { ...given, "content-type": type, "cache-control": "no-cache" });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
