/** Serves the site of src/web on this machine alone: what it answers, to whom, and with which headers. */
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import sirv from "sirv";
import { FileError } from "../../errors.ts";

/** The site may load and reach its own files, and nothing else. Its kernels are WebAssembly, its threads are made of blobs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  // By these two the page may share memory with its workers, and trains in threads.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": POLICY,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/**
 * Whether a request names this machine. A foreign page can have its own name lead here (DNS rebinding), and would then read our
 * answers as its own. The port may be another one: that of a tunnel.
 */
export const isLocal = (host: string | undefined): boolean =>
  /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host ?? "");

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(`${why}\n`);
}

/**
 * A server of the files in a folder, which does not listen yet.
 * @throws FileError if there is no site in it
 */
export function createSiteServer(folder: string): Server {
  if (!existsSync(join(folder, "index.html"))) {
    throw new FileError(
      `${folder} does not hold the site. Install nnwasm anew; in a clone of its repository, run: npm run build:web`,
    );
  }
  const serve = sirv(folder, {
    // It looks at the files at each request, as nnwasm may be installed anew meanwhile.
    dev: true,
    etag: true,
    setHeaders(response, path) {
      // Their names change with their content.
      if (path.startsWith("/assets/"))
        response.setHeader("Cache-Control", "public,max-age=31536000,immutable");
    },
  });
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!isLocal(request.headers.host)) {
      refuse(response, 403, "nnwasm web answers to localhost, 127.0.0.1 and [::1] alone.");
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      refuse(response, 405, "nnwasm web answers to GET and HEAD alone.");
      return;
    }
    // Whole files only: they are small, and sirv throws at ranges that are none.
    delete request.headers.range;
    serve(request, response, () => refuse(response, 404, "nnwasm web has no such file."));
  });
}
