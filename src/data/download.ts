/**
 * Downloads one file of known size over HTTP, with resume. The bytes that have arrived stay in the file;
 * `<file>.json` beside it says which version of the resource they belong to. All bytes come from one version.
 * The caller checks whether the content is the right one.
 */
import { type FileHandle, rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ConfigError, DatasetError } from "../errors.ts";
import { readText } from "../files/read.ts";

export interface DownloadOptions {
  readonly url: string;
  /** The file's path; `handle` is open on it for reading and writing. */
  readonly file: string;
  readonly handle: FileHandle;
  /** The size that the whole must have. What the server says of it is not relied on. */
  readonly bytes: number;
  /** The first bytes of the whole: a wrong answer (a login page) is noticed at once. */
  readonly magic?: readonly number[];
  /** Called with the bytes that are there, those of earlier attempts and runs included. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called before each pause. */
  readonly onRetry?: (reason: string, pauseMs: number) => void;
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: typeof globalThis.fetch;
  /** Attempts that may fail in a row without a byte gained. */
  readonly attempts?: number;
  /** An attempt is given up when nothing arrives for this long. */
  readonly stallMs?: number;
  /** The first pause before another attempt; each further one is twice as long. */
  readonly pauseMs?: number;
}

const MAX_REDIRECTS = 5;
const MAX_PAUSE_MS = 60_000;

/** A failure that another attempt may cure: a cut connection, a stall, a busy server. */
class Transient extends Error {
  /** The pause that the server asks for. */
  readonly pauseMs: number | undefined;
  constructor(message: string, options: ErrorOptions & { pauseMs?: number | undefined } = {}) {
    super(message, options);
    this.pauseMs = options.pauseMs;
  }
}

/** Which version of the resource the bytes in the file belong to. */
interface Version {
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/**
 * Completes the file, from where an earlier download was interrupted if there was one.
 *
 * Attempts that fail are repeated after a pause, as long as they bring new bytes, and `attempts` times in a
 * row when they do not.
 * @throws DatasetError if the server refuses, answers with something else, or all attempts fail; the bytes
 *   that have arrived stay for another run
 * @throws the signal's reason if it is aborted; the bytes stay as well
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { url, handle, bytes, onRetry, signal, attempts = 5, pauseMs = 1000 } = options;
  parseUrl(url);
  const sizeNow = async () => (await handle.stat()).size;
  let size = await sizeNow();
  let most = size;
  for (let failures = 0; size !== bytes; ) {
    signal?.throwIfAborted();
    try {
      await attempt(options);
      return;
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      size = await sizeNow();
      // A server may announce more than the file and then cut the connection: what is there counts.
      if (size === bytes) return;
      if (size > most) failures = 0;
      most = Math.max(most, size);
      failures++;
      if (failures >= attempts) {
        throw new DatasetError(
          `${url}: ${error.message}, ${attempts} times in a row; ${size} of ${bytes} bytes have ` +
            `arrived and are kept. Run the same again, and it goes on from there.`,
          { cause: error },
        );
      }
      const pause = Math.min(error.pauseMs ?? pauseMs * 2 ** (failures - 1), MAX_PAUSE_MS);
      onRetry?.(error.message, pause);
      await sleep(pause, signal);
    }
  }
}

/** Forgets a download: the next one starts from the beginning. */
export async function discard(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(versionFile(file), { force: true });
}

/** One request, and its body into the file. */
async function attempt(options: DownloadOptions): Promise<void> {
  const { signal, stallMs = 30_000 } = options;
  // Aborted by the caller's signal or by a stall. (AbortSignal.any is not in every Node 20.)
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const stall = new Transient(`nothing arrived for ${stallMs / 1000} s`);
  const timer = setTimeout(() => controller.abort(stall), stallMs);
  try {
    await transfer(options, controller.signal, () => timer.refresh());
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    // fetch and the bodies that it gives reject with a TypeError when the network fails.
    if (!(error instanceof TypeError)) throw error;
    throw new Transient(`the connection failed (${reasonOf(error)})`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    // The rest of the body, if any, is not waited for.
    controller.abort();
  }
}

async function transfer(options: DownloadOptions, signal: AbortSignal, alive: () => void): Promise<void> {
  const { url, file, handle, bytes, magic = [], onProgress } = options;
  const known = await readVersion(file);
  const { size } = await handle.stat();
  let position = known?.url === url && size >= magic.length && size < bytes ? size : 0;

  // `identity`: fetch decodes any other Content-Encoding, and ranges would then count other bytes than the file's.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (position > 0) {
    headers.range = `bytes=${position}-`;
    const validator = strongValidator(known);
    if (validator !== null) headers["if-range"] = validator;
  }
  const response = await request(options, headers, signal);
  alive();
  const version: Version = {
    url,
    etag: response.headers.get("etag"),
    lastModified: response.headers.get("last-modified"),
  };
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    throw new DatasetError(
      `${url} answers with Content-Encoding ${encoding}, though asked for none. ` +
        `Check for a proxy in between.`,
    );
  }
  if (response.status === 206) {
    const problem = rangeProblem(response.headers.get("content-range"), position, bytes, known, version);
    if (problem !== undefined) {
      await startOver(handle, file);
      throw new Transient(problem);
    }
  } else {
    // The server sends everything: nothing was here, it knows no ranges, or the resource has changed since.
    position = 0;
  }
  if (response.body === null) throw new Transient("the answer has no body");
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    alive();
    if (position === 0) {
      // The bytes of an earlier run are given up only now: a login page must not cost them.
      if (magic.some((byte, index) => index < chunk.length && chunk[index] !== byte)) {
        throw new DatasetError(
          `${url} answers with something else than expected (${response.headers.get("content-type")}). ` +
            `Open the address in a browser: a proxy or a login page may stand in between.`,
        );
      }
      await startOver(handle, file);
      await writeFile(versionFile(file), JSON.stringify(version));
    }
    if (position + chunk.length > bytes) {
      await startOver(handle, file);
      throw new DatasetError(
        `${url} sends more than the expected ${bytes} bytes: it is not the published file. ` +
          `What had arrived is removed. Try another network or address (--url).`,
      );
    }
    await writeFully(handle, chunk, position);
    position += chunk.length;
    onProgress?.(position, bytes);
  }
  if (position < bytes) throw new Transient("the answer ended early");
}

