/** Chromium, for the tests in a browser: it is looked for in the environment's CHROMIUM and in PATH. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  return process.env.CHROMIUM || found;
}

export const chromium = findChromium();

/** The headers by which a page may share memory. */
export const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"],
];

/** Opens an address in a Chromium of its own, which ends with the promise. */
export async function withChromium<T>(address: string, results: Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), "nnwasm-chromium-"));
  const args = [...FLAGS, `--user-data-dir=${profile}`, address];
  // A group of its own, so that its many processes end together.
  const browser = spawn(chromium!, args, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => browser.once("close", () => resolve()));
  let said = "";
  browser.stderr.setEncoding("utf8").on("data", (text) => {
    said = (said + text).slice(-4000);
  });
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    const fail = (what: string) => reject(new Error(`${chromium} ${what}. It said:\n${said}`));
    browser.once("error", (error) => fail(`does not start: ${error.message}`));
    browser.once("exit", (code) => fail(`has ended with ${code}`));
    timer = setTimeout(() => fail("has not brought the results within 150 s"), 150_000);
  });
  try {
    return await Promise.race([results, failed]);
  } finally {
    clearTimeout(timer);
    if (browser.pid !== undefined) {
      if (browser.exitCode === null) process.kill(-browser.pid, "SIGKILL");
      await ended;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** What the title of tests that are skipped says. */
export const nowhere = chromium === undefined ? " (skipped: there is none; set CHROMIUM to its path)" : "";
