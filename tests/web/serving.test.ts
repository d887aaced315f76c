/** The site by the hosts that there are: it comes up, trains in threads where it can, and says so where it cannot. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { events, newFolder, startCli } from "../helpers/cli.ts";
import { axe, describeInChromium, isIsolated, openPage, openPlayground, SITE, STRICT } from "./helpers.ts";

const isUp = (page: Page) => page.getByRole("heading", { level: 1 }).first().waitFor();

/** Waits until the service worker answers the page's requests. */
const isKept = (page: Page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");

/** A copy of the site, which a test may change; it goes with the test. */
function copyOfSite(): string {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-site-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(SITE, folder, { recursive: true });
  return folder;
}

function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} has nothing to change.`);
  writeFileSync(path, after);
}

/** How often the page has been loaded. */
const loads = (asked: readonly string[], base = "/") => asked.filter((path) => path === base).length;

describeInChromium("the site", (browser) => {
  it("is isolated at once by a host that sends the headers, and loaded once", async () => {
    const { page, problems, site } = await openPlayground(browser());
    await isUp(page);
    expect(await isIsolated(page)).toBe(true);
    await isKept(page);
    expect(loads(site.asked)).toBe(2); // the second is the service worker's, for use offline
    expect(problems).toEqual([]);
  });

  it.each([
    ["without headers", {}],
    ["with a strict policy and no other header", { "content-security-policy": STRICT }],
  ])("is isolated after one reload by a host %s, in any folder", async (_, headers) => {
    const base = "/some/folder/";
    const { page, problems, site } = await openPlayground(browser(), { headers, base });
    await page.waitForFunction(() => crossOriginIsolated);
    await isUp(page);
    expect(await isIsolated(page)).toBe(true);
    // The first load, the service worker's copy, the reload.
    expect(loads(site.asked, base)).toBe(3);
    await page.reload();
    await isUp(page);
    expect(await isIsolated(page)).toBe(true);
    expect(loads(site.asked, base)).toBe(4);
    expect(problems).toEqual([]);
  });

  it("works, in one thread, where there are no headers and service workers are blocked", async () => {
    const { page, site } = await openPlayground(browser(), {
      headers: "plain",
      context: { serviceWorkers: "block" },
    });
    await isUp(page);
    await page
      .getByText(/one thread/i)
      .first()
      .waitFor();
    expect(await isIsolated(page)).toBe(false);
    expect(loads(site.asked)).toBe(1);
  });

  it("is served by nnwasm web: isolated, without a breach of its policy, and offline when that has ended", async () => {
    const folder = newFolder();
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const program = startCli(["web", "--port", "0", "--json"], folder);
    onTestFinished(() => void program.child.kill("SIGINT"));
    await program.waitFor("stdout", "\n");
    const { url } = events(program.output.stdout)[0]!;
    const { page, problems } = await openPage(browser(), url);
    await isUp(page);
    expect(await isIsolated(page)).toBe(true);
    await isKept(page);
    program.child.kill("SIGINT");
    expect(await program.result).toMatchObject({ code: 130 });
    await page.reload();
    await isUp(page);
    expect(await isIsolated(page)).toBe(true);
    expect(problems).toEqual([]);
  });

  it("breaks no strict policy", async () => {
    const { page, problems } = await openPlayground(browser(), { headers: "strict" });
    await isUp(page);
    await isKept(page);
    expect(problems).toEqual([]);
  });

  it.each(["plain", "isolated"] as const)("works offline after the first visit: %s", async (headers) => {
    const { page, problems, site } = await openPlayground(browser(), { headers });
    await page.waitForFunction(() => crossOriginIsolated);
    await isKept(page);
    await site.close();
    await page.goto(`${site.url}?some=setting#place`);
    await isUp(page);
    expect(await isIsolated(page)).toBe(true);
    expect(problems).toEqual([]);
  });

  it("asks no other host for anything", async () => {
    const { page, requests, site } = await openPlayground(browser(), { headers: "plain" });
    await page.waitForFunction(() => crossOriginIsolated);
    await isUp(page);
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.filter((url) => !url.startsWith(site.url) && !url.startsWith("blob:"))).toEqual([]);
  });

  it("shows a new version at once, and forgets the old one when its last tab is closed", async () => {
    const folder = copyOfSite();
    const { page, context, problems, site } = await openPlayground(browser(), { folder });
    await isKept(page);
    edit(folder, "index.html", (text) => text.replace(/<title>.*<\/title>/, "<title>Version 2</title>"));
    edit(folder, "serviceWorker.js", (text) => text.replace(/(version:`)/, "$1new-"));
    await page.reload();
    expect(await page.title()).toBe("Version 2");
    // The new service worker waits for the tab of the old one. (waitForFunction() would not wait for a promise.)
    const waiting = () =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        if (registration.waiting === null) await registration.update();
        return registration.waiting?.state;
      });
    await expect.poll(waiting, { timeout: 60_000 }).toBe("installed");
    await page.close();
    let later = await context.newPage();
    const versions = async () => {
      // While a page is open, its version stays.
      await later.close();
      later = await context.newPage();
      await later.goto(site.url);
      return later.evaluate(() => caches.keys());
    };
    await expect
      .poll(versions, { timeout: 60_000, interval: 500 })
      .toEqual([expect.stringContaining(" new-")]);
    await site.close();
    await later.reload();
    expect(await later.title()).toBe("Version 2");
    expect(problems).toEqual([]);
  });

  it("makes way for another page at the same address", async () => {
    const folder = copyOfSite();
    const { page } = await openPlayground(browser(), { folder });
    await isKept(page);
    edit(folder, "index.html", () => "<!doctype html><title>Another program</title>");
    await page.reload();
    expect(await page.title()).toBe("Another program");
  });

  it("is loaded anew no more than once where the service worker does not isolate it, and says so", async () => {
    const folder = copyOfSite();
    const idle = 'addEventListener("activate", (event) => event.waitUntil(clients.claim()));';
    edit(folder, "serviceWorker.js", () => idle);
    const { page, site } = await openPlayground(browser(), { folder, headers: "plain" });
    await page.waitForFunction(() => sessionStorage.length > 0 && document.readyState === "complete");
    await page
      .getByText(/one thread/i)
      .first()
      .waitFor();
    expect(loads(site.asked)).toBe(2);
  });

  it.each(["light", "dark"] as const)("has nothing that axe finds serious: %s", async (colorScheme) => {
    const { page } = await openPlayground(browser(), { context: { colorScheme } });
    await isUp(page);
    expect(await axe(page)).toEqual([]);
  });
});