/** Sends the request and follows redirects. @returns a 200 or a 206 */
async function request(
  { url, handle, file, fetch = globalThis.fetch }: DownloadOptions,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  let address = parseUrl(url);
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(address, { headers, redirect: "manual", signal });
    const { status } = response;
    if (status === 200 || (status === 206 && headers.range !== undefined)) return response;
    await response.body?.cancel();
    if ([301, 302, 303, 307, 308].includes(status)) {
      if (redirects === MAX_REDIRECTS) {
        throw new DatasetError(
          `${url} redirects more than ${MAX_REDIRECTS} times. Try another address (--url).`,
        );
      }
      address = redirectTarget(address, response.headers.get("location"));
      continue;
    }
    if (status === 416) {
      await startOver(handle, file);
      throw new Transient("the server does not have the rest (HTTP 416)");
    }
    if (status === 408 || status === 429 || status >= 500) {
      const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
      throw new Transient(`the server is not able to answer now (HTTP ${status})`, {
        pauseMs: seconds >= 0 ? seconds * 1000 : undefined,
      });
    }
    throw new DatasetError(
      `${url} answers HTTP ${status}${response.statusText && ` ${response.statusText}`}. ` +
        `Open the address in a browser, or try another one (--url).`,
    );
  }
}

function redirectTarget(from: URL, location: string | null): URL {
  const to = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (to === undefined) {
    throw new DatasetError(
      `${from} redirects to no valid address (${location}). Try another address (--url).`,
    );
  }
  const allowed = to.protocol === "https:" || (to.protocol === "http:" && from.protocol === "http:");
  if (!allowed) {
    throw new DatasetError(
      `${from} redirects to ${to}, which is not followed: only http and https, and not from https to http. ` +
        `Try another address (--url).`,
    );
  }
  return to;
}

function parseUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") {
    throw new ConfigError(`The address to fetch from is "${url}", expected an http or https address.`);
  }
  return parsed;
}

/** What is wrong with a 206 to a request for the bytes from `position` on. */
function rangeProblem(
  contentRange: string | null,
  position: number,
  bytes: number,
  known: Version | undefined,
  now: Version,
): string | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange ?? "");
  if (match === null || Number(match[1]) !== position || (match[3] !== "*" && Number(match[3]) !== bytes)) {
    return (
      `the server sent Content-Range ${contentRange} when asked for the bytes ` +
      `from ${position} on of ${bytes}`
    );
  }
  if (known?.etag != null && now.etag !== null && known.etag !== now.etag) {
    return "the file on the server has changed";
  }
  return undefined;
}

/** What If-Range may hold: an ETag that is not weak, else a date. */
function strongValidator(version: Version | undefined): string | null {
  const etag = version?.etag ?? null;
  return etag !== null && !etag.startsWith("W/") ? etag : (version?.lastModified ?? null);
}

const versionFile = (file: string) => `${file}.json`;

async function readVersion(file: string): Promise<Version | undefined> {
  const isText = (value: unknown) => value === null || typeof value === "string";
  try {
    const version: unknown = JSON.parse(await readText(versionFile(file), { most: 100_000 }));
    const { url, etag, lastModified } = version as Version;
    return typeof url === "string" && isText(etag) && isText(lastModified)
      ? { url, etag, lastModified }
      : undefined;
  } catch {
    // Not there, or not whole: then the bytes are of an unknown version, and are not gone on with.
    return undefined;
  }
}

async function startOver(handle: FileHandle, file: string): Promise<void> {
  await handle.truncate(0);
  await rm(versionFile(file), { force: true });
}

async function writeFully(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await handle.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
  }
}

/** fetch says "fetch failed" and keeps why in `cause`: ECONNREFUSED, or in words for undici's own codes. */
function reasonOf(error: Error): string {
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  return code === undefined || code.startsWith("UND_") ? message : code;
}

/** A pause. It ends early if the signal is aborted, without an error: the caller looks at the signal. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return delay(ms, undefined, signal && { signal }).catch(() => {});
}
