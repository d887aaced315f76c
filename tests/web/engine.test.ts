/** The engine in the site's build: the binary that is used is fetched, and no other; it trains to Node's bits. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { type Trained, trainSpirals } from "./engine/training.ts";
import { describeInChromium, openPlayground, usePagesOf } from "./helpers.ts";

/** Trains in the page; gives the error's text if that fails. */
const train = (page: Page, threads: number): Promise<Trained | string> =>
  page.evaluate(async (threads) => {
    const { trainSpirals } = globalThis as unknown as {
      trainSpirals(threads: number): Promise<Trained>;
    };
    return trainSpirals(threads).catch(String);
  }, threads);

/** The binaries that the page has asked for: "nnwasm", "nnwasm-threads". */
const binaries = (asked: readonly string[]) =>
  asked.filter((path) => path.endsWith(".wasm")).map((path) => /^\/assets\/(.+)-[^-]+$/.exec(path)![1]);

describeInChromium("the engine of the site", (browser) => {
  const folder = usePagesOf(join(import.meta.dirname, "engine"), "index.html");

  it.each(["strict", "plain"] as const)(
    "trains to Node's bits by a binary that it fetches: %s",
    async (headers) => {
      const { page, problems, site } = await openPlayground(browser(), { folder: folder(), headers });
      expect(binaries(site.asked)).toEqual([]);
      expect(await train(page, 1)).toEqual(await trainSpirals(1));
      expect(binaries(site.asked)).toEqual(["nnwasm"]);
      expect(problems).toEqual([]);
    },
  );

  it("trains in threads, by the binary for these alone", async () => {
    const { page, problems, site } = await openPlayground(browser(), { folder: folder(), headers: "strict" });
    expect(await train(page, 2)).toEqual(await trainSpirals(2));
    expect(binaries(site.asked)).toEqual(["nnwasm-threads"]);
    expect(problems).toEqual([]);
  });

  it("trains where the host names another type than application/wasm", async () => {
    const types = { ".wasm": "application/octet-stream" };
    const { page } = await openPlayground(browser(), { folder: folder(), types });
    expect(await train(page, 1)).toEqual(await trainSpirals(1));
  });

  it("says that the binary cannot be fetched, and trains when it can", async () => {
    const copy = mkdtempSync(join(tmpdir(), "nnwasm-engine-"));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    cpSync(folder(), copy, { recursive: true });
    const { page, site } = await openPlayground(browser(), { folder: copy });
    for (const file of readdirSync(join(copy, "assets"))) {
      if (file.endsWith(".wasm")) rmSync(join(copy, "assets", file));
    }
    expect(await train(page, 1)).toMatch(
      /^FileError: http:\S+\.wasm cannot be fetched: the server answers 404\. Load the page again: the site may have changed\.$/,
    );
    cpSync(folder(), copy, { recursive: true });
    expect(await train(page, 1)).toEqual(await trainSpirals(1));
    await site.close();
    expect(await train(page, 2)).toMatch(
      /^FileError: http:\S+\.wasm cannot be fetched: .* See whether the site's server runs, and load the page again\.$/,
    );
  });
});
