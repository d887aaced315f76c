/** src/web/isolation.ts in every kind of window, by stand-ins for what a browser has. serving.test.ts has it in Chromium. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Isolation, ServiceWorkerOptions } from "../../src/web/isolation.ts";

/** A window: what is different from a usual one without headers. */
interface Window {
  /** Whether it has shared memory. */
  readonly isolated?: boolean;
  readonly secure?: boolean;
  readonly framed?: boolean;
  /** The service worker that has it already. */
  readonly controller?: object;
  /** What register() does; undefined: there are no service workers. */
  readonly register?: (() => Promise<unknown>) | undefined;
  /** What the tab's storage holds; null: the browser keeps nothing. */
  readonly stored?: Readonly<Record<string, string>> | null;
}

const realSharedMemory = globalThis.SharedArrayBuffer;
let stored: Map<string, string>;
let reload: ReturnType<typeof vi.fn>;

/** A registration whose worker is being installed, takes over or is given up. */
function installing(outcome: "takes over" | "redundant") {
  return async () => {
    const worker = Object.assign(new EventTarget(), { state: "installing" });
    const workers = navigator.serviceWorker as unknown as EventTarget;
    setTimeout(() => {
      if (outcome === "takes over") {
        workers.dispatchEvent(new Event("controllerchange"));
        return;
      }
      worker.state = "redundant";
      worker.dispatchEvent(new Event("statechange"));
    });
    return { installing: worker, active: null };
  };
}

function stub(window: Window): void {
  const { isolated = false, secure = true, framed = false, controller = null } = window;
  const register = "register" in window ? window.register : installing("takes over");
  const workers = register && Object.assign(new EventTarget(), { controller, register });
  vi.stubGlobal("SharedArrayBuffer", isolated ? realSharedMemory : undefined);
  vi.stubGlobal("isSecureContext", secure);
  vi.stubGlobal("self", globalThis);
  vi.stubGlobal("top", framed ? {} : globalThis);
  vi.stubGlobal("navigator", { serviceWorker: workers });
  vi.stubGlobal("document", { readyState: "complete", baseURI: "https://host/folder/" });
  vi.stubGlobal("location", { reload });
  stored = new Map(Object.entries(window.stored ?? {}));
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  });
  if (window.stored === null) {
    Object.defineProperty(globalThis, "sessionStorage", {
      configurable: true,
      get() {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    });
  }
}

/** What the page is told while the service worker is registered, and at the end; "reload" if it is loaded anew. */
async function visit(window: Window, options?: ServiceWorkerOptions): Promise<(Isolation | "reload")[]> {
  stub(window);
  const { isolation, registerServiceWorker } = await import("../../src/web/isolation.ts");
  const reloaded = new Promise<"reload">((resolve) => reload.mockImplementation(() => resolve("reload")));
  const registered = registerServiceWorker(options).then(isolation);
  const during = isolation();
  return [during, await Promise.race([reloaded, registered])];
}

const because = (pattern: RegExp) => ({ reason: expect.stringMatching(pattern) });

beforeEach(() => {
  reload = vi.fn();
  vi.resetModules();
});
afterEach(() => vi.unstubAllGlobals());

it("loads the page anew once it is taken over, and marks that in the tab", async () => {
  expect(await visit({})).toEqual(["reloading", "reload"]);
  expect(stored.size).toBe(1);
});

it("does so too where the worker is there, and this load has gone around it", async () => {
  const register = async () => ({ installing: null, active: {} });
  expect(await visit({ register })).toEqual(["reloading", "reload"]);
});

it("is isolated from the start by a host's headers, and forgets that it was loaded anew", async () => {
  const [key] = await visit({}).then(() => [...stored.keys()]);
  vi.resetModules();
  reload.mockReset();
  expect(await visit({ isolated: true, stored: { [key!]: "yes" } })).toEqual(["isolated", "isolated"]);
  expect(stored.size).toBe(0);
  expect(reload).not.toHaveBeenCalled();
});

it("is not loaded anew a second time, nor if its service worker has had it already", async () => {
  const [key] = await visit({}).then(() => [...stored.keys()]);
  for (const window of [{ stored: { [key!]: "yes" } }, { controller: {} }]) {
    vi.resetModules();
    reload.mockReset();
    const refused = because(/^The browser has not isolated it, .* Try another browser\.$/);
    expect(await visit(window)).toEqual([refused, refused]);
    expect(reload).not.toHaveBeenCalled();
  }
});

it("is not loaded anew while there is something to lose", async () => {
  const [during, end] = await visit({}, { mayReload: () => false });
  expect(during).toBe("reloading");
  expect(end).toEqual(because(/^It was not loaded anew while it was in use\. /));
  expect(reload).not.toHaveBeenCalled();
});

it.each<[string, Window, RegExp]>([
  [
    "by plain HTTP",
    { secure: false, register: undefined },
    /^The page comes by plain HTTP\. Serve it by HTTPS/,
  ],
  ["without service workers", { register: undefined }, /, and this window has no service workers, /],
  ["in a frame", { framed: true }, /^The page is a frame of another one/],
  [
    "where nothing is kept",
    { stored: null },
    /, and the browser keeps no data for this site\. Allow it to\.$/,
  ],
])("says why it is not isolated, at once: %s", async (_, window, reason) => {
  expect(await visit(window)).toEqual([because(reason), because(reason)]);
  expect(reload).not.toHaveBeenCalled();
});

it.each<[string, () => Promise<unknown>, RegExp]>([
  ["is refused", () => Promise.reject(new Error("No entry")), /does not run: No entry\.$/],
  [
    "is blocked without an error",
    async () => undefined,
    /does not run: the browser blocks service workers\.$/,
  ],
  [
    "cannot keep the site",
    installing("redundant"),
    /does not run: not all files of the site could be fetched\.$/,
  ],
])("says why when the service worker %s", async (_, register, reason) => {
  expect(await visit({ register })).toEqual(["reloading", because(reason)]);
  expect(reload).not.toHaveBeenCalled();
});
