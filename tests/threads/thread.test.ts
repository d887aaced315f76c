/** Whose workers a team takes, and how many cores there are: by what a runtime has, and what it only seems to have. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { resolveThreads } from "../../src/backend/index.ts";
import { availableCores, threadStarter } from "../../src/threads/thread.ts";
import type { WorkerTask } from "../../src/threads/worker.ts";

afterEach(() => void vi.unstubAllGlobals());

/** A global `Worker` that is not to be taken, or that is to be seen to be taken. */
class Page {
  static readonly urls: string[] = [];
  constructor(url: string) {
    Page.urls.push(url);
  }
  postMessage() {}
  terminate() {}
}

const locks = { request: async () => {} };

/** The process with some of its properties replaced. */
const processWith = (properties: Record<string, unknown>) =>
  Object.create(
    process,
    Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, { value }])),
  );

/** As in a page: no process, or one that a bundler has put there. */
const ELSEWHERE = [
  ["without a process", () => vi.stubGlobal("process", processWith({ versions: undefined }))],
  ["with a bundler's process", () => vi.stubGlobal("process", processWith({ versions: {} }))],
  ["in a page of Electron's", () => vi.stubGlobal("process", processWith({ type: "renderer" }))],
  ["in a worker of Electron's", () => vi.stubGlobal("process", processWith({ type: "worker" }))],
] as const;

/** Starts a worker and ends it; whether it was the global one. */
async function takesPages(): Promise<boolean> {
  const start = (await threadStarter())!;
  Page.urls.length = 0;
  const ended = new Promise<void>((resolve) => {
    // Node's worker has nothing to instantiate and ends with an error.
    const task = { module: undefined } as unknown as WorkerTask;
    const thread = start(task, { onReady() {}, onEnd: () => resolve() });
    if (Page.urls.length > 0) void thread.end().then(resolve);
  });
  await ended;
  return Page.urls.length > 0;
}

describe("a team's workers", () => {
  it("are Node's in Node", async () => {
    expect(await takesPages()).toBe(false);
  });

  it("are Node's in Node, whatever the global Worker is", async () => {
    vi.stubGlobal("Worker", Page);
    vi.stubGlobal("navigator", { locks });
    vi.stubGlobal("window", globalThis);
    expect(await takesPages()).toBe(false);
  });

  it("are Node's in Electron's main process", async () => {
    vi.stubGlobal("process", processWith({ type: "browser" }));
    vi.stubGlobal("Worker", Page);
    vi.stubGlobal("navigator", { locks });
    expect(await takesPages()).toBe(false);
  });

  it.each(ELSEWHERE)("are the page's %s", async (_, stub) => {
    stub();
    vi.stubGlobal("Worker", Page);
    vi.stubGlobal("navigator", { locks });
    expect(await takesPages()).toBe(true);
  });

  it("are none without timers, as in a context of node:vm", async () => {
    vi.stubGlobal("setTimeout", undefined);
    expect(await threadStarter()).toBeUndefined();
  });

  describe.each(ELSEWHERE)("%s", (_, stub) => {
    it.each([
      ["Worker, as in a service worker", () => vi.stubGlobal("Worker", undefined)],
      ["addresses of Blobs", () => vi.stubGlobal("URL", class {})],
      ["locks", () => vi.stubGlobal("navigator", {})],
      ["navigator", () => vi.stubGlobal("navigator", undefined)],
    ])("are none without %s, which a training is told", async (_, lack) => {
      stub();
      vi.stubGlobal("Worker", Page);
      vi.stubGlobal("navigator", { locks });
      lack();
      expect(await threadStarter()).toBeUndefined();
      const notice = "One thread: there is nothing here that starts workers.";
      for (const asked of [2, "auto"] as const)
        expect(await resolveThreads(asked)).toEqual({ threads: 1, notice });
    });
  });
});

describe("the cores", () => {
  it("are Node's in Node, whatever a page would say", async () => {
    vi.stubGlobal("navigator", { hardwareConcurrency: 1234 });
    expect(await availableCores()).not.toBe(1234);
  });

  it.each([
    ["as the page says", { hardwareConcurrency: 6 }, 6],
    ["one if it does not say", {}, 1],
    ["one if it says nothing sensible", { hardwareConcurrency: Number.NaN }, 1],
    ["one without a navigator", undefined, 1],
  ])("are %s", async (_, navigator, cores) => {
    vi.stubGlobal("process", processWith({ versions: {} }));
    vi.stubGlobal("navigator", navigator);
    expect(await availableCores()).toBe(cores);
  });
});
