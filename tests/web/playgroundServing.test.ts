/** The playground as hosts serve it: threads or one, under a strict policy, by a plain host, without a network; and on busy cores. */
import { expect, it } from "vitest";
import { describeInChromium, isIsolated } from "./helpers.ts";
import { addressOf, open, SHORT_SPIRALS, temporaryFolder } from "./playgroundPage.ts";

/** Wide enough that two threads have something to do. */
const WIDE = addressOf({
  ...{ data: "spirals", "a.layers": "256,128", "a.epochs": 2, "a.batch": 100, "a.validation": 200 },
  ...{ "a.threads": 2, "a.lrSchedule": "constant" },
});

describeInChromium("the playground as it is served", (browser) => {
  it("trains in threads where the host isolates it, and in one elsewhere, which it says; to the same bits", async () => {
    const isolated = await open(browser(), WIDE, { headers: "isolated" });
    expect(await isIsolated(isolated.page)).toBe(true);
    await isolated.playground.trainToEnd();
    expect(await isolated.playground.progress()).toMatch(/ steps\/s, 2 threads$/);
    expect(await isolated.page.getByText("One thread").count()).toBe(0);

    const plain = await open(browser(), WIDE, { headers: "plain", context: { serviceWorkers: "block" } });
    const notice = plain.page.getByRole("status").filter({ hasText: "One thread" });
    expect(await isIsolated(plain.page)).toBe(false);
    await expect.poll(() => notice.textContent()).toMatch(/trains in one thread, to the same bits\. \S/);
    await plain.playground.trainToEnd();
    expect(await plain.playground.progress()).toMatch(/ steps\/s, 1 thread$/);
    expect(await plain.playground.hash()).toBe(await isolated.playground.hash());
    await notice.getByRole("button", { name: "Dismiss" }).click();
    expect(await notice.count()).toBe(0);
    expect(isolated.problems).toEqual([]);
  });

  it("gets its threads on a plain host by its service worker, and opens and trains without a network", async () => {
    const { page, playground, problems, site } = await open(browser(), WIDE, { headers: "plain" });
    await expect.poll(() => isIsolated(page).catch(() => false), { timeout: 30_000 }).toBe(true);
    await playground.train.waitFor();
    expect(new URL(page.url()).hash).toContain("a.threads=2");
    await playground.trainToEnd();
    expect(await playground.progress()).toMatch(/ steps\/s, 2 threads$/);
    const hash = await playground.hash();
    await site.close();
    await page.reload();
    await playground.trainToEnd();
    expect(await playground.hash()).toBe(hash);
    expect(problems.filter((problem) => !problem.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  });

  it("breaks no strict policy with training, a file and a download, and asks nobody else for anything", async () => {
    const { page, playground, problems, requests, site } = await open(browser(), SHORT_SPIRALS, {
      headers: "strict",
    });
    const breaches = await page.evaluateHandle(() => {
      const all: string[] = [];
      document.addEventListener("securitypolicyviolation", (event) => all.push(event.violatedDirective));
      return all;
    });
    await playground.trainToEnd();
    await playground.download(temporaryFolder());
    await playground.drop([
      { name: "points.csv", content: "x,y,class\n1,2,a\n2,1,b\n1,3,a\n3,1,b\n1,4,a\n4,1,b\n" },
    ]);
    await expect.poll(async () => (await playground.facts()).Data, { timeout: 30_000 }).toBe("points.csv");
    expect(await breaches.jsonValue()).toEqual([]);
    expect(problems).toEqual([]);
    const foreign = requests.filter((url) => !url.startsWith(site.url) && !/^(blob|data):/.test(url));
    expect(foreign).toEqual([]);
    expect(requests.length).toBeGreaterThan(3);
  });

  it("draws on while it trains", async () => {
    const { page, playground } = await open(
      browser(),
      addressOf({
        data: "synthetic",
        "a.layers": "100,100",
        "a.limit": 5000,
        "a.validation": 500,
        "a.epochs": 40,
      }),
    );
    await playground.train.click();
    await playground.says(/^epoch \d/);
    const frames = await page.evaluate(async () => {
      const end = performance.now() + 1500;
      let [count, longest, last] = [0, 0, performance.now()];
      while (performance.now() < end) {
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        [count, longest, last] = [count + 1, Math.max(longest, now - last), now];
      }
      return { count, longest };
    });
    // On an idle machine some ninety. A training in the page's own thread would leave next to none.
    expect(frames.count).toBeGreaterThan(10);
    expect(await playground.progress()).toMatch(/^epoch \d/);
    await playground.cancel.click();
    await playground.hasEnded();
  });
});
