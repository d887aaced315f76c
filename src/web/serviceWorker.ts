/**
 * The site's service worker. It keeps the site for use offline, and adds the headers by which a browser isolates the page, which many
 * static hosts cannot set: https://web.dev/articles/coop-coep. The page registers it by isolation.ts.
 */

/** What a service worker is, as far as it is used here: TypeScript has its types apart from those of pages. */
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: RequestEvent) => void): void;
}
interface LifeEvent {
  waitUntil(done: Promise<unknown>): void;
}
interface RequestEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** What the build knows of the site. */
declare const SITE: {
  /** A hash of all files. */
  readonly version: string;
  /** All files of the site but this one, by their paths from here. The page is "". */
  readonly files: readonly string[];
};

const scope = globalThis as unknown as Scope;
const { registration } = scope;

/** Sites in other folders of the same host have caches of their own. */
const OURS = `nnwasm ${registration.scope} `;
const CACHE = OURS + SITE.version;

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** How long an answer for the page may take before the kept one is shown, in milliseconds. */
const PATIENCE = 4000;

const addressOf = (file: string): string => new URL(file, registration.scope).href;
const page = addressOf("");

/** The response with the headers for isolation. It does not say any more that it was redirected: the page would refuse it. */
function isolated(response: Response): Response {
  // The answer to a redirect that the browser follows by itself has no parts that could be copied.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  // A file is the same for every request, and what varies may not be kept.
  headers.delete("vary");
  const { status, statusText } = response;
  const isEmpty = [101, 204, 205, 304].includes(status);
  return new Response(isEmpty ? null : response.body, { status, statusText, headers });
}

/** Fetches all files. The cache is whole, or this version is not installed. */
async function keepSite(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    SITE.files.map(async (file) => {
      // Files in assets/ never change; of the others the browser may have an old copy.
      const request = new Request(addressOf(file), {
        cache: file.startsWith("assets/") ? "default" : "reload",
      });
      const response = await fetch(request);
      if (!response.ok) throw new TypeError(`${request.url}: ${response.status}`);
      await cache.put(request, isolated(response));
    }),
  );
}

async function dropOldVersions(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function kept(address: string): Promise<Response | undefined> {
  return (await caches.open(CACHE)).match(address);
}

/** A file: the kept one, as its name stands for its content, or the server's. */
async function file(request: Request, address: string): Promise<Response> {
  return (await kept(address)) ?? isolated(await fetch(request));
}

/**
 * The page itself: the server's, so that a new version is seen at once, or the kept one if the server does not answer. The old
 * assets of a page that is still open are kept until the last of its tabs is closed.
 */
async function newestPage(request: Request): Promise<Response> {
  const old = await kept(page);
  const fresh = fetch(request).then(isolated);
  if (old === undefined) return fresh;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(old), PATIENCE));
  const useful = fresh.then((response) => (response.status < 500 ? response : old));
  return Promise.race([useful.catch(() => old), late]);
}

scope.addEventListener("install", (event) => event.waitUntil(keepSite()));
// The first version takes over the page that has registered it; later ones wait until the tabs of the version before are closed.
scope.addEventListener("activate", (event) =>
  event.waitUntil(Promise.all([dropOldVersions(), scope.clients.claim()])),
);
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(registration.scope)) return;
  // The page's settings may stand behind its address.
  const address = `${url.origin}${url.pathname}`;
  if (address === page || address === addressOf("index.html")) event.respondWith(newestPage(request));
  else event.respondWith(file(request, address));
});
