/** The site in Debian's Chromium by Playwright: a browser for a file of tests, a page for a test, axe's findings. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { chromium as executablePath, nowhere } from "../browser/chromium.ts";
import { type ServedSite, type SiteOptions, serveSite } from "./serveSite.ts";

export { type ServedSite, SITE, STRICT, serveSite } from "./serveSite.ts";

/** Starts Chromium. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath!,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"],
  });

/** Tests that need Chromium, by one browser for all of them. They are skipped, and say so, where there is none. */
export function describeInChromium(name: string, tests: (browser: () => Browser) => void): void {
  describe.skipIf(executablePath === undefined)(`${name}${nowhere}`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());
    tests(() => browser);
  });
}

/** What has gone wrong in a page, and what it has asked for. */
export interface Watched {
  /** Errors that nobody has caught, errors and warnings on the console (breaches of the policy are among them). */
  readonly problems: string[];
  /** The addresses of all requests, those of its workers and of the service worker among them. */
  readonly requests: string[];
}

/** Watches all pages of a context, those that are opened later too. */
export function watch(context: BrowserContext): Watched {
  const watched: Watched = { problems: [], requests: [] };
  context.on("weberror", (error) => watched.problems.push(String(error.error())));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) watched.problems.push(message.text());
  });
  context.on("request", (request) => watched.requests.push(request.url()));
  return watched;
}

/**
 * Builds pages that the site does not ship, such as "gallery.html", for the tests of the `describe` in which it is called. Gives
 * their folder, for `folder` of the options here.
 */
export const usePages = (...pages: string[]): (() => string) =>
  usePagesOf(join(import.meta.dirname, "../../src/web"), ...pages);

/** {@link usePages} with pages of another folder than src/web. */
export function usePagesOf(source: string, ...pages: string[]): () => string {
  let folder: string;
  beforeAll(async () => {
    const script = new URL("../../scripts/web.mjs", import.meta.url).href;
    const { buildSite } = (await import(script)) as {
      buildSite(folder: string, pages: readonly string[], source: string): Promise<void>;
    };
    folder = mkdtempSync(join(tmpdir(), "nnwasm-pages-"));
    await buildSite(folder, pages, source);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

export interface OpenOptions extends SiteOptions {
  /** What stands behind the page's address, such as "?preset=spirals" or "gallery.html". */
  readonly path?: string;
  /** Playwright's: viewport, colorScheme, reducedMotion, serviceWorkers ("block") … */
  readonly context?: BrowserContextOptions;
}

export interface OpenedPage extends Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly site: ServedSite;
}

/** Opens a page of the site, served as the options say, in a fresh profile. It is closed, and the server ended, with the test. */
export async function openPlayground(browser: Browser, options: OpenOptions = {}): Promise<OpenedPage> {
  const site = await serveSite(options);
  onTestFinished(() => site.close());
  const opened = await openPage(browser, site.url + (options.path ?? ""), options.context);
  return { ...opened, site };
}

/** Opens an address in a fresh profile, which is closed with the test. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Omit<OpenedPage, "site">> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const watched = watch(context);
  const page = await context.newPage();
  await page.goto(url);
  return { page, context, ...watched };
}

/** Whether the page can share memory with its workers. */
export const isIsolated = (page: Page): Promise<boolean> =>
  page.evaluate(() => crossOriginIsolated && typeof SharedArrayBuffer === "function");

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** What axe finds serious or critical in the page as it stands, a line each. @param selector the part to look at; default: all */
export async function axe(page: Page, selector = "html"): Promise<string[]> {
  // By the debugger, which no policy of the page holds back.
  await page.evaluate(AXE);
  const findings = await page.evaluate(async (selector) => {
    const { axe } = globalThis as unknown as {
      axe: { run(context: string): Promise<{ violations: Finding[] }> };
    };
    return (await axe.run(selector)).violations;
  }, selector);
  return findings
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, impact, help, nodes }) =>
        `${impact} ${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary})`).join("; ")}`,
    );
}
