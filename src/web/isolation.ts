/**
 * Whether the page is isolated from other origins, so that it may share memory with its workers and train in threads; and the
 * service worker (serviceWorker.ts), which isolates it where the server does not, and keeps the site for use offline.
 */

/**
 * "isolated": the page can train in threads. "reloading": it cannot yet, and will be loaded anew in a moment, after which it can.
 * Otherwise it trains in one thread, for this reason: whole sentences for the user.
 */
export type Isolation = "isolated" | "reloading" | { readonly reason: string };

export interface ServiceWorkerOptions {
  /** Whether the page may be loaded anew now. Default: always. Say no while there is something to lose. */
  readonly mayReload?: () => boolean;
}

/** In the tab's storage: the page has been loaded anew for its isolation. */
const RELOADED = "nnwasm.reloadedForIsolation";

let pending = false;
let reason = "The server does not send the headers for it (COOP and COEP).";

const isIsolated = (): boolean => typeof SharedArrayBuffer !== "undefined";

/** How it stands now. It changes until the promise of {@link registerServiceWorker} is settled. */
export function isolation(): Isolation {
  if (isIsolated()) return "isolated";
  return pending ? "reloading" : { reason };
}

/** The tab's storage; a browser that keeps nothing for the site has none. */
function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

/** Why a service worker could not isolate this page, or undefined if it may try. */
function obstacle(workers: ServiceWorkerContainer | undefined): string | undefined {
  if (!globalThis.isSecureContext)
    return "The page comes by plain HTTP. Serve it by HTTPS, or from localhost by nnwasm web.";
  if (workers === undefined)
    return "The server does not send the headers for it (COOP and COEP), and this window has no service workers, as private ones in some browsers.";
  if (globalThis.top !== globalThis.self)
    return "The page is a frame of another one, whose server decides. Open it in a tab of its own.";
  if (storage()?.getItem(RELOADED) || workers.controller !== null)
    return "The browser has not isolated it, though its service worker sends the headers for it. Try another browser.";
  if (storage() === undefined)
    return "The server does not send the headers for it (COOP and COEP), and the browser keeps no data for this site. Allow it to.";
  return undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const loaded = (): Promise<void> =>
  document.readyState === "complete"
    ? Promise.resolve()
    : new Promise((resolve) => addEventListener("load", () => resolve(), { once: true }));

/** Resolves when the page's requests go to the service worker. Rejects if that could not keep the site. */
function takenOver(workers: ServiceWorkerContainer, registration: ServiceWorkerRegistration): Promise<void> {
  return new Promise((resolve, reject) => {
    if (workers.controller !== null) resolve();
    workers.addEventListener("controllerchange", () => resolve(), { once: true });
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "redundant") reject(new Error("not all files of the site could be fetched"));
    });
    // It was there before, and this load has gone around it (Shift and reload): the next one will not.
    if (fresh === null && registration.active !== null) resolve();
  });
}

/**
 * Registers the service worker, and loads the page anew, at most once, if that isolates it. Call it once, at the start.
 *
 * The promise resolves when {@link isolation} is decided, and when the site is kept for use offline or cannot be; or never, if the
 * page is loaded anew. It does not reject.
 */
export async function registerServiceWorker({
  mayReload = () => true,
}: ServiceWorkerOptions = {}): Promise<void> {
  // Windows that are not secure have none, whatever the types say.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (isIsolated()) storage()?.removeItem(RELOADED);
  const against = isIsolated() ? undefined : obstacle(workers);
  if (against !== undefined) reason = against;
  if (workers === undefined) return;
  pending = !isIsolated() && against === undefined;
  try {
    await loaded();
    const address = new URL("serviceWorker.js", document.baseURI);
    // Some browsers and extensions that block service workers give nothing, in place of an error.
    const registration: ServiceWorkerRegistration | undefined = await workers.register(address, {
      updateViaCache: "none",
    });
    if (registration === undefined) throw new Error("the browser blocks service workers");
    await takenOver(workers, registration);
    if (!pending) return;
    if (mayReload()) {
      storage()?.setItem(RELOADED, "yes");
      location.reload();
      await new Promise(() => {});
    }
    reason = "It was not loaded anew while it was in use. Load it anew for threads.";
  } catch (error) {
    if (pending)
      reason = `The server does not send the headers for it (COOP and COEP), and the service worker that would add them does not run: ${messageOf(error)}.`;
  } finally {
    pending = false;
  }
}
